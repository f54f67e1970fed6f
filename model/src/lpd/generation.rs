//! Generation: group after group, with a cache of keys and values.

use std::ops::ControlFlow;

use candle_core::Tensor;
use ndarray::{Array2, ArrayView2};

use super::batch::Batch;
use super::error::LpdError;
use super::layers::{Cache, Visibility};
use super::network::Lpd;
use super::sampling::{Choice, Guidance, Sampler};
use crate::attention_mask::AttentionMask;

/// A generation, step by step: [`next_step`](Self::next_step) gives the logits
/// of a group, [`commit`](Self::commit) takes its tokens.
///
/// One pass a step: the tokens of the group before and the queries of this one.
/// Keys and values are kept of tokens only; those of queries are overwritten by
/// the next step. Nothing is copied from the device between steps.
///
/// Known cells come first, as one group. With guidance, every sample has a
/// second row without class.
#[derive(Debug)]
pub struct Generation<'a> {
    lpd: &'a Lpd,
    batch: &'a Batch,
    guidance: Guidance,
    cache: Cache,
    /// Slots of the positional embedding, known cells first.
    slots: Tensor,
    /// The scale of guidance for each rank, shape (ranks, 1).
    scales: Option<Tensor>,
    /// Known tokens, and then those of each step.
    groups: Vec<Tensor>,
    /// Tokens that are settled, known ones included.
    settled: usize,
    /// Steps that were begun.
    begun: usize,
    /// Whether the step that was begun waits for its tokens.
    waits: bool,
    /// Positions that went through the transformer.
    positions: u64,
}

/// One step of a generation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Step {
    /// Its number, from 0.
    pub index: usize,
    /// The ranks of its cells in the order, known cells not counted.
    pub ranks: std::ops::Range<usize>,
    /// Logits after guidance: shape (samples, cells of the step, vocabulary),
    /// f32, on the model's device.
    pub logits: Tensor,
}

/// What a generation gave.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Generated {
    /// Tokens in raster positions, shape (samples, cells).
    pub tokens: Array2<u32>,
    /// Positions that went through the transformer, those without class included.
    pub positions: u64,
}

impl Lpd {
    /// Generates the tokens of a batch: sample i of it is number `first + i` of
    /// the run of `seed`. `known` are tokens of shape (samples, cells), of which
    /// those at known cells are read; they are needed if there are any.
    ///
    /// # Errors
    ///
    /// [`LpdError`] if the batch is not one of this model.
    pub fn generate(
        &self,
        batch: &Batch,
        known: Option<ArrayView2<'_, u32>>,
        guidance: Guidance,
        choice: Choice,
        (seed, first): (u64, u64),
    ) -> Result<Generated, LpdError> {
        let sampler = Sampler::new(choice, seed, first, batch.len());
        let watch = &mut || ControlFlow::Continue(());
        self.generate_by(sampler, (batch, known, guidance), &mut || Ok(()), watch)
    }

    /// The same. `after_step` is called when the tokens of a step are there; `watch` is
    /// asked again and again, in the middle of steps as well, and may end it.
    pub(super) fn generate_by(
        &self,
        mut sampler: Sampler,
        (batch, known, guidance): (&Batch, Option<ArrayView2<'_, u32>>, Guidance),
        after_step: &mut dyn FnMut() -> Result<(), LpdError>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Generated, LpdError> {
        if let Some(fused) = self.fused() {
            let request = (batch, known, guidance);
            return self.generate_on_device(fused, sampler, request, after_step, watch);
        }
        let mut generation = self.generation(batch, known, guidance)?;
        while let Some(step) = generation.next_step_watched(watch)? {
            generation.commit(sampler.choose(&step.logits)?)?;
            after_step()?;
        }
        generation.finish()
    }

    /// Begins a generation: allocates its cache, and sees known cells.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate).
    pub fn generation<'a>(
        &'a self,
        batch: &'a Batch,
        known: Option<ArrayView2<'_, u32>>,
        guidance: Guidance,
    ) -> Result<Generation<'a>, LpdError> {
        batch.check(self.config())?;
        let device = self.device();
        let count = batch.known();
        let mut groups = Vec::new();
        if count > 0 {
            let known = known.ok_or(LpdError::KnownTokens { known: count })?;
            batch.check_tokens(known, self.config(), true)?;
            groups.push(batch.sequence(known, count, device)?);
        }
        let rows = batch.len() * if guidance.is_some() { 2 } else { 1 };
        let cells = batch.problem().grid().cells();
        let scales = guidance.is_some().then(|| {
            let scales = (count..cells).map(|rank| guidance.at(rank, cells) as f32);
            Tensor::from_iter(scales, device)?.unsqueeze(1)
        });
        let mut generation = Generation {
            lpd: self,
            batch,
            guidance,
            cache: self.cache(rows, 1 + cells)?,
            slots: batch.slots(device)?,
            scales: scales.transpose()?,
            groups,
            settled: count,
            begun: 0,
            waits: false,
            positions: 0,
        };
        if count > 0 {
            // The class is a group of its own, as in training.
            let class = self.embed_classes(batch.labels(), guidance.is_some())?;
            generation.pass(&class, (1, 0), &mut || ControlFlow::Continue(()))?;
        }
        Ok(generation)
    }
}

