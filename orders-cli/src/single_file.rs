//! One file that a command writes, whole or not at all.

#[cfg(feature = "model")]
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use orders_core::files::OutputFile;
#[cfg(feature = "model")]
use orders_model::{Tensor, checkpoint::write_safetensors};

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

    /// The same for the file of `--out`, whose name has to have an ending.
    #[cfg(feature = "analyze")]
    pub(crate) fn out(path: &Path, ending: &str, force: bool) -> Result<Self> {
        if !output::ends_with(path, ending) {
            return Err(Failure::input(format!(
                "--out {} does not end in .{ending}",
                path.display()
            )));
        }
        Self::new(path, force)
    }

    /// Writes tensors by name, as safetensors.
    #[cfg(feature = "model")]
    pub(crate) fn write_tensors(
        &self,
        tensors: &BTreeMap<String, Tensor>,
        metadata: &BTreeMap<String, String>,
    ) -> Result<()> {
        let mut bytes = Vec::new();
        write_safetensors(&mut bytes, tensors, metadata).map_err(Failure::work)?;
        self.write(&bytes)
    }

    /// Writes the file.
    pub(crate) fn write(&self, content: &[u8]) -> Result<()> {
        let mut file = self.begin()?;
        output::write(&mut file, content)?;
        self.end(file)
    }

    /// Begins the file, for whoever writes it in pieces.
    pub(crate) fn begin(&self) -> Result<OutputFile> {
        output::create(&self.path)
    }

    /// Completes the file that was begun.
    pub(crate) fn end(&self, file: OutputFile) -> Result<()> {
        let file = output::finish(file)?;
        file.persist(self.force).map_err(Failure::work)
    }
}
