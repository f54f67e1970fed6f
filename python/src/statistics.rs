//! Means, differences and whether they are there.

use numpy::PyReadonlyArray1;
use orders_analysis::statistics::{MeanEstimate, holm, paired_p_value};
use pyo3::prelude::*;

use crate::error::{refused, told};
use crate::work::watched;

/// The mean of some values, and the ends of its 95 % interval, where it has one.
#[pyfunction]
pub(crate) fn mean_interval(
    py: Python<'_>,
    values: PyReadonlyArray1<'_, f64>,
) -> PyResult<(f64, Option<f64>, Option<f64>)> {
    let values = values.as_array().to_vec();
    watched(py, None, |_| estimate(&values))
}

fn estimate(values: &[f64]) -> PyResult<(f64, Option<f64>, Option<f64>)> {
    if let Some(value) = values.iter().find(|value| !value.is_finite()) {
        return Err(told(format!(
            "a value is {value}; values are finite numbers"
        )));
    }
    let estimate = MeanEstimate::of(values).ok_or_else(|| told("there are no values"))?;
    Ok((estimate.mean, estimate.low, estimate.high))
}

/// Mean difference, ends of its 95 % interval, and the p-value.
type Compared = (f64, Option<f64>, Option<f64>, Option<f64>);

/// Pairs of lists, value i with value i: mean differences, first less second, with their
/// intervals, and p-values of paired permutation tests after Holm's correction over all
/// pairs; none where all differences are the same.
#[pyfunction]
pub(crate) fn compare_pairs(
    py: Python<'_>,
    pairs: Vec<(PyReadonlyArray1<'_, f64>, PyReadonlyArray1<'_, f64>)>,
) -> PyResult<Vec<Compared>> {
    let copied = pairs.iter().map(|(first, second)| {
        let (first, second) = (first.as_array(), second.as_array());
        (first.to_vec(), second.to_vec())
    });
    let pairs: Vec<(Vec<f64>, Vec<f64>)> = copied.collect();
    watched(py, None, |_| {
        let compared = pairs.iter().map(|(first, second)| one(first, second));
        let mut compared = compared.collect::<PyResult<Vec<Compared>>>()?;
        let tests: Vec<f64> = compared.iter().filter_map(|found| found.3).collect();
        let mut adjusted = holm(&tests).map_err(|error| refused(&error))?.into_iter();
        for found in compared.iter_mut().filter(|found| found.3.is_some()) {
            found.3 = adjusted.next();
        }
        Ok(compared)
    })
}

fn one(first: &[f64], second: &[f64]) -> PyResult<Compared> {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    let (mean, low, high) = estimate(&differences)?;
    let p_value = paired_p_value(first, second).map_err(|error| refused(&error))?;
    Ok((mean, low, high, p_value))
}
