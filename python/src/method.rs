//! A method with its parameters, for one grid.

use orders_core::OrderingMethod;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::catalogue::{catalogue, class_of, parameters, to_dict};
use crate::error::refused;
use crate::own_method;
use crate::problem::grid_of;

/// A method with its parameters, for one grid.
#[pyclass(frozen, name = "BoundMethod", module = "orders")]
pub(crate) struct PyMethod {
    pub(crate) method: Box<dyn OrderingMethod>,
    /// What makes its orders, if it is one of Python.
    pub(crate) own: Option<Py<PyAny>>,
}

#[pymethods]
impl PyMethod {
    #[getter]
    fn name(&self) -> &str {
        self.method.name()
    }

    #[getter]
    fn parameters<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        to_dict(py, &self.method.parameters())
    }

    #[getter]
    fn is_random(&self) -> bool {
        self.method.is_random()
    }
}

/// The method of a name for a grid.
#[pyfunction]
pub(crate) fn method(
    py: Python<'_>,
    name: &str,
    grid: Vec<i64>,
    given: &Bound<'_, PyDict>,
) -> PyResult<PyMethod> {
    let (catalogue, grid) = (catalogue(), grid_of(&grid)?);
    let entry = catalogue.entry(name).map_err(|error| refused(&error))?;
    let given = parameters(entry, given)?;
    own_method::take_raised();
    let method = catalogue.method(entry.name(), grid, &given);
    let method =
        method.map_err(|error| own_method::take_raised().unwrap_or_else(|| refused(&error)))?;
    let own = class_of(py, entry.name());
    let own = own.map(|class| own_method::instance(py, &class, &method.parameters()));
    Ok(PyMethod {
        own: own.transpose()?,
        method,
    })
}
