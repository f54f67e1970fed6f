//! What a generation order costs before any model runs.
//!
//! - [`geometry`]: how close the cells of a group lie to what is generated, and
//!   to each other.
//! - [`information`]: what an order loses on Gaussian fields, in nats.
//! - [`analyze`]: both for a list of orders, with means over them.
//! - [`optimize`]: group sizes, orders and thresholds that lose little.
//! - [`discrete`]: exact discrete fields, which answer as a perfect model would.
//! - [`attention`]: how local the attention of a model is.
//! - [`statistics`]: intervals, paired tests, corrections and Pareto fronts.
//! - [`experiment`]: many trials of orders, their results kept, compared and tabled.
//! - `table` (feature `tables`, which brings polars): results as Parquet, CSV,
//!   Markdown and LaTeX.

pub mod analyze;
pub mod attention;
pub mod discrete;
pub mod experiment;
pub mod geometry;
pub mod information;
pub mod optimize;
pub mod statistics;

#[cfg(feature = "tables")]
pub mod table;
mod workers;

/// The library whose arrays these functions take and give.
pub use ndarray;
