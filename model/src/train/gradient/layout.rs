//! Where each parameter lies among all of them, and which of them make the inputs
//! of a training pass.

use std::collections::BTreeMap;
use std::ops::Range;

use ndarray::ArrayView2;

use super::attention::Tiles;
use crate::attention_mask::AttentionMask;
use crate::lpd::{Batch, LpdConfig};

/// Where the parameters of a layer lie: weight and bias.
#[derive(Debug)]
pub(super) struct LayerPlaces {
    pub(super) weight: Range<usize>,
    pub(super) bias: Range<usize>,
}

impl LayerPlaces {
    /// These among all numbers. A weight comes before its bias.
    pub(super) fn of<'a>(&self, numbers: &'a mut [f32]) -> [&'a mut [f32]; 2] {
        let (before, after) = numbers.split_at_mut(self.bias.start);
        [
            &mut before[self.weight.clone()],
            &mut after[..self.bias.len()],
        ]
    }
}

#[derive(Debug)]
pub(super) struct BlockPlaces {
    pub(super) norm1: LayerPlaces,
    pub(super) qkv: LayerPlaces,
    pub(super) proj: LayerPlaces,
    pub(super) norm2: LayerPlaces,
    pub(super) fc1: LayerPlaces,
    pub(super) fc2: LayerPlaces,
}

/// Where each parameter lies: tensors in the order of
/// [`LpdConfig::tensors`], each in row-major order.
#[derive(Debug)]
pub(crate) struct Layout {
    places: BTreeMap<String, Range<usize>>,
    length: usize,
    pub(super) unconditional: Range<usize>,
    pub(super) positions: Range<usize>,
    pub(super) query: Range<usize>,
    pub(super) classes: Range<usize>,
    pub(super) tokens: Range<usize>,
    pub(super) embedding_norm: LayerPlaces,
    pub(super) blocks: Vec<BlockPlaces>,
    pub(super) norm: LayerPlaces,
    pub(super) head: Range<usize>,
}

impl Layout {
    pub(crate) fn new(config: &LpdConfig) -> Self {
        let mut places = BTreeMap::new();
        let mut length = 0;
        for spec in config.tensors() {
            let end = length + spec.shape.iter().product::<usize>();
            places.insert(spec.name, length..end);
            length = end;
        }
        let place = |name: &str| places[name].clone();
        let layer = |name: &str| LayerPlaces {
            weight: place(&format!("{name}.weight")),
            bias: place(&format!("{name}.bias")),
        };
        let blocks = (0..config.depth())
            .map(|block| {
                let layer = |name: &str| layer(&format!("blocks.{block}.{name}"));
                BlockPlaces {
                    norm1: layer("norm1"),
                    qkv: layer("attn.qkv"),
                    proj: layer("attn.proj"),
                    norm2: layer("norm2"),
                    fc1: layer("mlp.fc1"),
                    fc2: layer("mlp.fc2"),
                }
            })
            .collect();
        Self {
            unconditional: place("fake_latent"),
            positions: place("pos_embed"),
            query: place("mask_token"),
            classes: place("class_emb.weight"),
            tokens: place("token_emb.weight"),
            embedding_norm: layer("z_proj_ln"),
            blocks,
            norm: layer("norm"),
            head: place("head.weight"),
            places,
            length,
        }
    }

    /// Number of parameters.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// Where the tensor of a name lies, for every name.
    pub(crate) fn places(&self) -> impl Iterator<Item = (&str, Range<usize>)> {
        self.places
            .iter()
            .map(|(name, place)| (name.as_str(), place.clone()))
    }
}

/// What an input position is made of, besides its slot of the positional
/// embedding.
pub(super) enum What {
    Class(Option<u32>),
    Token(u32),
    Query,
}

/// An input position.
pub(super) struct Input {
    what: What,
    slot: usize,
}

impl Input {
    /// Where the two vectors begin whose sum it is.
    pub(super) fn places(&self, layout: &Layout, width: usize) -> [usize; 2] {
        let what = match self.what {
            What::Class(Some(label)) => layout.classes.start + label as usize * width,
            What::Class(None) => layout.unconditional.start,
            What::Token(token) => layout.tokens.start + token as usize * width,
            What::Query => layout.query.start,
        };
        [what, layout.positions.start + self.slot * width]
    }
}

/// The positions of all samples of a training pass.
pub(super) struct Sequence {
    pub(super) samples: usize,
    pub(super) inputs: Vec<Input>,
    /// The tokens at the queries.
    pub(super) targets: Vec<u32>,
    pub(super) tiles: Tiles,
}

impl Sequence {
    pub(super) fn new(batch: &Batch, tokens: ArrayView2<'_, u32>) -> Self {
        let (known, sizes) = (batch.known(), batch.problem().group_sizes());
        let mask = AttentionMask::training(sizes, known);
        let context = mask.keys() - sizes.cells() - 1;
        let mut inputs = Vec::with_capacity(batch.len() * mask.keys());
        let mut targets = Vec::with_capacity(batch.len() * sizes.cells());
        for (sample, tokens) in tokens.rows().into_iter().enumerate() {
            let cells = batch.cells(sample);
            let slot = |cell: u32| cell as usize + 1;
            let token = |cell: u32| tokens[cell as usize];
            let class = What::Class(batch.labels()[sample]);
            inputs.push(Input {
                what: class,
                slot: 0,
            });
            inputs.extend(cells[..context].iter().map(|&cell| Input {
                what: What::Token(token(cell)),
                slot: slot(cell),
            }));
            inputs.extend(cells[known..].iter().map(|&cell| Input {
                what: What::Query,
                slot: slot(cell),
            }));
            targets.extend(cells[known..].iter().map(|&cell| token(cell)));
        }
        Self {
            samples: batch.len(),
            inputs,
            targets,
            tiles: Tiles::new(&mask),
        }
    }
}
