//! The architecture: which layers with which tensors, stated once.
//!
//! Names are those of the released checkpoints.

use std::collections::BTreeMap;

use candle_core::Tensor;

use super::config::VqConfig;
use crate::weights::{TensorSpec, Weights, WeightsError};

/// Which vectors were used lately, in released checkpoints.
const STATISTICS: &str = "quantize.codebook_used";

/// What a convolution does to height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConvKind {
    /// 1 x 1.
    Point,
    /// 3 x 3, padded by one pixel of zeros on all sides.
    Same,
    /// 3 x 3 with stride 2, padded on the right and at the bottom.
    Down,
    /// Each pixel becomes 2 x 2, then 3 x 3.
    Up,
}

/// A convolution with bias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conv {
    pub(super) name: String,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) kind: ConvKind,
}

/// Group normalisation with weight and bias.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Norm {
    pub(super) name: String,
    pub(super) channels: usize,
}

/// A part of the network, in the order of computation: its
/// convolutions and normalisations by name, or with their weights.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Layer<C = Conv, N = Norm> {
    Conv(C),
    /// `x + conv2(swish(norm2(conv1(swish(norm1(x))))))`, with a 1 x 1
    /// convolution of x where the channels differ.
    Residual {
        norm1: N,
        conv1: C,
        norm2: N,
        conv2: C,
        shortcut: Option<C>,
    },
    /// `x + out(attention(q, k, v of norm(x)))`, one head over all pixels.
    Attention {
        norm: N,
        q: C,
        k: C,
        v: C,
        out: C,
    },
    /// `conv(swish(norm(x)))`
    Output {
        norm: N,
        conv: C,
    },
}

fn conv(name: &str, inputs: usize, outputs: usize, kind: ConvKind) -> Conv {
    Conv {
        name: name.into(),
        inputs,
        outputs,
        kind,
    }
}

fn norm(name: &str, channels: usize) -> Norm {
    Norm {
        name: name.into(),
        channels,
    }
}

fn residual(name: &str, inputs: usize, outputs: usize) -> Layer {
    let part = |part: &str| format!("{name}.{part}");
    let same = |name, inputs| conv(&part(name), inputs, outputs, ConvKind::Same);
    Layer::Residual {
        norm1: norm(&part("norm1"), inputs),
        conv1: same("conv1", inputs),
        norm2: norm(&part("norm2"), outputs),
        conv2: same("conv2", outputs),
        shortcut: (inputs != outputs)
            .then(|| conv(&part("nin_shortcut"), inputs, outputs, ConvKind::Point)),
    }
}

fn attention(name: &str, channels: usize) -> Layer {
    let part = |part: &str| {
        let name = format!("{name}.{part}");
        conv(&name, channels, channels, ConvKind::Point)
    };
    Layer::Attention {
        norm: norm(&format!("{name}.norm"), channels),
        q: part("q"),
        k: part("k"),
        v: part("v"),
        out: part("proj_out"),
    }
}

fn middle(name: &str, channels: usize) -> [Layer; 3] {
    [
        residual(&format!("{name}.mid.0"), channels, channels),
        attention(&format!("{name}.mid.1"), channels),
        residual(&format!("{name}.mid.2"), channels, channels),
    ]
}

fn output(name: &str, inputs: usize, outputs: usize) -> Layer {
    Layer::Output {
        norm: norm(&format!("{name}.norm_out"), inputs),
        conv: conv(&format!("{name}.conv_out"), inputs, outputs, ConvKind::Same),
    }
}

/// From an image to vectors of the codebook's dimension.
pub(super) fn encoder(config: &VqConfig) -> Vec<Layer> {
    let mut channels = config.ch;
    let first = conv("encoder.conv_in", 3, channels, ConvKind::Same);
    let mut layers = vec![Layer::Conv(first)];
    let last = config.ch_mult.len() - 1;
    for (level, multiple) in config.ch_mult.iter().enumerate() {
        let name = format!("encoder.conv_blocks.{level}");
        for block in 0..config.res_blocks {
            let outputs = config.ch * multiple;
            layers.push(residual(&format!("{name}.res.{block}"), channels, outputs));
            channels = outputs;
            if level == last {
                layers.push(attention(&format!("{name}.attn.{block}"), channels));
            }
        }
        if level != last {
            let name = format!("{name}.downsample.conv");
            layers.push(Layer::Conv(conv(&name, channels, channels, ConvKind::Down)));
        }
    }
    layers.extend(middle("encoder", channels));
    layers.push(output("encoder", channels, config.z_channels));
    let quant = conv(
        "quant_conv",
        config.z_channels,
        config.codebook_dim,
        ConvKind::Point,
    );
    layers.push(Layer::Conv(quant));
    layers
}

