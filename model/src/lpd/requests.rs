//! What a model is asked about many samples: how likely they are, and how long it takes to
//! generate them. `sample.rs` has their generation.
//!
//! Requests hold resolved values; whoever has flags or files resolves them first.
//! Work is done batch by batch. `progress` is told how many samples are done, from 0
//! on and again and again, and may end the work early. What a batch takes in memory is
//! held against a limit before anything is allocated: on a card of NVIDIA against what it
//! has free; others say themselves that they have no room.

use std::ops::{ControlFlow, Range};
use std::time::Instant;

use ndarray::{Array2, ArrayView2, s};
use orders_core::decoding::DecodeError;
use orders_core::decoding::schedulers::SchedulerError;
use orders_core::{
    GroupSizes, MemoryError, MemoryLimit, MethodError, Order, OrderingMethod, Problem,
};

use super::batch::problem_of;
use super::error::LpdError;
use super::network::Lpd;
use super::sample::{Chooser, OfBatch};
use super::sampling::{Choice, Guidance, Sampling, not_finite};
use crate::device::room_on;

/// The orders of samples: listed ones, or those of a method and a seed.
pub struct SampleOrders {
    problem: Problem,
    source: Source,
}

enum Source {
    /// What they are called, the number of the sample that has the first, and the orders.
    Listed(String, u64, Vec<Order>),
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
        Self::listed_from(name, 0, orders)
    }

    /// The same, but the sample of number `first` has the first of the orders.
    ///
    /// # Errors
    ///
    /// As [`listed`](Self::listed).
    pub fn listed_from(name: String, first: u64, orders: Vec<Order>) -> Result<Self, LpdError> {
        Ok(Self {
            problem: problem_of(&orders)?.clone(),
            source: Source::Listed(name, first, orders),
        })
    }

    /// What is ordered.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The name of the method, or of what the orders are from.
    pub fn name(&self) -> &str {
        match &self.source {
            Source::Listed(name, ..) => name,
            Source::Method(method, _) => method.name(),
        }
    }

    /// What outputs say of it: the name, and the seed of a method.
    pub fn label(&self) -> String {
        match &self.source {
            Source::Listed(name, ..) => name.clone(),
            Source::Method(method, seed) => format!("{} (seed {seed})", method.name()),
        }
    }

    /// The orders of samples of these numbers.
    ///
    /// # Errors
    ///
    /// [`RequestError::Method`] if the method has no order for the problem.
    pub fn orders(&self, samples: Range<u64>) -> Result<Vec<Order>, RequestError> {
        let order = |sample: u64| match &self.source {
            Source::Listed(_, first, orders) => {
                let place = sample.wrapping_sub(*first) % orders.len() as u64;
                Ok(orders[place as usize].clone())
            }
            Source::Method(method, seed) => method.order(&self.problem, *seed, sample),
        };
        Ok(samples.map(order).collect::<Result<Vec<_>, _>>()?)
    }
}

/// Gives `work` samples of these numbers, `size` at a time: their numbers, and whom to ask
/// whether to go on. `progress` is told how many are done.
///
/// # Errors
///
/// Those of `work`, and [`RequestError::Stopped`] if `progress` says so.
pub(super) fn in_batches<E: From<RequestError>>(
    (samples, size): (Range<u64>, usize),
    mut progress: impl FnMut(u64) -> ControlFlow<()> + Send,
    mut work: impl FnMut(Range<u64>, &mut (dyn FnMut() -> ControlFlow<()> + Send)) -> Result<(), E>,
) -> Result<(), E> {
    let first = samples.start;
    let mut next = first;
    while next < samples.end {
        let done = next - first;
        if progress(done).is_break() {
            return Err(RequestError::Stopped.into());
        }
        let batch = next..samples.end.min(next.saturating_add(size.max(1) as u64));
        next = batch.end;
        work(batch, &mut || progress(done))?;
    }
    // All is done, whatever it says.
    let _ = progress(samples.end.saturating_sub(first));
    Ok(())
}

/// The class of a sample by its number; none is the unconditional one.
pub type LabelOf<'a> = &'a (dyn Fn(u64) -> Option<u32> + Sync);

/// Tokens whose likelihood is asked for.
pub struct ScoreRequest<'a> {
    /// What chooses the cells of the images.
    pub chooser: Chooser<'a>,
    /// The number of the first image, from 0: of orders that are made, and of schedulers.
    pub first: u64,
    /// The class of each image.
    pub labels: &'a [Option<u32>],
    /// The tokens, of shape (images, cells) in raster positions.
    pub tokens: ArrayView2<'a, u32>,
    /// Images of a batch; it changes speed and memory only.
    pub batch: usize,
    /// What a batch may take.
    pub memory: MemoryLimit,
}

