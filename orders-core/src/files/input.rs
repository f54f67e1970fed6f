//! Files that are read: regular ones, and no more of them than is wanted.

use std::fmt;
use std::fs::{File, FileType};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Opens a regular file, or what a link to one leads to.
///
/// Everything else is refused without being opened: a pipe would wait for whoever
/// writes into it, and a device may have no end.
///
/// # Errors
///
/// What the system says, with the path. For what is no regular file an
/// [`IrregularFile`] within the error, whose kind is
/// [`IsADirectory`](io::ErrorKind::IsADirectory) for a folder.
///
/// ```
/// use orders_core::files::open_regular;
///
/// let folder = tempfile::tempdir()?;
/// let error = open_regular(folder.path()).unwrap_err();
/// assert_eq!(error.kind(), std::io::ErrorKind::IsADirectory);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn open_regular(path: impl AsRef<Path>) -> io::Result<File> {
    let path = path.as_ref();
    // Whether it is there at all, opening it says.
    if let Ok(metadata) = std::fs::metadata(path)
        && !metadata.is_file()
    {
        let what = Irregular::of(metadata.file_type());
        let kind = match what {
            Irregular::Folder => io::ErrorKind::IsADirectory,
            _ => io::ErrorKind::Other,
        };
        let path = path.to_owned();
        return Err(io::Error::new(kind, IrregularFile { path, what }));
    }
    Ok(fs_err::File::open(path)?.into_file())
}

/// All bytes of a regular file; `None` if they are more than `most`, which is also the
/// most that is read. O(bytes) time and memory, whatever length the file says it has.
///
/// # Errors
///
/// As [`open_regular`], and what reading gives.
///
/// ```
/// use orders_core::files::read_at_most;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("four");
/// std::fs::write(&path, "1234")?;
/// assert_eq!(read_at_most(&path, 4)?.as_deref(), Some(&b"1234"[..]));
/// assert_eq!(read_at_most(&path, 3)?, None);
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn read_at_most(path: impl AsRef<Path>, most: u64) -> io::Result<Option<Vec<u8>>> {
    let (path, mut bytes) = (path.as_ref(), Vec::new());
    let file = fs_err::File::from_parts(open_regular(path)?, path);
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// There is something at a path, but no regular file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} can't be read: {what}", path.display())]
#[non_exhaustive]
pub struct IrregularFile {
    /// Where it is.
    pub path: PathBuf,
    /// What it is.
    pub what: Irregular,
}

/// What is no regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Irregular {
    /// A folder.
    Folder,
    /// A pipe.
    Pipe,
    /// A terminal, a disk or another device.
    Device,
    /// A socket, or what this system has besides.
    Other,
}

impl IrregularFile {
    /// What is behind an error of [`open_regular`] or [`read_at_most`], if it is this.
    pub fn behind(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl Irregular {
    /// What a file that is not regular is.
    pub fn of(file_type: FileType) -> Self {
        if file_type.is_dir() {
            return Self::Folder;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;

            if file_type.is_fifo() {
                return Self::Pipe;
            }
            if file_type.is_char_device() || file_type.is_block_device() {
                return Self::Device;
            }
        }
        Self::Other
    }
}

impl fmt::Display for Irregular {
    /// Why it can't be read.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            // As the system's own words for it.
            Self::Folder => "is a directory",
            Self::Pipe => "it is a pipe, not a regular file",
            Self::Device => "it is a device, not a regular file",
            Self::Other => "it is not a regular file",
        })
    }
}
