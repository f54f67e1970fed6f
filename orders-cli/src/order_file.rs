//! Order files and their manifests, as commands read them.

use std::path::Path;

use orders_core::files::{
    Limits, Manifest, ReadError, ReadFileError, RowChecker, RowError, Summary, open_regular,
    read_order_file,
};
use orders_core::{Cell, KnownCells};
#[cfg(any(feature = "model", feature = "tables"))]
use orders_core::{Order, Problem};

use crate::description::counted;
use crate::failure::{Failure, Result};

/// The manifest beside an order file, if there is one.
pub(crate) fn manifest_beside(file: &Path) -> Result<Option<Manifest>> {
    let path = Manifest::path_for(file);
    if !path.exists() {
        return Ok(None);
    }
    Manifest::read(&path).map(Some).map_err(Failure::bad_input)
}

/// The same, of which the file is what it describes: a manifest may be left over from another.
pub(crate) fn own_manifest(file: &Path) -> Result<Option<Manifest>> {
    let manifest = manifest_beside(file)?;
    if let Some(manifest) = &manifest {
        let orders = open_regular(file).map_err(Failure::bad_input)?;
        manifest.verify(orders).map_err(|error| {
            let beside = Manifest::path_for(file);
            let place = format!(
                "{} is not the file that {} describes",
                file.display(),
                beside.display()
            );
            Failure::input_at(place, &error)
        })?;
    }
    Ok(manifest)
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
pub(crate) fn row(path: &Path, index: u64) -> Result<Vec<Cell>> {
    let mut found = Vec::new();
    let read = read_while(path, |number, row| {
        if number == index {
            found = row.to_vec();
        }
        Ok(number < index)
    })?;
    match read {
        None => Ok(found),
        Some(Summary { count, .. }) => Err(Failure::input(format!(
            "--index {index}: {} has {}, from 0 to {}",
            path.display(),
            counted(count, "order"),
            count - 1
        ))),
    }
}

/// The first orders of a file, `count` of them or all there are, if they are a
/// problem's. What comes behind them is not read.
#[cfg(any(feature = "model", feature = "tables"))]
pub(crate) fn first_orders(path: &Path, problem: &Problem, count: usize) -> Result<Vec<Order>> {
    let mut orders = Vec::new();
    read_while(path, |index, row| {
        let order = Order::new(problem.clone(), row.to_vec()).map_err(|error| {
            Failure::input_at(format!("{}: order {index}", path.display()), &error)
        })?;
        orders.push(order);
        Ok(orders.len() < count)
    })?;
    Ok(orders)
}

/// The first orders of a file for so many samples: as many, or one for all.
#[cfg(any(feature = "model", feature = "tables"))]
pub(crate) fn orders_for(path: &Path, problem: &Problem, count: usize) -> Result<Vec<Order>> {
    let orders = first_orders(path, problem, count.max(1))?;
    let found = orders.len();
    if found < count && found != 1 {
        return Err(Failure::input(format!(
            "{} has {found} orders, but {count} are needed; a file with one order is for all samples",
            path.display()
        )));
    }
    Ok(orders)
}

/// Reads the rows of an order file, of which there has to be one, for as long as
/// `take` says that it wants more; what there is in all, if it always does.
pub(crate) fn read_while(
    path: &Path,
    mut take: impl FnMut(u64, &[Cell]) -> Result<bool>,
) -> Result<Option<Summary>> {
    let read = read_order_file(path, &Limits::default(), |index, row| {
        match take(index, row) {
            Ok(true) => Ok(()),
            Ok(false) => Err(None),
            Err(failure) => Err(Some(failure)),
        }
    });
    match read.map_err(taken) {
        Ok(Summary { count: 0, .. }) => Err(Failure::input(format!(
            "{} holds no orders",
            path.display()
        ))),
        Ok(summary) => Ok(Some(summary)),
        Err(Ok(None)) => Ok(None),
        Err(Ok(Some(failure)) | Err(failure)) => Err(failure),
    }
}

/// What a file that can't be read means: what the taker of its rows said, or
/// that the input is wrong.
pub(crate) fn read_failure(error: ReadFileError<Failure>) -> Failure {
    match taken(error) {
        Ok(failure) | Err(failure) => failure,
    }
}

/// What the taker of rows said, if it ended the reading, or else why the file can't be
/// read.
fn taken<E>(error: ReadFileError<E>) -> Result<E> {
    Err(match error {
        ReadFileError::Read {
            source: ReadError::Take(taker),
            ..
        } => return Ok(taker),
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
        } => Failure::unreadable(path.display(), &error),
        ReadFileError::Format(error) => Failure::input(error),
        ReadFileError::Open(error) => Failure::input(error),
        _ => Failure::input("the order file can't be read"),
    })
}
