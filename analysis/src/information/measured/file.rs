//! Measured fields out of `.npy` files.

use std::io::{Read, Seek};
use std::path::Path;

use ndarray::{Array2, Array3};
use orders_arrays::open_npy;
use orders_core::files::Digest;

use super::error::{MeasuredFileError, MeasuredReadError};
use super::field::MeasuredField;

/// The most entries that are read: 1 GiB of them.
const MOST_ENTRIES: usize = 1 << 27;

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
    /// float64: patches [n, H, W]
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
    let (shape, values) = array(&mut *source)?;
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
    let (digest, _) = Digest::of(source)?;
    Ok((field, digest))
}

/// The shape and the values of an array of two or three dimensions.
pub(super) fn array(source: impl Read + Seek) -> Result<(Vec<usize>, Vec<f64>), MeasuredReadError> {
    let array = open_npy(source)?;
    let shape = array.shape().to_vec();
    if !matches!(shape.len(), 2 | 3) || shape.contains(&0) {
        return Err(MeasuredReadError::Shape { shape });
    }
    let entries = shape
        .iter()
        .fold(1_usize, |product, &side| product.saturating_mul(side));
    if entries > MOST_ENTRIES {
        return Err(MeasuredReadError::TooMany {
            entries,
            limit: MOST_ENTRIES,
        });
    }
    Ok((shape, array.entries()?.read_all()?))
}
