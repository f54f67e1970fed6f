//! What orders cost before any model runs, and orders that cost little.

use std::ops::ControlFlow;

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2};
use orders_analysis::analyze::{AnalyzeRequest, OrderAnalysis, StepAnalysis};
use orders_analysis::geometry::Measure;
use orders_analysis::information::{
    Covariance as Matrix, Field, Information, OrderSource, SizesParams,
};
use orders_analysis::optimize::{Goal, OrderRequest, SearchProgress, SearchStart, SizesRequest};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use rayon::prelude::*;

use crate::error::{refused, refused_at, told};
use crate::method::PyMethod;
use crate::problem::{PyProblem, grid_of};
use crate::rows;
use crate::work::watched;

/// The covariance of a Gaussian field on a grid.
#[pyclass(frozen, module = "orders")]
pub(crate) struct Covariance {
    matrix: Matrix,
}

#[pymethods]
impl Covariance {
    #[new]
    fn new(py: Python<'_>, grid: Vec<i64>, field: &Bound<'_, PyAny>) -> PyResult<Self> {
        let grid = grid_of(&grid)?;
        let matrix = if let Ok(text) = field.extract::<String>() {
            let field =
                Field::read(&text).map_err(|error| refused_at(format!("field {text}"), &error))?;
            watched(py, None, |_| {
                Matrix::of_field(&field, grid)
                    .map_err(|error| refused_at(format!("field {text} on a {grid} grid"), &error))
            })
        } else {
            let array: PyReadonlyArray2<'_, f64> = field
                .extract()
                .map_err(|_| told("a covariance is an array of shape (cells, cells)"))?;
            let copy = array.as_array().to_owned();
            watched(py, None, |_| {
                Matrix::new(grid, copy.view()).map_err(|error| refused(&error))
            })
        };
        Ok(Self { matrix: matrix? })
    }
}

/// Every measure of each order and of each step: `NAME` has shape (orders,), and
/// `NAME_by_step` (orders, steps). NaN is no value.
#[pyfunction]
#[pyo3(signature = (problem, cells, covariance, progress=None))]
pub(crate) fn analyze<'py>(
    py: Python<'py>,
    problem: &PyProblem,
    cells: PyReadonlyArray2<'py, i64>,
    covariance: Option<&Covariance>,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyDict>> {
    let orders = rows::checked(problem.problem(), &cells)?;
    let analysis = watched(py, progress, |watched| {
        let request = AnalyzeRequest {
            curve: None,
            problem: problem.problem(),
            orders: &orders,
            covariance: covariance.map(|covariance| &covariance.matrix),
        };
        let tell = |done| watched.set(done);
        orders_analysis::analyze::analyze(&request, &tell).map_err(|error| refused(&error))
    })?;
    let columns = PyDict::new(py);
    let steps = problem.problem().group_sizes().steps();
    let add = |name: &str,
               of_order: &dyn Fn(&OrderAnalysis) -> Option<f64>,
               of_step: &dyn Fn(&StepAnalysis) -> Option<f64>|
     -> PyResult<()> {
        let number = |value: Option<f64>| value.unwrap_or(f64::NAN);
        let values = analysis.orders.iter().map(|order| number(of_order(order)));
        columns.set_item(name, PyArray1::from_iter(py, values))?;
        let by_step = analysis
            .orders
            .iter()
            .flat_map(|order| order.steps.iter().map(|step| number(of_step(step))));
        let by_step = PyArray1::from_iter(py, by_step).reshape([analysis.orders.len(), steps])?;
        columns.set_item(format!("{name}_by_step"), by_step)
    };
    if covariance.is_some() {
        add(
            "total_correlation_nats",
            &|order| order.total_correlation_nats,
            &|step| step.total_correlation_nats,
        )?;
        add("entropy_nats", &|order| order.entropy_nats, &|step| {
            step.entropy_nats
        })?;
    }
    for measure in Measure::ALL {
        add(
            measure.name(),
            &|order| order.geometry.value(measure),
            &|step| step.geometry.value(measure),
        )?;
    }
    Ok(columns)
}

