//! Rows that start before the row above is done (ZipAR).

use super::fixed::{Fixed, FixedOrder};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::MethodError;
use crate::parameter::{ParameterKind, Parameters};

/// Each row from the left, a cell in each step; the next row starts as soon as
/// the row above has `window` cells (ZipAR, arXiv 2412.04062, with a window
/// that stays the same). Step t has column `t - r * window` of every row r that
/// has one, from the top row down. The rows of a video follow each other from
/// frame to frame, so a window of 1 makes the diagonals of DiagD (arXiv
/// 2503.14070), of frames that are stacked one below the other.
///
/// Its own group sizes make `W + (T H - 1) * min(window, W)` steps. With a
/// window of W or more that is raster order, one cell in a step; with a window
/// of 1 it is the anti-diagonals of an image.
///
/// The program released with ZipAR starts its second row only when the first is
/// complete, which the paper's rule does not ask for; this one treats the first
/// row as all others.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::RowParallel;
/// use orders_core::{Grid, KnownCells, OrderingMethod};
///
/// let known = KnownCells::none(Grid::new(3, 4)?);
/// let sizes = RowParallel::new(2)?.own_group_sizes(&known)?.expect("it has some");
/// assert_eq!(sizes.as_slice(), [1, 1, 2, 2, 2, 2, 1, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RowParallel {
    window: u32,
}

impl RowParallel {
    /// The window where none is given: a third of the width, rounded up. The released
    /// programs have 8 cells for rows of 24, and 16 for rows of 48.
    pub fn default_window(grid: Grid) -> u32 {
        grid.width().div_ceil(3)
    }

    /// Rows `window` steps apart.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if `window` is 0.
    pub fn new(window: u32) -> Result<Self, MethodError> {
        let kind = ParameterKind::WholeFrom(1);
        MethodError::check_parameter("row-parallel", "window", &kind, f64::from(window))?;
        Ok(Self { window })
    }

    fn step_from_cell(self, grid: Grid) -> impl Fn(Cell) -> u32 {
        // Both stay below the number of cells: row * W + column is the cell.
        let window = self.window.min(grid.width());
        move |cell| cell / grid.width() * window + cell % grid.width()
    }
}

impl Fixed for RowParallel {
    const NAME: &str = "row-parallel";

    fn parameters(&self) -> Parameters {
        Parameters::from([("window".into(), f64::from(self.window).into())])
    }

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let step = self.step_from_cell(known.grid());
        Ok(FixedOrder::by_key(known, &step).with_groups(&step))
    }
}
