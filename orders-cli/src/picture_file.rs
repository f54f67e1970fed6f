//! A picture that a command writes, SVG or PNG by the ending of its name.

use std::path::Path;

use orders_figures::Figure;

use crate::failure::{Failure, Result};
use crate::single_file::SingleFile;

/// A file for a picture.
pub(crate) struct PictureFile {
    file: SingleFile,
    is_svg: bool,
}

impl PictureFile {
    /// A file at `path`, where nothing may be yet unless it is to be replaced.
    pub(crate) fn new(path: &Path, force: bool) -> Result<Self> {
        let is_svg = match path.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => true,
            Some("png") => false,
            _ => {
                return Err(Failure::input(format!(
                    "--out {} ends in neither .svg nor .png",
                    path.display()
                )));
            }
        };
        let file = SingleFile::new(path, force)?;
        Ok(Self { file, is_svg })
    }

    /// Draws it.
    pub(crate) fn write(&self, figure: &Figure) -> Result<()> {
        let bytes = match self.is_svg {
            true => figure.to_svg().into_bytes(),
            false => figure.to_png(),
        };
        self.file.write(&bytes)
    }
}
