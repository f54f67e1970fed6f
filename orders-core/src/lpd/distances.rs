//! How far every candidate lies from the cells of a group, many at once.

use std::ops::ControlFlow;

use super::lanes::{ByChunk, Chunk, LANES, Lane, chunk_starts, each_equal, largest_of};
use super::walk::CELLS_UNWATCHED;
use crate::grid::{Cell, Grid};
use crate::method::Watch;

/// The smallest squared distance of every candidate to the cells of a group. Cells
/// that are no candidates have 0; a candidate has at least 1.
///
/// Rows are cut into chunks of [`LANES`] cells, stored column of chunks after
/// column of chunks, and the largest value of every chunk is kept.
#[derive(Clone, Debug)]
pub(crate) struct Distances<L> {
    pub(super) arch: pulp::Arch,
    grid: Grid,
    /// No distance is larger than that of a cell so many rows or columns away.
    reach: usize,
    chunks: Vec<Chunk<L>>,
    largest: Vec<[L; LANES]>,
    /// Squared column differences, from `1 - width` on.
    column_squares: Vec<L>,
    /// Squared row differences, from `1 - height` on, each in all lanes.
    row_squares: Vec<Chunk<L>>,
    /// The row and the first column of every chunk.
    starts: Vec<(u32, u32)>,
}

impl<L: Lane> Distances<L> {
    pub(crate) fn new(grid: Grid) -> Self {
        let (height, width) = (i64::from(grid.height()), i64::from(grid.width()));
        let chunks = grid.width().div_ceil(LANES as u32) as usize * grid.height() as usize;
        let square = |difference: i64| L::of(difference.unsigned_abs().pow(2));
        Self {
            arch: pulp::Arch::new(),
            grid,
            reach: 0,
            chunks: vec![Chunk([L::ZERO; LANES]); chunks],
            largest: vec![[L::ZERO; LANES]; chunks.div_ceil(LANES)],
            // Those beyond the last column may wrap; no candidate sees them.
            column_squares: (1 - width..width + LANES as i64).map(square).collect(),
            starts: chunk_starts(grid),
            row_squares: (1 - height..height)
                .map(|d| Chunk([square(d); LANES]))
                .collect(),
        }
    }

    /// Starts with the distances of all candidates to the cells of the group, of which
    /// there is one at least. `taken` are the cells that are no candidates, and what lies
    /// beyond the last column; those of the group need not be among them. `watch` may end it
    /// early; the distances are those of nothing then.
    #[inline(always)]
    pub(crate) fn load(
        &mut self,
        group: &[Cell],
        watch: Watch<'_>,
        taken: &impl ByChunk<bool>,
    ) -> ControlFlow<()> {
        self.reach = self.grid.height().max(self.grid.width()) as usize;
        self.chunks.fill(Chunk([L::MAX; LANES]));
        let (fours, rest) = group.as_chunks::<4>();
        for (index, &cells) in fours.iter().enumerate() {
            // These go over the whole grid.
            if (index + 1).is_multiple_of(CELLS_UNWATCHED / 16) {
                watch.ask()?;
            }
            self.approach(cells);
        }
        for &cell in rest {
            self.approach([cell]);
        }
        let height = self.grid.height() as usize;
        let chunks = self
            .chunks
            .chunks_mut(height)
            .zip(self.largest.as_flattened_mut().chunks_mut(height));
        for (part, (chunks, largest)) in chunks.enumerate() {
            for (row, (chunk, largest)) in chunks.iter_mut().zip(largest).enumerate() {
                let is_taken = taken.at(row, part * LANES);
                let mut distances = chunk.0;
                for lane in 0..LANES {
                    if is_taken[lane] {
                        distances[lane] = L::ZERO;
                    }
                }
                chunk.0 = distances;
                *largest = largest_of(distances);
            }
        }
        ControlFlow::Continue(())
    }

