//! The input positions of a training pass.

use super::Part;
use super::attention::Tiles;
use super::layout::Layout;
use crate::lpd::Visibility;

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
    pub(super) fn new(part: &Part<'_>) -> Self {
        let batch = part.batch;
        let (known, sizes) = (batch.known(), batch.problem().group_sizes());
        let visibility = Visibility::training(sizes, known);
        let context = visibility.keys() - sizes.cells() - 1;
        let mut inputs = Vec::with_capacity(batch.len() * visibility.keys());
        let mut targets = Vec::with_capacity(batch.len() * sizes.cells());
        for (sample, tokens) in part.tokens.rows().into_iter().enumerate() {
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
            tiles: Tiles::new(&visibility),
        }
    }
}
