//! Files of this crate: read with their path in errors, written whole or not at all.

use std::io;
use std::path::{Path, PathBuf};

use orders_arrays::HeaderError;
use orders_core::files::{OutputError, OutputFile, open_regular};

/// Why a codebook or tokens can't be read from a file or written to one; `M` says what is
/// wrong with the content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataFileError<M> {
    /// The file can't be opened. The error names it.
    #[error(transparent)]
    Open(io::Error),
    /// The file holds something else, or is damaged.
    #[error("{} can't be read as {what}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// What is wrong.
        source: Box<M>,
    },
    /// The file can't be laid out.
    #[error(transparent)]
    Encode(#[from] HeaderError),
    /// The file can't be written.
    #[error(transparent)]
    Write(#[from] OutputError),
}

impl<M> DataFileError<M> {
    pub(crate) fn read<T>(
        path: &Path,
        what: &'static str,
        read: impl FnOnce(std::fs::File) -> Result<T, M>,
    ) -> Result<T, Self> {
        let file = open_regular(path).map_err(Self::Open)?;
        read(file).map_err(|source| Self::Read {
            path: path.into(),
            what,
            source: Box::new(source),
        })
    }

    pub(crate) fn write(
        path: &Path,
        overwrite: bool,
        write: impl FnOnce(&mut OutputFile) -> io::Result<()>,
    ) -> Result<(), Self> {
        let mut file = OutputFile::create(path)?;
        write(&mut file).map_err(|source| OutputError::Write {
            path: path.into(),
            source,
        })?;
        Ok(file.finish()?.persist(overwrite)?)
    }
}
