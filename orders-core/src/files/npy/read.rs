//! Rows out of `.npy` files.

use std::io::Read;

use crate::files::excerpt::excerpt;
use crate::files::integers::{ByteOrder, IntegerType};
use crate::files::matrix::{Matrix, read_block};
use crate::files::npy::MAGIC;
use crate::files::npy::header::Header;
use crate::files::read::{Limits, Summary, TakeRow};
use crate::files::read_error::{Malformed, ReadError};

/// The longest header that is read. NumPy's own have about 120 bytes.
const HEADER_BYTES: u32 = 1 << 16;

/// Reads a `.npy` order file of `length` bytes. Memory is O(N) for rows of N
/// entries.
pub(in crate::files) fn read<E>(
    mut source: impl Read,
    length: u64,
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Summary, ReadError<E>> {
    let mut start = [0; 8];
    if length >= start.len() as u64 {
        read_block(&mut source, 0, length, &mut start)?;
    }
    if !start.starts_with(MAGIC) {
        return Err(Malformed::NotNpy.into());
    }
    // Later versions have a longer length and may have other characters.
    let (text_at, text_bytes) = match (start[6], start[7]) {
        (1, 0) => {
            let mut bytes = [0; 2];
            read_block(&mut source, 8, length, &mut bytes)?;
            (10, u32::from(u16::from_le_bytes(bytes)))
        }
        (2 | 3, 0) => {
            let mut bytes = [0; 4];
            read_block(&mut source, 8, length, &mut bytes)?;
            (12, u32::from_le_bytes(bytes))
        }
        (major, minor) => return Err(Malformed::NpyVersion { major, minor }.into()),
    };
    if text_bytes > HEADER_BYTES {
        return Err(Malformed::HeaderTooLong {
            bytes: text_bytes.into(),
            limit: HEADER_BYTES.into(),
        }
        .into());
    }
    let mut text = vec![0; text_bytes as usize];
    read_block(&mut source, text_at, length, &mut text)?;
    let header = Header::parse(&text)?;

    let Some(entries) = integer_type(header.descr) else {
        return Err(Malformed::EntryType {
            found: excerpt(header.descr),
        }
        .into());
    };
    if header.fortran_order {
        return Err(Malformed::NpyFortranOrder.into());
    }
    let matrix = Matrix::new(&header.shape, entries, limits)?;
    matrix.check_length(text_at + u64::from(text_bytes), length)?;
    matrix.read(source, take)
}

/// The type that NumPy writes as `descr`, if it is one of integers.
fn integer_type(descr: &str) -> Option<IntegerType> {
    let (order, kind) = descr.split_at_checked(1)?;
    let (order, one_byte) = match order {
        "<" => (ByteOrder::Little, false),
        ">" => (ByteOrder::Big, false),
        "|" => (ByteOrder::Little, true),
        _ => return None,
    };
    let (signed, bytes) = match kind {
        "u1" => (false, 1),
        "u2" => (false, 2),
        "u4" => (false, 4),
        "u8" => (false, 8),
        "i1" => (true, 1),
        "i2" => (true, 2),
        "i4" => (true, 4),
        "i8" => (true, 8),
        _ => return None,
    };
    // Only where there is one byte can its order be left open.
    (!one_byte || bytes == 1).then_some(IntegerType {
        signed,
        bytes,
        order,
    })
}
