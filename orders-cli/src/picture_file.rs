//! A picture that a command writes, SVG, PDF or PNG by the ending of its name.

use std::path::Path;

use orders_figures::Figure;

use crate::failure::{Failure, Result};
use crate::single_file::SingleFile;

/// A file for a picture.
pub(crate) struct PictureFile {
    file: SingleFile,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Svg,
    Pdf,
    Png,
}

impl PictureFile {
    /// A file at `path`, as `flag` says it, where nothing may be yet unless it is to be
    /// replaced.
    pub(crate) fn new(flag: &str, path: &Path, force: bool) -> Result<Self> {
        let kind = match path.extension().and_then(|ending| ending.to_str()) {
            Some("svg") => Kind::Svg,
            Some("pdf") => Kind::Pdf,
            Some("png") => Kind::Png,
            _ => {
                return Err(Failure::input(format!(
                    "{flag} {} ends in none of .svg, .pdf and .png",
                    path.display()
                )));
            }
        };
        let file = SingleFile::new(path, force)?;
        Ok(Self { file, kind })
    }

    /// Draws it.
    pub(crate) fn write(&self, figure: &Figure) -> Result<()> {
        let bytes = match self.kind {
            Kind::Svg => figure.to_svg().into_bytes(),
            Kind::Pdf => figure.to_pdf(),
            Kind::Png => figure.to_png(),
        };
        self.file.write(&bytes)
    }
}
