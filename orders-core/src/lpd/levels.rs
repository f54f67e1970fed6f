//! The proximity level of every cell.

use super::lanes::{LANES, smallest_of};
use crate::grid::{Cell, Grid};
use crate::random::TieKeys;

/// What is generated: a flag above all levels.
pub(super) const GENERATED: u32 = 1 << 31;

/// The proximity level of every cell, and which cells are free.
///
/// A level stands for a score: a larger level for a larger score, equal levels
/// for equal scores. Which score, the [`Proximity`](super::Proximity) says that
/// sets them.
///
/// Cells lie in rows that are filled up to whole chunks of lanes, with a
/// border around them, so that a cell on an edge has neighbours to write to as
/// well. What is not on the grid counts as generated.
#[derive(Clone, Debug)]
pub struct Levels {
    grid: Grid,
    stride: usize,
    values: Vec<u32>,
    places: Vec<u32>,
    blank: Vec<u32>,
}

impl Levels {
    /// Level 0 and free, all of them.
    pub(super) fn new(grid: Grid) -> Self {
        let (height, width) = (grid.height() as usize, grid.width() as usize);
        // What follows a row is its right border and the next one's left.
        let stride = width.next_multiple_of(LANES) + 1;
        let places: Vec<u32> = (0..height)
            .flat_map(|row| (0..width).map(move |column| ((row + 1) * stride + column + 1) as u32))
            .collect();
        let mut blank = vec![GENERATED; (height + 2) * stride + 1];
        for &place in &places {
            blank[place as usize] = 0;
        }
        Self {
            grid,
            stride,
            values: blank.clone(),
            places,
            blank,
        }
    }

    /// Starts over: level 0 and free, all of them.
    #[inline(always)]
    pub(super) fn clear(&mut self) {
        self.values.copy_from_slice(&self.blank);
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The level of a cell.
    ///
    /// # Panics
    ///
    /// If the cell is not on the grid.
    #[inline(always)]
    pub fn level(&self, cell: Cell) -> u32 {
        self.values[self.places[cell as usize] as usize] & !GENERATED
    }

    /// Sets the level of a cell.
    ///
    /// # Panics
    ///
    /// If the cell is not on the grid, or the level is 2^31 or more.
    pub fn set_level(&mut self, cell: Cell, level: u32) {
        assert!(level < GENERATED, "level {level} is 2^31 or more");
        let value = &mut self.values[self.places[cell as usize] as usize];
        *value = *value & GENERATED | level;
    }

    /// Whether a cell is not generated yet.
    ///
    /// # Panics
    ///
    /// If the cell is not on the grid.
    #[inline(always)]
    pub fn is_free(&self, cell: Cell) -> bool {
        self.values[self.places[cell as usize] as usize] < GENERATED
    }

    /// The cells that are not generated yet, in raster order.
    pub fn free_cells(&self) -> impl Iterator<Item = Cell> + '_ {
        (0..self.grid.cells() as Cell).filter(|&cell| self.is_free(cell))
    }

    /// Marks a cell as generated.
    #[inline(always)]
    pub(super) fn generate(&mut self, cell: Cell) {
        self.values[self.places[cell as usize] as usize] |= GENERATED;
    }

    /// Adds `edge` to the levels of the 4 edge neighbours of a cell and
    /// `diagonal` to those of its 4 diagonal ones.
    #[inline(always)]
    pub(super) fn add_around(&mut self, cell: Cell, edge: u32, diagonal: u32) {
        let place = self.places[cell as usize] as usize;
        let mut add = |row: usize, amounts: [u32; 3]| {
            for (value, amount) in self.values[row..row + 3].iter_mut().zip(amounts) {
                *value = value.wrapping_add(amount);
            }
        };
        add(place - 1 - self.stride, [diagonal, edge, diagonal]);
        add(place - 1, [edge, 0, edge]);
        add(place - 1 + self.stride, [diagonal, edge, diagonal]);
    }

    /// The levels of a chunk of cells, from a column of a row on. Those that are
    /// generated, or beyond the last column, are 2^31 or more.
    #[inline(always)]
    pub(super) fn chunk(&self, row: usize, column: usize) -> &[u32; LANES] {
        self.values[(row + 1) * self.stride + column + 1..]
            .first_chunk()
            .expect("rows are made of whole chunks")
    }

    /// The free cell with the smallest key, or `None` if no cell is free.
    #[inline(always)]
    pub(super) fn first_free(&self, keys: TieKeys) -> Option<Cell> {
        let (height, width) = (self.grid.height(), self.grid.width());
        let mut first = None;
        let mut smallest_high_bits = u32::MAX;
        for row in 0..height {
            for column in (0..width).step_by(LANES) {
                let start = self.grid.cell_from_position(row, column);
                let levels = self.chunk(row as usize, column as usize);
                let mut high_bits = keys.high_bits::<LANES>(start);
                for lane in 0..LANES {
                    if levels[lane] >= GENERATED {
                        high_bits[lane] = u32::MAX;
                    }
                }
                let smallest = smallest_of(high_bits);
                if smallest > smallest_high_bits {
                    continue;
                }
                // Seldom: of n chunks, about ln(n) are the best so far.
                smallest_high_bits = smallest;
                let lanes = (0..LANES as u32).filter(|&lane| levels[lane as usize] < GENERATED);
                let cells = first.into_iter().chain(lanes.map(|lane| start + lane));
                first = cells.min_by_key(|&cell| keys.key(cell));
            }
        }
        first
    }
}
