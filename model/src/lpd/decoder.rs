//! The transformer as a decoder: each sample of a batch may ask for other cells.

use std::ops::ControlFlow;

use candle_core::{Device, Tensor};
use ndarray::ArrayView2;
use orders_core::decoding::{Decoder, DecoderError, Distributions, Draft, Question};
use orders_core::{Cell, Grid, KnownCells};

use super::error::LpdError;
use super::layers::{Cache, Visibility};
use super::network::Lpd;
use super::sampling::{Choice, Guidance};
use crate::attention_mask::{AttentionMask, MaskRow};
use crate::cpu::Segment;

/// An LPD transformer that is asked about a batch of samples, each at its own place.
///
/// What is committed at once sees all of itself, as groups do in training; drafts see
/// those before them, as cells that are generated one by one do. Cells that are asked
/// together see each other. The answers are the distributions that tokens are drawn from:
/// with guidance, temperature, top-k and top-p; all of a greedy choice is at its token.
///
/// Keys and values are kept of committed tokens only, for each sample its own number. A
/// pass has no positions of samples that nothing is asked about, and the draft that is
/// committed as it was asked needs no second pass.
pub struct LpdDecoder<'a> {
    lpd: &'a Lpd,
    labels: Vec<Option<u32>>,
    guidance: Guidance,
    choice: Choice,
    cache: Cache,
    samples: Vec<Sample>,
    positions: u64,
    watch: Option<&'a mut dyn FnMut() -> ControlFlow<()>>,
}

/// Where a sample is.
#[derive(Clone, Debug, Default)]
struct Sample {
    /// Positions of the cache that hold: the class, and tokens.
    kept: usize,
    /// Cells that have their tokens.
    settled: usize,
    /// Groups that are committed, but not seen yet.
    waiting: Vec<Vec<Draft>>,
    /// Drafts that the last pass saw, behind those that hold; the last one first.
    drafts: Vec<Draft>,
}

impl Sample {
    /// The positions of a pass about it and what they see; as many keys as there are.
    fn mask(&self, question: &Question) -> AttentionMask {
        let mut rows = Vec::new();
        let mut end = self.kept;
        let see = |end: usize| MaskRow {
            prefix: end,
            own: end..end,
        };
        // The class is a group of its own.
        let class = usize::from(self.kept == 0);
        let groups = self.waiting.iter().map(Vec::len);
        let drafts = std::iter::repeat_n(1, question.drafts.len());
        for size in [class].into_iter().chain(groups).chain(drafts) {
            end += size;
            rows.resize(rows.len() + size, see(end));
        }
        let context = end - question.drafts.len();
        for group in &question.groups {
            let own = end..end + group.cells.len();
            end = own.end;
            let prefix = context + group.after;
            rows.resize(rows.len() + group.cells.len(), MaskRow { prefix, own });
        }
        AttentionMask::of_rows(end, rows)
    }
}

