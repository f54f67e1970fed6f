//! The grid of token positions and the cells that it is made of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A position on a [`Grid`], as its raster index `row * width + column`.
pub type Cell = u32;

/// A lattice of `height` x `width` cells, one cell for each image token; for
/// video, `frames` of them, one after the other.
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
///
/// let video = Grid::video(8, 16, 24)?;
/// assert_eq!(video.to_string(), "8x16x24");
/// assert_eq!(video.frame_from_cell(384 + 53), 1);
/// assert_eq!(video.position_from_cell(384 + 53), (2, 5));
/// # Ok::<(), orders_core::GridError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    frames: u32,
    height: u32,
    width: u32,
}

impl Grid {
    /// The most cells that a grid may have: 2^24, a 4096 x 4096 grid.
    pub const MAX_CELLS: u64 = 1 << 24;

    /// A grid of `height` rows and `width` columns, for one image.
    ///
    /// # Errors
    ///
    /// [`GridError::Empty`] if a side is 0, [`GridError::TooLarge`] if there
    /// are more than [`Grid::MAX_CELLS`] cells.
    pub fn new(height: u32, width: u32) -> Result<Self, GridError> {
        Self::video(1, height, width)
    }

    /// A grid of `frames` frames, each of `height` rows and `width` columns.
    /// With one frame it is the grid of an image.
    ///
    /// # Errors
    ///
    /// As [`Grid::new`].
    pub fn video(frames: u32, height: u32, width: u32) -> Result<Self, GridError> {
        let grid = Self {
            frames,
            height,
            width,
        };
        if frames == 0 || height == 0 || width == 0 {
            let grid = grid.to_string();
            return Err(GridError::Empty { grid });
        }
        // No product of two sides overflows, and one that is too large stays so.
        let frame = u64::from(height) * u64::from(width);
        if frame > Self::MAX_CELLS || frame * u64::from(frames) > Self::MAX_CELLS {
            let grid = grid.to_string();
            return Err(GridError::TooLarge { grid });
        }
        Ok(grid)
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

    /// Number of frames: 1 for an image.
    #[inline]
    pub fn frames(self) -> u32 {
        self.frames
    }

    /// Number of rows of a frame.
    #[inline]
    pub fn height(self) -> u32 {
        self.height
    }

    /// Number of columns of a frame.
    #[inline]
    pub fn width(self) -> u32 {
        self.width
    }

    /// Number of cells, `frames * height * width`.
    #[inline]
    pub fn cells(self) -> usize {
        self.frames as usize * self.frame_cells()
    }

    /// Number of cells of a frame, `height * width`.
    #[inline]
    pub fn frame_cells(self) -> usize {
        self.height as usize * self.width as usize
    }

    /// The cell at a row and a column of the first frame, all counted from 0.
    ///
    /// The position must lie on the grid; another one gives a cell that is not
    /// the one meant, or not on the grid.
    #[inline]
    pub fn cell_from_position(self, row: u32, column: u32) -> Cell {
        debug_assert!(row < self.height && column < self.width);
        row * self.width + column
    }

    /// The cell at a row and a column of a frame, all counted from 0.
    ///
    /// The position must lie on the grid; another one gives a cell that is not
    /// the one meant, or not on the grid.
    #[inline]
    pub fn cell_in_frame(self, frame: u32, row: u32, column: u32) -> Cell {
        debug_assert!(frame < self.frames);
        frame * self.frame_cells() as u32 + self.cell_from_position(row, column)
    }

    /// The row and the column of a cell in its frame, both counted from 0.
    #[inline]
    pub fn position_from_cell(self, cell: Cell) -> (u32, u32) {
        (cell / self.width % self.height, cell % self.width)
    }

    /// The frame of a cell, counted from 0.
    #[inline]
    pub fn frame_from_cell(self, cell: Cell) -> u32 {
        cell / self.frame_cells() as u32
    }

    /// Squared Euclidean distance between two cells, in cells squared. A frame
    /// counts as much as a row.
    #[inline]
    pub fn squared_distance(self, a: Cell, b: Cell) -> u64 {
        let [frames, rows, columns] = self.differences(a, b).map(u64::from);
        frames * frames + rows * rows + columns * columns
    }

    /// Chebyshev distance between two cells: the largest of the frame, the row
    /// and the column difference.
    #[inline]
    pub fn chebyshev_distance(self, a: Cell, b: Cell) -> u32 {
        let [frames, rows, columns] = self.differences(a, b);
        frames.max(rows).max(columns)
    }

    /// How many frames, rows and columns two cells lie apart.
    #[inline]
    pub fn differences(self, a: Cell, b: Cell) -> [u32; 3] {
        let (a_row, a_column) = self.position_from_cell(a);
        let (b_row, b_column) = self.position_from_cell(b);
        [
            self.frame_from_cell(a).abs_diff(self.frame_from_cell(b)),
            a_row.abs_diff(b_row),
            a_column.abs_diff(b_column),
        ]
    }
}

impl fmt::Display for Grid {
    /// Writes `HxW`, or `TxHxW` if there are several frames: the form that
    /// [`FromStr`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.frames != 1 {
            write!(f, "{}x", self.frames)?;
        }
        write!(f, "{}x{}", self.height, self.width)
    }
}

impl FromStr for Grid {
    type Err = GridError;

    /// Reads `HxW` or `TxHxW`: two or three whole numbers from 1 with an `x`
    /// between them.
    fn from_str(text: &str) -> Result<Self, GridError> {
        let malformed = || GridError::Malformed { text: text.into() };
        let sides: Vec<u32> = text
            .splitn(4, ['x', 'X'])
            .map(|side| side.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| malformed())?;
        match sides[..] {
            [height, width] => Self::new(height, width),
            [frames, height, width] => Self::video(frames, height, width),
            _ => Err(malformed()),
        }
    }
}

impl Serialize for Grid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Grid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// Why a [`Grid`] could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum GridError {
    /// A side is 0.
    #[error("a {grid} grid has no cells; every side must be at least 1")]
    Empty { grid: String },
    /// The grid has more than [`Grid::MAX_CELLS`] cells.
    #[error("a {grid} grid has more than {} cells", Grid::MAX_CELLS)]
    TooLarge { grid: String },
    /// The image side is not a whole number of tokens.
    #[error("an image of {pixels} px is not a positive multiple of the tokenizer stride {stride}")]
    NotAMultiple {
        /// Image side in pixels.
        pixels: u32,
        /// Pixels for each token.
        stride: u32,
    },
    /// The text is neither `HxW` nor `TxHxW`.
    #[error(
        "'{text}' is not a grid; write HEIGHTxWIDTH in cells, for example 16x24, or FRAMESxHEIGHTxWIDTH"
    )]
    Malformed { text: String },
}
