//! Spiral order.

use super::fixed::{Fixed, FixedOrder};
use crate::grid::Cell;
use crate::known::KnownCells;
use crate::method::MethodError;
use crate::parameter::Parameters;

/// Along the edge of the grid from one corner, then along the edge of what is
/// left, and so on to the middle; or the same way back ("spiral in" and "spiral
/// out" of VQGAN, arXiv 2012.09841, appendix). Each cell is an edge neighbour of
/// the one before it.
///
/// It goes clockwise from the upper left corner, or, as the program released
/// with VQGAN does on its squares, up from the lower right one, anticlockwise.
///
/// For one frame only. Not random: every order is the same. O(N).
///
/// ```
/// use orders_core::methods::{Spiral, SpiralCorner, SpiralDirection};
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(3, 3)?, GroupSizes::new([9])?)?;
/// let order = Spiral::new(SpiralDirection::Out).order(&problem, 0, 0)?;
/// assert_eq!(order.cell_from_rank(), [4, 3, 6, 7, 8, 5, 2, 1, 0]);
///
/// let released = Spiral::new(SpiralDirection::In).at(SpiralCorner::LowerRight);
/// let order = released.order(&problem, 0, 0)?;
/// assert_eq!(order.cell_from_rank(), [8, 5, 2, 1, 0, 3, 6, 7, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Spiral {
    direction: SpiralDirection,
    corner: SpiralCorner,
}

/// Where a [`Spiral`] goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpiralDirection {
    /// From the corner to the middle.
    #[default]
    In,
    /// From the middle to the corner.
    Out,
}

/// Where the outer end of a [`Spiral`] is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpiralCorner {
    /// In the upper left: inwards it goes clockwise, to the right first.
    #[default]
    UpperLeft,
    /// In the lower right: inwards it goes anticlockwise, up first, as in the
    /// program released with VQGAN.
    LowerRight,
}

impl Spiral {
    /// A spiral inwards or outwards, whose outer end is the upper left corner.
    pub fn new(direction: SpiralDirection) -> Self {
        let corner = SpiralCorner::UpperLeft;
        Self { direction, corner }
    }

    /// The same with its outer end in a corner.
    pub fn at(self, corner: SpiralCorner) -> Self {
        Self { corner, ..self }
    }
}

impl Fixed for Spiral {
    const NAME: &str = "spiral";

    fn parameters(&self) -> Parameters {
        let direction = match self.direction {
            SpiralDirection::In => "in",
            SpiralDirection::Out => "out",
        };
        let mut parameters = Parameters::from([("direction".into(), direction.into())]);
        if self.corner == SpiralCorner::LowerRight {
            parameters.insert("corner".into(), "lower-right".into());
        }
        parameters
    }

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let grid = known.grid();
        if grid.frames() > 1 {
            return Err(MethodError::Grid {
                method: Self::NAME.into(),
                grid,
                reason: "it is defined for one frame".into(),
            });
        }
        let (height, width) = (grid.height(), grid.width());
        let mut cells: Vec<Cell> = match self.corner {
            SpiralCorner::UpperLeft => inwards(height, width)
                .map(|(row, column)| grid.cell_from_position(row, column))
                .collect(),
            // The grid turned by a right angle: its right edge lies above.
            SpiralCorner::LowerRight => inwards(width, height)
                .map(|(left, up)| grid.cell_from_position(height - 1 - up, width - 1 - left))
                .collect(),
        };
        if self.direction == SpiralDirection::Out {
            cells.reverse();
        }
        Ok(FixedOrder::from_list(known, cells))
    }
}

/// Rows and columns of all cells, clockwise from the upper left corner: edge
/// after edge of the rectangle that is left.
fn inwards(height: u32, width: u32) -> impl Iterator<Item = (u32, u32)> {
    let mut cells = Vec::with_capacity(height as usize * width as usize);
    let (mut rows, mut columns) = (0..height, 0..width);
    while !rows.is_empty() && !columns.is_empty() {
        if let Some(top) = rows.next() {
            cells.extend(columns.clone().map(|column| (top, column)));
        }
        if let Some(right) = columns.next_back() {
            cells.extend(rows.clone().map(|row| (row, right)));
        }
        if let Some(bottom) = rows.next_back() {
            cells.extend(columns.clone().rev().map(|column| (bottom, column)));
        }
        if let Some(left) = columns.next() {
            cells.extend(rows.clone().rev().map(|row| (row, left)));
        }
    }
    cells.into_iter()
}
