//! Samples: what chooses their cells, and their generation batch by batch.

use std::ops::{ControlFlow, Range};

use ndarray::{Array2, ArrayView2, s};
use orders_core::decoding::schedulers::{SchedulerError, SchedulingRule, Task};
use orders_core::decoding::{Decoding, Drafts, ExactDecoding, Scheduler, decode, decode_exactly};
use orders_core::{KnownCells, MemoryLimit, Order, OrderRng};

use super::decoder::LpdDecoder;
use super::error::LpdError;
use super::network::Lpd;
use super::requests::{LabelOf, RequestError, SampleOrders, fitting, in_batches};
use super::sampling::{Choice, Guidance, Sampler, Sampling, TOKEN_STREAMS, drawn_from};

/// What chooses the cells of samples, and how their tokens come about.
#[derive(Clone, Copy)]
pub enum Chooser<'a> {
    /// Orders that were made beforehand: the cells of a group at once.
    Orders(&'a SampleOrders),
    /// The same orders, but tokens follow the distribution of generating their cells one by
    /// one, in as few passes as drafts hold.
    Exact(&'a SampleOrders, Drafts),
    /// A rule that looks at the model's answers.
    Rule(&'a SampleRule),
}

/// A rule that chooses cells while samples are generated.
pub struct SampleRule {
    rule: Box<dyn SchedulingRule>,
    task: Task,
    seed: u64,
}

impl SampleRule {
    /// A rule for a task; sample i has the scheduler i of the seed.
    pub fn new(rule: Box<dyn SchedulingRule>, task: Task, seed: u64) -> Self {
        Self { rule, task, seed }
    }

    /// The rule.
    pub fn rule(&self) -> &dyn SchedulingRule {
        &*self.rule
    }

    /// Grid, known cells, and group sizes if the rule needs some.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The schedulers of samples of these numbers.
    ///
    /// # Errors
    ///
    /// [`SchedulerError`] if the rule can't do its task.
    pub fn schedulers(
        &self,
        samples: Range<u64>,
    ) -> Result<Vec<Box<dyn Scheduler>>, SchedulerError> {
        samples
            .map(|sample| self.rule.scheduler(&self.task, self.seed, sample))
            .collect()
    }
}

impl Chooser<'_> {
    /// The cells that are known from the start; with them, the grid.
    pub fn known(&self) -> &KnownCells {
        match self {
            Self::Orders(orders) | Self::Exact(orders, _) => orders.problem().known(),
            Self::Rule(rule) => rule.task.known(),
        }
    }

    /// The name of the method or rule, or of what the orders are from.
    pub fn name(&self) -> &str {
        match self {
            Self::Orders(orders) | Self::Exact(orders, _) => orders.name(),
            Self::Rule(rule) => rule.rule.name(),
        }
    }

    /// What outputs say of it.
    pub fn label(&self) -> String {
        match self {
            Self::Orders(orders) => orders.label(),
            Self::Exact(orders, _) => format!("{}, exactly", orders.label()),
            Self::Rule(rule) => {
                let parameters = rule.rule.parameters();
                let mut parameters = parameters.iter();
                let words = parameters.by_ref().map(|(name, v)| format!(", {name} {v}"));
                format!("{}{}", rule.rule.name(), words.collect::<String>())
            }
        }
    }
}

/// Samples to generate.
pub struct SampleRequest<'a> {
    /// What chooses their cells.
    pub chooser: Chooser<'a>,
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

/// Samples that were generated, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// Tokens in raster positions, shape (samples, cells).
    pub tokens: Array2<u32>,
    /// Passes that each sample took: with orders made beforehand, their steps.
    pub passes: Vec<usize>,
    /// Drafts of each sample that did not hold, with exact decoding; else none.
    pub refusals: Vec<usize>,
    /// Which cells a rule revealed in which step; else none. Each sample has group sizes of
    /// its own.
    pub orders: Vec<Order>,
    /// Positions that went through the transformer in all.
    pub positions: u64,
}

/// What is asked for a batch of samples.
pub(super) struct OfBatch<'a> {
    pub(super) samples: Range<u64>,
    pub(super) label: LabelOf<'a>,
    pub(super) known: Option<ArrayView2<'a, u32>>,
    pub(super) guidance: Guidance,
    pub(super) choice: Choice,
    pub(super) seed: u64,
}

