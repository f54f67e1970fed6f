//! Order files and their manifests, as commands read them.

use std::path::Path;

use orders_core::files::{Manifest, ReadError, ReadFileError, RowChecker};

use crate::failure::{Failure, reason};

/// The manifest beside an order file, if there is one.
pub(crate) fn manifest_beside(file: &Path) -> Result<Option<Manifest>, Failure> {
    let path = Manifest::path_for(file);
    if !path.exists() {
        return Ok(None);
    }
    Manifest::read(&path)
        .map(Some)
        .map_err(|error| Failure::bad_input(&error))
}

/// A checker for rows of a length, made for the first row.
pub(crate) fn checker_for(checker: &mut Option<RowChecker>, cells: usize) -> &mut RowChecker {
    checker.get_or_insert_with(|| RowChecker::new(cells))
}

/// What a file that can't be read means: what the taker of its rows said, or
/// that the input is wrong.
pub(crate) fn read_failure(error: ReadFileError<Failure>) -> Failure {
    match error {
        ReadFileError::Read {
            source: ReadError::Take(failure),
            ..
        } => failure,
        ReadFileError::Read {
            path,
            source: ReadError::Malformed(malformed),
        } => Failure::input(format!(
            "{} can't be read as orders: {malformed}",
            path.display()
        )),
        ReadFileError::Read {
            path,
            source: ReadError::Io(error),
        } => Failure::input(format!(
            "{} can't be read: {}",
            path.display(),
            reason(&error)
        )),
        error => Failure::input(error),
    }
}
