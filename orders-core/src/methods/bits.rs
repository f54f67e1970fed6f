//! Orders by the bits of row and column.

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

/// Repeated doubling: each step has as many cells as all steps before it
/// together, placed between them, and no two edge neighbours in one step. It is
/// DUS (*dilated unmasking schedule*, arXiv 2506.19037), which is made for
/// text, on a plane.
///
/// On a square of side `S = 2^k` the first cell is the corner. Then the cells
/// so far are repeated, shifted by (S/2, S/2), which makes a checkerboard of
/// large fields; then all of them again, shifted by (0, S/2), which makes a
/// square lattice; then with S/4, and so on. (A shift flips one bit of row or
/// column, so no cell leaves the square.) Steps have 1, 1, 2, 4, 8, ... cells,
/// and the last one is half of a checkerboard. Within a step cells keep the
/// order of the cells that they repeat, so that every beginning of a step is
/// spread out as well.
///
/// Other grids have the cells of the smallest such square around them that
/// exist, in its order; steps without a cell are dropped. Video repeats the
/// cells so far with shifts of half a side in row and column, in frame and
/// column, and in column.
///
/// There are at most `1 + 2 ceil(log2 max(H, W))` steps for an image, and `1 +
/// 3 ceil(log2 max(T, H, W))` for video.
///
/// No step has two edge neighbours, nor two cells in the same place of frames
/// that follow each other. Before shifts of 1 begin, all places are even, and
/// cells at least two apart. Of the steps with shifts of 1, all but the last
/// have only cells whose frame + row + column is even, and the last one only
/// odd ones; neighbours differ in that.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::Bayer;
/// use orders_core::{Grid, GroupSizes, KnownCells, OrderingMethod, Problem};
///
/// let grid = Grid::new(4, 4)?;
/// let sizes = Bayer.own_group_sizes(&KnownCells::none(grid))?.expect("it has some");
/// assert_eq!(sizes.as_slice(), [1, 1, 2, 4, 8]);
///
/// let order = Bayer.order(&Problem::new(grid, sizes)?, 0, 0)?;
/// assert_eq!(order.cell_from_rank()[..8], [0, 10, 2, 8, 5, 15, 7, 13]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Bayer;

impl Fixed for Bayer {
    const NAME: &str = "bayer";

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let rank = |cell| padded_rank(known.grid(), cell);
        // The cells that a doubling adds have one more bit.
        let step = |cell| u64::BITS - rank(cell).leading_zeros();
        Ok(FixedOrder::by_key(known, rank).with_groups(step))
    }
}

/// The rank of a cell in the order of the cube around the grid, but for bits
/// that are 0 in all cells of the grid.
///
/// The bits of a rank say which repetitions the cell comes from, the first
/// doubling in the lowest bit. A shift sets single bits of frame, row and
/// column, never with a carry, so each level has three bits of the rank: the
/// row's, the frame's, and the parity of all three.
///
/// At most 49 bits: there are up to 24 levels, and frame and row together have
/// up to 25 bits, because their sides multiply to at most 2^24.
fn padded_rank(grid: Grid, cell: Cell) -> u64 {
    let frame = grid.frame_from_cell(cell);
    let (row, column) = grid.position_from_cell(cell);
    let (last_frame, last_row) = (grid.frames() - 1, grid.height() - 1);
    let levels = u32::BITS - (last_frame | last_row | (grid.width() - 1)).leading_zeros();
    let mut rank = 0;
    let mut length = 0;
    for level in (0..levels).rev() {
        let bits = [
            (row, last_row),
            (frame, last_frame),
            (frame ^ row ^ column, u32::MAX),
        ];
        for (place, last) in bits {
            if last >> level > 0 {
                rank |= u64::from((place >> level) & 1) << length;
                length += 1;
            }
        }
    }
    rank
}