/// How likely images are.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Scored {
    /// Log-probabilities in nats, of shape (images, cells); 0 at known cells. Under a rule
    /// they are at least those of the smallest normal number in f32, -87.3.
    pub log_probabilities: Array2<f32>,
    /// Which cells a rule revealed in which step of each image; else none.
    pub orders: Vec<Order>,
}

/// The same order, one cell at a time.
fn one_by_one(order: &Order) -> Order {
    let cells = order.cell_from_rank();
    let sizes = GroupSizes::new(vec![1; cells.len()]).expect("there are cells");
    let problem = Problem::with_known(order.known().clone(), sizes);
    let problem = problem.expect("there are as many sizes as cells");
    Order::new(problem, cells.to_vec()).expect("the cells are those of an order")
}

/// A generation that is timed.
#[derive(Clone, Copy)]
pub struct TimeRequest<'a> {
    /// What chooses the cells of the samples.
    pub chooser: Chooser<'a>,
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
#[non_exhaustive]
pub struct Timing {
    /// The runs, from the shortest.
    pub seconds: Vec<f64>,
    /// The best time of each step, if all samples have the same steps.
    pub step_seconds: Vec<f64>,
    /// Passes of the batch.
    pub passes: usize,
    /// Passes of a sample, on average.
    pub sample_passes: f64,
    /// Positions that went through the transformer for each sample, those without class
    /// included.
    pub positions: f64,
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
    /// The samples of a batch, of those that were asked for and of all, if generating it
    /// has room.
    pub(super) fn generation_fits(
        &self,
        (batch, count): (usize, u64),
        orders: &SampleOrders,
        guidance: Guidance,
        memory: MemoryLimit,
    ) -> Result<usize, RequestError> {
        let of_sample = self.costs().generated(orders.problem(), guidance);
        self.fitting((batch, count), of_sample, memory)
    }

    /// The log-likelihood of given tokens under what [`sample`](Self::sample) draws from at
    /// temperature 1 without guidance. Of orders it is the parallel one, as
    /// [`log_likelihood`](Self::log_likelihood) has it; with exact decoding, that of their
    /// cells one by one; under a rule, which cells are revealed follows from the
    /// distributions given the true tokens that are settled (arXiv 2510.04525).
    ///
    /// # Errors
    ///
    /// [`RequestError`]: [`RequestError::NoLikelihood`] if a rule looks at tokens.
    pub fn score(
        &self,
        request: &ScoreRequest<'_>,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send,
    ) -> Result<Scored, RequestError> {
        let ScoreRequest {
            chooser,
            first,
            labels,
            ..
        } = *request;
        if let Chooser::Rule(rule) = chooser
            && rule.rule().looks_at_tokens()
        {
            return Err(RequestError::NoLikelihood {
                rule: rule.rule().name().into(),
            });
        }
        let count = labels.len() as u64;
        let size = match chooser {
            Chooser::Orders(orders) | Chooser::Exact(orders, _) => {
                let of_image = self.costs().whole_pass(orders.problem());
                self.fitting((request.batch, count), of_image, request.memory)?
            }
            Chooser::Rule(_) => {
                let none = Guidance::NONE;
                self.decoding_fits((request.batch, count), chooser, none, request.memory)?
            }
        };
        let mut scored = Scored {
            log_probabilities: Array2::zeros(request.tokens.dim()),
            orders: Vec::new(),
        };
        let images = first..first.saturating_add(count);
        in_batches((images, size), progress, |images, watch| {
            let place = |image: u64| (image - first) as usize;
            let rows = s![place(images.start)..place(images.end), ..];
            let tokens = request.tokens.slice(rows);
            let scores = match chooser {
                Chooser::Orders(orders) | Chooser::Exact(orders, _) => {
                    let mut made = orders.orders(images.clone())?;
                    if let Chooser::Exact(..) = chooser {
                        made = made.iter().map(one_by_one).collect();
                    }
                    let labels = &labels[place(images.start)..place(images.end)];
                    self.log_likelihoods(&made, labels, tokens, watch)?
                }
                Chooser::Rule(rule) => {
                    let label = |image: u64| labels[place(image)];
                    let (scores, orders) =
                        self.score_by_rule(rule, images, &label, tokens, watch)?;
                    scored.orders.extend(orders);
                    scores
                }
            };
            if !scores.iter().all(|nats| nats.is_finite()) {
                return Err(LpdError::Tensor(not_finite()).into());
            }
            scored.log_probabilities.slice_mut(rows).assign(&scores);
            Ok::<(), RequestError>(())
        })?;
        Ok(scored)
    }

