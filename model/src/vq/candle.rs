//! The network on candle's operations, for any device.

use candle_core::{DType, Device, Module, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::{Conv2d, Conv2dConfig, GroupNorm};

use super::config::{EPSILON, NORM_GROUPS};
use super::layers::{self, Activated, ConvKind};
use super::network::Backend;
use crate::weights::Weights;

/// Maps are tensors of shape (images, channels, height, width).
pub(super) struct Candle {
    pub(super) device: Device,
    pub(super) dtype: DType,
}

/// A convolution and what it does to the size.
pub(super) struct Conv {
    conv: Conv2d,
    kind: ConvKind,
}

impl Candle {
    fn tensor(&self, weights: &Weights, name: &str, part: &str) -> Result<Tensor> {
        weights
            .get(&format!("{name}.{part}"))
            .to_device(&self.device)?
            .to_dtype(self.dtype)
    }
}

impl Backend for Candle {
    type Map = Tensor;
    type Conv = Conv;
    type Norm = GroupNorm;

    fn conv(&self, layer: &layers::Conv, weights: &Weights) -> Result<Conv> {
        let mut config = Conv2dConfig::default();
        match layer.kind {
            ConvKind::Point => {}
            ConvKind::Same | ConvKind::Up => config.padding = 1,
            ConvKind::Down => config.stride = 2,
        }
        let weight = self.tensor(weights, &layer.name, "weight")?;
        let bias = self.tensor(weights, &layer.name, "bias")?;
        Ok(Conv {
            conv: Conv2d::new(weight, Some(bias), config),
            kind: layer.kind,
        })
    }

    fn norm(&self, layer: &layers::Norm, weights: &Weights) -> Result<GroupNorm> {
        let weight = self.tensor(weights, &layer.name, "weight")?;
        let bias = self.tensor(weights, &layer.name, "bias")?;
        GroupNorm::new(weight, bias, layer.channels, NORM_GROUPS, EPSILON)
    }

    fn convolve(&self, conv: &Conv, x: &Tensor) -> Result<Tensor> {
        let x = match conv.kind {
            ConvKind::Point | ConvKind::Same => x.clone(),
            ConvKind::Down => x.pad_with_zeros(2, 0, 1)?.pad_with_zeros(3, 0, 1)?,
            ConvKind::Up => {
                let (_, _, height, width) = x.dims4()?;
                x.upsample_nearest2d(2 * height, 2 * width)?
            }
        };
        conv.conv.forward(&x)
    }

    fn activate(
        &self,
        layer: &Activated<Conv, GroupNorm>,
        x: &Tensor,
        add: Option<&Tensor>,
    ) -> Result<Tensor> {
        let y = self.convolve(&layer.conv, &layer.norm.forward(x)?.silu()?)?;
        match add {
            Some(add) => y + add,
            None => Ok(y),
        }
    }

    fn attend(&self, norm: &GroupNorm, qkv: &[Conv; 3], out: &Conv, x: &Tensor) -> Result<Tensor> {
        let (_, channels, _, _) = x.dims4()?;
        let h = norm.forward(x)?;
        // (images, channels, pixels)
        let flat = |conv: &Conv| self.convolve(conv, &h)?.flatten_from(2);
        let (q, k, v) = (flat(&qkv[0])?, flat(&qkv[1])?, flat(&qkv[2])?);
        let q = q.transpose(1, 2)?.contiguous()?;
        let scores = (q.matmul(&k)? * (channels as f64).powf(-0.5))?;
        // Weights of 16 bits would be off by up to 4 in 100.
        let weights = softmax_last_dim(&scores.to_dtype(DType::F32)?)?.to_dtype(self.dtype)?;
        let mixed = v.matmul(&weights.transpose(1, 2)?.contiguous()?)?;
        x + self.convolve(out, &mixed.reshape(x.shape())?)?
    }
}
