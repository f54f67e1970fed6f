//! What a transformer takes in memory, estimated by its sizes.
//!
//! All of it in floating point, since sizes may be absurd; a tenth or so more than is
//! taken, so that what fits by the estimate does fit.

use candle_core::DType;
use orders_core::{Problem, estimated_bytes};

use super::config::LpdConfig;
use super::layers::Kernels;
use super::sampling::Guidance;
use crate::cpu::CpuCache;

/// What an allocator and small things take beside the large ones.
const MORE: f64 = 1.1;

/// What a tensor takes beside its numbers, its name among it.
const TENSOR_BYTES: f64 = 512.0;

/// What a sample takes beside its tokens: its random numbers, its label.
const SAMPLE_BYTES: f64 = 1024.0;

/// Logits that exist side by side while a batch is generated, for each sample: those of
/// the class and those without, and what guidance makes of them.
const GUIDED_LOGITS: f64 = 5.0;
/// The same without guidance, with the copy that is drawn from.
const LOGITS: f64 = 2.0;
/// Distributions beside them that schedulers and drafts are made from: of all samples, of
/// each, and those that drafts or a scheduler remember.
const DISTRIBUTIONS: f64 = 3.0;
/// The same while likelihoods are taken: the logits, and two steps of their softmax.
const LOG_SOFTMAX: f64 = 3.0;

impl LpdConfig {
    /// Number of parameters.
    pub(crate) fn parameters(&self) -> f64 {
        let [width, hidden, depth] = [self.width(), self.hidden(), self.depth()].map(float);
        let [cells, classes, vocab] =
            [self.grid().cells(), self.classes(), self.vocab()].map(float);
        let block = 4.0 * width * width + 2.0 * width * hidden + 9.0 * width + hidden;
        // Positions, classes, tokens and the head; the class of none, the query and the
        // norms.
        let tables = (1.0 + cells) + classes + 2.0 * vocab;
        depth * block + width * (tables + 6.0)
    }

    /// Bytes that all weights take in a precision while they are made ready.
    pub fn weight_bytes(&self, dtype: DType) -> u64 {
        let [width, hidden, vocab] = [self.width(), self.hidden(), self.vocab()].map(float);
        // A weight is laid out anew beside itself, one at a time.
        let largest = 4.0 * width * (3.0 * width).max(hidden).max(vocab);
        let tensors = TENSOR_BYTES * 12.0 * float(self.depth());
        let bytes = self.parameters() * float(dtype.size_in_bytes());
        estimated_bytes(MORE * (bytes + 2.0 * largest) + tensors)
    }
}

/// What the memory of a batch depends on besides the batch.
pub(super) struct Costs<'a> {
    pub(super) config: &'a LpdConfig,
    pub(super) dtype: DType,
    pub(super) kernels: Kernels,
}

