//! Convolutions as products with slices of a map.

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use crate::cpu::{PANEL, PanelRow, Sums, TILE_ROWS, add_products, tiles};

/// Results whose sums are kept at once, about as many.
const PIXELS: usize = 256;
/// Maps of up to this many pixels are split by output channels, not by rows, so
/// that weights are read once.
const SMALL: usize = 1024;
/// Inputs that are handled before the next pixels are: so many rows of a panel
/// stay in the first-level cache while all pixels pass.
const DEPTH: usize = 128;

/// The products of which a convolution consists, or a part of its results.
pub(super) struct Phase {
    /// Row and column of the map that the first result looks at first.
    pub(super) origin: (usize, usize),
    /// Row and column of the first result.
    pub(super) out: (usize, usize),
    /// The panels of each row of the kernel.
    pub(super) rows: Vec<Vec<PanelRow>>,
}

/// A convolution of a map.
pub(super) struct Job<'a> {
    pub(super) phases: &'a [Phase],
    pub(super) bias: &'a [f32],
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// The map, channels last.
    pub(super) values: &'a [f32],
    /// Pixels from one row of the map to the next.
    pub(super) pitch: usize,
    /// Pixels of the map from one result to the next.
    pub(super) step: usize,
    /// Results from one of a phase to the next.
    pub(super) scale: usize,
    /// Results of a phase.
    pub(super) height: usize,
    pub(super) width: usize,
    /// What is added to all results.
    pub(super) add: Option<&'a [f32]>,
}

impl Job<'_> {
    /// All results, channels last.
    pub(super) fn run(&self) -> Vec<f32> {
        let out_row = self.scale * self.width * self.outputs;
        let mut out = vec![0.0; self.scale * self.height * out_row];
        let panels = self.outputs.div_ceil(PANEL);
        if self.height * self.width <= SMALL {
            for phase in self.phases {
                let sums: Vec<Vec<PanelRow>> = (0..panels)
                    .into_par_iter()
                    .map(|panel| self.sums(phase, panel, (0, self.height), Vec::new()))
                    .collect();
                for (panel, sums) in sums.iter().enumerate() {
                    self.place(phase, panel, (0, sums), &mut out);
                }
            }
            return out;
        }
        let rows = (PIXELS / self.width).clamp(1, self.height);
        out.par_chunks_mut(rows * self.scale * out_row)
            .enumerate()
            .for_each(|(index, out)| {
                let first = index * rows;
                let rows = rows.min(self.height - first);
                let mut sums = Vec::with_capacity(rows * self.width);
                for phase in self.phases {
                    for panel in 0..panels {
                        sums = self.sums(phase, panel, (first, rows), sums);
                        self.place(phase, panel, (first, &sums), out);
                    }
                }
            });
        out
    }

    /// The results of some rows for the outputs of a panel, in memory that is
    /// handed in.
    fn sums(
        &self,
        phase: &Phase,
        panel: usize,
        (first_row, rows): (usize, usize),
        mut sums: Vec<PanelRow>,
    ) -> Vec<PanelRow> {
        let mut bias = PanelRow::ZERO;
        bias.0.copy_from_slice(&self.bias[panel * PANEL..][..PANEL]);
        sums.clear();
        sums.resize(rows * self.width, bias);
        Arch::new().dispatch(Products {
            job: self,
            phase,
            panel,
            first_row,
            sums: &mut sums,
        });
        sums
    }

    /// Puts results where they belong. `out` begins with the first row.
    fn place(
        &self,
        phase: &Phase,
        panel: usize,
        (first_row, sums): (usize, &[PanelRow]),
        out: &mut [f32],
    ) {
        let outputs = self.outputs;
        let first_output = panel * PANEL;
        let count = PANEL.min(outputs - first_output);
        let out_row = self.scale * self.width * outputs;
        for (row, sums) in sums.chunks_exact(self.width).enumerate() {
            let row = self.scale * row + phase.out.0;
            for (column, sums) in sums.iter().enumerate() {
                let column = self.scale * column + phase.out.1;
                let at = row * out_row + column * outputs + first_output;
                let out = &mut out[at..][..count];
                match self.add {
                    None => out.copy_from_slice(&sums.0[..count]),
                    Some(add) => {
                        let at = at + self.scale * first_row * out_row;
                        let add = &add[at..][..count];
                        for ((out, sum), add) in out.iter_mut().zip(&sums.0).zip(add) {
                            *out = sum + add;
                        }
                    }
                }
            }
        }
    }
}

/// The products of some rows and one panel.
struct Products<'a, 'b> {
    job: &'a Job<'a>,
    phase: &'a Phase,
    panel: usize,
    first_row: usize,
    sums: &'b mut [PanelRow],
}

impl WithSimd for Products<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let job = self.job;
        let panels = job.outputs.div_ceil(PANEL);
        for (kernel_row, weights) in self.phase.rows.iter().enumerate() {
            let depth = weights.len() / panels;
            let weights = &weights[self.panel * depth..][..depth];
            // Where the map is looked at for the first result of a row.
            let origin = |row: usize| {
                let row = job.step * (self.first_row + row) + kernel_row + self.phase.origin.0;
                (row * job.pitch + self.phase.origin.1) * job.inputs
            };
            for (chunk, weights) in weights.chunks(DEPTH).enumerate() {
                let skipped = chunk * DEPTH;
                for tile in tiles(self.sums.len()) {
                    let count = tile.len();
                    let mut rows: [&[f32]; TILE_ROWS] = [&[]; TILE_ROWS];
                    for (row, pixel) in rows.iter_mut().zip(tile.clone()) {
                        let at = origin(pixel / job.width)
                            + job.step * (pixel % job.width) * job.inputs
                            + skipped;
                        *row = &job.values[at..][..weights.len()];
                    }
                    let mut sums: Sums = [PanelRow::ZERO; _];
                    sums[..count].copy_from_slice(&self.sums[tile.clone()]);
                    add_products(simd, &rows[..count], weights, PANEL, &mut sums);
                    self.sums[tile].copy_from_slice(&sums[..count]);
                }
            }
        }
    }
}
