//! Group sizes, by the ways that there are to choose them.

use orders_core::sizes::{SizesChoice, SizesError, SizesRequest};
use orders_core::{FirstGroup, Grid, OrderingMethod, UnknownName};
use pyo3::prelude::*;

use crate::error::{refused, told};
use crate::method::PyMethod;
use crate::problem::{PyProblem, grid_of, known_of, problem_of, sides, sizes_of};

/// Pixels for each token of the tokenizers that LPD was published with.
const STRIDE: u32 = 16;

/// The grid of an image of so many pixels.
#[pyfunction]
pub(crate) fn grid_of_image(pixels: i64) -> PyResult<Vec<usize>> {
    let whole = u32::try_from(pixels).map_err(|_| {
        told(format!(
            "res is {pixels}; it takes a positive multiple of the tokenizer stride {STRIDE}"
        ))
    })?;
    let grid = Grid::for_image(whole, STRIDE).map_err(|error| refused(&error))?;
    Ok(sides(grid))
}

/// The problem that a grid, known cells and a choice of sizes come to, and what a user
/// should know of the sizes.
#[pyfunction]
#[pyo3(signature = (grid, known, steps, sizes, choice, first_group, method))]
#[expect(clippy::too_many_arguments, reason = "Python gives each by its name")]
pub(crate) fn group_sizes(
    py: Python<'_>,
    grid: Vec<i64>,
    known: Option<&Bound<'_, PyAny>>,
    steps: Option<usize>,
    sizes: Option<Vec<i64>>,
    choice: Option<&str>,
    first_group: Option<&str>,
    method: Option<&PyMethod>,
) -> PyResult<(Py<PyProblem>, Option<String>)> {
    let known = known_of(grid_of(&grid)?, known)?;
    let choice = match (&sizes, choice) {
        (Some(_), Some(_)) => return Err(told("give sizes or shape, not both")),
        (Some(_), None) if steps.is_some() => {
            return Err(told("give steps or a list of sizes, not both"));
        }
        (Some(sizes), None) => SizesChoice::Listed(sizes_of(sizes)?),
        (None, Some(text)) => text.parse().map_err(|error: SizesError| refused(&error))?,
        (None, None) if steps.is_none() => {
            return Err(told("group sizes are needed: steps, sizes or shape"));
        }
        (None, None) => SizesChoice::Usual,
    };
    let request = SizesRequest {
        first_group: first_group.map(group_of_name).transpose()?,
        method: method.map(|method| method.method.as_ref() as &dyn OrderingMethod),
        ..SizesRequest::new(&known, steps)
    };
    let resolved = choice.resolve(&request).map_err(|error| match error {
        SizesError::NotSearched => told(
            "sizes 'optimal' are those of a field, which optimal_sizes finds; give what it returns",
        ),
        error => refused(&error),
    })?;
    let problem = PyProblem::of(problem_of(known, resolved.sizes)?);
    Ok((Py::new(py, problem)?, resolved.note))
}

fn group_of_name(name: &str) -> PyResult<FirstGroup> {
    match name {
        "one" => Ok(FirstGroup::One),
        "formula" => Ok(FirstGroup::Formula),
        _ => Err(refused(&UnknownName::new(
            "first group",
            name,
            ["one", "formula"],
        ))),
    }
}
