//! Order files and their manifests, as commands read them.

use std::path::Path;

use orders_core::files::{
    Limits, Manifest, ReadError, ReadFileError, RowChecker, RowError, Summary, read_order_file,
};
use orders_core::{Cell, KnownCells};

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

/// Checks the rows of an order file: those of its known cells if there is word
/// of them, else all rows have as many cells as the first.
pub(crate) struct RowsOf {
    checker: Option<RowChecker>,
}

impl RowsOf {
    pub(crate) fn new(known: Option<&KnownCells>) -> Self {
        Self {
            checker: known.map(RowChecker::with_known),
        }
    }

    /// Whether a row is a permutation.
    pub(crate) fn check(&mut self, index: u64, row: &[u32]) -> Result<(), RowError> {
        self.checker
            .get_or_insert_with(|| RowChecker::new(row.len()))
            .check(index, row)
    }
}

/// One row of an order file. What comes behind it is not read.
pub(crate) fn row(path: &Path, index: u64) -> Result<Vec<Cell>, Failure> {
    /// Ends the reading.
    struct Found(Vec<Cell>);

    let read = read_order_file(path, &Limits::default(), |number, row| {
        if number == index {
            return Err(Found(row.to_vec()));
        }
        Ok(())
    });
    match read {
        Err(ReadFileError::Read {
            source: ReadError::Take(Found(row)),
            ..
        }) => Ok(row),
        Err(error) => Err(failure_of(error, |_| Failure::input(path.display()))),
        Ok(Summary { count: 0, .. }) => Err(Failure::input(format!(
            "{} holds no orders",
            path.display()
        ))),
        Ok(Summary { count, .. }) => Err(Failure::input(format!(
            "--index {index}: {} has {count} order{}, from 0 to {}",
            path.display(),
            if count == 1 { "" } else { "s" },
            count - 1
        ))),
    }
}

/// The first rows of an order file, `count` of them or all there are. What comes
/// behind them is not read.
pub(crate) fn first_rows(path: &Path, count: usize) -> Result<Vec<Vec<Cell>>, Failure> {
    /// Ends the reading.
    struct Enough;

    let mut rows = Vec::new();
    let read = read_order_file(path, &Limits::default(), |_, row| {
        rows.push(row.to_vec());
        if rows.len() == count {
            return Err(Enough);
        }
        Ok(())
    });
    match read {
        Ok(_) => Ok(rows),
        Err(ReadFileError::Read {
            source: ReadError::Take(Enough),
            ..
        }) => Ok(rows),
        Err(error) => Err(failure_of(error, |_| Failure::input(path.display()))),
    }
}

/// What a file that can't be read means: what the taker of its rows said, or
/// that the input is wrong.
pub(crate) fn read_failure(error: ReadFileError<Failure>) -> Failure {
    failure_of(error, |failure| failure)
}

/// As [`read_failure`], for takers that fail otherwise.
pub(crate) fn failure_of<E>(
    error: ReadFileError<E>,
    of_taker: impl FnOnce(E) -> Failure,
) -> Failure {
    match error {
        ReadFileError::Read {
            source: ReadError::Take(taker),
            ..
        } => of_taker(taker),
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
        ReadFileError::Format(error) => Failure::input(error),
        ReadFileError::Open(error) => Failure::input(error),
        _ => Failure::input("the order file can't be read"),
    }
}