impl Generation<'_> {
    /// The logits of the next group; `None` when all cells have their tokens.
    ///
    /// # Errors
    ///
    /// [`LpdError::Turn`] if the tokens of the step before were not committed.
    pub fn next_step(&mut self) -> Result<Option<Step>, LpdError> {
        self.next_step_watched(&mut || ControlFlow::Continue(()))
    }

    /// The same; `watch` is asked before each block of the transformer, and may end it.
    ///
    /// # Errors
    ///
    /// That of [`next_step`](Self::next_step), and [`LpdError::Stopped`]: then the
    /// generation can't go on.
    pub fn next_step_watched(
        &mut self,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Option<Step>, LpdError> {
        if self.waits {
            return Err(LpdError::Turn(
                "the tokens of a step must be committed before the next step",
            ));
        }
        let known = self.batch.known();
        let sizes = self.batch.problem().group_sizes();
        let Some(&size) = sizes.as_slice().get(self.begun) else {
            return Ok(None);
        };
        let (queries, index) = (size as usize, self.begun);
        let asked = self
            .lpd
            .embed_queries(&self.slots.narrow(1, self.settled, queries)?)?;
        let asked = self.doubled(asked)?;
        let (before, new) = match self.groups.last() {
            None => {
                let class = self
                    .lpd
                    .embed_classes(self.batch.labels(), self.guidance.is_some())?;
                (class, 1)
            }
            Some(tokens) => {
                let new = tokens.dim(1)?;
                let slots = self.slots.narrow(1, self.settled - new, new)?;
                (self.doubled(self.lpd.embed_tokens(tokens, &slots)?)?, new)
            }
        };
        let embedded = Tensor::cat(&[before, asked], 1)?;
        let x = self.pass(&embedded, (new, queries), watch)?;
        let logits = self.lpd.logits(&x, queries)?;
        let first = self.settled - known;
        let logits = match &self.scales {
            None => logits,
            Some(scales) => {
                let samples = self.batch.len();
                let conditional = logits.narrow(0, 0, samples)?;
                let free = logits.narrow(0, samples, samples)?;
                let scales = scales.narrow(0, first, queries)?;
                (&free + (conditional - &free)?.broadcast_mul(&scales)?)?
            }
        };
        self.begun += 1;
        self.waits = true;
        Ok(Some(Step {
            index,
            ranks: first..first + queries,
            logits,
        }))
    }

    /// Takes the tokens of the step: shape (samples, cells of the step), u32, on
    /// the model's device.
    ///
    /// # Errors
    ///
    /// [`LpdError::Turn`] if no step waits for tokens or their shape is not
    /// the step's. Tokens beyond the vocabulary are found out when the next
    /// step looks them up.
    pub fn commit(&mut self, tokens: Tensor) -> Result<(), LpdError> {
        if !self.waits {
            return Err(LpdError::Turn("no step waits for tokens"));
        }
        let sizes = self.batch.problem().group_sizes().as_slice();
        let size = sizes[self.begun - 1] as usize;
        if tokens.dims() != [self.batch.len(), size] {
            return Err(LpdError::Turn(
                "the tokens of a step have the shape (samples, cells of the step)",
            ));
        }
        self.groups.push(tokens);
        self.settled += size;
        self.waits = false;
        Ok(())
    }

    /// All tokens, in raster positions.
    ///
    /// # Errors
    ///
    /// [`LpdError::Turn`] if cells are left.
    pub fn finish(self) -> Result<Generated, LpdError> {
        let grid = self.batch.problem().grid();
        if self.settled < grid.cells() {
            return Err(LpdError::Turn("there are steps left"));
        }
        let in_order: Vec<Vec<u32>> = Tensor::cat(&self.groups, 1)?.to_vec2()?;
        Ok(Generated {
            tokens: self.batch.in_raster(0, &in_order),
            positions: self.positions,
        })
    }

    /// A pass of `new` tokens and `queries`, of which the tokens are kept.
    fn pass(
        &mut self,
        embedded: &Tensor,
        (new, queries): (usize, usize),
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Tensor, LpdError> {
        let mask = AttentionMask::step(self.cache.kept(), new, queries);
        let mut pass = self
            .lpd
            .pass(Visibility::Rows(&mask), Some(&mut self.cache))?;
        pass.watch = Some(watch);
        pass.wanted = Some(queries).filter(|&queries| queries > 0);
        let x = self.lpd.blocks(embedded, &mut pass)?;
        self.cache.keep(new);
        self.positions += (embedded.dim(0)? * (new + queries)) as u64;
        Ok(x)
    }

    /// The same for the rows without class.
    fn doubled(&self, rows: Tensor) -> Result<Tensor, LpdError> {
        Ok(match self.guidance.is_some() {
            true => Tensor::cat(&[&rows, &rows], 0)?,
            false => rows,
        })
    }
}
