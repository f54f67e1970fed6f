//! Farthest-point sampling, many cells at once.

use std::ops::Range;

use super::fill::{FillState, FillStep};
use super::lanes::{Chunk, LANES, Lane, chunk_starts, lanes_equal, largest_of};
use super::levels::{GENERATED, Levels};
use crate::grid::{Cell, Grid};

/// Tables and buffers of [`FarthestPoints`](super::FarthestPoints).
///
/// Squared distances are whole numbers, in the narrowest lanes that hold them:
/// 16 bits suffice up to 182 x 182 cells, 32 bits for every grid but those of
/// more than 65,536 rows or columns.
#[derive(Clone, Debug)]
pub struct FarthestPointsState(AnyField);

#[derive(Clone, Debug)]
enum AnyField {
    Narrow(Field<u16>),
    Wide(Field<u32>),
    Widest(Field<u64>),
}

impl FarthestPointsState {
    pub(super) fn new(grid: Grid) -> Self {
        let farthest = grid.squared_distance(0, grid.cells() as Cell - 1);
        Self(if farthest <= u64::from(u16::MAX) {
            AnyField::Narrow(Field::new(grid))
        } else if farthest <= u64::from(u32::MAX) {
            AnyField::Wide(Field::new(grid))
        } else {
            AnyField::Widest(Field::new(grid))
        })
    }
}

#[cfg(test)]
impl FarthestPointsState {
    pub(super) fn set_arch(&mut self, arch: pulp::Arch) {
        match &mut self.0 {
            AnyField::Narrow(field) => field.arch = arch,
            AnyField::Wide(field) => field.arch = arch,
            AnyField::Widest(field) => field.arch = arch,
        }
    }
}

impl FillState for FarthestPointsState {
    #[inline(always)]
    fn fill(&mut self, step: FillStep<'_>, group: &mut Vec<Cell>) {
        if step.candidates <= step.size - group.len() {
            let mut rest: Vec<Cell> = step.levels.free_cells().collect();
            rest.sort_unstable_by_key(|&cell| step.list_order(cell));
            group.extend(rest);
            return;
        }
        match &mut self.0 {
            AnyField::Narrow(field) => field.fill(step, group),
            AnyField::Wide(field) => field.fill(step, group),
            AnyField::Widest(field) => field.fill(step, group),
        }
    }
}

/// The smallest squared distance of every candidate to the cells of the step.
/// The largest is the next to take. Cells that are no candidates have 0; a
/// candidate has at least 1.
///
/// Rows are cut into chunks of [`LANES`] cells, stored column of chunks after
/// column of chunks, and the largest value of every chunk is kept.
#[derive(Clone, Debug)]
struct Field<L> {
    arch: pulp::Arch,
    grid: Grid,
    chunks: Vec<Chunk<L>>,
    largest: Vec<[L; LANES]>,
    /// Squared column differences, from `1 - width` on.
    column_squares: Vec<L>,
    /// Squared row differences, from `1 - height` on, each in all lanes.
    row_squares: Vec<Chunk<L>>,
    /// The row and the first column of every chunk.
    starts: Vec<(u32, u32)>,
}

