//! Layer norm.

use candle_core::{Result, Tensor};
use candle_nn::ops;

use crate::cpu;
use crate::lpd::Kernels;

/// Layer norm over the last dimension.
#[derive(Debug)]
pub(crate) struct Norm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f32,
    kernels: Kernels,
}

impl Norm {
    pub(crate) fn new(weight: Tensor, bias: Tensor, epsilon: f64, kernels: Kernels) -> Self {
        let epsilon = epsilon as f32;
        Self {
            weight,
            bias,
            epsilon,
            kernels,
        }
    }

    pub(crate) fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self.kernels {
            Kernels::Cpu => cpu::layer_norm(x, &self.weight, &self.bias, self.epsilon),
            Kernels::Device => ops::layer_norm(x, &self.weight, &self.bias, self.epsilon),
            Kernels::Differentiable => {
                ops::layer_norm_slow(x, &self.weight, &self.bias, self.epsilon)
            }
        }
    }
}
