//! Keys and values of what a generation has seen.

use candle_core::{DType, Device, Result, Tensor};

use super::Heads;
use crate::cpu::CpuCache;
use crate::lpd::Kernels;

/// Keys and values of every layer, allocated once.
///
/// A pass writes those of all its positions behind the ones that are kept,
/// and then keeps some of them; the next pass overwrites the others, so that
/// queries leave no trace.
#[derive(Debug)]
pub(crate) struct Cache {
    kept: usize,
    layers: Vec<LayerCache>,
}

/// Keys and values of one layer.
#[derive(Debug)]
pub(crate) enum LayerCache {
    Cpu(CpuCache),
    /// Both of shape (rows, heads, capacity, head width).
    Device {
        keys: Tensor,
        values: Tensor,
    },
}

impl Cache {
    /// Room for `capacity` positions of `rows` rows.
    pub(crate) fn new(
        depth: usize,
        rows: usize,
        capacity: usize,
        heads: Heads,
        (dtype, device, kernels): (DType, &Device, Kernels),
    ) -> Result<Self> {
        let layer = || match kernels {
            Kernels::Cpu => Ok(LayerCache::Cpu(CpuCache::new(
                rows,
                heads.count,
                heads.width,
                capacity,
            ))),
            _ => {
                let shape = (rows, heads.count, capacity, heads.width);
                Ok(LayerCache::Device {
                    keys: Tensor::zeros(shape, dtype, device)?,
                    values: Tensor::zeros(shape, dtype, device)?,
                })
            }
        };
        let layers = (0..depth).map(|_| layer()).collect::<Result<_>>()?;
        Ok(Self { kept: 0, layers })
    }

    /// Positions that are kept.
    pub(crate) fn kept(&self) -> usize {
        self.kept
    }

    /// Keeps so many positions more, of those that the last pass wrote.
    pub(crate) fn keep(&mut self, positions: usize) {
        self.kept += positions;
    }

    pub(crate) fn layer(&mut self, layer: usize) -> &mut LayerCache {
        &mut self.layers[layer]
    }
}
