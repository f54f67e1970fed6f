//! What an ordering method is asked to do.

use crate::grid::{Cell, Grid};
use crate::group_sizes::GroupSizes;
use crate::order::OrderError;
use crate::permutation::{Fault, first_fault};

/// A grid and the sizes of the groups in which its cells are to be generated.
///
/// ```
/// use orders_core::{Grid, GroupSizes, Problem};
///
/// let grid = Grid::new(4, 4)?;
/// let problem = Problem::new(grid, GroupSizes::new([1, 5, 10])?)?;
/// assert_eq!(problem.group_sizes().steps(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    grid: Grid,
    group_sizes: GroupSizes,
}

impl Problem {
    /// A problem on a whole grid.
    ///
    /// # Errors
    ///
    /// [`ProblemError::Sum`] unless the sizes sum to the cells of the grid.
    pub fn new(grid: Grid, group_sizes: GroupSizes) -> Result<Self, ProblemError> {
        let sum = group_sizes.cells();
        if sum != grid.cells() {
            return Err(ProblemError::Sum { sum, grid });
        }
        Ok(Self { grid, group_sizes })
    }

    /// The grid.
    #[inline]
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The sizes of the groups, first step first.
    #[inline]
    pub fn group_sizes(&self) -> &GroupSizes {
        &self.group_sizes
    }

    /// The step of a rank (a place in the order), both counted from 0.
    fn step_from_rank(&self, rank: usize) -> usize {
        let mut end = 0;
        self.group_sizes
            .as_slice()
            .iter()
            .position(|&size| {
                end += size as usize;
                rank < end
            })
            .unwrap_or(self.group_sizes.steps())
    }

    /// Whether `cells` is a permutation of the grid's cells. O(N).
    ///
    /// `seen` is scratch space; its content does not matter.
    ///
    /// # Errors
    ///
    /// The first fault, as [`Order::new`](crate::Order::new) gives it.
    pub(crate) fn check(&self, cells: &[Cell], seen: &mut Vec<bool>) -> Result<(), OrderError> {
        let count = self.grid.cells();
        if cells.len() != count {
            return Err(OrderError::Length {
                length: cells.len(),
                cells: count,
            });
        }
        seen.resize(count, false);
        match first_fault(cells, seen) {
            None => Ok(()),
            Some(Fault::Repeated { first, place }) => Err(OrderError::Repeated {
                cell: cells[place],
                first_step: self.step_from_rank(first) + 1,
                first_rank: first,
                step: self.step_from_rank(place) + 1,
                rank: place,
            }),
            Some(Fault::OutOfRange { place }) => Err(OrderError::OutOfRange {
                cell: cells[place].into(),
                step: self.step_from_rank(place) + 1,
                rank: place,
                cells: count,
            }),
        }
    }
}

/// Why a [`Problem`] could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemError {
    /// The group sizes do not sum to the cells of the grid.
    #[error("the group sizes sum to {sum}, but a {grid} grid has {} cells", grid.cells())]
    Sum {
        /// Sum of the sizes.
        sum: usize,
        /// The grid.
        grid: Grid,
    },
}
