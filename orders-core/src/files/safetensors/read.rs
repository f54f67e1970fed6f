//! Rows out of safetensors files.

use std::io::Read;

use crate::files::integers::IntegerType;
use crate::files::matrix::Matrix;
use crate::files::read::{Limits, Summary, TakeRow};
use crate::files::read_error::{Malformed, ReadError};
use crate::files::safetensors::TENSOR;
use crate::files::safetensors::array_header::SafetensorsHeader;

/// Reads a safetensors order file of `length` bytes. Memory is O(N) for rows
/// of N entries, and that of a header of at most 1 MiB.
pub(in crate::files) fn read<E>(
    mut source: impl Read,
    length: u64,
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Summary, ReadError<E>> {
    let header = SafetensorsHeader::read(&mut source, length).map_err(ReadError::from_header)?;
    let tensor = header.tensor(TENSOR).ok_or(Malformed::NoTensor {
        tensors: header.tensors(),
    })?;
    let Some(entries) = IntegerType::from_safetensors(tensor.dtype) else {
        return Err(Malformed::EntryType {
            found: tensor.dtype.to_string(),
        }
        .into());
    };
    let shape: Vec<u64> = tensor.shape.iter().map(|&side| side as u64).collect();
    let matrix = Matrix::new(&shape, entries, limits)?;
    // The file is as long as all tensors; this one must fit in what follows its
    // own beginning, whatever the crate checks.
    let (start, end) = tensor.data_offsets;
    matrix.check_length(
        header.data_at() + start as u64,
        header.data_at() + end as u64,
    )?;
    SafetensorsHeader::skip_to(tensor, &mut source)?;
    matrix.read(source, take)
}
