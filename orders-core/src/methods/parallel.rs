//! Several cells in a step by their places: diagonals, rows and regions (NAR, DiagD,
//! ZipAR, PAR).

use super::fixed::{Fixed, FixedOrder};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::MethodError;
use crate::parameter::{ParameterError, ParameterKind, Parameters};

/// Anti-diagonals: step s has the cells whose row + column is s. (NAR,
/// *Neighboring Autoregressive Modeling*, arXiv 2503.10696: cells by their
/// Manhattan distance from the first one.) Within a step, cells come in raster
/// order.
///
/// In a video each frame starts `delay` steps after the one before. With a
/// delay of 1, the default, step s has the cells whose frame + row + column is s,
/// which is NAR's order for video. With a delay of H rows it is that of DiagD
/// (*Diagonal Decoding*, arXiv 2503.14070): the diagonals of the frames stacked
/// one below the other, so that a frame starts before the one above it ends.
/// (So is [`RowParallel`] with a window of 1.) From H + W - 1
/// on, one frame follows the other.
///
/// Its own group sizes are the lengths of the diagonals, `H + W - 1` steps for
/// an image and `(T - 1) delay + H + W - 1` for video (fewer where a longer delay
/// leaves steps empty). The released program takes square grids only; this takes
/// any.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::Diagonal;
/// use orders_core::{Grid, KnownCells, OrderingMethod};
///
/// let known = KnownCells::none(Grid::new(3, 4)?);
/// let sizes = Diagonal::default().own_group_sizes(&known)?.expect("it has some");
/// assert_eq!(sizes.as_slice(), [1, 2, 3, 3, 2, 1]);
///
/// let known = KnownCells::none(Grid::video(2, 3, 4)?);
/// let sizes = Diagonal::delayed(3)?.own_group_sizes(&known)?.expect("it has some");
/// assert_eq!(sizes.as_slice(), [1, 2, 3, 4, 4, 4, 3, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Diagonal {
    delay: u32,
}

impl Default for Diagonal {
    fn default() -> Self {
        Self { delay: 1 }
    }
}

impl Diagonal {
    /// Each frame starts `delay` steps after the one before.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if `delay` is 0.
    pub fn delayed(delay: u32) -> Result<Self, MethodError> {
        let kind = ParameterKind::WholeFrom(1);
        MethodError::check_parameter("diagonal", "delay", &kind, f64::from(delay))?;
        Ok(Self { delay })
    }

    fn step_from_cell(self, grid: Grid) -> impl Fn(Cell) -> u64 {
        move |cell| {
            let (row, column) = grid.position_from_cell(cell);
            let start = u64::from(grid.frame_from_cell(cell)) * u64::from(self.delay);
            start + u64::from(row + column)
        }
    }
}

impl Fixed for Diagonal {
    const NAME: &str = "diagonal";

    fn parameters(&self) -> Parameters {
        match self.delay {
            1 => Parameters::new(),
            delay => Parameters::from([("delay".into(), f64::from(delay).into())]),
        }
    }

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let step = self.step_from_cell(known.grid());
        Ok(FixedOrder::by_key(known, &step).with_groups(&step))
    }
}

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

/// `M x M` regions (PAR, *Parallelized Autoregressive Visual Generation*, arXiv
/// 2412.15119): first the first cell of each region, one by one; then the cells
/// at the same place in all regions at once, place after place in raster order.
/// Regions come row by row. In video a region goes through all frames.
///
/// Region a of M begins at row `floor(a H / M)`, and columns likewise, so that
/// sides differ by at most 1 and any grid of at least `M x M` cells can be cut;
/// a smaller region lacks the last places. (The released program takes square
/// grids that M divides. Its default is M = 2, 4 cells at once; M = 4 is the
/// paper's variant of 16 cells at once.)
///
/// Its own group sizes are `M^2` ones, then a group for each other place, of a
/// cell of each region that has it: `M^2 - 1 + T ceil(H / M) ceil(W / M)` steps.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::RegionParallel;
/// use orders_core::{Grid, KnownCells, OrderingMethod};
///
/// let known = KnownCells::none(Grid::new(16, 16)?);
/// let sizes = RegionParallel::new(4)?.own_group_sizes(&known)?.expect("it has some");
/// assert_eq!(sizes.as_slice()[..18], [[1; 16].as_slice(), &[16; 2]].concat());
/// assert_eq!(sizes.steps(), 31);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RegionParallel {
    regions: u32,
}

/// Place in the order: frame, row and column within the region, then the region.
type Key = ([u32; 3], u32);

impl RegionParallel {
    /// Regions a side where nothing is given: 4 as published, or as many as the shorter
    /// side of the grid has cells, if that is less.
    pub fn default_regions(grid: Grid) -> u32 {
        grid.height().min(grid.width()).min(4)
    }

    /// `regions x regions` regions.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if `regions` is 0. A grid with fewer rows or
    /// columns than that is refused when it comes, with the same error.
    pub fn new(regions: u32) -> Result<Self, MethodError> {
        let kind = ParameterKind::WholeFrom(1);
        MethodError::check_parameter(Self::NAME, "regions", &kind, f64::from(regions))?;
        Ok(Self { regions })
    }

    fn key_from_cell(self, grid: Grid) -> Result<impl Fn(Cell) -> Key, MethodError> {
        let most = grid.height().min(grid.width());
        if self.regions > most {
            return Err(MethodError::Parameter(ParameterError::Value {
                of: format!("method {}", Self::NAME),
                parameter: "regions".into(),
                value: f64::from(self.regions).into(),
                allowed: format!("a whole number from 1 to {most} on a {grid} grid"),
            }));
        }
        let rows = Cuts::new(grid.height(), self.regions);
        let columns = Cuts::new(grid.width(), self.regions);
        Ok(move |cell| {
            let (row, column) = grid.position_from_cell(cell);
            let (region_row, row) = rows.part(row);
            let (region_column, column) = columns.part(column);
            let place = [grid.frame_from_cell(cell), row, column];
            (place, region_row * self.regions + region_column)
        })
    }
}

impl Fixed for RegionParallel {
    const NAME: &str = "region-parallel";

    fn parameters(&self) -> Parameters {
        Parameters::from([("regions".into(), f64::from(self.regions).into())])
    }

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let key = self.key_from_cell(known.grid())?;
        let step = |cell| match key(cell) {
            ([0, 0, 0], region) => ([0, 0, 0], region),
            (place, _) => (place, 0),
        };
        Ok(FixedOrder::by_key(known, &key).with_groups(step))
    }
}

/// A side cut into parts: part a begins at `floor(a * side / parts)`.
struct Cuts {
    side: u64,
    parts: u64,
}

impl Cuts {
    fn new(side: u32, parts: u32) -> Self {
        Self {
            side: side.into(),
            parts: parts.into(),
        }
    }

    /// The part of a place on the side, and the place in the part.
    fn part(&self, place: u32) -> (u32, u32) {
        // The last part that begins at or before the place: the largest a with
        // a * side < (place + 1) * parts.
        let part = ((u64::from(place) + 1) * self.parts - 1) / self.side;
        let begin = part * self.side / self.parts;
        (part as u32, place - begin as u32)
    }
}
