//! Errors as Python has them.

use std::error::Error;
use std::fmt::Display;

use orders_core::{with_sources, without_numbers};
use pyo3::PyErr;
use pyo3::exceptions::PyValueError;

pyo3::create_exception!(
    orders,
    OrdersError,
    PyValueError,
    "What was asked for can't be done: one sentence that says what is wrong and what is allowed."
);

/// What a library says.
pub(crate) fn refused(error: &dyn Error) -> PyErr {
    told(with_sources(error))
}

/// What a library says of something.
pub(crate) fn refused_at(place: impl Display, error: &dyn Error) -> PyErr {
    told(format!("{place}: {}", with_sources(error)))
}

/// A sentence.
pub(crate) fn told(sentence: impl AsRef<str>) -> PyErr {
    OrdersError::new_err(without_numbers(sentence.as_ref()))
}
