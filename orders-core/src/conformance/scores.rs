//! The proximity score of every cell, by what is generated so far.

use crate::grid::{Cell, Grid};
use crate::lpd::lanes::{ByChunk, LANES};
use crate::lpd::proximity::{DIAGONAL, EDGE};
use crate::lpd::{EightNeighbours, Proximity, ProximityState};

/// The number of levels: a level is a whole number that stands for a score, a larger one
/// for a larger score.
pub(super) const LEVELS: usize = 4 * (EDGE + DIAGONAL) as usize + 1;

/// Stands above all levels for a cell that is not free.
const TAKEN: u8 = 1 << 7;

/// The level of every free cell.
///
/// Cells lie in rows that are filled up to whole chunks of lanes, with a border around
/// them, so that a cell on an edge has neighbours as well. What is not on the grid is
/// taken.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    stride: usize,
    levels: Vec<u8>,
    /// Without context.
    blank: Vec<u8>,
    /// Where each cell lies.
    places: Vec<u32>,
    score_from_level: Vec<f64>,
}

impl Scores {
    pub(super) fn new(grid: Grid) -> Self {
        let (height, width) = (grid.height() as usize, grid.width() as usize);
        // What follows a row is its right border and the next one's left.
        let stride = width.next_multiple_of(LANES) + 1;
        let places: Vec<u32> = (0..height)
            .flat_map(|row| (0..width).map(move |column| ((row + 1) * stride + column + 1) as u32))
            .collect();
        let mut blank = vec![TAKEN; (height + 2) * stride + 1];
        for &place in &places {
            blank[place as usize] = 0;
        }
        Self {
            stride,
            levels: blank.clone(),
            blank,
            places,
            score_from_level: EightNeighbours.state(grid).scores().to_vec(),
        }
    }

    /// Back to a grid without context.
    #[inline(always)]
    pub(super) fn restart(&mut self) {
        self.levels.copy_from_slice(&self.blank);
    }

    /// The first level whose score is at least a threshold; [`LEVELS`] if none is.
    pub(super) fn level_from(&self, threshold: f64) -> usize {
        let scores = &self.score_from_level;
        scores.partition_point(|&score| score < threshold)
    }

    /// The level of a free cell.
    #[inline(always)]
    pub(super) fn level(&self, cell: Cell) -> usize {
        (self.levels[self.places[cell as usize] as usize] & !TAKEN).into()
    }

    /// The score of a free cell.
    pub(super) fn score(&self, cell: Cell) -> f64 {
        self.score_from_level[self.level(cell)]
    }

    /// The levels from a column of a row on; of cells that are not free, and beyond the
    /// last column, they are not below [`LEVELS`].
    #[inline(always)]
    pub(super) fn chunk(&self, row: usize, column: usize) -> &[u8; LANES] {
        self.levels[(row + 1) * self.stride + column + 1..]
            .first_chunk()
            .expect("rows are made of whole chunks")
    }

    /// Generates a cell: it is free no more, and its neighbours score higher.
    #[inline(always)]
    pub(super) fn generate(&mut self, cell: Cell) {
        const E: u8 = EDGE as u8;
        const D: u8 = DIAGONAL as u8;
        let place = self.places[cell as usize] as usize;
        self.levels[place] |= TAKEN;
        let mut add = |from: usize, amounts: [u8; 3]| {
            for (level, amount) in self.levels[from..from + 3].iter_mut().zip(amounts) {
                // What is taken stays so: a level has no more than 7 bits.
                *level = level.wrapping_add(amount);
            }
        };
        add(place - 1 - self.stride, [D, E, D]);
        add(place - 1, [E, 0, E]);
        add(place - 1 + self.stride, [D, E, D]);
    }
}

/// What is taken.
impl ByChunk<bool> for Scores {
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> [bool; LANES] {
        let levels = *self.chunk(row, column);
        let mut is_taken = [false; LANES];
        for lane in 0..LANES {
            is_taken[lane] = levels[lane] >= TAKEN;
        }
        is_taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels against scores that are counted, on a grid that is generated cell by cell.
    #[test]
    fn levels_stand_for_scores() {
        for (height, width) in [(3, 3), (1, 9), (5, 1), (4, 33), (2, 16)] {
            let grid = Grid::new(height, width).unwrap();
            let mut scores = Scores::new(grid);
            let cells = grid.cells() as Cell;
            let mut is_free = vec![true; grid.cells()];
            // In steps of a number that has no divisor in common with any of them.
            for index in 0..cells {
                let cell = index * 7 % cells;
                assert!(is_free[cell as usize]);
                scores.generate(cell);
                is_free[cell as usize] = false;
                for other in (0..cells).filter(|&other| is_free[other as usize]) {
                    let near = |edge: bool| {
                        let taken = (0..cells).filter(|&taken| !is_free[taken as usize]);
                        taken
                            .filter(|&taken| {
                                let squared = grid.squared_distance(other, taken);
                                squared == if edge { 1 } else { 2 }
                            })
                            .count() as u32
                    };
                    let expected = EightNeighbours::score(near(true), near(false));
                    assert_eq!(scores.score(other), expected);
                    let (row, column) = grid.position_from_cell(other);
                    let level = scores.chunk(row as usize, column as usize)[0];
                    assert_eq!(usize::from(level), scores.level(other));
                }
                let (row, column) = grid.position_from_cell(cell);
                let level = scores.chunk(row as usize, column as usize)[0];
                assert!(usize::from(level) >= LEVELS);
            }
        }
    }
}
