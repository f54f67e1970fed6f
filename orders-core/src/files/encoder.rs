//! Orders as bytes of a file.

use std::collections::BTreeMap;

use orders_arrays::{ElementType, HeaderError, npy_header, safetensors_header};

use crate::files::format::Format;
use crate::files::{arrays, json};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;

/// Turns orders into the bytes of an order file: the header, then rows 0 to
/// `count - 1` one after the other, then the footer.
///
/// It holds no state that changes, so that rows can be encoded in parallel:
/// hand [`row`](Self::row) to [`stream_batch`](crate::stream_batch).
///
/// ```
/// use orders_core::files::{Encoder, Format};
/// use orders_core::methods::Raster;
/// use orders_core::{BatchError, Grid, GroupSizes, Problem, stream_batch};
/// use std::convert::Infallible;
///
/// let problem = Problem::new(Grid::new(2, 2)?, GroupSizes::new([1, 3])?)?;
/// let encoder = Encoder::new(Format::Json, 3, 4, &Default::default())?;
///
/// let mut file = encoder.header().to_vec();
/// let encode = |index: u64, cells: &[u32], out: &mut Vec<u8>| encoder.row(index, cells, out);
/// let write = |_: u64, bytes: &[u8]| Ok::<(), Infallible>(file.extend_from_slice(bytes));
/// stream_batch(&Raster, &problem, 3, 0, encode, write)?;
/// file.extend_from_slice(encoder.footer());
/// assert_eq!(file, b"[[0,1,2,3],[0,1,2,3],[0,1,2,3]]");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Encoder {
    format: Format,
    count: u64,
    cells: usize,
    /// Every entry is below this.
    bound: usize,
    header: Vec<u8>,
    rows: Rows,
}

/// How rows are written.
#[derive(Clone, Debug)]
enum Rows {
    Json(json::RowWriter),
    U16,
    U32,
}

