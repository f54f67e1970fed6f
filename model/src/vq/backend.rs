//! What a way to compute has to offer.

use super::layers;
use crate::weights::Weights;

/// Builds layers from weights and applies them to feature maps.
pub(super) trait Backend {
    /// A feature map.
    type Map;
    /// A convolution with its weights.
    type Conv;
    /// A normalisation with its weights.
    type Norm;

    fn conv(&self, layer: &layers::Conv, weights: &Weights) -> candle_core::Result<Self::Conv>;
    fn norm(&self, layer: &layers::Norm, weights: &Weights) -> candle_core::Result<Self::Norm>;

    /// `conv(x)`
    fn convolve(&self, conv: &Self::Conv, x: &Self::Map) -> candle_core::Result<Self::Map>;

    /// `conv(swish(norm(x)))`, and `add` to it.
    fn activate(
        &self,
        norm: &Self::Norm,
        conv: &Self::Conv,
        x: &Self::Map,
        add: Option<&Self::Map>,
    ) -> candle_core::Result<Self::Map>;

    /// `x + out(softmax(q k^T / sqrt C) v)` of `norm(x)`.
    fn attend(
        &self,
        norm: &Self::Norm,
        qkv: [&Self::Conv; 3],
        out: &Self::Conv,
        x: &Self::Map,
    ) -> candle_core::Result<Self::Map>;
}
