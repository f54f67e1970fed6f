//! Feature maps in memory.

use candle_core::{DType, Device, Result, Tensor};
use rayon::prelude::*;

/// A feature map of one image, channels last, rows one after the other.
#[derive(Clone, Debug)]
pub(in crate::vq) struct Map {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    pub(super) values: Vec<f32>,
}

impl Map {
    /// A map of as many values as it takes.
    pub(in crate::vq) fn new(
        height: usize,
        width: usize,
        channels: usize,
        values: Vec<f32>,
    ) -> Self {
        debug_assert_eq!(values.len(), height * width * channels);
        Self {
            height,
            width,
            channels,
            values,
        }
    }

    /// From a tensor of shape (channels, height, width).
    pub(in crate::vq) fn from_tensor(tensor: &Tensor) -> Result<Self> {
        let (channels, height, width) = tensor.dims3()?;
        let values = tensor
            .to_device(&Device::Cpu)?
            .to_dtype(DType::F32)?
            .permute((1, 2, 0))?
            .flatten_all()?
            .to_vec1()?;
        Ok(Self::new(height, width, channels, values))
    }

    /// A tensor of shape (channels, height, width).
    pub(in crate::vq) fn into_tensor(self) -> Result<Tensor> {
        let shape = (self.height, self.width, self.channels);
        Tensor::from_vec(self.values, shape, &Device::Cpu)?
            .permute((2, 0, 1))?
            .contiguous()
    }

    /// Pixels.
    pub(super) fn pixels(&self) -> usize {
        self.height * self.width
    }
}

/// A map with a border of one pixel of zeros.
pub(super) struct Padded {
    /// Without the border.
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
    pub(super) values: Vec<f32>,
}

impl Padded {
    /// What `fill` makes of each row of a map: it is given the row and a place of
    /// the same size for the result.
    pub(super) fn of(map: &Map, fill: impl Fn(&[f32], &mut [f32]) + Sync) -> Self {
        let row = map.width * map.channels;
        let pitch = row + 2 * map.channels;
        let mut values = vec![0.0; (map.height + 2) * pitch];
        values[pitch..][..map.height * pitch]
            .par_chunks_exact_mut(pitch)
            .zip(map.values.par_chunks_exact(row))
            .for_each(|(padded, row)| {
                let inside = map.channels..pitch - map.channels;
                fill(row, &mut padded[inside]);
            });
        Self {
            height: map.height,
            width: map.width,
            channels: map.channels,
            values,
        }
    }

    /// The map as it is.
    pub(super) fn copy(map: &Map) -> Self {
        Self::of(map, |row, padded| padded.copy_from_slice(row))
    }

    /// Pixels from one row to the next.
    pub(super) fn pitch(&self) -> usize {
        self.width + 2
    }
}
