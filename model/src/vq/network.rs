//! A list of layers with weights, for any way to compute.

use super::layers::{self, Activated, Layer};
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
        layer: &Activated<Self::Conv, Self::Norm>,
        x: &Self::Map,
        add: Option<&Self::Map>,
    ) -> candle_core::Result<Self::Map>;

    /// `x + out(softmax(q k^T / sqrt C) v)` of `norm(x)`.
    fn attend(
        &self,
        norm: &Self::Norm,
        qkv: &[Self::Conv; 3],
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
        let activated = |layer: &Activated| {
            candle_core::Result::Ok(Activated {
                norm: norm(&layer.norm)?,
                conv: conv(&layer.conv)?,
            })
        };
        let block = |layer: &Layer| -> candle_core::Result<Layer<B::Conv, B::Norm>> {
            Ok(match layer {
                Layer::Conv(layer) => Layer::Conv(conv(layer)?),
                Layer::Residual {
                    first,
                    second,
                    shortcut,
                } => Layer::Residual {
                    first: activated(first)?,
                    second: activated(second)?,
                    shortcut: shortcut.as_ref().map(conv).transpose()?,
                },
                Layer::Attention {
                    norm: before,
                    qkv: [q, k, v],
                    out,
                } => Layer::Attention {
                    norm: norm(before)?,
                    qkv: [conv(q)?, conv(k)?, conv(v)?],
                    out: conv(out)?,
                },
                Layer::Output(layer) => Layer::Output(activated(layer)?),
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
                first,
                second,
                shortcut,
            } => {
                let h = backend.activate(first, x, None)?;
                let short = shortcut.as_ref().map(|conv| backend.convolve(conv, x));
                backend.activate(second, &h, Some(short.transpose()?.as_ref().unwrap_or(x)))
            }
            Layer::Attention { norm, qkv, out } => backend.attend(norm, qkv, out, x),
            Layer::Output(layer) => backend.activate(layer, x, None),
        }
    }
}
