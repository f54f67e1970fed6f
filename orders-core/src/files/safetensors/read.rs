//! Rows out of safetensors files.

use std::io::{self, Read};

use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use crate::files::excerpt::excerpt;
use crate::files::integers::{ByteOrder, IntegerType};
use crate::files::matrix::{Matrix, read_block};
use crate::files::read::{Limits, Summary, TakeRow};
use crate::files::read_error::{Malformed, ReadError};
use crate::files::safetensors::{HEADER_BYTES, TENSOR};

/// Reads a safetensors order file of `length` bytes. Memory is O(N) for rows
/// of N entries, and that of a header of at most 1 MiB.
pub(in crate::files) fn read<E>(
    mut source: impl Read,
    length: u64,
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Summary, ReadError<E>> {
    let mut header_bytes = [0; 8];
    read_block(&mut source, 0, length, &mut header_bytes)?;
    let header_bytes = u64::from_le_bytes(header_bytes);
    if header_bytes > HEADER_BYTES as u64 {
        return Err(Malformed::HeaderTooLong {
            bytes: header_bytes,
            limit: HEADER_BYTES as u64,
        }
        .into());
    }
    let mut header = vec![0; header_bytes as usize];
    read_block(&mut source, 8, length, &mut header)?;
    // Checks that the tensors lie one after the other from offset 0 on, each
    // with the bytes that its shape and type take, without overflow.
    let metadata: Metadata =
        serde_json::from_slice(&header).map_err(|error| Malformed::SafetensorsHeader {
            reason: excerpt(&error.to_string()),
        })?;
    drop(header);
    let data_at = 8 + header_bytes;
    let needed = data_at.saturating_add(metadata.data_len() as u64);
    if length < needed {
        return Err(Malformed::Truncated { length, needed }.into());
    }
    if length > needed {
        return Err(Malformed::TrailingBytes { length, needed }.into());
    }

    let tensor = tensor(&metadata)?;
    let Some(entries) = integer_type(tensor.dtype) else {
        return Err(Malformed::EntryType {
            found: tensor.dtype.to_string(),
        }
        .into());
    };
    let shape: Vec<u64> = tensor.shape.iter().map(|&side| side as u64).collect();
    let matrix = Matrix::new(&shape, entries, limits)?;
    let before = tensor.data_offsets.0 as u64;
    // So far the file is as long as all tensors; this one must fit in what
    // follows its own beginning, whatever the crate checks.
    matrix.check_length(data_at + before, data_at + tensor.data_offsets.1 as u64)?;
    // The other tensors are read over: the source need not be a file.
    let skipped = io::copy(&mut source.by_ref().take(before), &mut io::sink())?;
    if skipped < before {
        return Err(ReadError::Io(io::ErrorKind::UnexpectedEof.into()));
    }
    matrix.read(source, take)
}

/// The tensor named `orders`, or the only one.
fn tensor(metadata: &Metadata) -> Result<&TensorInfo, Malformed> {
    if let Some(tensor) = metadata.info(TENSOR) {
        return Ok(tensor);
    }
    let names = metadata.offset_keys();
    match &names[..] {
        [name] => metadata.info(name),
        _ => None,
    }
    .ok_or(Malformed::NoTensor {
        tensors: names.len(),
    })
}

/// The type, if it is one of integers. They are little endian always.
fn integer_type(dtype: Dtype) -> Option<IntegerType> {
    let (signed, bytes) = match dtype {
        Dtype::U8 => (false, 1),
        Dtype::U16 => (false, 2),
        Dtype::U32 => (false, 4),
        Dtype::U64 => (false, 8),
        Dtype::I8 => (true, 1),
        Dtype::I16 => (true, 2),
        Dtype::I32 => (true, 4),
        Dtype::I64 => (true, 8),
        _ => return None,
    };
    Some(IntegerType {
        signed,
        bytes,
        order: ByteOrder::Little,
    })
}
