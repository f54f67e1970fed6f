//! Measured fields out of `.npy` files, and the one of photographs.

use std::io::{self, Cursor};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use ndarray::{Array2, Array3};
use orders_arrays::{ArrayError, open_npy};
use orders_core::files::{Digest, Hasher, read_at_most};

use super::measured::{Entries, MeasuredError, MeasuredField, Offsets};

/// The most entries that are read: 1 GiB of them.
const MOST_ENTRIES: usize = 1 << 27;

/// The longest file: so many float64 and a header, which has up to 2^16 bytes of text.
const MOST_BYTES: u64 = 8 * MOST_ENTRIES as u64 + (1 << 17);

/// Correlations at offsets of 0 to 63 rows and 0 to 63 columns: float64
/// [64, 64]. `photos.md` beside it says how they were measured.
const PHOTOS: &[u8] = include_bytes!("../../data/photos.npy");

static PHOTO_OFFSETS: LazyLock<Arc<Offsets>> = LazyLock::new(|| {
    let (shape, values) = array(PHOTOS).expect("the array is whole");
    Offsets::mirrored(&values, shape[0], shape[1]).into()
});

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
    /// Sizes that the file declares are held against its length before memory is taken for
    /// its numbers; it is read once, at most 2^30 bytes and a header of it.
    ///
    /// # Errors
    ///
    /// [`MeasuredFileError`], which names the file.
    pub(crate) fn read(path: &str, stationary: bool) -> Result<Self, MeasuredFileError> {
        // In one reading, so that the digest is that of these numbers, whatever becomes
        // of the file meanwhile.
        let bytes = read_at_most(path, MOST_BYTES).map_err(MeasuredFileError::Open)?;
        let refused = |source| MeasuredFileError::Read {
            path: path.into(),
            source,
        };
        let bytes =
            bytes.ok_or_else(|| refused(MeasuredReadError::TooLong { limit: MOST_BYTES }))?;
        let mut hasher = Hasher::default();
        hasher.update(&bytes);
        Ok(Self {
            path: path.into(),
            is_stationary: stationary,
            field: read(&bytes, stationary).map_err(refused)?,
            digest: hasher.finish().0,
        })
    }

    /// The path, as it was given.
    pub fn path(&self) -> &Path {
        self.path.as_ref()
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

fn read(bytes: &[u8], stationary: bool) -> Result<MeasuredField, MeasuredReadError> {
    let (shape, values) = array(bytes)?;
    Ok(match shape[..] {
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
    })
}

/// The shape and the values of an array of two or three dimensions.
fn array(bytes: &[u8]) -> Result<(Vec<usize>, Vec<f64>), MeasuredReadError> {
    let array = open_npy(Cursor::new(bytes))?;
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

impl MeasuredField {
    /// The luminance of natural photographs whose shorter side has 64 cells: the
    /// field `photos` ([`FieldKind::Photos`](super::FieldKind::Photos)).
    pub fn photos() -> Self {
        Self {
            entries: Entries::Offsets(PHOTO_OFFSETS.clone()),
        }
    }
}

/// Why no measured field was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasuredReadError {
    /// The array can't be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// The array has another number of dimensions, or no entries.
    #[error(
        "the array has the shape {shape:?}; it must be [n, H, W], patches of HxW cells, or [N, N], a covariance of N cells, and no side may be 0"
    )]
    Shape {
        /// The shape.
        shape: Vec<usize>,
    },
    /// There is too much to hold in memory.
    #[error("the array has {entries} entries; at most {limit} are read")]
    TooMany {
        /// Entries that are declared.
        entries: usize,
        /// The most that are read.
        limit: usize,
    },
    /// The file is too long.
    #[error("the file has more than {limit} bytes")]
    TooLong {
        /// The most bytes that are read.
        limit: u64,
    },
    /// A covariance can't be averaged over offsets.
    #[error("'stationary' is for patches, an array [n, H, W], and this is a covariance [N, N]")]
    NoPatches,
    /// What it holds is no measured field.
    #[error(transparent)]
    Measured(#[from] MeasuredError),
}

/// Why no measured field at a path was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeasuredFileError {
    /// The file can't be opened. The error names it.
    #[error(transparent)]
    Open(io::Error),
    /// The file was not read to its end.
    #[error("{} can't be read as a field", path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// What went wrong.
        source: MeasuredReadError,
    },
}
