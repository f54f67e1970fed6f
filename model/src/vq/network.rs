//! A list of layers with weights, for any way to compute.

use super::layers::{self, Layer};
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

/// Encoder or decoder.
pub(super) struct Network<B: Backend> {
    blocks: Vec<Layer<B::Conv, B::Norm>>,
}

impl<B: Backend> Network<B> {
    pub(super) fn new(
        backend: &B,
        layers: &[Layer],
        weights: &Weights,
    ) -> candle_core::Result<Self> {
        let conv = |layer: &layers::Conv| backend.conv(layer, weights);
        let norm = |layer: &layers::Norm| backend.norm(layer, weights);
        let block = |layer: &Layer| -> candle_core::Result<Layer<B::Conv, B::Norm>> {
            Ok(match layer {
                Layer::Conv(layer) => Layer::Conv(conv(layer)?),
                Layer::Residual {
                    norm1,
                    conv1,
                    norm2,
                    conv2,
                    shortcut,
                } => Layer::Residual {
                    norm1: norm(norm1)?,
                    conv1: conv(conv1)?,
                    norm2: norm(norm2)?,
                    conv2: conv(conv2)?,
                    shortcut: shortcut.as_ref().map(conv).transpose()?,
                },
                Layer::Attention {
                    norm: before,
                    q,
                    k,
                    v,
                    out,
                } => Layer::Attention {
                    norm: norm(before)?,
                    q: conv(q)?,
                    k: conv(k)?,
                    v: conv(v)?,
                    out: conv(out)?,
                },
                Layer::Output {
                    norm: before,
                    conv: layer,
                } => Layer::Output {
                    norm: norm(before)?,
                    conv: conv(layer)?,
                },
            })
        };
        let blocks = layers.iter().map(block).collect::<Result<_, _>>()?;
        Ok(Self { blocks })
    }

    /// The map after all layers.
    pub(super) fn forward(&self, backend: &B, x: B::Map) -> candle_core::Result<B::Map> {
        self.blocks
            .iter()
            .try_fold(x, |x, layer| Self::one(layer, backend, &x))
    }

    fn one(
        layer: &Layer<B::Conv, B::Norm>,
        backend: &B,
        x: &B::Map,
    ) -> candle_core::Result<B::Map> {
        match layer {
            Layer::Conv(conv) => backend.convolve(conv, x),
            Layer::Residual {
                norm1,
                conv1,
                norm2,
                conv2,
                shortcut,
            } => {
                let h = backend.activate(norm1, conv1, x, None)?;
                match shortcut {
                    None => backend.activate(norm2, conv2, &h, Some(x)),
                    Some(shortcut) => {
                        let short = backend.convolve(shortcut, x)?;
                        backend.activate(norm2, conv2, &h, Some(&short))
                    }
                }
            }
            Layer::Attention { norm, q, k, v, out } => backend.attend(norm, [q, k, v], out, x),
            Layer::Output { norm, conv } => backend.activate(norm, conv, x, None),
        }
    }
}
