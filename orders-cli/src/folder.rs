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

/// Whether there is nothing in the folder of `--out`, or only files of these names and
/// what a killed run left half written, or no folder.
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) fn has_only(path: &Path, names: &[&str]) -> Result<bool> {
    let not_readable =
        |error: &std::io::Error| Failure::unreadable(format!("--out {}", path.display()), error);
    if !path.exists() {
        return Ok(true);
    }
    for entry in fs_err::read_dir(path).map_err(|error| not_readable(&error))? {
        let name = entry.map_err(|error| not_readable(&error))?.file_name();
        let name = name.to_string_lossy();
        let is_partial = name.starts_with('.') && name.ends_with(".partial");
        if !is_partial && !names.contains(&&*name) {
            return Ok(false);
        }
    }
    Ok(true)
}
