//! How matrices lie in memory for the product.

/// Columns of a panel.
pub(crate) const PANEL: usize = 64;

/// One row of a panel: so many columns of one row of a matrix.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct PanelRow(pub(crate) [f32; PANEL]);

impl PanelRow {
    pub(crate) const ZERO: Self = Self([0.0; PANEL]);
}

/// A matrix of `outputs` x `inputs`, row after row, as panels of its transpose:
/// for every 64 outputs a row of each input. Missing outputs are 0.
pub(crate) fn packed(matrix: &[f32], outputs: usize, inputs: usize) -> Vec<PanelRow> {
    use rayon::prelude::*;
    let mut panels = vec![PanelRow::ZERO; outputs.div_ceil(PANEL) * inputs];
    panels
        .par_chunks_mut(inputs)
        .zip(matrix.par_chunks(PANEL * inputs))
        .for_each(|(panel, rows)| {
            // A few inputs at a time, so that both sides stay in the cache.
            for (block, panel) in panel.chunks_mut(16).enumerate() {
                for (output, row) in rows.chunks(inputs).enumerate() {
                    let row = &row[block * 16..];
                    for (panel, &weight) in panel.iter_mut().zip(row) {
                        panel.0[output] = weight;
                    }
                }
            }
        });
    panels
}
