//! Rows out of `.npy` files.

use std::io::Read;

use crate::files::excerpt::excerpt;
use crate::files::integers::IntegerType;
use crate::files::matrix::Matrix;
use crate::files::npy::array_header::NpyHeader;
use crate::files::read::{Limits, Summary, TakeRow};
use crate::files::read_error::{Malformed, ReadError};

/// Reads a `.npy` order file of `length` bytes. Memory is O(N) for rows of N
/// entries.
pub(in crate::files) fn read<E>(
    mut source: impl Read,
    length: u64,
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Summary, ReadError<E>> {
    let header = NpyHeader::read(&mut source, length).map_err(ReadError::from_header)?;
    let Some(entries) = IntegerType::from_numpy(&header.descr) else {
        return Err(Malformed::EntryType {
            found: excerpt(&header.descr),
        }
        .into());
    };
    if header.fortran_order {
        return Err(Malformed::NpyFortranOrder.into());
    }
    let matrix = Matrix::new(&header.shape, entries, limits)?;
    matrix.check_length(header.data_at, length)?;
    matrix.read(source, take)
}
