//! Folders that commands write into.

use std::path::Path;

use crate::failure::{Failure, Result, reason};

/// Makes a folder, and those that it is in, where they are not there yet.
pub(crate) fn make(path: &Path) -> Result<()> {
    fs_err::create_dir_all(path).map_err(|error| {
        Failure::input(format!(
            "the folder {} can't be made: {}",
            path.display(),
            reason(&error)
        ))
    })
}
