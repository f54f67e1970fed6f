//! What an ordering method is asked to do.

use crate::grid::{Cell, Grid};
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::order_error::OrderError;
use crate::permutation::{Fault, first_fault};

/// What is to be ordered: the free cells of a grid, and the sizes of the groups
/// in which they are to be generated.
///
/// ```
/// use orders_core::{Grid, GroupSizes, Problem};
///
/// let grid = Grid::new(4, 4)?;
/// let problem = Problem::new(grid, GroupSizes::new([1, 5, 10])?)?;
/// assert_eq!(problem.group_sizes().steps(), 3);
///
/// // The same grid with its upper half known: 8 cells are left.
/// use orders_core::KnownCells;
/// let known = KnownCells::new(grid, 0..8)?;
/// let problem = Problem::with_known(known, GroupSizes::new([2, 6])?)?;
/// assert_eq!(problem.cells(), 8);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    known: KnownCells,
    group_sizes: GroupSizes,
}

impl Problem {
    /// A problem on a whole grid: no cell is known.
    ///
    /// # Errors
    ///
    /// [`ProblemError::Sum`] unless the sizes sum to the cells of the grid.
    pub fn new(grid: Grid, group_sizes: GroupSizes) -> Result<Self, ProblemError> {
        Self::with_known(KnownCells::none(grid), group_sizes)
    }

    /// A problem on the cells of a grid that are not known.
    ///
    /// Known cells are context from the start, and never generated.
    ///
    /// # Errors
    ///
    /// [`ProblemError::Sum`] unless the sizes sum to the free cells.
    pub fn with_known(known: KnownCells, group_sizes: GroupSizes) -> Result<Self, ProblemError> {
        let (sum, free) = (group_sizes.cells(), known.free_count());
        if sum != free {
            let grid = known.grid();
            return Err(ProblemError::Sum { sum, free, grid });
        }
        Ok(Self { known, group_sizes })
    }

    /// The grid.
    #[inline]
    pub fn grid(&self) -> Grid {
        self.known.grid()
    }

    /// The cells that are known from the start.
    #[inline]
    pub fn known(&self) -> &KnownCells {
        &self.known
    }

    /// Number of cells that are to be generated: the free ones.
    #[inline]
    pub fn cells(&self) -> usize {
        self.known.free_count()
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

    /// Whether `cells` is a permutation of the free cells. O(N).
    ///
    /// `seen` is scratch space; its content does not matter.
    ///
    /// # Errors
    ///
    /// The first fault, as [`Order::new`](crate::Order::new) gives it.
    pub(crate) fn check(&self, cells: &[Cell], seen: &mut Vec<bool>) -> Result<(), OrderError> {
        let count = self.cells();
        if cells.len() != count {
            return Err(OrderError::Length {
                length: cells.len(),
                cells: count,
            });
        }
        match first_fault(cells, self.known.mask(), seen) {
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
                cells: self.grid().cells(),
            }),
            Some(Fault::Known { place }) => Err(OrderError::Known {
                cell: cells[place],
                step: self.step_from_rank(place) + 1,
                rank: place,
            }),
        }
    }
}

/// Why a [`Problem`] could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum ProblemError {
    /// The group sizes do not sum to the free cells of the grid.
    #[error(
        "the group sizes sum to {sum}, but {}",
        if *free == grid.cells() {
            format!("a {grid} grid has {free} cells")
        } else {
            format!("{free} of the {} cells of the {grid} grid are free", grid.cells())
        }
    )]
    Sum { sum: usize, free: usize, grid: Grid },
}
