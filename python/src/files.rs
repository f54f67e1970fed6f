//! Files: orders in and out, and what else is written whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2};
use orders_core::files::{
    Encoder, FinishedFile, Format, Limits, Manifest, OrderOrigin, OutputFile, ReadFileError,
    RowChecker, RowError, open_regular, read_order_file,
};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::catalogue::{catalogue, parameters, to_dict};
use crate::error::{refused, told};
use crate::problem::{PyProblem, sides};
use crate::rows;
use crate::work::watched;

/// Nothing may be at a path yet, unless it is a file that is to be replaced.
fn check_vacant(path: &Path, overwrite: bool) -> PyResult<()> {
    let shown = path.display();
    if path.is_dir() {
        return Err(told(format!("{shown} is a folder")));
    }
    if (path.exists() || path.is_symlink()) && !overwrite {
        return Err(told(format!(
            "{shown} exists already; overwrite=True replaces it"
        )));
    }
    Ok(())
}

fn finished(path: PathBuf, content: &[&[u8]]) -> PyResult<FinishedFile> {
    let shown = path.display().to_string();
    let mut file = OutputFile::create(path).map_err(|error| refused(&error))?;
    for part in content {
        file.write_all(part)
            .map_err(|error| told(format!("{shown} can't be written: {error}")))?;
    }
    file.finish().map_err(|error| refused(&error))
}

/// Writes bytes to a file that appears whole.
pub(crate) fn write(path: &Path, content: &[u8], overwrite: bool) -> PyResult<()> {
    check_vacant(path, overwrite)?;
    let file = finished(path.to_owned(), &[content])?;
    file.persist(overwrite).map_err(|error| refused(&error))
}

/// The same, of bytes of Python.
#[pyfunction]
pub(crate) fn write_file(
    path: PathBuf,
    content: &Bound<'_, PyBytes>,
    overwrite: bool,
) -> PyResult<()> {
    write(&path, content.as_bytes(), overwrite)
}

/// Writes orders and their manifest, as `orders-cli gen` does.
#[pyfunction]
#[pyo3(signature = (problem, cells, path, overwrite, method, given, seed, progress=None))]
#[expect(clippy::too_many_arguments, reason = "Python gives each by its name")]
pub(crate) fn save_orders(
    py: Python<'_>,
    problem: &PyProblem,
    cells: PyReadonlyArray2<'_, i64>,
    path: PathBuf,
    overwrite: bool,
    method: Option<String>,
    given: &Bound<'_, PyDict>,
    seed: Option<u64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let problem = problem.problem();
    let format = Format::from_path(&path).map_err(|error| refused(&error))?;
    let beside = Manifest::path_for(&path);
    for path in [&path, &beside] {
        check_vacant(path, overwrite)?;
    }
    let mut origin = OrderOrigin {
        method,
        seed,
        ..OrderOrigin::default()
    };
    if let Some(name) = &origin.method
        && let Ok(entry) = catalogue().entry(name)
    {
        origin.parameters = parameters(entry, given)?;
    }
    let rows = rows::checked(problem, &cells)?;
    watched(py, progress, |watched| {
        let known = problem.known();
        Manifest::check_room(known, problem.group_sizes().as_slice())
            .map_err(|error| refused(&error))?;
        let metadata = origin.metadata(orders_cli::PROGRAM, problem);
        let encoder = Encoder::with_known(format, rows.len() as u64, known, &metadata)
            .map_err(|error| refused(&error))?;
        let mut file = OutputFile::create(&path).map_err(|error| refused(&error))?;
        let mut write = |bytes: &[u8]| {
            file.write_all(bytes)
                .map_err(|error| told(format!("{} can't be written: {error}", path.display())))
        };
        write(encoder.header())?;
        let mut bytes = Vec::new();
        for (index, row) in (0..).zip(&rows) {
            bytes.clear();
            encoder.row(index, row, &mut bytes);
            write(&bytes)?;
            watched.add(1);
            watched.check()?;
        }
        write(encoder.footer())?;
        let file = file.finish().map_err(|error| refused(&error))?;
        let mut manifest =
            Manifest::new(orders_cli::PROGRAM, &encoder, &file).map_err(|error| refused(&error))?;
        manifest.set_problem(problem);
        origin.set_in(&mut manifest);
        let manifest = manifest.to_toml().map_err(|error| refused(&error))?;
        let manifest = finished(beside.clone(), &[manifest.as_bytes()])?;
        for file in [file, manifest] {
            file.persist(overwrite).map_err(|error| refused(&error))?;
        }
        Ok(())
    })
}

