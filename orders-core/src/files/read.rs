//! Reading order files, row by row.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use orders_arrays::{SafetensorsFile, open_npy};

use crate::files::format::Format;
use crate::files::input::open_regular;
use crate::files::read_error::{Malformed, ReadError, ReadFileError};
use crate::files::rows::{Limits, Summary};
use crate::files::{arrays, json};
use crate::grid::Cell;

/// Reads an order file from where `source` stands to its end and hands each
/// row to `take`, with its number from 0.
///
/// Rows come as they are in the file. They all have the same length, from 1 to
/// [`Grid::MAX_CELLS`](crate::Grid::MAX_CELLS), and their entries fit a [`Cell`]; whether they are
/// permutations is for the caller to find out, with a
/// [`RowChecker`](super::RowChecker).
///
/// Nothing in the file is trusted: sizes that it declares are held against its
/// length before anything is allocated. Rows before a fault may have been
/// handed out when the fault is found.
///
/// Time is O(bytes). Memory is O(N) for rows of N entries, whatever the number
/// of rows and whatever the file; for arrays in Fortran order, up to 64 MiB more.
///
/// ```
/// use orders_core::files::{Format, Limits, read_orders};
/// use std::convert::Infallible;
/// use std::io::Cursor;
///
/// let mut rows = Vec::new();
/// let file = Cursor::new("[[2, 0, 1], [1, 2, 0]]");
/// let summary = read_orders(file, Format::Json, &Limits::default(), |_, row| {
///     rows.push(row.to_vec());
///     Ok::<(), Infallible>(())
/// })?;
/// assert_eq!((summary.count, summary.cells), (2, 3));
/// assert_eq!(rows, [[2, 0, 1], [1, 2, 0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`ReadError::Malformed`] at the first fault, [`ReadError::Io`] if reading
/// fails, [`ReadError::Take`] with what `take` returned; reading ends there.
pub fn read_orders<E>(
    mut source: impl Read + Seek,
    format: Format,
    limits: &Limits,
    mut take: impl FnMut(u64, &[Cell]) -> Result<(), E>,
) -> Result<Summary, ReadError<E>> {
    let start = source.stream_position()?;
    let end = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(start))?;
    let length = end.saturating_sub(start);
    if length == 0 {
        return Err(Malformed::Empty.into());
    }
    match format {
        // It buffers for itself. A file that grows while it is read ends where it did.
        Format::Json => json::read(source, (start, length), limits, &mut take),
        Format::Npy => arrays::read(open_npy(source)?, limits, &mut take),
        Format::Safetensors => {
            let mut file = SafetensorsFile::open(source)?;
            arrays::read(file.array_or_only(arrays::TENSOR)?, limits, &mut take)
        }
    }
}

/// Reads an order file at a path, in the format that its extension stands
/// for, as [`read_orders`] does.
///
/// # Errors
///
/// [`ReadFileError`], which names the file.
pub fn read_order_file<E>(
    path: impl AsRef<Path>,
    limits: &Limits,
    take: impl FnMut(u64, &[Cell]) -> Result<(), E>,
) -> Result<Summary, ReadFileError<E>> {
    let path = path.as_ref();
    let format = Format::from_path(path)?;
    let source = open_regular(path).map_err(ReadFileError::Open)?;
    read_orders(source, format, limits, take).map_err(|source| ReadFileError::Read {
        path: path.into(),
        source,
    })
}
