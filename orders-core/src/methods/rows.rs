//! Row by row: raster and snake order.

use super::fixed::{Fixed, FixedOrder};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::MethodError;

/// Frame by frame, row by row from the top, each row from the left (LlamaGen,
/// arXiv 2406.06525): a group is a run of consecutive cells.
///
/// Not random: every order is the same. O(N).
#[derive(Clone, Copy, Debug, Default)]
pub struct Raster;

impl Fixed for Raster {
    const NAME: &str = "raster";

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        Ok(FixedOrder::from_list(known, known.free_cells()))
    }
}

/// Rows from the top, alternately from the left and from the right, so that
/// each cell is an edge neighbour of the one before it (boustrophedon; the
/// "alternate" order of VQGAN, arXiv 2012.09841, appendix).
///
/// Video goes on where the frame before it ended, on the way back: odd frames
/// (counted from 0) take the same cells in reverse, so neighbours stay
/// neighbours from frame to frame.
///
/// Not random: every order is the same. O(N).
///
/// ```
/// use orders_core::methods::Snake;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(2, 3)?, GroupSizes::new([6])?)?;
/// let order = Snake.order(&problem, 0, 0)?;
/// assert_eq!(order.cell_from_rank(), [0, 1, 2, 5, 4, 3]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Snake;

impl Fixed for Snake {
    const NAME: &str = "snake";

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        Ok(FixedOrder::there_and_back(
            known,
            &first_frame(known.grid()),
        ))
    }
}

fn first_frame(grid: Grid) -> Vec<Cell> {
    let mut cells: Vec<Cell> = (0..grid.frame_cells() as Cell).collect();
    let rows = cells.chunks_mut(grid.width() as usize);
    rows.skip(1).step_by(2).for_each(<[Cell]>::reverse);
    cells
}
