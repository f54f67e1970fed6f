//! One file that a command writes, whole or not at all.

use std::path::{Path, PathBuf};

use orders_core::files::{FinishedFile, OutputFile};

use crate::failure::{Failure, Result};
use crate::output;

/// A file with nothing beside it.
#[derive(Debug)]
pub(crate) struct SingleFile {
    path: PathBuf,
    force: bool,
}

impl SingleFile {
    /// A file at `path`, where nothing may be yet unless it is to be replaced.
    pub(crate) fn new(path: &Path, force: bool) -> Result<Self> {
        if output::ends_with_separator(path) {
            return Err(Failure::input(format!("{} is a folder", path.display())));
        }
        output::check_vacant(path, force)?;
        Ok(Self {
            path: path.to_owned(),
            force,
        })
    }

    /// Writes the file.
    pub(crate) fn write(&self, content: &[u8]) -> Result<()> {
        let mut file: OutputFile = output::create(&self.path)?;
        output::write(&mut file, content)?;
        let file: FinishedFile = output::finish(file)?;
        file.persist(self.force).map_err(Failure::work)
    }
}
