//! What can be wrong with an order.

use crate::grid::Cell;

/// Why a list of cells is no order. Steps count from 1, ranks from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum OrderError {
    /// There are more or fewer entries than cells.
    #[error("the order has {length} entries, but there are {cells} cells")]
    Length { length: usize, cells: usize },
    /// An entry is no cell of the grid.
    #[error("entry {rank} (step {step}) is {cell}, but cells go from 0 to {}", cells - 1)]
    OutOfRange {
        cell: u64,
        /// Its step, from 1.
        step: usize,
        /// Its rank, from 0.
        rank: usize,
        cells: usize,
    },
    /// An entry is a cell that is known from the start.
    #[error("entry {rank} (step {step}) is cell {cell}, which is known and not to be generated")]
    Known {
        cell: Cell,
        /// Its step, from 1.
        step: usize,
        /// Its rank, from 0.
        rank: usize,
    },
    /// A cell comes twice.
    #[error(
        "cell {cell} comes twice: at entry {first_rank} (step {first_step}) and at entry {rank} (step {step})"
    )]
    Repeated {
        cell: Cell,
        /// Step of its first place, from 1.
        first_step: usize,
        /// Rank of its first place, from 0.
        first_rank: usize,
        /// Step of its second place, from 1.
        step: usize,
        /// Rank of its second place, from 0.
        rank: usize,
    },
}
