//! Orders that flow to whoever reads them as they come, in place of a file.

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use orders_core::files::Format;

use crate::failure::{Failure, Result};
use crate::output;

/// Bytes that are collected before they are written.
const BUFFER_BYTES: usize = 1 << 20;

/// What is written to as it is: nothing appears whole, and nothing lies beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    Stdout,
    /// A pipe, a terminal or the like, by its path.
    Named(PathBuf),
}

impl Stream {
    /// What the path of an output means, if it is no file: `-` is stdout.
    pub(crate) fn of(out: &Path) -> Option<Self> {
        if out == Path::new("-") {
            return Some(Self::Stdout);
        }
        let metadata = out.metadata().ok()?;
        takes_bytes(metadata.file_type()).then(|| Self::Named(out.to_owned()))
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdout => "stdout".to_owned(),
            Self::Named(path) => path.display().to_string(),
        }
    }

    /// Begins to write. A pipe waits here until there is somebody who reads.
    pub(crate) fn open(&self) -> Result<Box<dyn Write + Send>> {
        let sink: Box<dyn Write + Send> = match self {
            Self::Stdout => Box::new(io::stdout()),
            Self::Named(path) => {
                let file = fs_err::OpenOptions::new().write(true).open(path);
                Box::new(file.map_err(Failure::bad_input)?.into_file())
            }
        };
        Ok(Box::new(BufWriter::with_capacity(BUFFER_BYTES, sink)))
    }

    /// What it means that it takes no more.
    pub(crate) fn failure(&self, error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::ClosedPipe,
            _ => Failure::Work(format!("{} can't be written to: {error}", self.name())),
        }
    }

    /// The format of what is written: that of the name's ending, if it has one, else the
    /// one that is asked for, else JSON. `json` is whether `--json` is given, for which
    /// there is no file to speak of.
    pub(crate) fn format(&self, asked: Option<Format>, json: bool) -> Result<Format> {
        if json {
            return Err(Failure::input(format!(
                "--json says what was written to a file, and {} is none",
                self.name()
            )));
        }
        let by_ending = match self {
            Self::Stdout => None,
            Self::Named(path) => Format::from_path(path).ok(),
        };
        let Some(by_ending) = by_ending else {
            return Ok(asked.unwrap_or(Format::Json));
        };
        output::check_format(self.name(), by_ending, asked)?;
        Ok(by_ending)
    }
}

/// Whether this is a pipe or a character device. (A disk is no place for orders.)
#[cfg(unix)]
fn takes_bytes(file_type: std::fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;

    file_type.is_fifo() || file_type.is_char_device()
}

/// Elsewhere they have no paths.
#[cfg(not(unix))]
fn takes_bytes(_: std::fs::FileType) -> bool {
    false
}
