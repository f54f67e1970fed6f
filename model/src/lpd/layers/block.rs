//! A transformer block and what one pass through the blocks carries along.

use candle_core::{DType, Device, Result, Tensor};

use super::{Cache, Finish, Heads, Linear, Norm};
use crate::lpd::attention_maps::Capture;
use crate::lpd::{Dropout, DropoutSite, Kernels, Visibility};

/// What one pass through the blocks carries along.
pub(crate) struct Pass<'a> {
    pub(crate) kernels: Kernels,
    pub(crate) visibility: &'a Visibility,
    /// The visibility as a tensor, unless all is visible or our own kernels are
    /// in use.
    pub(crate) mask: Option<Tensor>,
    pub(crate) cache: Option<&'a mut Cache>,
    pub(crate) dropout: Option<Dropout>,
    pub(crate) capture: Option<&'a mut Capture>,
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        visibility: &'a Visibility,
        cache: Option<&'a mut Cache>,
        (dtype, device, kernels): (DType, &Device, Kernels),
    ) -> Result<Self> {
        let mask = if kernels == Kernels::Cpu || visibility.is_full() {
            None
        } else {
            let mask = visibility.additive_mask();
            let shape = mask.dim();
            let mask = Tensor::from_vec(mask.into_raw_vec_and_offset().0, shape, device)?;
            Some(mask.to_dtype(dtype)?)
        };
        Ok(Self {
            kernels,
            visibility,
            mask,
            cache,
            dropout: None,
            capture: None,
        })
    }

    fn drop(&self, layer: usize, site: DropoutSite, x: Tensor) -> Result<Tensor> {
        match self.dropout {
            None => Ok(x),
            Some(dropout) => {
                let mask = dropout.mask(layer, site).tensor(x.shape(), x.device())?;
                let mask = mask.to_dtype(x.dtype())?;
                x * mask
            }
        }
    }
}

/// A transformer block: attention and MLP, each after a norm and added to what
/// came in.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) heads: Heads,
    pub(crate) norm1: Norm,
    pub(crate) qkv: Linear,
    pub(crate) proj: Linear,
    pub(crate) norm2: Norm,
    pub(crate) fc1: Linear,
    pub(crate) fc2: Linear,
}

impl Block {
    /// `x` has shape (rows, positions, width).
    pub(crate) fn forward(&self, layer: usize, x: Tensor, pass: &mut Pass<'_>) -> Result<Tensor> {
        let qkv = self
            .qkv
            .forward(&self.norm1.forward(&x)?, Finish::Nothing)?;
        let attended = self.heads.attend(layer, &qkv, pass)?;
        let x = add(
            &self.proj,
            &attended,
            x,
            (layer, DropoutSite::AttentionProjection),
            pass,
        )?;
        let hidden = self.fc1.forward(&self.norm2.forward(&x)?, Finish::Gelu)?;
        let hidden = pass.drop(layer, DropoutSite::Hidden, hidden)?;
        add(
            &self.fc2,
            &hidden,
            x,
            (layer, DropoutSite::MlpProjection),
            pass,
        )
    }
}

/// `x` and the outputs of a linear layer, after dropout.
fn add(
    linear: &Linear,
    inputs: &Tensor,
    x: Tensor,
    (layer, site): (usize, DropoutSite),
    pass: &mut Pass<'_>,
) -> Result<Tensor> {
    if pass.dropout.is_none() {
        return linear.forward(inputs, Finish::AddTo(&x));
    }
    let outputs = linear.forward(inputs, Finish::Nothing)?;
    x + pass.drop(layer, site, outputs)?
}