/// What the manifest beside a file says: grid, known cells, sizes, method, its parameters,
/// seed.
type Stated<'py> = (
    Option<Vec<usize>>,
    Option<Vec<u32>>,
    Option<Vec<u32>>,
    Option<String>,
    Bound<'py, PyDict>,
    Option<u64>,
);

/// The rows of an order file, as an array of shape (orders, cells), and what its manifest
/// says, if it has one.
#[pyfunction]
#[pyo3(signature = (path, limit=None))]
pub(crate) fn read_orders<'py>(
    py: Python<'py>,
    path: PathBuf,
    limit: Option<u64>,
) -> PyResult<(Bound<'py, PyArray2<i64>>, Option<Stated<'py>>)> {
    let beside = Manifest::path_for(&path);
    let manifest = match beside.exists() {
        true => Some(own_manifest(&path, &beside)?),
        false => None,
    };
    let known = manifest.as_ref().and_then(Manifest::known_cells);
    let (entries, cells) = watched(py, None, |watched| {
        let mut entries: Vec<i64> = Vec::new();
        let mut checker = known.as_ref().map(RowChecker::with_known);
        let mut cells = 0;
        let read = read_order_file(&path, &Limits::default(), |index, row| {
            if watched.is_stopped() || limit.is_some_and(|limit| index >= limit) {
                return Err(Taken::Enough);
            }
            let checker = checker.get_or_insert_with(|| RowChecker::new(row.len()));
            checker.check(index, row).map_err(Taken::Wrong)?;
            cells = row.len();
            entries.extend(row.iter().map(|&cell| i64::from(cell)));
            Ok(())
        });
        match read {
            Ok(_) => {}
            Err(ReadFileError::Read {
                source: orders_core::files::ReadError::Take(taken),
                ..
            }) => match taken {
                Taken::Enough => {}
                Taken::Wrong(error) => {
                    return Err(told(format!("{}: {error}", path.display())));
                }
            },
            Err(error) => return Err(refused(&error)),
        }
        if entries.is_empty() {
            return Err(told(format!("{} holds no orders", path.display())));
        }
        Ok((entries, cells))
    })?;
    let rows = entries.len() / cells;
    let array = PyArray1::from_vec(py, entries).reshape([rows, cells])?;
    let stated = manifest.map(|manifest| {
        let grid = manifest.grid.map(sides);
        let known = known.map(|known| known.cells().collect());
        let parameters = to_dict(py, &manifest.parameters)?;
        Ok::<_, PyErr>((
            grid,
            known,
            manifest.group_sizes,
            manifest.method,
            parameters,
            manifest.seed,
        ))
    });
    Ok((array, stated.transpose()?))
}

/// The manifest beside a file, of which the file is what it describes: one may be left over
/// from another.
fn own_manifest(path: &Path, beside: &Path) -> PyResult<Manifest> {
    let manifest = Manifest::read(beside).map_err(|error| refused(&error))?;
    let orders = open_regular(path).map_err(|error| refused(&error))?;
    manifest.verify(orders).map_err(|error| {
        told(format!(
            "{} is not the file that {} describes: {error}",
            path.display(),
            beside.display()
        ))
    })?;
    Ok(manifest)
}

/// Why no more rows are taken.
#[derive(Debug)]
enum Taken {
    Enough,
    Wrong(RowError),
}

impl std::fmt::Display for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Enough => f.write_str("no more rows are wanted"),
            Self::Wrong(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Taken {}