/// From vectors of the codebook to an image.
pub(super) fn decoder(config: &VqConfig) -> Vec<Layer> {
    let multiples: Vec<usize> = config.ch_mult.iter().rev().copied().collect();
    let mut channels = config.ch * multiples[0];
    let quant = conv(
        "post_quant_conv",
        config.codebook_dim,
        config.z_channels,
        ConvKind::Point,
    );
    let first = conv(
        "decoder.conv_in",
        config.z_channels,
        channels,
        ConvKind::Same,
    );
    let mut layers = vec![Layer::Conv(quant), Layer::Conv(first)];
    layers.extend(middle("decoder", channels));
    let last = multiples.len() - 1;
    for (level, multiple) in multiples.iter().enumerate() {
        let name = format!("decoder.conv_blocks.{level}");
        for block in 0..=config.res_blocks {
            let outputs = config.ch * multiple;
            layers.push(residual(&format!("{name}.res.{block}"), channels, outputs));
            channels = outputs;
            if level == 0 {
                layers.push(attention(&format!("{name}.attn.{block}"), channels));
            }
        }
        if level != last {
            let name = format!("{name}.upsample.conv");
            layers.push(Layer::Conv(conv(&name, channels, channels, ConvKind::Up)));
        }
    }
    layers.push(output("decoder", channels, 3));
    layers
}

impl Conv {
    fn tensors(&self) -> [TensorSpec; 2] {
        let side = match self.kind {
            ConvKind::Point => 1,
            ConvKind::Same | ConvKind::Down | ConvKind::Up => 3,
        };
        let shape = [self.outputs, self.inputs, side, side];
        [
            TensorSpec::new(format!("{}.weight", self.name), shape),
            TensorSpec::new(format!("{}.bias", self.name), [self.outputs]),
        ]
    }
}

impl Norm {
    fn tensors(&self) -> [TensorSpec; 2] {
        ["weight", "bias"]
            .map(|part| TensorSpec::new(format!("{}.{part}", self.name), [self.channels]))
    }
}

impl Layer {
    /// Its tensors.
    pub(super) fn tensors(&self) -> Vec<TensorSpec> {
        let (norms, convs): (Vec<&Norm>, Vec<&Conv>) = match self {
            Self::Conv(conv) => (vec![], vec![conv]),
            Self::Residual {
                norm1,
                conv1,
                norm2,
                conv2,
                shortcut,
            } => {
                let convs = [conv1, conv2].into_iter().chain(shortcut).collect();
                (vec![norm1, norm2], convs)
            }
            Self::Attention { norm, q, k, v, out } => (vec![norm], vec![q, k, v, out]),
            Self::Output { norm, conv } => (vec![norm], vec![conv]),
        };
        let norms = norms.into_iter().flat_map(Norm::tensors);
        norms
            .chain(convs.into_iter().flat_map(Conv::tensors))
            .collect()
    }
}

impl VqConfig {
    /// All tensors of the network, as checkpoints name them.
    pub fn tensors(&self) -> Vec<TensorSpec> {
        let mut tensors: Vec<TensorSpec> = encoder(self)
            .iter()
            .chain(&decoder(self))
            .flat_map(|layer| layer.tensors())
            .collect();
        tensors.push(TensorSpec::new(
            "quantize.embedding.weight",
            [self.codebook_size, self.codebook_dim],
        ));
        tensors
    }

    /// Holds the tensors of a checkpoint against [`tensors`](Self::tensors). What
    /// the training kept of the use of the codebook (`quantize.codebook_used`) is
    /// left out.
    ///
    /// # Errors
    ///
    /// [`WeightsError`] with everything that is missing, left over or of another
    /// shape.
    pub fn weights(&self, mut tensors: BTreeMap<String, Tensor>) -> Result<Weights, WeightsError> {
        tensors.remove(STATISTICS);
        Weights::checked(&self.tensors(), tensors)
    }
}
