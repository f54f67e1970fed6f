//! Orders made into an array.

use numpy::{PyReadwriteArray2, PyUntypedArrayMethods};
use orders_core::files::RowChecker;
use orders_core::{Batch, BatchError, MethodError, Order, OrderRng};
use pyo3::prelude::*;
use rayon::prelude::*;

use crate::error::{refused, told};
use crate::method::PyMethod;
use crate::own_method;
use crate::problem::PyProblem;
use crate::work::{Watched, watched};

/// Cells that a thread makes at once.
const CELLS_PER_CHUNK: usize = 1 << 16;

/// Cells that are made without other threads.
const CELLS_AT_ONCE: usize = 1 << 12;

/// Makes orders `first`, `first + 1` and so on of a seed into the rows of `out`.
#[pyfunction]
#[pyo3(signature = (method, problem, seed, first, out, progress=None))]
pub(crate) fn generate(
    py: Python<'_>,
    method: &PyMethod,
    problem: &Bound<'_, PyProblem>,
    seed: u64,
    first: u64,
    mut out: PyReadwriteArray2<'_, i64>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let (count, cells) = (out.shape()[0], out.shape()[1]);
    let of_problem = problem.get().problem();
    if cells != of_problem.cells() || first.checked_add(count as u64).is_none() {
        return Err(told("the array has no room for the orders"));
    }
    let out = out
        .as_slice_mut()
        .map_err(|_| told("the array is not contiguous"))?;
    let numbers = Numbers { seed, first };
    if let Some(own) = &method.own {
        return numbers.by_python(method.method.name(), own.bind(py), problem, out, progress);
    }
    let batch = Batch::new(method.method.as_ref(), of_problem, seed);
    let batch = batch.map_err(|error| refused(&error))?;
    if count * cells <= CELLS_AT_ONCE {
        // Before a thread had begun, these are made.
        let watched = Watched::default();
        let filled = py.detach(|| numbers.fill_rows(&batch, first, cells, out, &watched));
        return filled.map_err(failure);
    }
    watched(py, progress, |watched| {
        numbers.fill(&batch, cells, out, watched).map_err(failure)
    })
}

fn failure(error: BatchError<PyErr>) -> PyErr {
    match error {
        BatchError::Method(error) => refused(&error),
        BatchError::Write(error) => error,
    }
}

/// Which orders are made.
#[derive(Clone, Copy)]
struct Numbers {
    seed: u64,
    first: u64,
}

impl Numbers {
    /// Makes them on all threads, each into its own rows.
    fn fill(
        self,
        batch: &Batch<'_>,
        cells: usize,
        out: &mut [i64],
        watched: &Watched,
    ) -> Result<(), BatchError<PyErr>> {
        let rows_at_once = (CELLS_PER_CHUNK / cells).clamp(1, 256);
        let chunks = out.par_chunks_mut(rows_at_once * cells).enumerate();
        chunks.try_for_each(|(place, chunk)| {
            let start = self.first + (place * rows_at_once) as u64;
            self.fill_rows(batch, start, cells, chunk, watched)
        })
    }

    /// Makes orders from `start` on into rows, on this thread.
    fn fill_rows(
        self,
        batch: &Batch<'_>,
        start: u64,
        cells: usize,
        rows: &mut [i64],
        watched: &Watched,
    ) -> Result<(), BatchError<PyErr>> {
        let watch = || watched.check();
        let end = start + (rows.len() / cells) as u64;
        let mut rows = rows.chunks_exact_mut(cells);
        let take = |_: u64, made: &[u32]| {
            for (slot, &cell) in rows.next().unwrap_or_default().iter_mut().zip(made) {
                *slot = i64::from(cell);
            }
        };
        batch.make(start..end, take, &watch)?;
        watched.add(end - start);
        Ok(())
    }

    /// Makes them one after the other, by a method of Python: its threads would wait for
    /// each other.
    fn by_python(
        self,
        name: &str,
        own: &Bound<'_, PyAny>,
        problem: &Bound<'_, PyProblem>,
        out: &mut [i64],
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<()> {
        let py = own.py();
        let of_problem = problem.get().problem();
        let mut checker = RowChecker::with_known(of_problem.known());
        let mut made = Vec::with_capacity(of_problem.cells());
        for (index, row) in (self.first..).zip(out.chunks_exact_mut(of_problem.cells())) {
            made.clear();
            own_method::make(own, problem, OrderRng::new(self.seed, index), &mut made)?;
            if checker.check(index, &made).is_err() {
                let order = Order::new(of_problem.clone(), made);
                return order.map(|_| ()).map_err(|source| {
                    let method = name.to_owned();
                    refused(&MethodError::Broken {
                        method,
                        index,
                        source,
                    })
                });
            }
            for (slot, &cell) in row.iter_mut().zip(&made) {
                *slot = i64::from(cell);
            }
            let done = index - self.first + 1;
            if done.is_multiple_of(256) {
                py.check_signals()?;
                if let Some(progress) = progress {
                    progress.call1((done,))?;
                }
            }
        }
        Ok(())
    }
}
