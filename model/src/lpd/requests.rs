//! What a model is asked for many samples: to generate them, to say how likely they
//! are, and how long it takes.
//!
//! Requests hold resolved values; whoever has flags or files resolves them first.
//! Work is done batch by batch. `progress` is told how many samples are done, from 0
//! on and again and again, and may end the work early. What a batch takes in memory is
//! held against a limit before anything is allocated; on a device other than the CPU,
//! the device says it.

use std::ops::{ControlFlow, Range};
use std::time::Instant;

use ndarray::{Array2, ArrayView2, s};
use orders_core::{MemoryError, MemoryLimit, MethodError, Order, OrderingMethod, Problem};

use super::batch::{Batch, problem_of};
use super::error::LpdError;
use super::memory::Costs;
use super::network::Lpd;
use super::sampling::{Choice, Guidance, Sampler, Sampling};

/// The orders of samples: listed ones, or those of a method and a seed.
pub struct SampleOrders {
    problem: Problem,
    source: Source,
}

enum Source {
    /// What they are called, and the orders.
    Listed(String, Vec<Order>),
    /// A method and the seed of its orders.
    Method(Box<dyn OrderingMethod>, u64),
}

impl SampleOrders {
    /// A method's orders of a seed: sample i has order i.
    pub fn of_method(method: Box<dyn OrderingMethod>, problem: Problem, seed: u64) -> Self {
        Self {
            problem,
            source: Source::Method(method, seed),
        }
    }

    /// Orders that are given, by the name of what they are from: sample i has order
    /// i, and begins again behind the last; a single one is for all.
    ///
    /// # Errors
    ///
    /// [`LpdError::Empty`] if there are none, [`LpdError::Problems`] unless all are of
    /// one problem.
    pub fn listed(name: String, orders: Vec<Order>) -> Result<Self, LpdError> {
        Ok(Self {
            problem: problem_of(&orders)?.clone(),
            source: Source::Listed(name, orders),
        })
    }

    /// What is ordered.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The name of the method, or of what the orders are from.
    pub fn name(&self) -> &str {
        match &self.source {
            Source::Listed(name, _) => name,
            Source::Method(method, _) => method.name(),
        }
    }

    /// What outputs say of it: the name, and the seed of a method.
    pub fn label(&self) -> String {
        match &self.source {
            Source::Listed(name, _) => name.clone(),
            Source::Method(method, seed) => format!("{} (seed {seed})", method.name()),
        }
    }

    /// Samples of these numbers with their orders and labels.
    ///
    /// # Errors
    ///
    /// [`RequestError::Method`] if the method has no order for the problem.
    pub fn batch(&self, samples: Range<u64>, label: LabelOf<'_>) -> Result<Batch, RequestError> {
        let order = |sample: u64| match &self.source {
            Source::Listed(_, orders) => {
                Ok(orders[(sample % orders.len() as u64) as usize].clone())
            }
            Source::Method(method, seed) => method.order(&self.problem, *seed, sample),
        };
        let labels: Vec<Option<u32>> = samples.clone().map(label).collect();
        let orders = samples.map(order).collect::<Result<Vec<_>, _>>()?;
        Ok(Batch::new(&orders, &labels)?)
    }

    /// Gives `work` so many samples, `size` at a time, with their numbers and whom to ask
    /// whether to go on.
    ///
    /// # Errors
    ///
    /// Those of [`batch`](Self::batch) and of `work`, and [`RequestError::Stopped`] if
    /// `progress` says so.
    pub fn in_batches<E: From<RequestError>>(
        &self,
        (count, size): (u64, usize),
        label: LabelOf<'_>,
        mut progress: impl FnMut(u64) -> ControlFlow<()>,
        mut work: impl FnMut(Range<u64>, &Batch, &mut dyn FnMut() -> ControlFlow<()>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut done = 0;
        while done < count {
            if progress(done).is_break() {
                return Err(RequestError::Stopped.into());
            }
            let samples = done..count.min(done.saturating_add(size.max(1) as u64));
            done = samples.end;
            let batch = self.batch(samples.clone(), label)?;
            let begin = samples.start;
            work(samples, &batch, &mut || progress(begin))?;
        }
        // All is done, whatever it says.
        let _ = progress(count);
        Ok(())
    }
}

/// The class of a sample by its number; none is the unconditional one.
pub type LabelOf<'a> = &'a (dyn Fn(u64) -> Option<u32> + Sync);

/// Samples to generate.
pub struct SampleRequest<'a> {
    /// Their orders.
    pub orders: &'a SampleOrders,
    /// How many there are.
    pub count: u64,
    /// The class of each.
    pub label: LabelOf<'a>,
    /// Tokens at known cells, of shape (samples, cells), or (1, cells) for all.
    pub known: Option<ArrayView2<'a, u32>>,
    /// Classifier-free guidance.
    pub guidance: Guidance,
    /// How tokens are chosen.
    pub choice: Choice,
    /// Seed of the tokens.
    pub seed: u64,
    /// Samples of a batch; it changes speed and memory only.
    pub batch: usize,
    /// What a batch may take.
    pub memory: MemoryLimit,
}

