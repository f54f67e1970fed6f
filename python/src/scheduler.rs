//! Schedulers of the catalogue.

use orders_core::decoding::schedulers::SchedulingRule;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::catalogue::{catalogue, listed_parameters, parameters, to_dict};
use crate::error::refused;
use crate::problem::grid_of;

/// A scheduler with its parameters, for one grid.
#[pyclass(frozen, name = "BoundScheduler", module = "orders")]
pub(crate) struct PyScheduler {
    pub(crate) rule: Box<dyn SchedulingRule>,
}

#[pymethods]
impl PyScheduler {
    #[getter]
    fn name(&self) -> &str {
        self.rule.name()
    }

    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        to_dict(py, &self.rule.parameters())
    }

    #[getter]
    fn needs_group_sizes(&self) -> bool {
        self.rule.needs_group_sizes()
    }
}

/// The scheduler of a name for a grid; that of a method follows its orders.
#[pyfunction]
pub(crate) fn scheduler(
    name: &str,
    grid: Vec<i64>,
    given: &Bound<'_, PyDict>,
) -> PyResult<PyScheduler> {
    let (catalogue, grid) = (catalogue(), grid_of(&grid)?);
    let given = match (catalogue.scheduler_entry(name), catalogue.entry(name)) {
        (Some(entry), _) => parameters(entry, given)?,
        (None, Ok(entry)) => parameters(entry, given)?,
        // That it is neither is said below.
        (None, Err(_)) => orders_core::Parameters::new(),
    };
    let rule = catalogue.scheduler(name, grid, &given);
    let rule = rule.map_err(|error| refused(&error))?;
    Ok(PyScheduler { rule })
}

/// What there is to know of every scheduler.
#[pyfunction]
pub(crate) fn schedulers(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    let list = PyList::empty(py);
    for entry in catalogue().schedulers() {
        let needs = entry.needs();
        let known = (
            entry.name(),
            entry.summary(),
            entry.source(),
            listed_parameters(py, entry)?,
            needs.group_sizes,
            needs.randomness,
            needs.tokens,
            needs.one_frame,
        );
        list.append(known)?;
    }
    Ok(list)
}
