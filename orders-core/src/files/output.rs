//! Files and folders that appear whole or not at all.

use std::fmt;
use std::fs::{File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::digest::{Digest, Hasher};
use super::partial;

/// Bytes that are collected before they are hashed and written.
const BUFFER_BYTES: usize = 1 << 20;

/// A file being written that nobody sees before it is complete.
///
/// What is written goes to a temporary file in the folder of the final one
/// (`.orders-<random>.partial`), through a buffer of 1 MiB, and is counted and
/// hashed on the way. [`finish`](Self::finish) ends the writing,
/// [`FinishedFile::persist`] gives the file its name; dropping either of the
/// two before that leaves nothing behind. What a killed process leaves,
/// [`remove_abandoned`](super::remove_abandoned) takes away.
///
/// ```
/// use orders_core::files::OutputFile;
/// use std::io::Write;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("orders.json");
/// let mut file = OutputFile::create(&path)?;
/// file.write_all(b"[[0,1]]")?;
/// let file = file.finish()?;
/// assert_eq!(file.bytes(), 7);
/// assert!(!path.exists());
/// file.persist(false)?;
/// assert!(path.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct OutputFile {
    path: PathBuf,
    writer: BufWriter<Hashed>,
}

impl OutputFile {
    /// Begins a file that will be at `path`. Its folder must exist. Whether
    /// the path is taken is not looked at before [`FinishedFile::persist`].
    ///
    /// # Errors
    ///
    /// [`OutputError::Path`] if the path has no file name,
    /// [`OutputError::Create`] if the folder can't be written to.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, OutputError> {
        let path = path.into();
        if path.file_name().is_none() {
            return Err(OutputError::Path { path });
        }
        let mut builder = Builder::new();
        if let Some(permissions) = ordinary_permissions(0o666) {
            builder.permissions(permissions);
        }
        match partial::file_in(folder_of(&path), &mut builder) {
            Ok(file) => Ok(Self {
                path,
                writer: BufWriter::with_capacity(
                    BUFFER_BYTES,
                    Hashed {
                        file,
                        hasher: Hasher::default(),
                    },
                ),
            }),
            Err(source) => Err(OutputError::Create { path, source }),
        }
    }

    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Ends the writing and waits until the content is on the disk. The file
    /// stays invisible under its name until it is
    /// [persisted](FinishedFile::persist), so that several files can be
    /// completed first and appear together.
    ///
    /// # Errors
    ///
    /// [`OutputError::Write`]; the temporary file is gone then.
    pub fn finish(self) -> Result<FinishedFile, OutputError> {
        let Self { path, writer } = self;
        let finished = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)
            .and_then(|hashed| hashed.file.as_file().sync_all().map(|()| hashed));
        match finished {
            Ok(Hashed { file, hasher }) => {
                let (sha256, bytes) = hasher.finish();
                Ok(FinishedFile {
                    path,
                    file,
                    sha256,
                    bytes,
                })
            }
            Err(source) => Err(OutputError::Write { path, source }),
        }
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl fmt::Debug for OutputFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutputFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A complete file that does not have its name yet.
#[derive(Debug)]
pub struct FinishedFile {
    path: PathBuf,
    file: NamedTempFile,
    sha256: Digest,
    bytes: u64,
}

impl FinishedFile {
    /// The path that the file will have.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The digest of the content.
    pub fn sha256(&self) -> Digest {
        self.sha256
    }

    /// Bytes in the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives the file its name, in one step: a reader sees the old file or
    /// the whole new one. With `overwrite`, a file (or a symbolic link) of
    /// that name is replaced, else it is kept.
    ///
    /// On Unix the file has the permissions of any new file: read and write
    /// for all, less the process's umask.
    ///
    /// # Errors
    ///
    /// [`OutputError::Exists`] if the name is taken and `overwrite` is false,
    /// [`OutputError::Persist`] if the system refuses. In both cases the new
    /// file is gone and what was at the path is untouched.
    pub fn persist(self, overwrite: bool) -> Result<(), OutputError> {
        let Self { path, file, .. } = self;
        let persisted = if overwrite {
            file.persist(&path)
        } else {
            file.persist_noclobber(&path)
        };
        match persisted {
            Ok(_) => Ok(()),
            Err(refused) if !overwrite && refused.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(OutputError::Exists { path })
            }
            Err(refused) => Err(OutputError::Persist {
                path,
                source: refused.error,
            }),
        }
    }
}

/// A folder being filled that nobody sees before it is complete.
///
/// What is put into [`folder`](Self::folder) appears with
/// [`persist`](Self::persist); dropping it before that leaves nothing behind.
#[derive(Debug)]
pub struct OutputFolder {
    path: PathBuf,
    folder: TempDir,
    /// Held as long as the folder is filled, where folders can be locked.
    lock: Option<File>,
}

impl OutputFolder {
    /// Begins a folder that will be at `path`, in one that exists.
    ///
    /// # Errors
    ///
    /// As [`OutputFile::create`], and [`OutputError::Exists`] if there is something at
    /// the path.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, OutputError> {
        let path = path.into();
        if path.file_name().is_none() {
            return Err(OutputError::Path { path });
        }
        if path.exists() || path.is_symlink() {
            return Err(OutputError::Exists { path });
        }
        let mut builder = Builder::new();
        if let Some(permissions) = ordinary_permissions(0o777) {
            builder.permissions(permissions);
        }
        match partial::folder_in(folder_of(&path), &mut builder) {
            Ok((folder, lock)) => Ok(Self { path, folder, lock }),
            Err(source) => Err(OutputError::Create { path, source }),
        }
    }

    /// Where to put what is to be in it.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Gives the folder its name, in one step.
    ///
    /// # Errors
    ///
    /// [`OutputError::Persist`] if the system refuses, as when there is something else by
    /// now; then nothing of it is left.
    pub fn persist(self) -> Result<(), OutputError> {
        let Self { path, folder, lock } = self;
        match fs_err::rename(folder.path(), &path) {
            Ok(()) => {
                // It is not there any more under this name.
                let _ = folder.keep();
                drop(lock);
                Ok(())
            }
            Err(source) => Err(OutputError::Persist { path, source }),
        }
    }
}

/// The temporary file below the buffer, so that hashing works on large blocks.
struct Hashed {
    file: NamedTempFile,
    hasher: Hasher,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.as_file_mut().write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.as_file_mut().flush()
    }
}

/// The folder of a path: `.` where it names none.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// What any program asks for when it makes a file or a folder; the system takes the
/// umask off. Temporary ones are private otherwise, and would stay so under their
/// final name.
#[cfg(unix)]
fn ordinary_permissions(mode: u32) -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(mode))
}

/// Elsewhere new files take the permissions of their folder.
#[cfg(not(unix))]
fn ordinary_permissions(_: u32) -> Option<Permissions> {
    None
}

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum OutputError {
    /// The path ends in `..`, or is a root.
    #[error("{} has no file name", path.display())]
    Path { path: PathBuf },
    /// The folder takes no new file.
    #[error("{} can't be created", path.display())]
    Create { path: PathBuf, source: io::Error },
    /// The content can't be brought to the disk.
    #[error("{} can't be written", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// There is a file already, and it is to be kept.
    #[error("{} exists already", path.display())]
    Exists { path: PathBuf },
    /// The complete file can't be given its name.
    #[error("{} can't be put in place", path.display())]
    Persist { path: PathBuf, source: io::Error },
}