    /// The samples of a batch, of those that were asked for and of all, if they fit; each
    /// takes `of_sample` bytes of the device, which has what is given if it is the CPU.
    pub(super) fn fitting(
        &self,
        (batch, count): (usize, u64),
        of_sample: u64,
        memory: MemoryLimit,
    ) -> Result<usize, RequestError> {
        let size = count.min(batch.max(1) as u64);
        let room = room_on(self.device(), memory);
        let checked = room.check_count(0, of_sample, size);
        checked.map_err(|source| RequestError::Memory { batch, source })?;
        Ok(size as usize)
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
            chooser, guidance, ..
        } = *request;
        let size = (request.batch, request.batch as u64);
        self.decoding_fits(size, chooser, guidance, request.memory)?;
        let classes = self.config().classes() as u64;
        let label = |index: u64| Some((index * 7 % classes) as u32);
        let steps = match chooser {
            Chooser::Orders(orders) => orders.problem().group_sizes().steps(),
            _ => 0,
        };
        let mut timing = Timing {
            seconds: Vec::new(),
            step_seconds: vec![f64::INFINITY; steps],
            passes: 0,
            sample_passes: 0.0,
            positions: 0.0,
        };
        // The end of a step is waited for, which would hold up a device: there, steps are
        // timed in a run of their own.
        let counted = request.warm_up..request.warm_up.saturating_add(request.runs.max(1));
        let is_cpu = self.device().is_cpu();
        let last = if is_cpu {
            counted.end
        } else {
            counted.end.saturating_add(1)
        };
        for run in 0..last {
            let mut watch = || progress(run as u64);
            let begin = Instant::now();
            let mut before = begin;
            let mut steps = Vec::new();
            let of_steps = if is_cpu {
                counted.contains(&run)
            } else {
                run == counted.end
            };
            let mut after_step = || -> Result<(), LpdError> {
                if of_steps {
                    self.device().synchronize()?;
                }
                let now = Instant::now();
                steps.push((now - before).as_secs_f64());
                before = now;
                Ok(())
            };
            let of_batch = OfBatch {
                samples: 0..request.batch as u64,
                label: &label,
                known: None,
                guidance,
                choice: Choice::Sample(Sampling::default()),
                seed: 0,
            };
            let sampled = self.sample_batch(chooser, of_batch, &mut after_step, &mut watch)?;
            let seconds = begin.elapsed().as_secs_f64();
            if counted.contains(&run) {
                timing.seconds.push(seconds);
            }
            if of_steps {
                for (best, seconds) in timing.step_seconds.iter_mut().zip(steps) {
                    *best = best.min(seconds);
                }
            }
            timing.passes = sampled.passes.iter().copied().max().unwrap_or(0);
            let passes: usize = sampled.passes.iter().sum();
            timing.sample_passes = passes as f64 / request.batch as f64;
            timing.positions = sampled.positions as f64 / request.batch as f64;
        }
        timing.seconds.sort_by(f64::total_cmp);
        Ok(timing)
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
    Lpd(LpdError),
    /// A rule has no scheduler for a sample.
    #[error(transparent)]
    Scheduler(#[from] SchedulerError),
    /// No likelihood can be had under a rule that looks at tokens.
    #[error(
        "scheduler {rule} looks at the tokens that it draws, so that images have no likelihood under it"
    )]
    NoLikelihood {
        /// The rule.
        rule: String,
    },
    /// Decoder or scheduler did what they must not.
    #[error(transparent)]
    Decode(DecodeError),
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

impl From<DecodeError> for RequestError {
    fn from(error: DecodeError) -> Self {
        match error {
            DecodeError::Stopped => Self::Stopped,
            DecodeError::Decoder(error) => match error.downcast::<LpdError>() {
                Ok(error) => (*error).into(),
                Err(error) => Self::Decode(DecodeError::Decoder(error)),
            },
            error => Self::Decode(error),
        }
    }
}

impl From<LpdError> for RequestError {
    fn from(error: LpdError) -> Self {
        match error {
            LpdError::Stopped => Self::Stopped,
            error => Self::Lpd(error),
        }
    }
}
