//! Linear layers.

use candle_core::{D, Result, Tensor};

use crate::cpu::{self, PackedWeight};
use crate::lpd::Kernels;

/// A linear layer.
#[derive(Debug)]
pub(crate) enum Linear {
    /// The weight as checkpoints have it, outputs x inputs.
    Plain {
        weight: Tensor,
        bias: Option<Tensor>,
    },
    /// The weight as our kernels read it.
    Packed(PackedWeight),
}

/// What is done with the outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finish<'a> {
    Nothing,
    Gelu,
    /// They are added to this.
    AddTo(&'a Tensor),
}

impl Linear {
    /// With [`Kernels::Cpu`] the weight is packed, and the tensor given is
    /// let go.
    pub(crate) fn new(weight: Tensor, bias: Option<Tensor>, kernels: Kernels) -> Result<Self> {
        match kernels {
            Kernels::Cpu => Ok(Self::Packed(PackedWeight::new(weight, bias)?)),
            _ => Ok(Self::Plain { weight, bias }),
        }
    }

    /// Outputs of shape (.., outputs) for inputs of shape (.., inputs).
    pub(crate) fn forward(&self, x: &Tensor, finish: Finish<'_>) -> Result<Tensor> {
        let (weight, bias) = match self {
            Self::Packed(weight) => return cpu::linear(x, weight, finish),
            Self::Plain { weight, bias } => (weight, bias),
        };
        let mut shape = x.dims().to_vec();
        let inputs = x.dim(D::Minus1)?;
        let rows = x.elem_count() / inputs;
        let mut y = x.reshape((rows, inputs))?.matmul(&weight.t()?)?;
        if let Some(bias) = bias {
            y = y.broadcast_add(bias)?;
        }
        if let Some(last) = shape.last_mut() {
            *last = weight.dim(0)?;
        }
        let y = y.reshape(shape)?;
        match finish {
            Finish::Nothing => Ok(y),
            Finish::Gelu => y.gelu_erf(),
            Finish::AddTo(base) => base + y,
        }
    }
}
