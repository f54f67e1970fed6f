//! Whether rows are permutations.

use std::sync::Arc;

use crate::grid::Cell;
use crate::known::KnownCells;
use crate::permutation::{Fault, first_fault};

/// Checks that the rows of an order file are permutations of the free cells,
/// which the readers leave to the caller.
///
/// ```
/// use orders_core::files::{RowChecker, RowError};
///
/// let mut checker = RowChecker::new(3);
/// assert_eq!(checker.check(0, &[2, 0, 1]), Ok(()));
/// assert_eq!(
///     checker.check(1, &[2, 0, 2]),
///     Err(RowError::Repeated { row: 1, cell: 2, first_entry: 0, entry: 2 }),
/// );
/// ```
#[derive(Clone, Debug)]
pub struct RowChecker {
    is_known: Arc<[bool]>,
    free: usize,
    /// For each cell, whether the row has it.
    seen: Vec<bool>,
}

impl RowChecker {
    /// A checker of rows that order cells 0 to `cells - 1`. O(N) memory for N
    /// cells.
    pub fn new(cells: usize) -> Self {
        Self {
            is_known: vec![false; cells].into(),
            free: cells,
            seen: Vec::new(),
        }
    }

    /// A checker of rows that order the free cells of a grid. O(N) memory for N
    /// cells.
    pub fn with_known(known: &KnownCells) -> Self {
        Self {
            is_known: known.mask().into(),
            free: known.free_count(),
            seen: Vec::new(),
        }
    }

    /// Whether a row has every free cell once. O(N) for N cells.
    ///
    /// `row` is the row's number, from 0, for the error.
    ///
    /// # Errors
    ///
    /// [`RowError::Length`], else [`RowError::OutOfRange`],
    /// [`RowError::Known`] or [`RowError::Repeated`] at the first entry that is wrong. (A row of the
    /// right length without a repetition misses no cell.)
    pub fn check(&mut self, row: u64, cells: &[Cell]) -> Result<(), RowError> {
        if cells.len() != self.free {
            return Err(RowError::Length {
                row,
                length: cells.len(),
                cells: self.free,
            });
        }
        match first_fault(cells, &self.is_known, &mut self.seen) {
            None => Ok(()),
            Some(Fault::Repeated { first, place }) => Err(RowError::Repeated {
                row,
                cell: cells[place],
                first_entry: first,
                entry: place,
            }),
            Some(Fault::OutOfRange { place }) => Err(RowError::OutOfRange {
                row,
                entry: place,
                cell: cells[place],
                cells: self.is_known.len(),
            }),
            Some(Fault::Known { place }) => Err(RowError::Known {
                row,
                entry: place,
                cell: cells[place],
            }),
        }
    }
}

/// Why a row is no permutation. Rows and entries count from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum RowError {
    /// The row has more or fewer entries than there are cells.
    #[error("order {row} has {length} entries, but there are {cells} cells")]
    Length {
        row: u64,
        length: usize,
        cells: usize,
    },
    /// An entry is no cell.
    #[error("entry {entry} of order {row} is {cell}, but there are {cells} cells, counted from 0")]
    OutOfRange {
        row: u64,
        entry: usize,
        cell: Cell,
        cells: usize,
    },
    /// An entry is a cell that is known from the start.
    #[error("entry {entry} of order {row} is cell {cell}, which is known and not to be generated")]
    Known { row: u64, entry: usize, cell: Cell },
    /// A cell comes twice.
    #[error("order {row} has cell {cell} twice: as entry {first_entry} and as entry {entry}")]
    Repeated {
        row: u64,
        cell: Cell,
        first_entry: usize,
        entry: usize,
    },
}