impl<L: Lane> Field<L> {
    fn new(grid: Grid) -> Self {
        let (height, width) = (i64::from(grid.height()), i64::from(grid.width()));
        let chunks = grid.width().div_ceil(LANES as u32) as usize * grid.height() as usize;
        let square = |difference: i64| L::of(difference.unsigned_abs().pow(2));
        Self {
            arch: pulp::Arch::new(),
            grid,
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

    /// Needs more candidates than missing cells.
    #[inline(always)]
    fn fill(&mut self, step: FillStep<'_>, group: &mut Vec<Cell>) {
        if group.is_empty() {
            group.extend(step.levels.first_free(step.keys));
        }
        if group.len() == step.size {
            return;
        }
        self.load(group, step.levels);
        loop {
            let mut largest = [L::ZERO; LANES];
            for chunks in &self.largest {
                for lane in 0..LANES {
                    largest[lane] = largest[lane].max(chunks[lane]);
                }
            }
            let largest = largest_of(largest);
            let cell = self.earliest(largest, step);
            group.push(cell);
            if group.len() == step.size {
                return;
            }
            self.take(cell, largest.value());
        }
    }

    /// Starts with the distances of all candidates to the cells of the group.
    #[inline(always)]
    fn load(&mut self, group: &[Cell], levels: &Levels) {
        self.chunks.fill(Chunk([L::MAX; LANES]));
        let height = self.grid.height() as usize;
        for &cell in group {
            self.approach(cell, 0..height);
        }
        let chunks = self
            .chunks
            .chunks_mut(height)
            .zip(self.largest.as_flattened_mut().chunks_mut(height));
        for (part, (chunks, largest)) in chunks.enumerate() {
            for (row, (chunk, largest)) in chunks.iter_mut().zip(largest).enumerate() {
                let levels = *levels.chunk(row, part * LANES);
                let mut distances = chunk.0;
                for lane in 0..LANES {
                    if levels[lane] >= GENERATED {
                        distances[lane] = L::ZERO;
                    }
                }
                chunk.0 = distances;
                *largest = largest_of(distances);
            }
        }
    }

    /// Removes a cell of the largest distance from the candidates, and lowers
    /// the others to the distance from it, where that is smaller. Only rows
    /// within the largest distance can change.
    #[inline(always)]
    fn take(&mut self, cell: Cell, largest: u64) {
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let (row, column) = (cell as usize / width, cell as usize % width);
        self.chunks[column / LANES * height + row].0[column % LANES] = L::ZERO;

        let reach = (largest as f64).sqrt() as usize;
        let rows = row.saturating_sub(reach)..(row + reach + 1).min(height);
        self.approach(cell, rows.clone());
        let chunks = self
            .chunks
            .chunks(height)
            .zip(self.largest.as_flattened_mut().chunks_mut(height));
        for (chunks, largest) in chunks {
            let chunks = chunks[rows.clone()].iter();
            for (largest, chunk) in largest[rows.clone()].iter_mut().zip(chunks) {
                *largest = largest_of(chunk.0);
            }
        }
    }

    /// Lowers all distances in some rows to those from `cell`, where these are
    /// smaller.
    #[inline(always)]
    fn approach(&mut self, cell: Cell, rows: Range<usize>) {
        let (height, width) = (self.grid.height() as usize, self.grid.width() as usize);
        let (row, column) = (cell as usize / width, cell as usize % width);
        let row_squares = &self.row_squares[height - 1 - row..][rows.clone()];
        for (part, chunks) in self.chunks.chunks_mut(height).enumerate() {
            let column_squares: [L; LANES] = *self.column_squares
                [width - 1 - column + part * LANES..]
                .first_chunk()
                .expect("the squares cover every chunk");
            for (chunk, row_square) in chunks[rows.clone()].iter_mut().zip(row_squares) {
                let mut distances = chunk.0;
                for lane in 0..LANES {
                    let from_cell = column_squares[lane].plus(row_square.0[lane]);
                    distances[lane] = distances[lane].min(from_cell);
                }
                chunk.0 = distances;
            }
        }
    }

    /// The cell of the largest distance that stands earliest in the list.
    #[inline(always)]
    fn earliest(&self, largest: L, step: FillStep<'_>) -> Cell {
        let mut earliest = None;
        for (group, chunks) in self.largest.iter().enumerate() {
            let mut chunks = lanes_equal(self.arch, chunks, largest);
            while let Some(chunk) = chunks.next() {
                let index = group * LANES + chunk;
                let (row, start) = self.starts[index];
                let mut lanes = lanes_equal(self.arch, &self.chunks[index].0, largest);
                while let Some(lane) = lanes.next() {
                    let cell = self.grid.cell_from_position(row, start + lane as u32);
                    let is_last =
                        lanes.is_empty() && chunks.is_empty() && group + 1 == self.largest.len();
                    if is_last && earliest.is_none() {
                        return cell;
                    }
                    let place = step.list_order(cell);
                    if earliest.as_ref().is_none_or(|(_, first)| place < *first) {
                        earliest = Some((cell, place));
                    }
                }
            }
        }
        earliest
            .expect("a chunk's largest distance is that of one of its cells")
            .0
    }
}
