//! IDX files, as MNIST and its successors come in.
//!
//! Two zero bytes, the type of the entries (8 is unsigned bytes, 12 whole numbers of 4
//! bytes), the number of dimensions, each dimension in 4 bytes (highest first), then the entries in C
//! order. The files may be compressed with gzip.

use std::io::{self, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use orders_core::MemoryLimit;
use orders_core::files::open_regular;

use super::error::{IdxError, SourceError};
use crate::image::Image;

/// Types of entries, and their bytes.
const UNSIGNED_BYTES: (u8, u64) = (0x08, 1);
const WHOLE_NUMBERS: (u8, u64) = (0x0c, 4);
/// No byte of a deflate stream becomes more than this many.
const DEFLATE_RATIO: u64 = 1032;

/// What a file should hold.
struct Expected {
    what: &'static str,
    /// Numbers of dimensions, and the same in words.
    dimensions: &'static [u8],
    dimensions_words: &'static str,
    types: &'static [(u8, u64)],
    types_words: &'static str,
    /// Bytes of what each item becomes beside its entries.
    item_bytes: u64,
}

const IMAGES: Expected = Expected {
    what: "images",
    dimensions: &[3],
    dimensions_words: "3",
    types: &[UNSIGNED_BYTES],
    types_words: "unsigned bytes (0x08) are read",
    item_bytes: 0,
};

const LABELS: Expected = Expected {
    what: "labels",
    dimensions: &[1, 2],
    dimensions_words: "1, or 2 with the class in the first column",
    types: &[UNSIGNED_BYTES, WHOLE_NUMBERS],
    types_words: "unsigned bytes (0x08) and whole numbers of 4 bytes (0x0c) are read",
    item_bytes: 4,
};

/// What a file holds.
struct Content {
    shape: Vec<u32>,
    /// Bytes of an entry.
    width: u64,
    bytes: Vec<u8>,
}

/// Reads an IDX file of grey images: height and width, and the pixels of all
/// images. What the header declares is held against the length of the file
/// before anything is allocated; a compressed file is never unpacked beyond what
/// its header declares.
///
/// # Errors
///
/// [`SourceError::Open`] and [`SourceError::Idx`], which name the file.
pub fn read_idx_images(path: impl AsRef<Path>) -> Result<(u32, u32, Vec<u8>), SourceError> {
    read_idx_images_within(path.as_ref(), MemoryLimit::NONE)
}

/// The same, if what it takes is within a limit.
pub(super) fn read_idx_images_within(
    path: &Path,
    memory: MemoryLimit,
) -> Result<(u32, u32, Vec<u8>), SourceError> {
    read(path, &IMAGES, memory, |content| {
        let [_, height, width] = content.shape[..] else {
            return Err(IMAGES.dimensions(content.shape.len() as u8));
        };
        Ok((height, width, content.bytes))
    })
}

/// Reads an IDX file of labels: numbers in one dimension, or rows of which each begins with
/// the class, as QMNIST has them.
///
/// # Errors
///
/// As [`read_idx_images`]; also if a label is negative.
pub fn read_idx_labels(path: impl AsRef<Path>) -> Result<Vec<u32>, SourceError> {
    read_idx_labels_within(path.as_ref(), MemoryLimit::NONE)
}

/// The same, if what it takes is within a limit.
pub(super) fn read_idx_labels_within(
    path: &Path,
    memory: MemoryLimit,
) -> Result<Vec<u32>, SourceError> {
    read(path, &LABELS, memory, |content| {
        let columns = content.shape.get(1).map_or(1, |&columns| columns as usize);
        let row_bytes = columns * content.width as usize;
        if row_bytes == 0 {
            return Err(IdxError::NoColumns);
        }
        let rows = content.bytes.chunks_exact(row_bytes).enumerate();
        let labels = rows.map(|(index, row)| match row.first_chunk() {
            Some(&number) if content.width == WHOLE_NUMBERS.1 => {
                let label = i32::from_be_bytes(number);
                u32::try_from(label).map_err(|_| IdxError::Label { index, label })
            }
            _ => Ok(row[0].into()),
        });
        labels.collect()
    })
}

impl Expected {
    fn dimensions(&self, dimensions: u8) -> IdxError {
        IdxError::Dimensions {
            what: self.what,
            dimensions,
            expected: self.dimensions_words,
        }
    }
}

fn read<T>(
    path: &Path,
    expected: &Expected,
    memory: MemoryLimit,
    take: impl FnOnce(Content) -> Result<T, IdxError>,
) -> Result<T, SourceError> {
    let file = open_regular(path).map_err(SourceError::Open)?;
    let length = file.metadata().map_err(SourceError::Open)?.len();
    // Errors of this file would name the path again.
    let mut source = BufReader::with_capacity(1 << 16, file);
    let is_gzip = {
        let start = io::BufRead::fill_buf(&mut source);
        start.is_ok_and(|bytes| bytes.starts_with(&[0x1f, 0x8b]))
    };
    let content = if is_gzip {
        let most = length.saturating_mul(DEFLATE_RATIO);
        parse(MultiGzDecoder::new(source), None, most, expected, memory)
    } else {
        parse(source, Some(length), length, expected, memory)
    };
    content.and_then(take).map_err(|source| SourceError::Idx {
        path: path.into(),
        source,
    })
}

/// Reads a file of `length` bytes, if that is known, and of `most` bytes at
/// most.
fn parse(
    mut source: impl Read,
    length: Option<u64>,
    most: u64,
    expected: &Expected,
    memory: MemoryLimit,
) -> Result<Content, IdxError> {
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
    let known = expected.types.iter().find(|known| known.0 == entry_type);
    let &(_, width) = known.ok_or(IdxError::EntryType {
        found: entry_type,
        allowed: expected.types_words,
    })?;
    if !expected.dimensions.contains(&dimensions) {
        return Err(expected.dimensions(dimensions));
    }
    let mut shape = vec![0; usize::from(dimensions)];
    for side in &mut shape {
        let mut bytes = [0; 4];
        source.read_exact(&mut bytes).map_err(ended)?;
        *side = u32::from_be_bytes(bytes);
    }
    // An image has sides of 1 pixel at least, even if there is none.
    if let &[_, height, width] = &shape[..] {
        Image::checked_bytes(height, width, 1)?;
    }
    let header = 4 + 4 * u64::from(dimensions);
    let declared = shape
        .iter()
        .try_fold(width, |product, &side| product.checked_mul(side.into()))
        .and_then(|bytes| bytes.checked_add(header))
        .unwrap_or(u64::MAX);
    if declared > most || length.is_some_and(|length| length != declared) {
        return Err(IdxError::Length {
            declared,
            length: length.unwrap_or(most),
            is_known: length.is_some(),
        });
    }
    let mut bytes = Vec::new();
    let wanted = declared - header;
    let items = shape.first().copied().map_or(0, u64::from);
    let needed = wanted.saturating_add(expected.item_bytes * items);
    memory.check(needed).map_err(|source| IdxError::Memory {
        what: expected.what,
        source,
    })?;
    // One byte more, to see whether the file ends there.
    source
        .take(wanted + 1)
        .read_to_end(&mut bytes)
        .map_err(IdxError::Read)?;
    if bytes.len() as u64 != wanted {
        return Err(IdxError::Content {
            declared: wanted / width,
            is_longer: bytes.len() as u64 > wanted,
        });
    }
    Ok(Content {
        shape,
        width,
        bytes,
    })
}
