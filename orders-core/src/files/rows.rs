//! What the rows of a file are handed on with.

use crate::grid::{Cell, Grid};

/// Takes the rows of a file, one after the other.
pub(super) type TakeRow<'a, E> = &'a mut dyn FnMut(u64, &[Cell]) -> Result<(), E>;

/// How much of a file is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most rows. No limit by default: they cost time, but no memory.
    pub rows: u64,
    /// The most entries in a row; [`Grid::MAX_CELLS`] by default, which is
    /// also the most that a higher number here allows.
    pub cells: usize,
}

impl Limits {
    /// The most entries in a row.
    pub(super) fn cells(&self) -> usize {
        self.cells.min(Grid::MAX_CELLS as usize)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: u64::MAX,
            cells: Grid::MAX_CELLS as usize,
        }
    }
}

/// What a file had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Rows.
    pub count: u64,
    /// Entries in each row; 0 only if there are no rows and the file does not
    /// say how long they would be.
    pub cells: usize,
}
