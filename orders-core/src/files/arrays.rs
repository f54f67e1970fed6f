//! Rows out of arrays.

use std::io::{Read, Seek};

use orders_arrays::{Array, ArrayError};

use crate::files::read_error::{Malformed, ReadError};
use crate::files::rows::{Limits, Summary, TakeRow};

/// The name of the tensor in a `.safetensors` file.
pub(super) const TENSOR: &str = "orders";

/// Hands out the rows of an array of orders [count, cells], or of one order
/// [cells]. Memory is O(N) for rows of N entries in C order, and that of a block
/// besides for those in Fortran order.
pub(super) fn read<E>(
    array: Array<impl Read + Seek>,
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Summary, ReadError<E>> {
    let (rows, cells) = match *array.shape() {
        [cells] => (1, cells),
        [rows, cells] => (rows as u64, cells),
        _ => {
            let shape = array.shape().into();
            return Err(Malformed::Dimensions { shape }.into());
        }
    };
    if rows > limits.rows {
        return Err(Malformed::TooManyRows { limit: limits.rows }.into());
    }
    array.bytes()?;
    if rows > 0 && cells == 0 {
        return Err(Malformed::EmptyRow { row: 0 }.into());
    }
    if cells > limits.cells() {
        let limit = limits.cells();
        return Err(Malformed::TooManyCells { limit }.into());
    }
    let mut entries = array.entries()?;
    let mut row = Vec::new();
    for index in 0..rows {
        row.clear();
        entries.read(cells, &mut row).map_err(|error| match error {
            ArrayError::NotAnIndex { entry, found, .. } => ReadError::from(Malformed::Entry {
                row: index,
                entry: entry % cells,
                found: found.to_string(),
            }),
            error => error.into(),
        })?;
        take(index, &row).map_err(ReadError::Take)?;
    }
    Ok(Summary { count: rows, cells })
}
