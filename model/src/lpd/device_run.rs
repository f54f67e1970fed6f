//! Generation on a card of NVIDIA: between steps nothing comes from it or goes there.

use std::ops::ControlFlow;

use candle_core::Tensor;
use ndarray::ArrayView2;

use super::batch::Batch;
use super::error::LpdError;
use super::fused_layers::FusedLayers;
use super::generation::Generated;
use super::layers::{Cache, Visibility};
use super::network::Lpd;
use super::sampling::{Guidance, Sampler, not_finite};
use crate::attention_mask::AttentionMask;
use crate::fused::{self, Draws, NO_TOKEN, Tables, Turn};

/// A generation whose state is on a card.
struct DeviceRun<'a> {
    lpd: &'a Lpd,
    layers: &'a FusedLayers,
    tables: &'a Tables,
    cache: Cache,
    /// Those of all cells, in the order of generation.
    tokens: Tensor,
    slots: Tensor,
    /// Of all rows: the samples, and with guidance as many without class.
    labels: Tensor,
    positions: u64,
}

impl Lpd {
    /// As [`generate`](Self::generate): the same draws, and the same tokens as far as logits
    /// are the same. All random numbers are brought to the device first, and tokens from it
    /// at the end.
    pub(super) fn generate_on_device(
        &self,
        (layers, tables): (&FusedLayers, &Tables),
        mut sampler: Sampler,
        (batch, known, guidance): (&Batch, Option<ArrayView2<'_, u32>>, Guidance),
        after_step: &mut dyn FnMut() -> Result<(), LpdError>,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Generated, LpdError> {
        batch.check(self.config())?;
        let (device, count) = (self.device(), batch.known());
        let (samples, cells) = (batch.len(), batch.problem().grid().cells());
        let free = cells - count;
        let mut tokens = vec![0; samples * cells];
        if count > 0 {
            let known = known.ok_or(LpdError::KnownTokens { known: count })?;
            batch.check_tokens(known, self.config(), true)?;
            for (sample, tokens) in tokens.chunks_mut(cells).enumerate() {
                let of_sample = &batch.cells(sample)[..count];
                for (token, &cell) in tokens.iter_mut().zip(of_sample) {
                    *token = known[[sample, cell as usize]];
                }
            }
        }
        let none = self.config().classes() as u32;
        let labels = batch.labels().iter().map(|label| label.unwrap_or(none));
        let mut labels: Vec<u32> = labels.collect();
        if guidance.is_some() {
            labels.resize(2 * samples, none);
        }
        let scales = guidance.is_some().then(|| {
            let scales = (count..cells).map(|rank| guidance.at(rank, cells) as f32);
            Tensor::from_iter(scales, device)
        });
        let scales = scales.transpose()?;
        let numbers = Tensor::from_vec(sampler.numbers(free), (samples, free), device)?;

        let mut run = DeviceRun {
            lpd: self,
            layers,
            tables,
            cache: self.cache(labels.len(), 1 + cells)?,
            tokens: Tensor::from_vec(tokens, (samples, cells), device)?,
            slots: batch.slots(device)?,
            labels: Tensor::new(labels, device)?,
            positions: 0,
        };
        let class = Turn {
            settled: 0,
            fresh: 1,
            has_class: true,
            queries: 0,
        };
        if count > 0 {
            // The class is a group of its own, as in training.
            run.pass(class, watch)?;
        }
        let (mut settled, mut before) = (count, count);
        for &size in batch.problem().group_sizes().as_slice() {
            let queries = size as usize;
            let turn = match settled {
                0 => Turn { queries, ..class },
                _ => Turn {
                    settled,
                    fresh: before,
                    has_class: false,
                    queries,
                },
            };
            let x = run.pass(turn, watch)?;
            let logits = run.layers.logits(&x, queries)?;
            let of_step = |scales: &Tensor| scales.narrow(0, settled - count, queries);
            let draws = Draws {
                numbers: numbers.clone(),
                scales: scales.as_ref().map(of_step).transpose()?,
                choice: sampler.choice(),
            };
            fused::draw(&run.tokens, &logits, &draws, settled)?;
            (settled, before) = (settled + queries, queries);
            after_step()?;
        }
        run.finish(batch)
    }
}

impl DeviceRun<'_> {
    /// A pass of a step; its new tokens are kept.
    fn pass(
        &mut self,
        turn: Turn,
        watch: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<Tensor, LpdError> {
        let of_samples = (&self.tokens, &self.slots, &self.labels);
        let embedded = fused::embed(of_samples, self.tables, turn)?;
        let mask = AttentionMask::step(self.cache.kept(), turn.fresh, turn.queries);
        let visibility = Visibility::Rows(&mask);
        let mut pass = self.lpd.pass(visibility, Some(&mut self.cache))?;
        pass.watch = Some(watch);
        let x = self.lpd.blocks(&embedded, &mut pass)?;
        self.cache.keep(turn.fresh);
        self.positions += (embedded.dim(0)? * embedded.dim(1)?) as u64;
        Ok(x)
    }

    /// The tokens, which are waited for here.
    fn finish(self, batch: &Batch) -> Result<Generated, LpdError> {
        let in_order: Vec<Vec<u32>> = self.tokens.to_vec2()?;
        if in_order.iter().flatten().any(|&token| token == NO_TOKEN) {
            return Err(not_finite().into());
        }
        Ok(Generated {
            tokens: batch.in_raster(0, &in_order),
            positions: self.positions,
        })
    }
}
