//! Orders by the interleaved bits of row and column.

use super::fixed::{Fixed, FixedOrder};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::MethodError;

/// Z-order (Morton, 1966; the "z-curve" of VQGAN, arXiv 2012.09841, appendix):
/// cells by the number that the bits of their row and column make when they are
/// interleaved, the row's bit before the column's; for video, the frame's bit
/// before both. Squares of side 2, 4, 8, ... are finished one after the other.
///
/// A grid whose sides are no powers of two has the cells of the smallest such
/// grid around it that exist, in its order.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::Morton;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(2, 4)?, GroupSizes::new([8])?)?;
/// let order = Morton.order(&problem, 0, 0)?;
/// assert_eq!(order.cell_from_rank(), [0, 1, 4, 5, 2, 3, 6, 7]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Morton;

impl Fixed for Morton {
    const NAME: &str = "morton";

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        Ok(by_bits(known, (0..u32::BITS).rev()))
    }
}

/// The permuter "subsample" of VQGAN (arXiv 2012.09841, appendix): as
/// [`Morton`], but the *lowest* bits come first. So the cells in even rows and
/// even columns (counted from 0) come before all others, then those in even rows
/// and odd columns, then odd rows and even columns, then the rest; each of these
/// quarters is a smaller grid that is ordered in the same way. For video, even
/// frames come before odd ones, and so on.
///
/// Every beginning of the order is spread over the grid. The program of VQGAN
/// takes squares whose side is a power of two; other grids have the cells of the
/// smallest grid with such sides around them that exist, in its order.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::Subsample;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(2, 4)?, GroupSizes::new([8])?)?;
/// let order = Subsample.order(&problem, 0, 0)?;
/// assert_eq!(order.cell_from_rank(), [0, 2, 1, 3, 4, 6, 5, 7]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Subsample;

impl Fixed for Subsample {
    const NAME: &str = "subsample";

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        Ok(by_bits(known, 0..u32::BITS))
    }
}

/// The free cells by their [`interleaved`] bits.
fn by_bits(known: &KnownCells, levels: impl Iterator<Item = u32> + Clone) -> FixedOrder {
    FixedOrder::by_key(known, |cell| {
        interleaved(known.grid(), cell, levels.clone())
    })
}

/// The bits of frame, row and column in turn, those of the first level highest.
/// Bits that no cell of the grid has are left out, which changes no comparison
/// and keeps the number below 2^27: a side of s cells has less than `1 +
/// log2(s)` bits, and `log2` of all sides together is at most 24.
fn interleaved(grid: Grid, cell: Cell, levels: impl Iterator<Item = u32>) -> u32 {
    let (row, column) = grid.position_from_cell(cell);
    let places = [
        (grid.frame_from_cell(cell), grid.frames()),
        (row, grid.height()),
        (column, grid.width()),
    ];
    let mut key = 0;
    for level in levels {
        for (place, side) in places {
            if (side - 1) >> level > 0 {
                key = (key << 1) | ((place >> level) & 1);
            }
        }
    }
    key
}