impl<'a> LpdDecoder<'a> {
    /// A decoder for samples of these labels; `None` is the unconditional class. `known`
    /// are known cells, and tokens of shape (samples, cells) of which those at known cells
    /// are read; they are needed if there are any. Questions have at most `drafts` drafts.
    ///
    /// # Errors
    ///
    /// [`LpdError`] if labels or tokens are none of the model's, or tokens are missing.
    pub fn new(
        lpd: &'a Lpd,
        labels: &[Option<u32>],
        (known, tokens): (&KnownCells, Option<ArrayView2<'_, u32>>),
        (guidance, choice): (Guidance, Choice),
        drafts: usize,
    ) -> Result<Self, LpdError> {
        let config = lpd.config();
        if labels.is_empty() {
            return Err(LpdError::Empty);
        }
        config.check_labels(labels)?;
        let cells = config.grid().cells();
        let mut samples = vec![Sample::default(); labels.len()];
        if known.count() > 0 {
            let tokens = tokens.ok_or(LpdError::KnownTokens {
                known: known.count(),
            })?;
            let (found, expected) = (tokens.dim().into(), [labels.len(), cells]);
            if found != expected {
                return Err(LpdError::TokenShape { found, expected });
            }
            config.check_tokens(tokens, Some(known))?;
            for (sample, tokens) in samples.iter_mut().zip(tokens.rows()) {
                let group = known.cells().map(|cell| (cell, tokens[cell as usize]));
                sample.waiting.push(group.collect());
                sample.settled = known.count();
            }
        }
        let rows = labels.len() * if guidance.is_some() { 2 } else { 1 };
        Ok(Self {
            lpd,
            labels: labels.to_vec(),
            guidance,
            choice,
            cache: lpd.cache(rows, 1 + cells + drafts)?,
            samples,
            positions: 0,
            watch: None,
        })
    }

    /// Asks `watch` before each block of the transformer whether to go on.
    pub fn watched(mut self, watch: &'a mut dyn FnMut() -> ControlFlow<()>) -> Self {
        self.watch = Some(watch);
        self
    }

    /// Positions that went through the transformer so far, those without class included.
    pub fn positions(&self) -> u64 {
        self.positions
    }

    /// One pass: logits after guidance, of shape (1, queries, vocabulary), f32.
    fn pass(&mut self, questions: &[Question]) -> Result<Tensor, LpdError> {
        let device = self.lpd.device().clone();
        let cells = self.lpd.config().grid().cells();
        let asked: Vec<usize> = (0..questions.len())
            .filter(|&index| !questions[index].is_empty())
            .collect();
        let masks: Vec<AttentionMask> = asked
            .iter()
            .map(|&index| self.samples[index].mask(&questions[index]))
            .collect();

        // All that is embedded: classes, tokens, queries; and where each position finds it.
        let (mut tokens, mut token_slots, mut query_slots) = (Vec::new(), Vec::new(), Vec::new());
        let mut scales = Vec::new();
        let mut places = Vec::new();
        let mut queries = Vec::new();
        let mut beginners = Vec::new();
        for &index in &asked {
            let (sample, question) = (&self.samples[index], &questions[index]);
            if sample.kept == 0 {
                places.push(Place::Class(beginners.len()));
                beginners.push(self.labels[index]);
            }
            let waiting = sample.waiting.iter().flatten();
            for &(cell, token) in waiting.chain(&question.drafts) {
                places.push(Place::Token(tokens.len()));
                tokens.push(token);
                token_slots.push(cell + 1);
            }
            for group in &question.groups {
                for (place, &cell) in group.cells.iter().enumerate() {
                    queries.push(places.len() as u32);
                    places.push(Place::Query(query_slots.len()));
                    query_slots.push(cell + 1);
                    let rank = sample.settled + group.after;
                    let rank = rank + if group.in_order { place } else { 0 };
                    scales.push(self.guidance.at(rank, cells) as f32);
                }
            }
        }
        let guided = self.guidance.is_some();
        let halves = if guided { 2 } else { 1 };
        let row = |numbers: Vec<u32>| {
            let count = numbers.len();
            Tensor::from_vec(numbers, (1, count), &device)
        };
        let mut parts = Vec::new();
        if !beginners.is_empty() {
            let classes = self.lpd.embed_classes(&beginners, guided)?;
            parts.push(classes.transpose(0, 1)?.contiguous()?);
        }
        let count = (beginners.len() * halves, tokens.len());
        if !tokens.is_empty() {
            parts.push(self.lpd.embed_tokens(&row(tokens)?, &row(token_slots)?)?);
        }
        parts.push(self.lpd.embed_queries(&row(query_slots)?)?);
        let table = Tensor::cat(&parts, 1)?;
        let of_half = |half: usize| {
            let begin = half * beginners.len();
            places.iter().map(move |place| match place {
                Place::Class(class) => begin + class,
                Place::Token(token) => count.0 + token,
                Place::Query(query) => count.0 + count.1 + query,
            } as u32)
        };
        let order: Vec<u32> = (0..halves).flat_map(of_half).collect();
        let total = order.len();
        let embedded = table.index_select(&Tensor::new(order, &device)?, 1)?;

        let mut segments = Vec::with_capacity(halves * asked.len());
        let mut start = 0;
        for half in 0..halves {
            for (&index, mask) in asked.iter().zip(&masks) {
                segments.push(Segment {
                    seen_only: 0,
                    row: half * questions.len() + index,
                    start,
                    past: self.samples[index].kept,
                    mask,
                });
                start += mask.rows().len();
            }
        }
        let visibility = Visibility::Segments(&segments);
        let mut pass = self.lpd.pass(visibility, Some(&mut self.cache))?;
        pass.watch = self.watch.as_deref_mut().map(|watch| watch as _);
        let x = self.lpd.blocks(&embedded, &mut pass)?;
        self.positions += total as u64;

        let asked_about = queries.len();
        let half = (total / halves) as u32;
        let of_half = |start: u32| queries.iter().map(move |query| start + query);
        let places: Vec<u32> = (0..halves as u32)
            .flat_map(|number| of_half(number * half))
            .collect();
        let x = x.index_select(&Tensor::new(places, &device)?, 1)?;
        let logits = self.lpd.logits(&x, halves * asked_about)?;
        let logits = match guided {
            false => logits,
            true => {
                let conditional = logits.narrow(1, 0, asked_about)?;
                let free = logits.narrow(1, asked_about, asked_about)?;
                let scales = Tensor::from_vec(scales, (asked_about, 1), &device)?;
                (&free + (conditional - &free)?.broadcast_mul(&scales)?)?
            }
        };

        for &index in &asked {
            let sample = &mut self.samples[index];
            let seen: usize = sample.waiting.drain(..).map(|group| group.len()).sum();
            sample.kept += seen + usize::from(sample.kept == 0);
            sample.drafts = questions[index].drafts.iter().rev().copied().collect();
        }
        Ok(logits)
    }
}

/// What is embedded at a position: the so-and-so-many-th of its kind.
enum Place {
    Class(usize),
    Token(usize),
    Query(usize),
}

impl Decoder for LpdDecoder<'_> {
    fn grid(&self) -> Grid {
        self.lpd.config().grid()
    }

    fn vocabulary(&self) -> usize {
        self.lpd.config().vocab()
    }

    fn samples(&self) -> usize {
        self.samples.len()
    }

    fn ask(&mut self, questions: &[Question]) -> Result<Vec<Distributions>, DecoderError> {
        let vocab = self.vocabulary();
        if questions.iter().all(Question::is_empty) {
            return Ok(vec![Distributions::new(vocab, Vec::new()); questions.len()]);
        }
        let logits = self.pass(questions)?.to_device(&Device::Cpu)?;
        let mut rows = self.choice.distributions(&logits)?.into_iter();
        let of_question = |question: &Question| {
            let numbers = rows.by_ref().take(question.cells().count() * vocab);
            Distributions::new(vocab, numbers.collect())
        };
        Ok(questions.iter().map(of_question).collect())
    }

    fn commit(&mut self, sample: usize, group: &[(Cell, u32)]) -> Result<(), DecoderError> {
        let sample = &mut self.samples[sample];
        sample.settled += group.len();
        match group {
            [draft] if sample.waiting.is_empty() && sample.drafts.last() == Some(draft) => {
                sample.drafts.pop();
                sample.kept += 1;
            }
            _ => {
                sample.drafts.clear();
                sample.waiting.push(group.to_vec());
            }
        }
        Ok(())
    }

    fn takes_drafts(&self) -> bool {
        true
    }
}
