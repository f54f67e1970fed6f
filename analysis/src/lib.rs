//! What a generation order costs before any model runs.
//!
//! - [`geometry`]: how close the cells of a group lie to what is generated, and
//!   to each other.
//! - [`information`]: what an order loses on Gaussian fields, in nats.
//! - [`attention`]: how local the attention of a model is.
//! - [`statistics`]: intervals, paired tests, corrections and Pareto fronts.
//! - [`sweep`]: many trials of a declared space, with results that are kept.
//! - [`table`]: results as Parquet, CSV, Markdown and LaTeX.

pub mod attention;
pub mod geometry;
pub mod information;
pub mod statistics;
pub mod sweep;
pub mod table;
