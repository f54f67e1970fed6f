//! The files of `numpy.savez`: zip archives of `.npy` files.

use std::io::{self, Cursor, Read, Seek, Write};

use zip::result::ZipError;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use crate::array::Array;
use crate::element::Element;
use crate::error::{ArrayError, HeaderError, excerpt};
use crate::npy::{npy_header, open};

/// The most that deflate can shrink anything.
const MOST_DEFLATED: u64 = 1032;

/// A `.npz` file whose directory has been read.
///
/// ```
/// use orders_arrays::{NpzFile, NpzWriter};
/// use std::io::Cursor;
///
/// let mut file = NpzWriter::new("made by hand");
/// file.add("mu", &[2], [0.5, 1.5])?;
///
/// let mut file = NpzFile::open(Cursor::new(file.finish()?))?;
/// assert_eq!(file.comment(), b"made by hand");
/// let mu = file.array("mu", 1 << 20)?.expect("it is there");
/// assert_eq!(mu.entries::<f64>()?.read_all()?, [0.5, 1.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpzFile<R> {
    archive: ZipArchive<R>,
}

impl<R: Read + Seek> NpzFile<R> {
    /// Reads the directory of an archive.
    ///
    /// # Errors
    ///
    /// [`ArrayError::Zip`], [`ArrayError::Io`].
    pub fn open(source: R) -> Result<Self, ArrayError> {
        let archive = ZipArchive::new(source).map_err(zip_error)?;
        Ok(Self { archive })
    }

    /// What the archive says of itself; NumPy passes it over.
    pub fn comment(&self) -> &[u8] {
        self.archive.comment()
    }

    /// The names of all arrays, in the order of the archive, fit to be shown.
    pub fn names(&self) -> Vec<String> {
        // What systems put beside files begins with a dot or lies in a folder.
        let is_array = |name: &&str| !name.starts_with('.') && !name.starts_with("__MACOSX/");
        let files = self.archive.file_names().filter_map(Result::ok);
        let names = files.filter_map(|name| {
            let name = name.strip_suffix(".npy").filter(is_array);
            name.map(excerpt)
        });
        names.collect()
    }

    /// Unpacks the array of a name, if there is one: stored or deflated, of at most
    /// `limit` bytes with its header. O(bytes) time and memory.
    ///
    /// # Errors
    ///
    /// [`ArrayError::Unpacked`] and [`ArrayError::TooLarge`] for too many bytes,
    /// [`ArrayError::Zip`] also if their checksum is wrong, and what
    /// [`open_npy`](crate::open_npy) gives.
    pub fn array(
        &mut self,
        name: &str,
        limit: u64,
    ) -> Result<Option<Array<Cursor<Vec<u8>>>>, ArrayError> {
        let Some(index) = self.archive.index_for_name(&format!("{name}.npy")) else {
            return Ok(None);
        };
        let entry = self.archive.by_index(index).map_err(zip_error)?;
        let name = excerpt(name);
        let (bytes, packed) = (entry.size(), entry.compressed_size());
        if bytes > packed.saturating_mul(MOST_DEFLATED) {
            return Err(ArrayError::Unpacked {
                name,
                bytes,
                packed,
            });
        }
        // Memory grows with the bytes that come, not with those that are declared.
        let mut content = Vec::new();
        let mut entry = entry.take(limit.saturating_add(1));
        entry.read_to_end(&mut content).map_err(content_error)?;
        if content.len() as u64 > limit {
            return Err(ArrayError::TooLarge { name, limit });
        }
        open(Cursor::new(content), Some(name)).map(Some)
    }
}

/// Puts arrays into a `.npz` file in memory, as `numpy.savez` does: stored, not
/// deflated. The same arrays give the same bytes, for it has no time stamps.
#[derive(Debug)]
pub struct NpzWriter {
    archive: ZipWriter<Cursor<Vec<u8>>>,
    comment: String,
}

impl NpzWriter {
    /// An archive without arrays that says `comment` of itself.
    pub fn new(comment: impl Into<String>) -> Self {
        Self {
            archive: ZipWriter::new(Cursor::new(Vec::new())),
            comment: comment.into(),
        }
    }

    /// Adds an array of this shape, whose entries come in C order, one for each
    /// place.
    ///
    /// # Errors
    ///
    /// [`HeaderError`], if there is an array of this name already, or the shape
    /// has too many dimensions.
    pub fn add<T: Element>(
        &mut self,
        name: &str,
        shape: &[usize],
        entries: impl IntoIterator<Item = T>,
    ) -> Result<(), HeaderError> {
        let mut content = npy_header(T::TYPE, shape)?;
        entries
            .into_iter()
            .for_each(|entry| entry.append_le(&mut content));
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .large_file(content.len() >= u32::MAX as usize);
        self.archive
            .start_file(format!("{name}.npy"), options)
            .and_then(|()| Ok(self.archive.write_all(&content)?))
            .map_err(write_error)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    ///
    /// [`HeaderError::Zip`] if the comment has 2^16 bytes or more.
    pub fn finish(mut self) -> Result<Vec<u8>, HeaderError> {
        if !self.comment.is_empty() {
            self.archive
                .set_comment(self.comment)
                .map_err(write_error)?;
        }
        let file = self.archive.finish().map_err(write_error)?;
        Ok(file.into_inner())
    }
}

fn zip_error(error: ZipError) -> ArrayError {
    match error {
        ZipError::Io(error) => content_error(error),
        error => broken(&error),
    }
}

/// What reading gives if the content is wrong, such as a checksum, or what the
/// system says.
fn content_error(error: io::Error) -> ArrayError {
    match error.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
            broken(&error)
        }
        _ => error.into(),
    }
}

/// The library's words can hold names out of the file.
fn broken(error: &impl ToString) -> ArrayError {
    ArrayError::Zip {
        reason: excerpt(&error.to_string()),
    }
}

fn write_error(error: ZipError) -> HeaderError {
    HeaderError::Zip {
        reason: error.to_string(),
    }
}
