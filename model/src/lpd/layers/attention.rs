//! Attention over all heads at once.

use candle_core::{D, Result, Tensor};
use candle_nn::ops;

use super::block::Pass;
use super::cache::LayerCache;
use crate::cpu;
use crate::lpd::Kernels;

/// Number and width of attention heads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heads {
    pub(crate) count: usize,
    pub(crate) width: usize,
}

impl Heads {
    /// What the positions of a pass attend to: shape (rows, positions, heads x
    /// width), from their queries, keys and values, which lie side by side.
    pub(crate) fn attend(self, layer: usize, qkv: &Tensor, pass: &mut Pass<'_>) -> Result<Tensor> {
        let past = pass.cache.as_ref().map_or(0, |cache| cache.kept());
        let capture = pass
            .capture
            .as_mut()
            .and_then(|capture| capture.layer(layer));
        let cached = pass.cache.as_mut().map(|cache| cache.layer(layer));
        match cached {
            Some(LayerCache::Cpu(cache)) => {
                cpu::attention(qkv, cache, past, pass.visibility, capture)
            }
            Some(LayerCache::Device { keys, values }) => {
                let [q, k, v] = self.split(qkv)?;
                keys.slice_set(&k, 2, past)?;
                values.slice_set(&v, 2, past)?;
                let end = past + k.dim(2)?;
                let (k, v) = (keys.narrow(2, 0, end)?, values.narrow(2, 0, end)?);
                self.plain([q, k, v], pass, layer)
            }
            None => self.plain(self.split(qkv)?, pass, layer),
        }
    }

    /// Queries, keys and values, each of shape (rows, heads, positions, width).
    fn split(self, qkv: &Tensor) -> Result<[Tensor; 3]> {
        let (rows, positions, _) = qkv.dims3()?;
        let qkv = qkv.reshape((rows, positions, 3, self.count, self.width))?;
        let part = |part| {
            qkv.narrow(2, part, 1)?
                .squeeze(2)?
                .transpose(1, 2)?
                .contiguous()
        };
        Ok([part(0)?, part(1)?, part(2)?])
    }

    fn plain(self, [q, k, v]: [Tensor; 3], pass: &mut Pass<'_>, layer: usize) -> Result<Tensor> {
        let scale = 1.0 / (self.width as f64).sqrt();
        let mut scores = (q * scale)?.matmul(&k.transpose(2, 3)?)?;
        if let Some(mask) = &pass.mask {
            scores = scores.broadcast_add(mask)?;
        }
        let weights = match pass.kernels {
            Kernels::Differentiable => ops::softmax(&scores, D::Minus1)?,
            _ => ops::softmax_last_dim(&scores)?,
        };
        if let Some(capture) = pass
            .capture
            .as_mut()
            .and_then(|capture| capture.layer(layer))
        {
            *capture = weights
                .to_dtype(candle_core::DType::F32)?
                .flatten_all()?
                .to_vec1()?;
        }
        let mixed = weights.matmul(&v)?;
        mixed.transpose(1, 2)?.flatten_from(2)
    }
}
