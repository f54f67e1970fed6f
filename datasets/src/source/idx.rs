//! IDX files, as MNIST and its successors come in.
//!
//! Two zero bytes, the type of the entries (8 is unsigned bytes), the number of
//! dimensions, each dimension in 4 bytes (highest first), then the entries in C
//! order. The files may be compressed with gzip.

use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::error::{IdxError, SourceError};
use crate::image::Image;

/// The type of entries that is read.
const UNSIGNED_BYTES: u8 = 8;
/// No byte of a deflate stream becomes more than this many.
const DEFLATE_RATIO: u64 = 1032;

/// Reads an IDX file of grey images: height and width, and the pixels of all
/// images. What the header declares is held against the length of the file
/// before anything is allocated; a compressed file is never unpacked beyond what
/// its header declares.
///
/// # Errors
///
/// [`SourceError::Open`] and [`SourceError::Idx`], which name the file.
pub fn read_idx_images(path: impl AsRef<Path>) -> Result<(u32, u32, Vec<u8>), SourceError> {
    let path = path.as_ref();
    let ([_, height, width], pixels) = read(path, "images")?;
    Ok((height, width, pixels))
}

/// Reads an IDX file of labels.
///
/// # Errors
///
/// As [`read_idx_images`].
pub fn read_idx_labels(path: impl AsRef<Path>) -> Result<Vec<u32>, SourceError> {
    let ([_], labels) = read(path.as_ref(), "labels")?;
    Ok(labels.into_iter().map(u32::from).collect())
}

fn read<const D: usize>(
    path: &Path,
    what: &'static str,
) -> Result<([u32; D], Vec<u8>), SourceError> {
    let file = fs_err::File::open(path).map_err(SourceError::Open)?;
    let length = file.metadata().map_err(SourceError::Open)?.len();
    // Errors of this file would name the path again.
    let mut source = BufReader::with_capacity(1 << 16, file.into_file());
    let is_gzip = {
        let start = io::BufRead::fill_buf(&mut source);
        start.is_ok_and(|bytes| bytes.starts_with(&[0x1f, 0x8b]))
    };
    let result = if is_gzip {
        let most = length.saturating_mul(DEFLATE_RATIO);
        parse(MultiGzDecoder::new(source), None, most, what)
    } else {
        parse(source, Some(length), length, what)
    };
    result.map_err(|source| SourceError::Idx {
        path: path.into(),
        source,
    })
}

/// Reads a file of `length` bytes, if that is known, and of `most` bytes at
/// most.
fn parse<const D: usize>(
    mut source: impl Read,
    length: Option<u64>,
    most: u64,
    what: &'static str,
) -> Result<([u32; D], Vec<u8>), IdxError> {
    let ended = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => IdxError::NoHeader,
        _ => IdxError::Read(error),
    };
    let mut magic = [0; 4];
    source.read_exact(&mut magic).map_err(ended)?;
    let [zero, also_zero, entry_type, dimensions] = magic;
    if zero != 0 || also_zero != 0 {
        return Err(IdxError::Magic(magic));
    }
    if entry_type != UNSIGNED_BYTES {
        return Err(IdxError::EntryType(entry_type));
    }
    if usize::from(dimensions) != D {
        return Err(IdxError::Dimensions {
            what,
            dimensions,
            expected: D,
        });
    }
    let mut shape = [0; D];
    for side in &mut shape {
        let mut bytes = [0; 4];
        source.read_exact(&mut bytes).map_err(ended)?;
        *side = u32::from_be_bytes(bytes);
    }
    // An image has sides of 1 pixel at least, even if there is none.
    if let &[_, height, width] = &shape[..] {
        Image::checked_bytes(height, width, 1)?;
    }
    let header = 4 + 4 * D as u64;
    let declared = shape
        .iter()
        .try_fold(1_u64, |product, &side| product.checked_mul(side.into()))
        .and_then(|entries| entries.checked_add(header))
        .unwrap_or(u64::MAX);
    if declared > most || length.is_some_and(|length| length != declared) {
        return Err(IdxError::Length {
            declared,
            length: length.unwrap_or(most),
            is_known: length.is_some(),
        });
    }
    let mut entries = Vec::new();
    let wanted = declared - header;
    // One byte more, to see whether the file ends there.
    source
        .take(wanted + 1)
        .read_to_end(&mut entries)
        .map_err(IdxError::Read)?;
    if entries.len() as u64 != wanted {
        return Err(IdxError::Content {
            declared: wanted,
            is_longer: entries.len() as u64 > wanted,
        });
    }
    Ok((shape, entries))
}
