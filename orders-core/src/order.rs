//! A generation order: every cell once, group after group.

use crate::grid::{Cell, Grid};
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::order_error::OrderError;
use crate::problem::Problem;

/// A generation order: a permutation of the free cells of a grid, cut into groups
/// that are generated one after the other, the cells of a group at once.
///
/// An order is checked when it is built, so one that misses a cell or has it
/// twice cannot exist. Steps and ranks (places in the order) count from 0.
///
/// ```
/// use orders_core::{Grid, GroupSizes, Order, Problem};
///
/// let problem = Problem::new(Grid::new(2, 2)?, GroupSizes::new([1, 3])?)?;
/// let order = Order::new(problem, vec![2, 0, 3, 1])?;
/// assert_eq!(order.groups().collect::<Vec<_>>(), [&[2][..], &[0, 3, 1]]);
/// assert_eq!(order.rank_from_cell(), [1, 3, 0, 2].map(Some));
/// assert_eq!(order.step_from_cell(), [1, 1, 0, 1].map(Some));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    problem: Problem,
    cells: Vec<Cell>,
}

impl Order {
    /// An order of the problem's cells. O(N) for N cells.
    ///
    /// # Errors
    ///
    /// [`OrderError::Length`], [`OrderError::OutOfRange`],
    /// [`OrderError::Known`] or [`OrderError::Repeated`]: the first fault in the order of ranks. (An
    /// order of the right length without a repetition misses no cell.)
    pub fn new(problem: Problem, cells: Vec<Cell>) -> Result<Self, OrderError> {
        problem.check(&cells, &mut Vec::new())?;
        Ok(Self { problem, cells })
    }

    /// The grid that is ordered.
    pub fn grid(&self) -> Grid {
        self.problem.grid()
    }

    /// The sizes of the groups, first step first.
    pub fn group_sizes(&self) -> &GroupSizes {
        self.problem.group_sizes()
    }

    /// The cells that are known from the start, and not in the order.
    pub fn known(&self) -> &KnownCells {
        self.problem.known()
    }

    /// What was to be ordered.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The cells in the order in which they are generated: an entry for each
    /// free cell, the cell of each rank.
    pub fn cell_from_rank(&self) -> &[Cell] {
        &self.cells
    }

    /// The rank of each cell of the grid, from 0; `None` for known cells. O(N).
    pub fn rank_from_cell(&self) -> Vec<Option<u32>> {
        let mut ranks = vec![None; self.grid().cells()];
        for (rank, &cell) in (0..).zip(&self.cells) {
            ranks[cell as usize] = Some(rank);
        }
        ranks
    }

    /// The step in which each cell of the grid is generated, from 0 to K - 1;
    /// `None` for known cells. O(N).
    pub fn step_from_cell(&self) -> Vec<Option<u32>> {
        let mut steps = vec![None; self.grid().cells()];
        for (step, group) in (0..).zip(self.groups()) {
            for &cell in group {
                steps[cell as usize] = Some(step);
            }
        }
        steps
    }

    /// The groups, first step first.
    pub fn groups(&self) -> impl Iterator<Item = &[Cell]> {
        self.problem.group_sizes().groups(&self.cells)
    }

    /// The cells in the order in which they are generated.
    pub fn into_cells(self) -> Vec<Cell> {
        self.cells
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_with_their_steps() {
        let sizes = GroupSizes::new([1, 2, 3]).unwrap();
        let problem = Problem::new(Grid::new(2, 3).unwrap(), sizes).unwrap();
        let error = |cells: &[Cell]| Order::new(problem.clone(), cells.to_vec()).unwrap_err();
        assert_eq!(
            error(&[0, 1, 2]),
            OrderError::Length {
                length: 3,
                cells: 6
            }
        );
        assert_eq!(
            error(&[5, 4, 6, 2, 1, 5]),
            OrderError::OutOfRange {
                cell: 6,
                step: 2,
                rank: 2,
                cells: 6
            }
        );
        assert_eq!(
            error(&[5, 4, 3, 2, 4, 9]),
            OrderError::Repeated {
                cell: 4,
                first_step: 2,
                first_rank: 1,
                step: 3,
                rank: 4
            }
        );
        let order = Order::new(problem.clone(), vec![5, 4, 3, 2, 1, 0]).unwrap();
        assert_eq!(order.step_from_cell(), [2, 2, 2, 1, 1, 0].map(Some));
        assert_eq!(order.rank_from_cell(), [5, 4, 3, 2, 1, 0].map(Some));
    }

    #[test]
    fn known_cells_are_in_no_order() {
        let known = KnownCells::new(Grid::new(2, 3).unwrap(), [1, 2, 4]).unwrap();
        let sizes = GroupSizes::new([1, 2]).unwrap();
        let problem = Problem::with_known(known, sizes).unwrap();
        let order = Order::new(problem.clone(), vec![5, 0, 3]).unwrap();
        let steps = [Some(1), None, None, Some(1), None, Some(0)];
        assert_eq!(order.step_from_cell(), steps);
        assert_eq!(
            Order::new(problem, vec![5, 4, 3]).unwrap_err(),
            OrderError::Known {
                cell: 4,
                step: 2,
                rank: 1
            }
        );
    }
}
