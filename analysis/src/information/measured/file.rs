//! Measured fields out of `.npy` files.

use std::io::{BufReader, Read, Seek};
use std::path::Path;

use ndarray::{Array2, Array3};
use orders_core::files::{Digest, FloatType, Malformed, NpyHeader};

use super::MeasuredField;
use super::error::{MeasuredFileError, MeasuredReadError};

/// The most entries that are read: 1 GiB of them.
const MOST_ENTRIES: u64 = 1 << 27;

/// Bytes that are decoded at once; a multiple of every number's width.
const BLOCK_BYTES: usize = 1 << 16;

/// A measured field with the file that it is from.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldFile {
    path: String,
    is_stationary: bool,
    digest: Digest,
    field: MeasuredField,
}

impl FieldFile {
    /// Reads a field from a `.npy` file with numbers in float16, float32 or
    /// float64 in C order: patches [n, H, W]
    /// ([`MeasuredField::from_patches`]), or a covariance [N, N]
    /// ([`MeasuredField::from_covariance`]), at most 2^27 of them.
    ///
    /// Sizes that the file declares are held against its length before anything
    /// is allocated.
    ///
    /// # Errors
    ///
    /// [`MeasuredFileError`], which names the file.
    pub(crate) fn read(path: &str, stationary: bool) -> Result<Self, MeasuredFileError> {
        let source = fs_err::File::open(path).map_err(MeasuredFileError::Open)?;
        // The errors of this file would name the path again.
        let read = read(&mut source.into_file(), stationary);
        let (field, digest) = read.map_err(|source| MeasuredFileError::Read {
            path: path.into(),
            source,
        })?;
        Ok(Self {
            path: path.into(),
            is_stationary: stationary,
            digest,
            field,
        })
    }

    /// The path, as it was given.
    pub fn path(&self) -> &Path {
        self.path.as_ref()
    }

    pub(crate) fn path_text(&self) -> &str {
        &self.path
    }

    /// Whether covariances are means over all pairs at an offset.
    pub fn is_stationary(&self) -> bool {
        self.is_stationary
    }

    /// The SHA-256 digest of the file.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What was measured.
    pub fn field(&self) -> &MeasuredField {
        &self.field
    }
}

fn read(
    source: &mut (impl Read + Seek),
    stationary: bool,
) -> Result<(MeasuredField, Digest), MeasuredReadError> {
    let length = source.seek(std::io::SeekFrom::End(0))?;
    source.rewind()?;
    if length == 0 {
        return Err(Malformed::Empty.into());
    }
    // A file that grows while it is read ends where it did.
    let (shape, values) = array(&mut BufReader::new(source.by_ref().take(length)), length)?;
    let field = match shape[..] {
        [count, height, width] => {
            let patches = Array3::from_shape_vec((count, height, width), values);
            let patches = patches.expect("there are as many values as the shape says");
            MeasuredField::from_patches(patches.view(), stationary)?
        }
        [rows, columns] if !stationary => {
            let matrix = Array2::from_shape_vec((rows, columns), values);
            let matrix = matrix.expect("there are as many values as the shape says");
            MeasuredField::from_covariance(matrix.view())?
        }
        _ => return Err(MeasuredReadError::NoPatches),
    };
    source.rewind()?;
    let (digest, _) = Digest::of(source.take(length))?;
    Ok((field, digest))
}

/// The shape and the values of an array of two or three dimensions.
pub(super) fn array(
    source: &mut impl Read,
    length: u64,
) -> Result<(Vec<usize>, Vec<f64>), MeasuredReadError> {
    let header = NpyHeader::read(source, length)?;
    let float =
        FloatType::from_numpy(&header.descr).ok_or_else(|| MeasuredReadError::EntryType {
            found: excerpt(&header.descr),
        })?;
    if header.fortran_order {
        return Err(Malformed::NpyFortranOrder.into());
    }
    if !matches!(header.shape.len(), 2 | 3) || header.shape.contains(&0) {
        let shape = header.shape;
        return Err(MeasuredReadError::Shape { shape });
    }
    let entries = header
        .shape
        .iter()
        .try_fold(1_u64, |product, &side| product.checked_mul(side))
        .unwrap_or(u64::MAX);
    if entries > MOST_ENTRIES {
        return Err(MeasuredReadError::TooMany {
            entries,
            limit: MOST_ENTRIES,
        });
    }
    let needed = header.data_at + entries * float.width() as u64;
    if length < needed {
        return Err(Malformed::Truncated { length, needed }.into());
    }
    if length > needed {
        return Err(Malformed::TrailingBytes { length, needed }.into());
    }
    // No side has more entries than the array.
    let shape = header.shape.iter().map(|&side| side as usize).collect();
    let mut values = Vec::with_capacity(entries as usize);
    let mut bytes = vec![0; BLOCK_BYTES];
    let mut left = entries as usize * float.width();
    while left > 0 {
        let block = &mut bytes[..left.min(BLOCK_BYTES)];
        source.read_exact(block)?;
        float.decode(block, &mut values);
        left -= block.len();
    }
    Ok((shape, values))
}

/// Text that may come from a file, as a message can show it: without control
/// characters, and cut if it is long.
fn excerpt(text: &str) -> String {
    text.chars()
        .take(60)
        .filter(|character| !character.is_control())
        .collect()
}
