//! What the model attends to, in the form that locality analysis reads.

use std::collections::BTreeMap;

use ndarray::{Array4, ArrayView2};

use super::batch::Batch;
use super::error::LpdError;
use super::network::Lpd;

/// Attention weights of chosen layers, as passes leave them: (rows, heads,
/// positions, keys).
#[derive(Debug)]
pub(crate) struct Capture {
    layers: BTreeMap<usize, Vec<f32>>,
}

impl Capture {
    /// Where the weights of a layer go, if they are wanted.
    pub(crate) fn layer(&mut self, layer: usize) -> Option<&mut Vec<f32>> {
        self.layers.get_mut(&layer)
    }
}

impl Lpd {
    /// Attention of one sample in chosen layers: shape (layers, heads, 1 + N, 1 +
    /// N) for N cells, the class first and then the cells in raster order.
    ///
    /// Row i is the attention of the *query* at cell i when its token is
    /// generated. Its column j is the weight on the token of cell j if that
    /// comes in an earlier group, and on the query of cell j if it is of the
    /// same group; both are what i knows of j. Row 0 is the class, which sees
    /// itself. Rows sum to 1.
    ///
    /// The locality analysis reads it with one prefix token, tokens by cell and
    /// the visibility of groups. Weights are those of the training pass on
    /// `tokens`, of shape (1, cells).
    ///
    /// # Errors
    ///
    /// [`LpdError::Layer`]; [`LpdError::Count`] if the batch is not of one
    /// sample; [`LpdError::KnownTokens`] if cells are known, which have no query.
    pub fn attention_maps(
        &self,
        batch: &Batch,
        tokens: ArrayView2<'_, u32>,
        layers: &[usize],
    ) -> Result<Array4<f32>, LpdError> {
        let depth = self.config().depth();
        if let Some(&layer) = layers.iter().find(|&&layer| layer >= depth) {
            return Err(LpdError::Layer { layer, depth });
        }
        if batch.len() != 1 {
            return Err(LpdError::Count {
                what: "samples",
                found: batch.len(),
                expected: 1,
            });
        }
        if batch.known() > 0 {
            return Err(LpdError::KnownTokens {
                known: batch.known(),
            });
        }
        let mut capture = Capture {
            layers: layers.iter().map(|&layer| (layer, Vec::new())).collect(),
        };
        self.whole_pass(batch, tokens, None, Some(&mut capture))?;

        let order = batch.cells(0);
        let sizes = batch.problem().group_sizes();
        let cells = order.len();
        let last = sizes.as_slice().last().map_or(0, |&size| size as usize);
        let context = 1 + cells - last;
        let keys = context + cells;
        let heads = self.config().heads();
        let mut maps = Array4::zeros((layers.len(), heads, 1 + cells, 1 + cells));
        for (slot, layer) in layers.iter().enumerate() {
            let weights = &capture.layers[layer];
            for head in 0..heads {
                maps[[slot, head, 0, 0]] = 1.0;
                let mut begin = 0;
                for group in sizes.groups(order) {
                    for (rank, &query) in (begin..).zip(group) {
                        let start = (head * keys + context + rank) * keys;
                        let row = &weights[start..start + keys];
                        let mut put = |column: usize, weight| {
                            maps[[slot, head, 1 + query as usize, column]] = weight;
                        };
                        put(0, row[0]);
                        for (earlier, &cell) in order[..begin].iter().enumerate() {
                            put(1 + cell as usize, row[1 + earlier]);
                        }
                        for (own, &cell) in (begin..).zip(group) {
                            put(1 + cell as usize, row[context + own]);
                        }
                    }
                    begin += group.len();
                }
            }
        }
        Ok(maps)
    }
}
