//! Methods of Python in the catalogue.

use std::sync::{Mutex, PoisonError};

use numpy::PyReadonlyArray1;
use orders_core::catalogue::Arguments;
use orders_core::{
    Cell, MethodError, OrderGenerator, OrderRng, OrderingMethod, Parameters, Problem,
};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyInt, PyList};

use crate::catalogue::to_dict;
use crate::error::told;
use crate::problem::PyProblem;
use crate::rng::PyRng;

/// What a method of Python raised while the library called it, which has no room for it.
static RAISED: Mutex<Option<PyErr>> = Mutex::new(None);

/// What a method raised since this was asked last.
pub(crate) fn take_raised() -> Option<PyErr> {
    RAISED.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Keeps what was raised first.
fn keep_raised(error: PyErr) {
    let mut raised = RAISED.lock().unwrap_or_else(PoisonError::into_inner);
    raised.get_or_insert(error);
}

/// A class of Python whose instances are methods.
pub(crate) struct OwnClass {
    pub(crate) class: Py<PyAny>,
    /// Names of its parameters, as the catalogue has them.
    pub(crate) parameters: Vec<String>,
    pub(crate) is_random: bool,
}

impl OwnClass {
    /// The method of some arguments.
    pub(crate) fn method(
        &self,
        arguments: &Arguments<'_>,
    ) -> Result<Box<dyn OrderingMethod>, MethodError> {
        let given = self.parameters.iter().filter_map(|name| {
            let value = arguments.get(name)?.clone();
            Some((name.clone(), value))
        });
        let parameters: Parameters = given.collect();
        let instance = Python::attach(|py| instance(py, &self.class, &parameters));
        let instance = instance.map_err(|error| {
            let reason = error.to_string();
            keep_raised(error);
            MethodError::Grid {
                method: arguments.name().into(),
                grid: arguments.grid(),
                reason,
            }
        })?;
        Ok(Box::new(OwnMethod {
            name: arguments.name().into(),
            instance,
            parameters,
            is_random: self.is_random,
        }))
    }
}

/// An instance of a class with parameters.
pub(crate) fn instance(
    py: Python<'_>,
    class: &Py<PyAny>,
    parameters: &Parameters,
) -> PyResult<Py<PyAny>> {
    let arguments = to_dict(py, parameters)?;
    class.call(py, (), Some(&arguments))
}

/// A method of Python.
struct OwnMethod {
    name: String,
    instance: Py<PyAny>,
    parameters: Parameters,
    is_random: bool,
}

impl OrderingMethod for OwnMethod {
    fn name(&self) -> &str {
        &self.name
    }

    fn parameters(&self) -> Parameters {
        self.parameters.clone()
    }

    fn is_random(&self) -> bool {
        self.is_random
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let made = Python::attach(|py| {
            let problem = Py::new(py, PyProblem::of(problem.clone()))?;
            let instance = self.instance.clone_ref(py);
            Ok::<_, PyErr>(OwnGenerator { instance, problem })
        });
        match made {
            Ok(generator) => Ok(Box::new(generator)),
            Err(error) => {
                let reason = error.to_string();
                keep_raised(error);
                Err(MethodError::Grid {
                    method: self.name.clone(),
                    grid: problem.grid(),
                    reason,
                })
            }
        }
    }
}

/// Makes orders by calling Python.
struct OwnGenerator {
    instance: Py<PyAny>,
    problem: Py<PyProblem>,
}

impl OrderGenerator for OwnGenerator {
    fn generate(&mut self, rng: &mut OrderRng, cells: &mut Vec<Cell>) {
        let made = Python::attach(|py| {
            let rng = rng.clone();
            make(self.instance.bind(py), self.problem.bind(py), rng, cells)
        });
        if let Err(error) = made {
            // What is no order ends the work, and then this is what is told of it.
            cells.clear();
            keep_raised(error);
        }
    }
}

/// Asks a method of Python for an order.
pub(crate) fn make<'py>(
    instance: &Bound<'py, PyAny>,
    problem: &Bound<'py, PyProblem>,
    rng: OrderRng,
    cells: &mut Vec<Cell>,
) -> PyResult<()> {
    let py = instance.py();
    let rng = Bound::new(py, PyRng { rng })?;
    let made = instance.call_method1(intern!(py, "generate"), (problem, rng))?;
    read_cells(&made, cells)
}

/// Appends the cells of a sequence of whole numbers.
pub(crate) fn read_cells(made: &Bound<'_, PyAny>, cells: &mut Vec<Cell>) -> PyResult<()> {
    if let Ok(list) = made.cast::<PyList>()
        && list.iter().all(|item| item.is_exact_instance_of::<PyInt>())
    {
        for (entry, item) in list.iter().enumerate() {
            let cell = item.extract::<Cell>();
            cells.push(cell.map_err(|_| no_cell(entry, &item.to_string()))?);
        }
        return Ok(());
    }
    let array: PyReadonlyArray1<'_, i64> = match made.extract() {
        Ok(array) => array,
        Err(_) => as_int64(made)?,
    };
    let array = array.as_array();
    // What has a bit above those of a cell is none. Asked of all at once, it costs little.
    let above = |bits: u64, &cell: &i64| bits | (cell as u64 >> Cell::BITS);
    if array.iter().fold(0, above) != 0 {
        let mut entries = array.iter().enumerate();
        let found = entries.find(|&(_, &cell)| Cell::try_from(cell).is_err());
        let (entry, cell) = found.unwrap_or((0, &0));
        return Err(no_cell(entry, &cell.to_string()));
    }
    match array.as_slice() {
        // Without a look at strides, it is several times as fast.
        Some(slice) => cells.extend(slice.iter().map(|&cell| cell as Cell)),
        None => cells.extend(array.iter().map(|&cell| cell as Cell)),
    }
    Ok(())
}

fn no_cell(entry: usize, cell: &str) -> PyErr {
    told(format!(
        "entry {entry} of what was made is {cell}, which is no cell"
    ))
}

/// A sequence as an array of int64, if it has whole numbers.
fn as_int64<'py>(made: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray1<'py, i64>> {
    let py = made.py();
    let numpy = py.import(intern!(py, "numpy"))?;
    let refused = || {
        let kind = made.get_type().name();
        let kind = kind.map_or_else(|_| "sequence".to_owned(), |name| name.to_string());
        told(format!(
            "cells are a sequence of whole numbers; what was made is a {kind} of something else"
        ))
    };
    let array = numpy
        .call_method1(intern!(py, "asarray"), (made,))
        .map_err(|_| refused())?;
    let dtype = array.getattr(intern!(py, "dtype"))?;
    let kind: String = dtype.getattr(intern!(py, "kind"))?.extract()?;
    // An empty list has no whole numbers either, and is none of something else.
    let size: usize = array.getattr(intern!(py, "size"))?.extract()?;
    if kind != "i" && kind != "u" && size > 0 {
        return Err(refused());
    }
    let whole = array.call_method1(intern!(py, "astype"), (intern!(py, "int64"),))?;
    whole.extract().map_err(|_| refused())
}
