//! Samples: what chooses their cells, and their generation batch by batch.

use std::ops::{ControlFlow, Range};

use ndarray::{Array2, ArrayView1, ArrayView2, s};
use orders_core::decoding::schedulers::SampleRule;
use orders_core::decoding::{Decoding, Drafts, ExactDecoding, PrefixNats};
use orders_core::decoding::{decode, decode_exactly, draw, score_prefixes, token_rng};
use orders_core::{Cell, KnownCells, MemoryLimit, Order, OrderRng};

use super::batch::Batch;
use super::decoder::LpdDecoder;
use super::error::LpdError;
use super::network::Lpd;
use super::requests::{LabelOf, RequestError, SampleOrders, in_batches};
use super::sampling::{Choice, Guidance, Sampler, Sampling};

/// What chooses the cells of samples, and how their tokens come about.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Chooser<'a> {
    /// Orders that were made beforehand: the cells of a group at once.
    Orders(&'a SampleOrders),
    /// The same orders, but tokens follow the distribution of generating their cells one by
    /// one, in as few passes as drafts hold.
    Exact(&'a SampleOrders, Drafts),
    /// A rule that looks at the model's answers.
    Rule(&'a SampleRule),
}

impl Chooser<'_> {
    /// The cells that are known from the start; with them, the grid.
    pub fn known(&self) -> &KnownCells {
        match self {
            Self::Orders(orders) | Self::Exact(orders, _) => orders.problem().known(),
            Self::Rule(rule) => rule.task().known(),
        }
    }

    /// The name of the method or rule, or of what the orders are from.
    pub fn name(&self) -> &str {
        match self {
            Self::Orders(orders) | Self::Exact(orders, _) => orders.name(),
            Self::Rule(rule) => rule.rule().name(),
        }
    }

    /// What outputs say of it.
    pub fn label(&self) -> String {
        match self {
            Self::Orders(orders) => orders.label(),
            Self::Exact(orders, _) => format!("{}, exactly", orders.label()),
            Self::Rule(rule) => {
                let mut label = rule.rule().name().to_owned();
                for (name, value) in rule.rule().parameters() {
                    label.push_str(&format!(", {name} {value}"));
                }
                label
            }
        }
    }
}

/// Samples to generate.
pub struct SampleRequest<'a> {
    /// What chooses their cells.
    pub chooser: Chooser<'a>,
    /// Their numbers.
    pub samples: Range<u64>,
    /// The class of each, by its number.
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

/// Images about which a model is asked after every prefix of their orders.
#[derive(Clone, Copy)]
pub struct PrefixRequest<'a> {
    /// Their orders; group sizes say nothing.
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

/// Samples that were generated, and how.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
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
        progress: impl FnMut(u64) -> ControlFlow<()> + Send,
        mut take: impl FnMut(Range<u64>, &Sampled) -> Result<(), E>,
    ) -> Result<(), E> {
        let SampleRequest {
            chooser,
            guidance,
            choice,
            seed,
            ..
        } = *request;
        let count = request.samples.end.saturating_sub(request.samples.start);
        let size = self.decoding_fits((request.batch, count), chooser, guidance, request.memory)?;
        let first = request.samples.start;
        in_batches(
            (request.samples.clone(), size),
            progress,
            |samples, watch| {
                let of_batch = |known: ArrayView2<'_, u32>| match known.nrows() {
                    1 => known
                        .broadcast((samples.clone().count(), known.ncols()))
                        .map(|rows| rows.to_owned()),
                    _ => {
                        let rows = (samples.start - first) as usize..(samples.end - first) as usize;
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
            },
        )
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
        let labels: Vec<Option<u32>> = samples.clone().map(label).collect();
        let count = labels.len();
        let of_cells = (chooser.known(), known);
        let of_model = (guidance, choice);
        match chooser {
            Chooser::Orders(orders) => {
                let batch = Batch::new(&orders.orders(samples.clone())?, &labels)?;
                let sampler = Sampler::new(choice, seed, samples.start, count);
                let request = (&batch, known, guidance);
                let generated = self.generate_by(sampler, request, after_step, watch)?;
                Ok(Sampled {
                    tokens: generated.tokens,
                    passes: vec![batch.problem().group_sizes().steps(); count],
                    refusals: Vec::new(),
                    orders: Vec::new(),
                    positions: generated.positions,
                })
            }
            Chooser::Exact(orders, drafts) => {
                let most = drafts.window.most(orders.problem().group_sizes());
                let decoder = LpdDecoder::new(self, &labels, of_cells, of_model, most)?;
                let mut decoder = decoder.watched(watch);
                let request = ExactDecoding {
                    orders: &orders.orders(samples.clone())?,
                    drafts,
                    draws: (seed, samples.start),
                };
                let go_on = &mut || ControlFlow::Continue(());
                let decoded = decode_exactly(&mut decoder, &request, go_on)?;
                let tokens = decoded.iter().map(|sample| &sample.tokens[..]);
                Ok(Sampled {
                    tokens: with_known(tokens, of_cells),
                    passes: decoded.iter().map(|sample| sample.passes).collect(),
                    refusals: decoded.iter().map(|sample| sample.refusals).collect(),
                    orders: Vec::new(),
                    positions: decoder.positions(),
                })
            }
            Chooser::Rule(rule) => {
                let decoder = LpdDecoder::new(self, &labels, of_cells, of_model, 0)?;
                let mut decoder = decoder.watched(watch);
                let schedulers = rule.schedulers(samples.clone())?;
                let mut draws: Vec<OrderRng> =
                    samples.map(|sample| token_rng(seed, sample)).collect();
                let mut decoding = Decoding::new(rule.task().known(), schedulers);
                let decoded = decode(&mut decoder, &mut decoding, &mut |sample, _, row| {
                    // A distribution that sums to 1 has a token.
                    draw(row, draws[sample].uniform()).unwrap_or_default()
                })?;
                let tokens = decoded.iter().map(|sample| &sample.tokens[..]);
                let tokens = with_known(tokens, of_cells);
                let orders: Vec<Order> = decoded.into_iter().map(|sample| sample.order).collect();
                let steps = orders.iter().map(|order| order.group_sizes().steps());
                Ok(Sampled {
                    tokens,
                    passes: steps.collect(),
                    refusals: Vec::new(),
                    orders,
                    positions: decoder.positions(),
                })
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
        let known = rule.task().known();
        let of_model = (Guidance::NONE, Choice::Sample(Sampling::default()));
        self.config().check_tokens(tokens, None)?;
        let decoder = LpdDecoder::new(self, &labels, (known, Some(tokens)), of_model, 0)?;
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

    /// What the model says of the cells of images that are left after every prefix of their
    /// orders: `on_prefix` gets the order of an image and its next row, of N rows
    /// ([`score_prefixes`]). Images of a batch count from 0.
    ///
    /// # Errors
    ///
    /// [`RequestError`].
    pub fn score_prefixes(
        &self,
        request: &PrefixRequest<'_>,
        progress: impl FnMut(u64) -> ControlFlow<()> + Send,
        mut on_prefix: impl FnMut(&Order, PrefixNats<'_>) + Send,
    ) -> Result<(), RequestError> {
        let PrefixRequest { orders, labels, .. } = *request;
        let (known, count) = (orders.problem().known(), labels.len() as u64);
        self.config().check_tokens(request.tokens, None)?;
        let cells = known.grid().cells();
        let of_image = self.costs().decoded(cells, None, Guidance::NONE);
        let size = self.fitting((request.batch, count), of_image, request.memory)?;
        let of_model = (Guidance::NONE, Choice::Sample(Sampling::default()));
        in_batches((0..count, size), progress, |images, watch| {
            let rows = images.start as usize..images.end as usize;
            let tokens = request.tokens.slice(s![rows.clone(), ..]);
            let known = (known, Some(tokens));
            let decoder = LpdDecoder::new(self, &labels[rows], known, of_model, 0)?;
            let orders = orders.orders(images)?;
            let token = |image: usize, cell: Cell| tokens[[image, cell as usize]];
            score_prefixes(&mut decoder.watched(watch), &orders, &token, &mut |row| {
                on_prefix(&orders[row.sample], row);
            })?;
            Ok::<(), RequestError>(())
        })
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
        let drafts = match chooser {
            Chooser::Orders(orders) => {
                return self.generation_fits((batch, count), orders, guidance, memory);
            }
            Chooser::Exact(orders, drafts) => {
                Some(drafts.window.most(orders.problem().group_sizes()))
            }
            Chooser::Rule(_) => None,
        };
        let cells = chooser.known().grid().cells();
        let of_sample = self.costs().decoded(cells, drafts, guidance);
        self.fitting((batch, count), of_sample, memory)
    }
}

/// The tokens of samples that were decoded, with those of known cells: shape (samples,
/// cells).
fn with_known<'r>(
    decoded: impl ExactSizeIterator<Item = &'r [u32]>,
    (cells, known): (&KnownCells, Option<ArrayView2<'_, u32>>),
) -> Array2<u32> {
    let mut all = Array2::zeros((decoded.len(), cells.grid().cells()));
    for (index, (mut row, tokens)) in all.rows_mut().into_iter().zip(decoded).enumerate() {
        row.assign(&ArrayView1::from(tokens));
        if let Some(known) = known {
            for cell in cells.cells() {
                row[cell as usize] = known[[index, cell as usize]];
            }
        }
    }
    all
}
