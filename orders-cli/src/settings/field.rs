//! Gaussian fields, from flags.

use orders_analysis::information::{Covariance, Field};
use orders_core::Grid;

use crate::failure::{Failure, Result};

/// The field of `--field` and its covariance on a grid.
pub(crate) fn covariance(text: &str, grid: Grid) -> Result<(Field, Covariance)> {
    let at_flag = |error: &dyn std::error::Error| Failure::input_at("--field", error);
    let field = Field::read(text).map_err(|error| at_flag(&error))?;
    let covariance = Covariance::of_field(&field, grid)
        .map_err(|error| Failure::input_at(format!("--field {text} on a {grid} grid"), &error))?;
    Ok((field, covariance))
}