impl Costs<'_> {
    /// Bytes that a sample takes while a batch of a problem is generated.
    pub(super) fn generated(&self, problem: &Problem, guidance: Guidance) -> u64 {
        let sizes = problem.group_sizes().as_slice();
        let cells = problem.grid().cells();
        let of_sizes = sizes.iter().map(|&size| size as usize);
        // A pass has the tokens of the group before and the queries of the next.
        let before = std::iter::once(problem.known().count().max(1)).chain(of_sizes.clone());
        let positions = before.zip(of_sizes.clone()).map(|(new, asked)| new + asked);
        let positions = positions.chain([problem.known().count()]).max();
        let queries = of_sizes.max().unwrap_or(0);
        let (rows, logits) = match guidance.is_some() {
            true => (2.0, GUIDED_LOGITS),
            false => (1.0, LOGITS),
        };
        let of_row = self.cache(1 + cells) + self.pass(positions.unwrap_or(1), 1 + cells);
        let logits = 4.0 * logits * float(queries) * float(self.config.vocab());
        estimated_bytes(MORE * (rows * of_row + logits) + of_sample(cells))
    }

    /// Bytes that a sample of so many cells takes while a batch is decoded: with so many
    /// drafts at most, or by a rule that asks about all free cells.
    pub(super) fn decoded(&self, cells: usize, drafts: Option<usize>, guidance: Guidance) -> u64 {
        let (queries, context, capacity) = match drafts {
            // Each draft is context and is asked about, and as many cells behind them.
            Some(drafts) => (
                cells.min(drafts.saturating_mul(2)),
                2 * drafts,
                cells + drafts,
            ),
            None => (cells, cells, cells),
        };
        let (rows, logits) = match guidance.is_some() {
            true => (2.0, GUIDED_LOGITS),
            false => (1.0, LOGITS),
        };
        let of_row = self.cache(1 + capacity) + self.pass(1 + context + queries, 1 + capacity);
        let logits = 4.0 * (logits + DISTRIBUTIONS) * float(queries) * float(self.config.vocab());
        estimated_bytes(MORE * (rows * of_row + logits) + of_sample(cells))
    }

    /// Bytes that a sample takes in a pass over all groups of a problem.
    pub(super) fn whole_pass(&self, problem: &Problem) -> u64 {
        let sizes = problem.group_sizes();
        let last = sizes.as_slice().last().map_or(0, |&size| size as usize);
        let free = sizes.cells();
        let positions = 1 + problem.known().count() + free - last + free;
        let cache = match self.kernels {
            Kernels::Device | Kernels::Differentiable => 0.0,
            _ => self.cache(positions),
        };
        let logits = 4.0 * LOG_SOFTMAX * float(free) * float(self.config.vocab());
        let pass = self.pass(positions, positions);
        let cells = problem.grid().cells();
        estimated_bytes(MORE * (cache + pass + logits) + of_sample(cells))
    }

    /// Keys and values of a row.
    fn cache(&self, capacity: usize) -> f64 {
        let of_block = match self.kernels {
            Kernels::Cpu => {
                let (heads, width) = (self.config.heads(), self.config.head_dim());
                CpuCache::bytes_of_row(heads, width, capacity)
            }
            _ => 2.0 * float(capacity) * float(self.config.width()) * self.number(),
        };
        of_block * float(self.config.depth())
    }

    /// What exists side by side within a block, for a row of so many positions that
    /// attend to so many keys.
    fn pass(&self, positions: usize, keys: usize) -> f64 {
        let config = self.config;
        let [width, hidden, heads] = [config.width(), config.hidden(), config.heads()].map(float);
        let [positions, keys] = [positions, keys].map(float);
        let of_position = match self.kernels {
            // What came in, the norm of it, queries, keys and values, what is attended to,
            // the sum, its norm and the hidden layer.
            Kernels::Cpu => 8.0 * width + hidden,
            // The same, and what products give before a bias is added.
            Kernels::Cuda | Kernels::CudaTf32 => 10.0 * width + 2.0 * hidden,
            // Operations leave their operands as they are, and scores are tensors.
            _ => 14.0 * width + 3.0 * hidden + 3.0 * heads * keys,
        };
        positions * of_position * self.number()
    }

    /// Bytes of a number.
    fn number(&self) -> f64 {
        float(self.dtype.size_in_bytes())
    }
}

/// The order of a sample, its tokens and their places.
fn of_sample(cells: usize) -> f64 {
    SAMPLE_BYTES + 24.0 * float(cells)
}

fn float(number: usize) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::super::config::{ImageSize, LpdParams};
    use super::*;

    fn tiny() -> LpdParams {
        LpdParams {
            image_size: ImageSize::Sides([8, 12]),
            stride: 2,
            embed_dim: 24,
            depth: 3,
            heads: 4,
            mlp_ratio: 2,
            classes: 7,
            vocab: 11,
            norm_eps: 1e-6,
            tensors: (),
        }
    }

    #[test]
    fn parameters_are_those_of_the_tensors() {
        let configs = [
            LpdConfig::new(tiny()).unwrap(),
            LpdConfig::named("lpd_l", 256).unwrap(),
            LpdConfig::named("lpd_xxl", 512).unwrap(),
        ];
        for config in configs {
            let tensors = config.tensors();
            let counts = tensors
                .iter()
                .map(|tensor| tensor.shape.iter().product::<usize>());
            let count: usize = counts.sum();
            assert_eq!(config.parameters(), count as f64);
            let bytes = config.weight_bytes(DType::F32);
            let least = 4 * count as u64;
            assert!((least..least * 2 + (1 << 20)).contains(&bytes), "{bytes}");
        }
    }

    #[test]
    fn absurd_sizes_are_too_large_for_any_machine() {
        let most = 1 << 20;
        type Change = fn(&mut LpdParams, usize);
        let changes: [Change; 4] = [
            |params, most| params.mlp_ratio = most,
            |params, most| params.classes = most,
            |params, most| params.vocab = most,
            |params, most| (params.embed_dim, params.heads) = (most, most),
        ];
        let small = LpdConfig::new(tiny()).unwrap().weight_bytes(DType::F32);
        for change in changes {
            let mut params = tiny();
            change(&mut params, most);
            let large = LpdConfig::new(params).unwrap().weight_bytes(DType::F32);
            assert!(large > 50_000_000 && large > 100 * small, "{large}");
        }
        let mut params = tiny();
        for change in changes {
            change(&mut params, most);
        }
        let all = LpdConfig::new(params).unwrap().weight_bytes(DType::F32);
        assert!(all > 1 << 60, "{all}");
    }
}