/// Tokens whose likelihood is asked for.
pub struct ScoreRequest<'a> {
    /// The orders of the images.
    pub orders: &'a SampleOrders,
    /// The class of each image.
    pub labels: &'a [Option<u32>],
    /// The tokens, of shape (images, cells) in raster positions.
    pub tokens: ArrayView2<'a, u32>,
    /// Images of a batch; it changes speed and memory only.
    pub batch: usize,
    /// What a batch may take.
    pub memory: MemoryLimit,
}

/// A generation that is timed.
#[derive(Clone, Copy)]
pub struct TimeRequest<'a> {
    /// The orders of the samples.
    pub orders: &'a SampleOrders,
    /// Classifier-free guidance.
    pub guidance: Guidance,
    /// Samples of the batch.
    pub batch: usize,
    /// Runs that are not counted, before those that are.
    pub warm_up: usize,
    /// Runs that are counted, at least 1.
    pub runs: usize,
    /// What a batch may take.
    pub memory: MemoryLimit,
}

/// How long the generation of a batch took, in seconds of wall-clock time.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// The runs, from the shortest.
    pub seconds: Vec<f64>,
    /// The best time of each step.
    pub step_seconds: Vec<f64>,
}

impl Timing {
    /// The shortest run.
    pub fn best(&self) -> f64 {
        self.seconds[0]
    }

    /// The middle one; of two, the longer.
    pub fn median(&self) -> f64 {
        self.seconds[self.seconds.len() / 2]
    }
}

impl Lpd {
    /// Generates samples and hands them to `take`, batch by batch: the numbers of the
    /// samples, and tokens of shape (samples, cells) in raster positions. What sample i
    /// gets depends on seed and i, not on the batches; memory does not grow with the
    /// number of samples.
    ///
    /// # Errors
    ///
    /// [`RequestError`], and what `take` returns.
    pub fn sample<E: From<RequestError>>(
        &self,
        request: &SampleRequest<'_>,
        progress: impl FnMut(u64) -> ControlFlow<()>,
        mut take: impl FnMut(Range<u64>, ArrayView2<'_, u32>) -> Result<(), E>,
    ) -> Result<(), E> {
        let SampleRequest {
            orders,
            count,
            guidance,
            choice,
            ..
        } = *request;
        let size =
            self.generation_fits((request.batch, count), orders, guidance, request.memory)?;
        orders.in_batches(
            (count, size),
            request.label,
            progress,
            |samples, batch, watch| {
                let of_batch = |known: ArrayView2<'_, u32>| match known.nrows() {
                    1 => known
                        .broadcast((batch.len(), known.ncols()))
                        .map(|rows| rows.to_owned()),
                    _ => {
                        let rows = samples.start as usize..samples.end as usize;
                        Some(known.slice(s![rows, ..]).to_owned())
                    }
                };
                let known = request.known.and_then(of_batch);
                let known = known.as_ref().map(|known| known.view());
                let random = (request.seed, samples.start);
                let generated =
                    self.generate_watched(batch, known, guidance, choice, random, watch);
                let generated = generated.map_err(RequestError::from)?;
                take(samples, generated.tokens.view())
            },
        )
    }

    /// The samples of a batch, of those that were asked for and of all, if generating it
    /// has room.
    fn generation_fits(
        &self,
        (batch, count): (usize, u64),
        orders: &SampleOrders,
        guidance: Guidance,
        memory: MemoryLimit,
    ) -> Result<usize, RequestError> {
        let of_sample = |costs: Costs<'_>| costs.generated(orders.problem(), guidance);
        fitting((batch, count), self.costs().map(of_sample), memory)
    }