/// What each order costs, in nats: shape (orders,).
#[pyfunction]
#[pyo3(signature = (problem, cells, covariance, progress=None))]
pub(crate) fn total_correlation<'py>(
    py: Python<'py>,
    problem: &PyProblem,
    cells: PyReadonlyArray2<'py, i64>,
    covariance: &Covariance,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyArray1<f64>>> {
    let problem = problem.problem();
    let orders = rows::checked(problem, &cells)?;
    let costs = watched(py, progress, |watched| {
        let information = Information::new(problem, &covariance.matrix);
        let information = information.map_err(|error| refused(&error))?;
        let costs = orders.par_iter().map_init(
            || information.clone(),
            |information, order| {
                watched.check()?;
                let measured = information.measure(order);
                watched.add(1);
                let measured = measured.map_err(|error| refused(&error))?;
                Ok(measured.total_correlation_nats)
            },
        );
        costs.collect::<PyResult<Vec<f64>>>()
    })?;
    Ok(PyArray1::from_vec(py, costs))
}

/// The cheapest sizes for orders, what they cost, and what those of the problem cost.
#[pyfunction]
#[pyo3(signature = (problem, covariance, cells, method, num, seed, largest, non_decreasing, progress=None))]
#[expect(clippy::too_many_arguments, reason = "Python gives each by its name")]
pub(crate) fn optimal_sizes(
    py: Python<'_>,
    problem: &PyProblem,
    covariance: &Covariance,
    cells: Option<PyReadonlyArray2<'_, i64>>,
    method: Option<&PyMethod>,
    num: u64,
    seed: u64,
    largest: Option<usize>,
    non_decreasing: bool,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<(Vec<u32>, f64, f64)> {
    let problem = problem.problem();
    let listed = cells.map(|cells| rows::checked(problem, &cells));
    let listed = listed.transpose()?;
    let found = watched(py, progress, |watched| {
        let orders = match (&listed, method) {
            (Some(listed), _) => OrderSource::Listed(listed),
            (None, Some(method)) => OrderSource::Method {
                method: method.method.as_ref(),
                count: if method.method.is_random() { num } else { 1 },
                seed,
            },
            (None, None) => return Err(told("orders or a method are needed")),
        };
        let request = SizesRequest {
            orders,
            problem,
            covariance: &covariance.matrix,
            params: SizesParams {
                largest,
                non_decreasing,
            },
            goal: Goal::Loss,
        };
        let tell = |done| watched.set(done);
        orders_analysis::optimize::sizes(&request, &tell).map_err(|error| refused(&error))
    })?;
    Ok((found.sizes.as_slice().to_vec(), found.cost, found.own_cost))
}

/// The best order of a search: an array of shape (1, cells), what it costs, and what the
/// start cost.
#[pyfunction]
#[pyo3(signature = (problem, covariance, start, seed, rounds, progress=None))]
pub(crate) fn search<'py>(
    py: Python<'py>,
    problem: &PyProblem,
    covariance: &Covariance,
    start: Option<PyReadonlyArray2<'py, i64>>,
    seed: u64,
    rounds: u64,
    progress: Option<&Bound<'py, PyAny>>,
) -> PyResult<(Bound<'py, PyArray2<i64>>, f64, f64)> {
    let problem = problem.problem();
    let start = match start {
        None => SearchStart::Greedy,
        Some(start) => {
            let mut rows = rows::checked(problem, &start)?;
            let cells = rows.pop().ok_or_else(|| told("the start has no order"))?;
            SearchStart::Order { cells, rounds: 0 }
        }
    };
    let found = watched(py, progress, |watched| {
        let request = OrderRequest {
            problem,
            covariance: &covariance.matrix,
            start: start.clone(),
            seed,
            rounds,
        };
        let found = orders_analysis::optimize::order(&request, &mut |at| {
            if let SearchProgress::Rounds(done) = at {
                watched.set(done);
            }
            match watched.is_stopped() {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        });
        found.map_err(|error| refused(&error))
    })?;
    let cells = found.cells.iter().map(|&cell| i64::from(cell));
    let cells = PyArray1::from_iter(py, cells).reshape([1, problem.cells()])?;
    Ok((cells, found.nats, found.start_nats))
}
