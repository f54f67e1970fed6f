//! Which cell is next, of those that no other repels, many at once.

use super::lanes::{ByChunk, Chunk, LANES, Lane, chunk_starts, each_equal, smallest_of};
use super::thresholds::Repulsion;
use crate::grid::Grid;

/// The rank of every cell, of which the smallest is next, and what a cell that was taken
/// repels.
///
/// Rows are cut into chunks of [`LANES`] cells, stored column of chunks after
/// column of chunks, and the smallest rank of every chunk is kept.
#[derive(Clone, Debug)]
pub(crate) struct Ranks<L> {
    pub(super) arch: pulp::Arch,
    grid: Grid,
    chunks: Vec<Chunk<L>>,
    /// The smallest rank of every chunk.
    best: Vec<[L; LANES]>,
    /// The row and the first column of every chunk.
    starts: Vec<(u32, u32)>,
    /// For each row difference, from 0 to the last one at which cells repel
    /// each other: the first column difference at which they do not.
    bounds: Vec<L>,
    /// The largest column difference at which cells repel each other.
    widest: usize,
    /// Column differences, from `1 - width` on.
    columns: Vec<L>,
}

impl<L: Lane> Ranks<L> {
    /// No cell, or one that may not be taken any more.
    pub(crate) const OUT: L = L::MAX;

    /// Lanes must be so wide that no column difference or bound comes near the largest
    /// number.
    pub(crate) fn new(grid: Grid, repulsion: &impl Repulsion) -> Self {
        let width = i64::from(grid.width());
        let chunks = grid.width().div_ceil(LANES as u32) as usize * grid.height() as usize;
        // No cell lies further away than the width. A bound of 0 repels none.
        let bound = |rows| match repulsion.reach(rows) {
            Some(reach) => reach.min(grid.width()) + 1,
            None => 0,
        };
        let mut bounds: Vec<u32> = (0..grid.height()).map(bound).collect();
        // A cell is taken only once, whatever it repels.
        bounds[0] = bounds[0].max(1);
        bounds.truncate(1 + bounds.iter().rposition(|&bound| bound > 0).unwrap_or(0));
        Self {
            arch: pulp::Arch::new(),
            grid,
            chunks: vec![Chunk([Self::OUT; LANES]); chunks],
            best: vec![[Self::OUT; LANES]; chunks.div_ceil(LANES)],
            starts: chunk_starts(grid),
            widest: bounds.iter().fold(1, |widest, &bound| widest.max(bound)) as usize - 1,
            bounds: bounds.into_iter().map(L::of_u32).collect(),
            columns: (1 - width..width + LANES as i64)
                .map(|difference| L::of(difference.unsigned_abs()))
                .collect(),
        }
    }

    /// Ranks all cells; beyond the last column ranks must be [`OUT`](Self::OUT).
    #[inline(always)]
    pub(crate) fn load(&mut self, all: &impl ByChunk<L>) {
        let height = self.grid.height() as usize;
        let best = self.best.as_flattened_mut().chunks_mut(height);
        let chunks = self.chunks.chunks_mut(height).zip(best);
        for (part, (chunks, best)) in chunks.enumerate() {
            for (row, (chunk, best)) in chunks.iter_mut().zip(best).enumerate() {
                let ranks = all.at(row, part * LANES);
                chunk.0 = ranks;
                *best = smallest_of(ranks);
            }
        }
    }

    /// The smallest rank of all.
    #[inline(always)]
    pub(crate) fn best(&self) -> L {
        let mut best = [Self::OUT; LANES];
        for chunks in &self.best {
            for lane in 0..LANES {
                best[lane] = best[lane].min(chunks[lane]);
            }
        }
        smallest_of(best)
    }

    /// The rank of the cell of a row and a column.
    #[inline(always)]
    pub(crate) fn of(&self, row: usize, column: usize) -> L {
        let height = self.grid.height() as usize;
        self.chunks[column / LANES * height + row].0[column % LANES]
    }

    /// Calls `found` with row and column of every cell of a rank, which is the best.
    #[inline(always)]
    pub(crate) fn each_of(&self, best: L, mut found: impl FnMut((u32, u32))) {
        each_equal(self.arch, &self.chunks, &self.best, best, |chunk, lane| {
            let (row, start) = self.starts[chunk];
            found((row, start + lane as u32));
        });
    }

    /// Takes out a cell and all that it repels.
    #[inline(always)]
    pub(crate) fn repel(&mut self, row: usize, column: usize) {
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let first_row = row.saturating_sub(self.bounds.len() - 1);
        let end_row = height.min(row + self.bounds.len());
        let first_part = column.saturating_sub(self.widest) / LANES;
        let last_part = (width - 1).min(column + self.widest) / LANES;
        for part in first_part..=last_part {
            let columns: [L; LANES] = *self.columns[width - 1 - column + part * LANES..]
                .first_chunk()
                .expect("the differences cover every chunk");
            let rows = part * height + first_row..part * height + end_row;
            let chunks = self.chunks[rows.clone()].iter_mut();
            let chunks = chunks.zip(&mut self.best.as_flattened_mut()[rows]);
            for (chunk_row, (chunk, best)) in (first_row..).zip(chunks) {
                let bound = self.bounds[chunk_row.abs_diff(row)];
                let mut ranks = chunk.0;
                for lane in 0..LANES {
                    if columns[lane] < bound {
                        ranks[lane] = Self::OUT;
                    }
                }
                chunk.0 = ranks;
                *best = smallest_of(ranks);
            }
        }
    }
}