    /// The parallel log-likelihood of given tokens, as
    /// [`log_likelihood`](Self::log_likelihood) has it: shape (images, cells), nats.
    ///
    /// # Errors
    ///
    /// [`RequestError`].
    pub fn score(
        &self,
        request: &ScoreRequest<'_>,
        progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Array2<f32>, RequestError> {
        let ScoreRequest { orders, labels, .. } = *request;
        let count = labels.len() as u64;
        let of_image = |costs: Costs<'_>| costs.whole_pass(orders.problem());
        let of_image = self.costs().map(of_image);
        let size = fitting((request.batch, count), of_image, request.memory)?;
        let mut all = Array2::zeros(request.tokens.dim());
        let label = |image: u64| labels[image as usize];
        orders.in_batches((count, size), &label, progress, |images, batch, watch| {
            let rows = s![images.start as usize..images.end as usize, ..];
            let tokens = request.tokens.slice(rows);
            let scores = self.log_likelihood_watched(batch, tokens, watch)?;
            all.slice_mut(rows).assign(&scores);
            Ok::<(), RequestError>(())
        })?;
        Ok(all)
    }

    /// Times the generation of a batch. `progress` is told of the runs before each step.
    ///
    /// # Errors
    ///
    /// [`RequestError`].
    pub fn time(
        &self,
        request: &TimeRequest<'_>,
        mut progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Timing, RequestError> {
        let TimeRequest {
            orders, guidance, ..
        } = *request;
        let size = (request.batch, request.batch as u64);
        self.generation_fits(size, orders, guidance, request.memory)?;
        let classes = self.config().classes() as u64;
        let label = |index: u64| Some((index * 7 % classes) as u32);
        let batch = orders.batch(0..request.batch as u64, &label)?;
        let steps = request.orders.problem().group_sizes().steps();
        let mut timing = Timing {
            seconds: Vec::new(),
            step_seconds: vec![f64::INFINITY; steps],
        };
        for run in 0..request.warm_up.saturating_add(request.runs.max(1)) {
            let mut watch = || progress(run as u64);
            let (seconds, of_steps) = self.time_once(&batch, guidance, &mut watch)?;
            if run >= request.warm_up {
                timing.seconds.push(seconds);
                for (best, seconds) in timing.step_seconds.iter_mut().zip(of_steps) {
                    *best = best.min(seconds);
                }
            }
        }
        timing.seconds.sort_by(f64::total_cmp);
        Ok(timing)
    }

    /// One generation: seconds in total and of each step. The end of a step is waited
    /// for on the device.
    fn time_once(
        &self,
        batch: &Batch,
        guidance: Guidance,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<(f64, Vec<f64>), LpdError> {
        let start = Instant::now();
        let mut sampler = Sampler::new(Choice::Sample(Sampling::default()), 0, 0, batch.len());
        let mut generation = self.generation(batch, None, guidance)?;
        let mut steps = Vec::new();
        let mut before = start;
        while let Some(step) = generation.next_step_watched(watch)? {
            generation.commit(sampler.choose(&step.logits)?)?;
            self.device().synchronize()?;
            let now = Instant::now();
            steps.push((now - before).as_secs_f64());
            before = now;
        }
        generation.finish()?;
        Ok((start.elapsed().as_secs_f64(), steps))
    }
}

/// The samples of a batch, of those that were asked for and of all, if they fit; each
/// takes `of_sample` bytes, where the machine's memory is what counts.
fn fitting(
    (batch, count): (usize, u64),
    of_sample: Option<u64>,
    memory: MemoryLimit,
) -> Result<usize, RequestError> {
    let size = count.min(batch.max(1) as u64);
    if let Some(of_sample) = of_sample {
        let checked = memory.check_count(0, of_sample, size);
        checked.map_err(|source| RequestError::Memory { batch, source })?;
    }
    Ok(size as usize)
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A method has no order for the problem.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The model can't do it.
    #[error(transparent)]
    Lpd(LpdError),
    /// A batch has no room.
    #[error("a batch of {batch} {source}")]
    Memory {
        /// The samples of a batch that were asked for.
        batch: usize,
        /// What it takes, and what there is.
        source: MemoryError,
    },
    /// Whoever watched the progress ended it.
    #[error("it was stopped before it was done")]
    Stopped,
}

impl From<LpdError> for RequestError {
    fn from(error: LpdError) -> Self {
        match error {
            LpdError::Stopped => Self::Stopped,
            error => Self::Lpd(error),
        }
    }
}
