//! Weights for those who have none.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;

use super::config::LpdConfig;
use super::error::LpdError;
use crate::weights::{FormulaTensor, Weights};

impl LpdConfig {
    /// The tensors of a checkpoint whose values are a formula of their names:
    /// untrained, but of the sizes that keep activations in range. Norms scale by
    /// about 1; biases and embeddings are small; the weights of linear layers are
    /// uniform with a variance of 1 / inputs.
    pub fn formula_tensors(&self) -> Vec<FormulaTensor> {
        self.tensors()
            .into_iter()
            .map(|tensor| {
                let is = |end: &str| tensor.name.ends_with(end);
                let is_norm = is("norm1.weight") || is("norm2.weight") || is("z_proj_ln.weight");
                let (offset, scale) = if is_norm || tensor.name == "norm.weight" {
                    (1.0, 0.1)
                } else if is("bias") {
                    (0.0, 0.02)
                } else if tensor.name.starts_with("blocks") || is("head.weight") {
                    let inputs = tensor.shape.last().copied().unwrap_or(1);
                    (0.0, (3.0 / inputs as f64).sqrt() as f32)
                } else {
                    (0.0, 0.05)
                };
                FormulaTensor {
                    name: tensor.name,
                    shape: tensor.shape,
                    offset,
                    scale,
                }
            })
            .collect()
    }

    /// Weights by that formula: what a bench runs on without a checkpoint.
    ///
    /// # Errors
    ///
    /// [`LpdError::Tensor`] if the device has no room.
    pub fn formula_weights(&self, dtype: DType, device: &Device) -> Result<Weights, LpdError> {
        let tensors: BTreeMap<String, Tensor> = self
            .formula_tensors()
            .into_par_iter()
            .map(|tensor| {
                let values = Tensor::from_vec(tensor.values(), &tensor.shape[..], device)?;
                Ok((tensor.name, values.to_dtype(dtype)?))
            })
            .collect::<candle_core::Result<_>>()?;
        Ok(Weights::checked(&self.tensors(), tensors)?)
    }
}