impl Encoder {
    /// An encoder of `count` orders of `cells` cells each.
    ///
    /// `metadata` goes into the header of `.safetensors` files; the other
    /// formats have no place for it and leave it out (the
    /// [`Manifest`](super::Manifest) beside the file says as much). O(N) time
    /// and memory for N cells.
    ///
    /// # Errors
    ///
    /// [`EncodeError::NoCells`] and [`EncodeError::TooManyCells`] unless there
    /// are 1 to [`Grid::MAX_CELLS`] cells; [`EncodeError::TooLarge`] if no
    /// file could hold the orders; [`EncodeError::Header`] if the readers would
    /// refuse the header.
    pub fn new(
        format: Format,
        count: u64,
        cells: usize,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Self, EncodeError> {
        Self::below(cells, format, count, cells, metadata)
    }

    /// An encoder of `count` orders of the free cells of a grid. As
    /// [`new`](Self::new), but entries are those of the whole grid: with over
    /// 2^16 cells they have 32 bits, however few are free.
    ///
    /// ```
    /// use orders_core::files::{Encoder, Format};
    /// use orders_core::{Grid, KnownCells};
    ///
    /// let known = KnownCells::new(Grid::new(2, 2)?, [0, 1])?;
    /// let encoder = Encoder::with_known(Format::Json, 1, &known, &Default::default())?;
    /// assert_eq!(encoder.cells(), 2);
    /// let mut row = Vec::new();
    /// encoder.row(0, &[3, 2], &mut row);
    /// assert_eq!(row, b"[3,2]");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn with_known(
        format: Format,
        count: u64,
        known: &KnownCells,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Self, EncodeError> {
        let bound = known.grid().cells();
        Self::below(bound, format, count, known.free_count(), metadata)
    }

    /// An encoder of rows of `cells` entries, each below `bound`.
    fn below(
        bound: usize,
        format: Format,
        count: u64,
        cells: usize,
        metadata: &BTreeMap<String, String>,
    ) -> Result<Self, EncodeError> {
        if cells == 0 {
            return Err(EncodeError::NoCells);
        }
        if cells as u64 > Grid::MAX_CELLS {
            return Err(EncodeError::TooManyCells { cells });
        }
        // Nine characters are the most that JSON takes for an entry, more than
        // the other formats take; the margin is for brackets and headers.
        // File systems count bytes in signed numbers of 64 bits.
        let row_bytes = 9 * cells as u64 + 3;
        if count > (i64::MAX as u64 - (1 << 24)) / row_bytes {
            return Err(EncodeError::TooLarge { count, cells });
        }
        let (element, binary) = match bound {
            ..=0x1_0000 => (ElementType::U16, Rows::U16),
            _ => (ElementType::U32, Rows::U32),
        };
        let rows = usize::try_from(count).map_err(|_| EncodeError::TooLarge { count, cells })?;
        let (header, rows) = match format {
            Format::Json => (b"[".to_vec(), Rows::Json(json::RowWriter::new(bound))),
            Format::Npy => (npy_header(element, &[rows, cells])?, binary),
            Format::Safetensors => {
                let tensor = (arrays::TENSOR, element, &[rows, cells][..]);
                (safetensors_header(metadata, &[tensor])?, binary)
            }
        };
        Ok(Self {
            format,
            count,
            cells,
            bound,
            header,
            rows,
        })
    }

    /// The format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Orders in the file.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Cells of each order.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// What the file begins with.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// Appends row `index` to `out`. O(N) for N cells.
    ///
    /// It depends on the arguments only; rows must be in the file in the
    /// order of their indices, each once.
    ///
    /// # Panics
    ///
    /// If `index` is not below [`count`](Self::count), if there are not
    /// [`cells`](Self::cells) entries, or if one is no cell of the grid; never
    /// otherwise. Whether they are a permutation is not checked: see
    /// [`RowChecker`](super::RowChecker).
    pub fn row(&self, index: u64, cells: &[Cell], out: &mut Vec<u8>) {
        assert!(
            index < self.count,
            "row {index} of a file of {} orders",
            self.count
        );
        assert_eq!(cells.len(), self.cells, "entries of row {index}");
        // A value that does not fit would be cut off silently.
        let largest = cells.iter().copied().max().unwrap_or(0);
        assert!(
            (largest as usize) < self.bound,
            "cell {largest} in row {index} of {} cells",
            self.bound
        );
        match &self.rows {
            Rows::Json(writer) => writer.row(index == 0, cells, out),
            Rows::U16 => little_endian(cells, out, |cell| (cell as u16).to_le_bytes()),
            Rows::U32 => little_endian(cells, out, Cell::to_le_bytes),
        }
    }

    /// What the file ends with.
    pub fn footer(&self) -> &'static [u8] {
        match self.format {
            Format::Json => b"]",
            Format::Npy | Format::Safetensors => b"",
        }
    }
}

/// Appends each cell as `W` bytes.
fn little_endian<const W: usize>(
    cells: &[Cell],
    out: &mut Vec<u8>,
    bytes_from_cell: impl Fn(Cell) -> [u8; W],
) {
    let start = out.len();
    out.resize(start + W * cells.len(), 0);
    let (slots, _) = out[start..].as_chunks_mut();
    for (slot, &cell) in slots.iter_mut().zip(cells) {
        *slot = bytes_from_cell(cell);
    }
}

/// Why an [`Encoder`] could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum EncodeError {
    /// The orders have no cells.
    #[error("an order file holds orders of at least 1 cell")]
    NoCells,
    /// The orders have more cells than any grid.
    #[error(
        "orders of {cells} cells are too long; at most {} are allowed",
        Grid::MAX_CELLS
    )]
    TooManyCells { cells: usize },
    /// The file would be longer than files can be.
    #[error("{count} orders of {cells} cells are more than a file can hold (2^63 bytes)")]
    TooLarge { count: u64, cells: usize },
    /// The header can't be made: its metadata are too long.
    #[error(transparent)]
    Header(#[from] HeaderError),
}
