//! What a model is asked for many samples: to generate them, to say how likely they
//! are, and how long it takes.
//!
//! Requests hold resolved values; whoever has flags or files resolves them first.
//! Work is done batch by batch. `progress` is told how many samples are done, from 0
//! on, and may end the work early.

use std::ops::{ControlFlow, Range};
use std::time::Instant;

use ndarray::{Array2, ArrayView2, s};
use orders_core::{MethodError, Order, OrderingMethod, Problem};

use super::batch::{Batch, problem_of};
use super::error::LpdError;
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

    /// Samples of these numbers with their orders and a label for each.
    ///
    /// # Errors
    ///
    /// [`RequestError::Method`] if the method has no order for the problem, and
    /// [`RequestError::Lpd`] unless there is a label for each sample.
    pub fn batch(
        &self,
        samples: Range<u64>,
        labels: &[Option<u32>],
    ) -> Result<Batch, RequestError> {
        let order = |sample: u64| match &self.source {
            Source::Listed(_, orders) => Ok(orders[sample as usize % orders.len()].clone()),
            Source::Method(method, seed) => method.order(&self.problem, *seed, sample),
        };
        let orders = samples.map(order).collect::<Result<Vec<_>, _>>()?;
        Ok(Batch::new(&orders, labels)?)
    }

    /// Gives `work` all samples that have labels, `size` at a time, with their numbers.
    ///
    /// # Errors
    ///
    /// Those of [`batch`](Self::batch) and of `work`, and [`RequestError::Stopped`] if
    /// `progress` says so.
    pub fn in_batches<E: From<RequestError>>(
        &self,
        labels: &[Option<u32>],
        size: usize,
        mut progress: impl FnMut(usize) -> ControlFlow<()>,
        mut work: impl FnMut(Range<usize>, &Batch) -> Result<(), E>,
    ) -> Result<(), E> {
        for first in (0..labels.len()).step_by(size.max(1)) {
            if progress(first).is_break() {
                return Err(RequestError::Stopped.into());
            }
            let samples = first..labels.len().min(first + size.max(1));
            let numbers = samples.start as u64..samples.end as u64;
            let batch = self.batch(numbers, &labels[samples.clone()])?;
            work(samples, &batch)?;
        }
        // All is done, whatever it says.
        let _ = progress(labels.len());
        Ok(())
    }
}

/// Samples to generate.
pub struct SampleRequest<'a> {
    /// Their orders.
    pub orders: &'a SampleOrders,
    /// The class of each; none is the unconditional one.
    pub labels: &'a [Option<u32>],
    /// Tokens at known cells, of shape (samples, cells).
    pub known: Option<ArrayView2<'a, u32>>,
    /// Classifier-free guidance.
    pub guidance: Guidance,
    /// How tokens are chosen.
    pub choice: Choice,
    /// Seed of the tokens.
    pub seed: u64,
    /// Samples of a batch; it changes speed and memory only.
    pub batch: usize,
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
    /// Generates samples: tokens of shape (samples, cells) in raster positions. What
    /// sample i gets depends on seed and i, not on the batches.
    ///
    /// # Errors
    ///
    /// [`RequestError`].
    pub fn sample(
        &self,
        request: &SampleRequest<'_>,
        progress: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Array2<u32>, RequestError> {
        let SampleRequest { orders, labels, .. } = *request;
        let mut all = Array2::zeros((labels.len(), orders.problem().grid().cells()));
        orders.in_batches(labels, request.batch, progress, |samples, batch| {
            let rows = s![samples.clone(), ..];
            let known = request.known.map(|known| known.slice_move(rows));
            let random = (request.seed, samples.start as u64);
            let (guidance, choice) = (request.guidance, request.choice);
            let generated = self.generate(batch, known, guidance, choice, random)?;
            all.slice_mut(rows).assign(&generated.tokens);
            Ok::<(), RequestError>(())
        })?;
        Ok(all)
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
        progress: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Array2<f32>, RequestError> {
        let ScoreRequest { orders, labels, .. } = *request;
        let mut all = Array2::zeros(request.tokens.dim());
        orders.in_batches(labels, request.batch, progress, |images, batch| {
            let rows = s![images, ..];
            let scores = self.log_likelihood(batch, request.tokens.slice(rows))?;
            all.slice_mut(rows).assign(&scores);
            Ok::<(), RequestError>(())
        })?;
        Ok(all)
    }

    /// Times the generation of a batch. `progress` is told of the runs before each.
    ///
    /// # Errors
    ///
    /// [`RequestError`].
    pub fn time(
        &self,
        request: &TimeRequest<'_>,
        mut progress: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Timing, RequestError> {
        let classes = self.config().classes();
        let label = |index: usize| Some((index * 7 % classes) as u32);
        let labels: Vec<Option<u32>> = (0..request.batch).map(label).collect();
        let batch = request.orders.batch(0..request.batch as u64, &labels)?;
        let steps = request.orders.problem().group_sizes().steps();
        let mut timing = Timing {
            seconds: Vec::new(),
            step_seconds: vec![f64::INFINITY; steps],
        };
        for run in 0..request.warm_up + request.runs.max(1) {
            if progress(run).is_break() {
                return Err(RequestError::Stopped);
            }
            let (seconds, of_steps) = self.time_once(&batch, request.guidance)?;
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
    fn time_once(&self, batch: &Batch, guidance: Guidance) -> Result<(f64, Vec<f64>), LpdError> {
        let start = Instant::now();
        let mut sampler = Sampler::new(Choice::Sample(Sampling::default()), 0, 0, batch.len());
        let mut generation = self.generation(batch, None, guidance)?;
        let mut steps = Vec::new();
        let mut before = start;
        while let Some(step) = generation.next_step()? {
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

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// A method has no order for the problem.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// The model can't do it.
    #[error(transparent)]
    Lpd(#[from] LpdError),
    /// Whoever watched the progress ended it.
    #[error("it was stopped before it was done")]
    Stopped,
}