impl Lpd {
    /// Generates samples and hands them to `take`, batch by batch, with their numbers. What
    /// sample i gets depends on seed and i, not on the batches; memory does not grow with
    /// the number of samples.
    ///
    /// # Errors
    ///
    /// [`RequestError`], and what `take` returns.
    pub fn sample<E: From<RequestError>>(
        &self,
        request: &SampleRequest<'_>,
        progress: impl FnMut(u64) -> ControlFlow<()>,
        mut take: impl FnMut(Range<u64>, &Sampled) -> Result<(), E>,
    ) -> Result<(), E> {
        let SampleRequest {
            chooser,
            count,
            guidance,
            choice,
            seed,
            ..
        } = *request;
        let size = self.decoding_fits((request.batch, count), chooser, guidance, request.memory)?;
        in_batches((count, size), progress, |samples, watch| {
            let of_batch = |known: ArrayView2<'_, u32>| match known.nrows() {
                1 => known
                    .broadcast((samples.clone().count(), known.ncols()))
                    .map(|rows| rows.to_owned()),
                _ => {
                    let rows = samples.start as usize..samples.end as usize;
                    Some(known.slice(s![rows, ..]).to_owned())
                }
            };
            let known = request.known.and_then(of_batch);
            let of_batch = OfBatch {
                samples: samples.clone(),
                label: request.label,
                known: known.as_ref().map(|known| known.view()),
                guidance,
                choice,
                seed,
            };
            let sampled = self.sample_batch(chooser, of_batch, &mut || Ok(()), watch)?;
            take(samples, &sampled)
        })
    }

    /// One batch. `after_step` is called after the steps of orders that were made
    /// beforehand.
    pub(super) fn sample_batch(
        &self,
        chooser: Chooser<'_>,
        request: OfBatch<'_>,
        after_step: &mut dyn FnMut() -> Result<(), LpdError>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Sampled, RequestError> {
        let OfBatch {
            samples,
            label,
            known,
            guidance,
            choice,
            seed,
        } = request;
        let count = samples.clone().count();
        let rows = if guidance.is_some() { 2 } else { 1 };
        let labels: Vec<Option<u32>> = samples.clone().map(label).collect();
        let decoder = |drafts: usize, watch| {
            let known = match (chooser.known(), known) {
                (cells, _) if cells.count() == 0 => None,
                (cells, Some(tokens)) => Some((cells, tokens)),
                (cells, None) => {
                    return Err(LpdError::KnownTokens {
                        known: cells.count(),
                    });
                }
            };
            let decoder = LpdDecoder::new(self, &labels, known, (guidance, choice), drafts)?;
            Ok::<_, LpdError>(decoder.watched(watch))
        };
        match chooser {
            Chooser::Orders(orders) => {
                let batch = orders.batch(samples.clone(), label)?;
                let mut sampler = Sampler::new(choice, seed, samples.start, count);
                let mut generation = self.generation(&batch, known, guidance)?;
                while let Some(step) = generation.next_step_watched(watch)? {
                    let tokens = sampler.choose(&step.logits).map_err(LpdError::from)?;
                    generation.commit(tokens)?;
                    after_step()?;
                }
                let positions = generation.positions();
                let generated = generation.finish()?;
                Ok(Sampled {
                    tokens: generated.tokens,
                    passes: vec![batch.problem().group_sizes().steps(); count],
                    refusals: Vec::new(),
                    orders: Vec::new(),
                    positions: positions * rows * count as u64,
                })
            }
            Chooser::Exact(orders, drafts) => {
                let most = drafts.window.most(orders.problem().group_sizes());
                let mut decoder = decoder(most, watch)?;
                let orders = orders.orders(samples.clone())?;
                let request = ExactDecoding {
                    orders: &orders,
                    drafts,
                    draws: (seed, samples.start),
                };
                let go_on = &mut || ControlFlow::Continue(());
                let decoded = decode_exactly(&mut decoder, &request, go_on)?;
                let mut sampled = Sampled {
                    tokens: Array2::zeros((count, orders[0].grid().cells())),
                    passes: decoded.iter().map(|sample| sample.passes).collect(),
                    refusals: decoded.iter().map(|sample| sample.refusals).collect(),
                    orders: Vec::new(),
                    positions: decoder.positions(),
                };
                let rows = decoded.iter().map(|sample| &sample.tokens[..]);
                sampled.fill(rows, (orders[0].known(), known));
                Ok(sampled)
            }
            Chooser::Rule(rule) => {
                let mut decoder = decoder(0, watch)?;
                let schedulers = rule.schedulers(samples.clone())?;
                let mut draws: Vec<OrderRng> = samples
                    .map(|sample| OrderRng::new(seed, TOKEN_STREAMS | sample))
                    .collect();
                let known_cells = rule.task.known();
                let mut decoding = Decoding::new(known_cells, schedulers);
                let decoded = decode(&mut decoder, &mut decoding, &mut |sample, _, row| {
                    drawn_from(row, draws[sample].uniform())
                })?;
                let mut sampled = Sampled {
                    tokens: Array2::zeros((count, known_cells.grid().cells())),
                    passes: Vec::with_capacity(count),
                    refusals: Vec::new(),
                    orders: Vec::with_capacity(count),
                    positions: decoder.positions(),
                };
                let rows = decoded.iter().map(|sample| &sample.tokens[..]);
                sampled.fill(rows, (known_cells, known));
                for sample in decoded {
                    sampled.passes.push(sample.order.group_sizes().steps());
                    sampled.orders.push(sample.order);
                }
                Ok(sampled)
            }
        }
    }

    /// Log-likelihoods of images under a rule, and the cells of each step.
    pub(super) fn score_by_rule(
        &self,
        rule: &SampleRule,
        images: Range<u64>,
        label: LabelOf<'_>,
        tokens: ArrayView2<'_, u32>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<(Array2<f32>, Vec<Order>), RequestError> {
        let labels: Vec<Option<u32>> = images.clone().map(label).collect();
        let known = rule.task.known();
        let given = (known.count() > 0).then_some((known, tokens));
        let of_model = (Guidance::NONE, Choice::Sample(Sampling::default()));
        self.config().check_tokens(tokens, None)?;
        let decoder = LpdDecoder::new(self, &labels, given, of_model, 0)?;
        let mut decoding = Decoding::new(known, rule.schedulers(images)?);
        let mut scores = Array2::zeros(tokens.dim());
        let decoded = decode(
            &mut decoder.watched(watch),
            &mut decoding,
            &mut |sample, cell, row| {
                let place = [sample, cell as usize];
                let token = tokens[place];
                let probability = row.get(token as usize).copied().unwrap_or(0.0);
                scores[place] = probability.max(f32::MIN_POSITIVE).ln();
                token
            },
        )?;
        let orders = decoded.into_iter().map(|sample| sample.order).collect();
        Ok((scores, orders))
    }

    /// The samples of a batch, of those that were asked for and of all, if decoding it has
    /// room.
    pub(super) fn decoding_fits(
        &self,
        (batch, count): (usize, u64),
        chooser: Chooser<'_>,
        guidance: Guidance,
        memory: MemoryLimit,
    ) -> Result<usize, RequestError> {
        let (cells, drafts) = (
            chooser.known().grid().cells(),
            match chooser {
                Chooser::Orders(orders) => {
                    return self.generation_fits((batch, count), orders, guidance, memory);
                }
                Chooser::Exact(orders, drafts) => {
                    Some(drafts.window.most(orders.problem().group_sizes()))
                }
                Chooser::Rule(_) => None,
            },
        );
        let of_sample = self
            .costs()
            .map(|costs| costs.decoded(cells, drafts, guidance));
        fitting((batch, count), of_sample, memory)
    }
}

impl Sampled {
    /// Takes the tokens that were decoded, and those of known cells.
    fn fill<'r>(
        &mut self,
        decoded: impl Iterator<Item = &'r [u32]>,
        (cells, known): (&KnownCells, Option<ArrayView2<'_, u32>>),
    ) {
        for (index, (mut row, tokens)) in
            self.tokens.rows_mut().into_iter().zip(decoded).enumerate()
        {
            for (cell, token) in row.iter_mut().enumerate() {
                *token = match known {
                    Some(known) if cells.mask()[cell] => known[[index, cell]],
                    _ => tokens[cell],
                };
            }
        }
    }
}
