//! The grid of token positions and the cells that it is made of.

use std::fmt;
use std::str::FromStr;

/// A position on a [`Grid`], as its raster index `row * width + column`.
pub type Cell = u32;

/// A lattice of `height` x `width` cells, one cell for each image token.
///
/// Nothing in this crate assumes that a grid is square.
///
/// ```
/// use orders_core::Grid;
///
/// let grid = Grid::new(16, 24)?;
/// assert_eq!(grid.cells(), 384);
/// assert_eq!(grid.cell_from_position(2, 5), 53);
/// assert_eq!(grid.position_from_cell(53), (2, 5));
/// # Ok::<(), orders_core::GridError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    height: u32,
    width: u32,
}

impl Grid {
    /// The most cells that a grid may have: 2^24, a 4096 x 4096 grid.
    pub const MAX_CELLS: u64 = 1 << 24;

    /// A grid of `height` rows and `width` columns.
    ///
    /// # Errors
    ///
    /// [`GridError::Empty`] if a side is 0, [`GridError::TooLarge`] if there
    /// are more than [`Grid::MAX_CELLS`] cells.
    pub fn new(height: u32, width: u32) -> Result<Self, GridError> {
        if height == 0 || width == 0 {
            return Err(GridError::Empty { height, width });
        }
        if u64::from(height) * u64::from(width) > Self::MAX_CELLS {
            return Err(GridError::TooLarge { height, width });
        }
        Ok(Self { height, width })
    }

    /// The token grid of a square image: `pixels / stride` cells a side.
    ///
    /// Published LPD models use a tokenizer of stride 16, so 256 px gives
    /// 16 x 16 and 512 px gives 32 x 32.
    ///
    /// # Errors
    ///
    /// [`GridError::NotAMultiple`] if `pixels` is not a positive multiple of
    /// `stride` (or `stride` is 0), else as [`Grid::new`].
    pub fn for_image(pixels: u32, stride: u32) -> Result<Self, GridError> {
        if stride == 0 || pixels == 0 || !pixels.is_multiple_of(stride) {
            return Err(GridError::NotAMultiple { pixels, stride });
        }
        Self::new(pixels / stride, pixels / stride)
    }

    /// Number of rows.
    #[inline]
    pub fn height(self) -> u32 {
        self.height
    }

    /// Number of columns.
    #[inline]
    pub fn width(self) -> u32 {
        self.width
    }

    /// Number of cells, `height * width`.
    #[inline]
    pub fn cells(self) -> usize {
        self.height as usize * self.width as usize
    }

    /// The cell at a row and a column, both counted from 0.
    ///
    /// The position must lie on the grid; another one gives a cell that is not
    /// the one meant, or not on the grid.
    #[inline]
    pub fn cell_from_position(self, row: u32, column: u32) -> Cell {
        debug_assert!(row < self.height && column < self.width);
        row * self.width + column
    }

    /// The row and the column of a cell, both counted from 0.
    #[inline]
    pub fn position_from_cell(self, cell: Cell) -> (u32, u32) {
        (cell / self.width, cell % self.width)
    }

    /// Squared Euclidean distance between two cells, in cells squared.
    #[inline]
    pub fn squared_distance(self, a: Cell, b: Cell) -> u64 {
        let (a_row, a_column) = self.position_from_cell(a);
        let (b_row, b_column) = self.position_from_cell(b);
        let rows = u64::from(a_row.abs_diff(b_row));
        let columns = u64::from(a_column.abs_diff(b_column));
        rows * rows + columns * columns
    }

    /// Chebyshev distance between two cells: the larger of the row and the
    /// column difference.
    #[inline]
    pub fn chebyshev_distance(self, a: Cell, b: Cell) -> u32 {
        let (a_row, a_column) = self.position_from_cell(a);
        let (b_row, b_column) = self.position_from_cell(b);
        a_row.abs_diff(b_row).max(a_column.abs_diff(b_column))
    }
}

impl fmt::Display for Grid {
    /// Writes `HxW`, the form that [`FromStr`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x{}", self.height, self.width)
    }
}

impl FromStr for Grid {
    type Err = GridError;

    /// Reads `HxW`: two whole numbers from 1 with an `x` between them.
    fn from_str(text: &str) -> Result<Self, GridError> {
        let malformed = || GridError::Malformed { text: text.into() };
        let (height, width) = text.split_once(['x', 'X']).ok_or_else(malformed)?;
        let side = |part: &str| part.trim().parse().map_err(|_| malformed());
        Self::new(side(height)?, side(width)?)
    }
}

/// Why a [`Grid`] could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GridError {
    /// A side is 0.
    #[error("a {height}x{width} grid has no cells; both sides must be at least 1")]
    Empty {
        /// Rows asked for.
        height: u32,
        /// Columns asked for.
        width: u32,
    },
    /// The grid has more than [`Grid::MAX_CELLS`] cells.
    #[error("a {height}x{width} grid has more than {} cells", Grid::MAX_CELLS)]
    TooLarge {
        /// Rows asked for.
        height: u32,
        /// Columns asked for.
        width: u32,
    },
    /// The image side is not a whole number of tokens.
    #[error("an image of {pixels} px is not a positive multiple of the tokenizer stride {stride}")]
    NotAMultiple {
        /// Image side in pixels.
        pixels: u32,
        /// Pixels for each token.
        stride: u32,
    },
    /// The text is not `HxW`.
    #[error("'{text}' is not a grid; write HEIGHTxWIDTH in cells, for example 16x24")]
    Malformed {
        /// The text that was given.
        text: String,
    },
}
