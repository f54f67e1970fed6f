//! Arrays of whole numbers in `.npz` files: zip archives of `.npy` files.

use std::convert::Infallible;
use std::io::{Cursor, Read, Write};

use orders_core::files::{IntegerType, NotACell, NpyHeader, ReadError};
use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// An array of whole numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NpzIntegers {
    /// The length of each dimension.
    pub shape: Vec<u64>,
    /// The entries in C order.
    pub values: Vec<u32>,
}

/// Reads the array `name` of whole numbers from the bytes of a `.npz` file.
/// `None` if there is no array of that name. Stored
/// and deflated entries are read, up to `limit` bytes unpacked.
///
/// # Errors
///
/// [`NpzError`] if the archive or the array is damaged, too large, or of another
/// type. Nothing is allocated on the word of a header.
pub fn read_npz_integers(
    bytes: &[u8],
    name: &str,
    limit: u64,
) -> Result<Option<NpzIntegers>, NpzError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes))?;
    let entry = match archive.by_name(&format!("{name}.npy")) {
        Ok(entry) => entry,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let mut array = Vec::new();
    entry
        .take(limit + 1)
        .read_to_end(&mut array)
        .map_err(NpzError::Unpack)?;
    let length = array.len() as u64;
    if length > limit {
        return Err(NpzError::TooLarge {
            name: name.into(),
            limit,
        });
    }
    let mut source = &array[..];
    let header = NpyHeader::read(&mut source, length)?;
    let entries = IntegerType::from_numpy(&header.descr).ok_or_else(|| NpzError::EntryType {
        name: name.into(),
        found: header.descr.clone(),
    })?;
    if header.fortran_order && header.shape.len() > 1 {
        return Err(NpzError::FortranOrder { name: name.into() });
    }
    let declared = header
        .shape
        .iter()
        .try_fold(entries.width() as u64, |product, &side| {
            product.checked_mul(side)
        });
    if declared != Some(source.len() as u64) {
        return Err(NpzError::Length {
            name: name.into(),
            shape: header.shape,
            bytes: source.len(),
        });
    }
    let mut values = Vec::new();
    entries
        .decode(source, &mut values)
        .map_err(|source| NpzError::Entry {
            name: name.into(),
            source,
        })?;
    Ok(Some(NpzIntegers {
        shape: header.shape,
        values,
    }))
}

/// A `.npz` file of one-dimensional arrays of `int64`, as `numpy.savez` writes
/// them: stored, not deflated. It has no time stamps.
pub(super) fn npz_of_int64(arrays: &[(&str, &[u32])]) -> Result<Vec<u8>, NpzError> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default());
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for &(name, values) in arrays {
        archive.start_file(format!("{name}.npy"), options)?;
        let header = NpyHeader::encode("<i8", &[values.len() as u64]);
        let mut array = header.unwrap_or_default();
        array.extend(
            values
                .iter()
                .flat_map(|&value| i64::from(value).to_le_bytes()),
        );
        archive.write_all(&array).map_err(NpzError::Unpack)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// What is wrong with a `.npz` file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpzError {
    /// The archive is damaged.
    #[error("it is no zip archive, or a damaged one")]
    Zip(#[from] ZipError),
    /// An array can't be unpacked.
    #[error("it can't be unpacked")]
    Unpack(#[source] std::io::Error),
    /// An array is larger than such arrays are.
    #[error("its array '{name}' has over {limit} bytes")]
    TooLarge {
        /// The array.
        name: String,
        /// The most that is read.
        limit: u64,
    },
    /// The header of an array is malformed.
    #[error(transparent)]
    Header(#[from] ReadError<Infallible>),
    /// The entries have another type.
    #[error("its array '{name}' is of type {found:?}; whole numbers are read")]
    EntryType {
        /// The array.
        name: String,
        /// Its type.
        found: String,
    },
    /// The entries are in Fortran's order.
    #[error("the first dimension of its array '{name}' runs fastest; C order is read")]
    FortranOrder {
        /// The array.
        name: String,
    },
    /// The entries are not as many as the shape says.
    #[error("its array '{name}' of shape {shape:?} has {bytes} bytes")]
    Length {
        /// The array.
        name: String,
        /// Its shape.
        shape: Vec<u64>,
        /// Bytes of its entries.
        bytes: usize,
    },
    /// An entry is no index.
    #[error("its array '{name}' is wrong")]
    Entry {
        /// The array.
        name: String,
        /// The entry.
        source: NotACell,
    },
}
