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

use ConvKind::{Down, Point, Same, Up};

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
    /// `x + second(first(x))`, with a 1 x 1 convolution of x where the channels differ.
    Residual {
        first: Activated<C, N>,
        second: Activated<C, N>,
        shortcut: Option<C>,
    },
    /// `x + out(attention(q, k, v of norm(x)))`, one head over all pixels.
    Attention {
        norm: N,
        qkv: [C; 3],
        out: C,
    },
    /// As the last layer of all.
    Output(Activated<C, N>),
}

/// `conv(swish(norm(x)))`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Activated<C = Conv, N = Norm> {
    pub(super) norm: N,
    pub(super) conv: C,
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
    let part = |number: usize, inputs| Activated {
        norm: norm(&format!("{name}.norm{number}"), inputs),
        conv: conv(&format!("{name}.conv{number}"), inputs, outputs, Same),
    };
    let shortcut = || conv(&format!("{name}.nin_shortcut"), inputs, outputs, Point);
    Layer::Residual {
        first: part(1, inputs),
        second: part(2, outputs),
        shortcut: (inputs != outputs).then(shortcut),
    }
}

fn attention(name: &str, channels: usize) -> Layer {
    let part = |part: &str| {
        let name = format!("{name}.{part}");
        conv(&name, channels, channels, Point)
    };
    Layer::Attention {
        norm: norm(&format!("{name}.norm"), channels),
        qkv: ["q", "k", "v"].map(part),
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
    Layer::Output(Activated {
        norm: norm(&format!("{name}.norm_out"), inputs),
        conv: conv(&format!("{name}.conv_out"), inputs, outputs, Same),
    })
}

/// From an image to vectors of the codebook's dimension.
pub(super) fn encoder(config: &VqConfig) -> Vec<Layer> {
    let mut channels = config.ch;
    let first = conv("encoder.conv_in", 3, channels, Same);
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
            layers.push(Layer::Conv(conv(&name, channels, channels, Down)));
        }
    }
    layers.extend(middle("encoder", channels));
    layers.push(output("encoder", channels, config.z_channels));
    let (inputs, outputs) = (config.z_channels, config.codebook_dim);
    layers.push(Layer::Conv(conv("quant_conv", inputs, outputs, Point)));
    layers
}

/// From vectors of the codebook to an image.
pub(super) fn decoder(config: &VqConfig) -> Vec<Layer> {
    let multiples: Vec<usize> = config.ch_mult.iter().rev().copied().collect();
    let mut channels = config.ch * multiples[0];
    let (z, codes) = (config.z_channels, config.codebook_dim);
    let quant = conv("post_quant_conv", codes, z, Point);
    let first = conv("decoder.conv_in", z, channels, Same);
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
            layers.push(Layer::Conv(conv(&name, channels, channels, Up)));
        }
    }
    layers.push(output("decoder", channels, 3));
    layers
}

impl Conv {
    fn tensors(&self) -> [TensorSpec; 2] {
        let side = match self.kind {
            Point => 1,
            Same | Down | Up => 3,
        };
        TensorSpec::layer(&self.name, &[self.outputs, self.inputs, side, side])
    }
}

impl Layer {
    /// Its tensors.
    pub(super) fn tensors(&self) -> Vec<TensorSpec> {
        let (norms, convs): (Vec<&Norm>, Vec<&Conv>) = match self {
            Self::Conv(conv) => (vec![], vec![conv]),
            Self::Residual {
                first,
                second,
                shortcut,
            } => {
                let convs = [&first.conv, &second.conv].into_iter().chain(shortcut);
                (vec![&first.norm, &second.norm], convs.collect())
            }
            Self::Attention { norm, qkv, out } => (vec![norm], qkv.iter().chain([out]).collect()),
            Self::Output(Activated { norm, conv }) => (vec![norm], vec![conv]),
        };
        let norms = norms
            .into_iter()
            .flat_map(|norm| TensorSpec::layer(&norm.name, &[norm.channels]));
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
