//! Means, differences and whether they are there.

use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use orders_analysis::statistics::{
    MeanEstimate, PermutationParams, StatisticsError, holm, paired_test,
};
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

/// Rows of values against one of them, value i with value i: mean differences with their
/// intervals, and p-values of paired permutation tests after Holm's correction over all of
/// them; none where all differences are the same. The row itself has none.
#[pyfunction]
pub(crate) fn compare(
    py: Python<'_>,
    values: PyReadonlyArray2<'_, f64>,
    against: usize,
) -> PyResult<Vec<Option<Compared>>> {
    let rows: Vec<Vec<f64>> = values
        .as_array()
        .rows()
        .into_iter()
        .map(|row| row.to_vec())
        .collect();
    watched(py, None, |_| {
        let partner = rows
            .get(against)
            .ok_or_else(|| told("there is no such row"))?;
        let mut compared = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            compared.push(match place == against {
                true => None,
                false => Some(one(row, partner)?),
            });
        }
        let tests: Vec<f64> = compared
            .iter()
            .flatten()
            .filter_map(|found| found.3)
            .collect();
        let mut adjusted = holm(&tests).map_err(|error| refused(&error))?.into_iter();
        for found in compared.iter_mut().flatten() {
            if found.3.is_some() {
                found.3 = adjusted.next();
            }
        }
        Ok(compared)
    })
}

fn one(row: &[f64], partner: &[f64]) -> PyResult<Compared> {
    let differences: Vec<f64> = row.iter().zip(partner).map(|(a, b)| a - b).collect();
    let (mean, low, high) = estimate(&differences)?;
    let differs = differences.iter().any(|value| *value != differences[0]);
    let test = differs.then(|| paired_test(row, partner, &PermutationParams::default()));
    let test = test.transpose();
    let test = test.map_err(|error: StatisticsError| refused(&error))?;
    Ok((mean, low, high, test.map(|test| test.p_value)))
}