    /// Lowers all distances to those from the cells, where these are smaller.
    /// Several cells at once, so that each distance is loaded and stored once
    /// for all of them.
    #[inline(always)]
    fn approach<const CELLS: usize>(&mut self, cells: [Cell; CELLS]) {
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let places = cells.map(|cell| (cell as usize / width, cell as usize % width));
        let row_squares = places.map(|(row, _)| &self.row_squares[height - 1 - row..][..height]);
        for (part, chunks) in self.chunks.chunks_mut(height).enumerate() {
            let column_squares: [[L; LANES]; CELLS] = places
                .map(|(_, column)| column_squares_of(&self.column_squares, width, column, part));
            for (row, chunk) in chunks.iter_mut().enumerate() {
                let mut distances = chunk.0;
                for i in 0..CELLS {
                    let row_square = row_squares[i][row].0;
                    for lane in 0..LANES {
                        let from_cell = column_squares[i][lane].plus(row_square[lane]);
                        distances[lane] = distances[lane].min(from_cell);
                    }
                }
                chunk.0 = distances;
            }
        }
    }

    /// The largest of all.
    #[inline(always)]
    pub(crate) fn largest(&self) -> L {
        let mut largest = [L::ZERO; LANES];
        for chunks in &self.largest {
            for lane in 0..LANES {
                largest[lane] = largest[lane].max(chunks[lane]);
            }
        }
        largest_of(largest)
    }

    /// That of a cell.
    #[inline(always)]
    pub(crate) fn of(&self, cell: Cell) -> L {
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let (row, column) = (cell as usize / width, cell as usize % width);
        self.chunks[column / LANES * height + row].0[column % LANES]
    }

    /// Calls `found` with every cell at a distance, which is the largest of all.
    #[inline(always)]
    pub(crate) fn each_at(&self, largest: L, mut found: impl FnMut(Cell)) {
        each_equal(
            self.arch,
            &self.chunks,
            &self.largest,
            largest,
            |chunk, lane| {
                let (row, start) = self.starts[chunk];
                found(self.grid.cell_from_position(row, start + lane as u32));
            },
        );
    }

    /// Moves a cell from the candidates to the group, and lowers the others to the
    /// distance from it, where that is smaller. `largest` is that of all, which never
    /// grows: only within its root can anything change.
    #[inline(always)]
    pub(crate) fn take(&mut self, cell: Cell, largest: L) {
        while self.reach as u64 * self.reach as u64 >= largest.value() {
            self.reach -= 1;
        }
        let reach = self.reach;
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let (row, column) = (cell as usize / width, cell as usize % width);
        let first_row = row.saturating_sub(reach);
        let end_row = height.min(row + reach + 1);
        let first_part = column.saturating_sub(reach) / LANES;
        let last_part = (width - 1).min(column + reach) / LANES;
        let row_squares = &self.row_squares[height - 1 - row..][first_row..end_row];
        for part in first_part..=last_part {
            let column_squares = column_squares_of(&self.column_squares, width, column, part);
            let rows = part * height + first_row..part * height + end_row;
            let chunks = self.chunks[rows.clone()].iter_mut();
            let chunks = chunks.zip(&mut self.largest.as_flattened_mut()[rows]);
            for ((chunk, largest), row_square) in chunks.zip(row_squares) {
                let mut distances = chunk.0;
                for lane in 0..LANES {
                    let from_cell = column_squares[lane].plus(row_square.0[lane]);
                    distances[lane] = distances[lane].min(from_cell);
                }
                chunk.0 = distances;
                *largest = largest_of(distances);
            }
        }
    }
}

/// The squared differences of a column and those of a part.
#[inline(always)]
fn column_squares_of<L: Lane>(
    squares: &[L],
    width: usize,
    column: usize,
    part: usize,
) -> [L; LANES] {
    *squares[width - 1 - column + part * LANES..]
        .first_chunk()
        .expect("the squares cover every chunk")
}
