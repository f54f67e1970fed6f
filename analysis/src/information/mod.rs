//! What an order loses: total correlation on Gaussian fields.
//!
//! A parallel decoder generates the cells of a group independently of each
//! other, given the context. Even with exact distributions of every single cell
//! this loses what the cells of a group say about each other. For the groups
//! `X_1, ..., X_K` the loss is exactly
//!
//! ```text
//! KL(p || q) = sum_g TC(X_g | X_<g),   TC(X_g | c) = sum_{i in g} H(X_i | c) - H(X_g | c)
//! ```
//!
//! On a Gaussian field every term has a closed form. [`Field`] names a field, of a
//! formula or measured on images ([`MeasuredField`]);
//! [`Covariance`] is its covariance on a grid, [`Information`] measures orders, and
//! [`measure_batch`] many of them. [`CutCosts`] is what every way to cut an order
//! costs, [`mean_cut_costs`] their mean over many orders.
//! [`OptimalSizes`] cuts orders where it costs least,
//! [`OrderSearch`] looks for cheaper orders.
//!
//! ```
//! use orders_analysis::information::{Covariance, Information};
//! use orders_core::{Grid, GroupSizes, Problem};
//!
//! // Two neighbours of correlation 1/2, generated at once.
//! let grid = Grid::new(1, 2)?;
//! let problem = Problem::new(grid, GroupSizes::new([2])?)?;
//! let covariance = ndarray::array![[1.0, 0.5], [0.5, 1.0]];
//! let covariance = Covariance::new(grid, covariance.view())?;
//! let measured = Information::new(&problem, &covariance)?.measure(&[0, 1])?;
//! assert!((measured.total_correlation_nats - -0.5 * 0.75_f64.ln()).abs() < 1e-15);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Results are the same for any number of threads. Between processors with
//! other vector instructions they may differ in the last digits.
//!
//! Total correlation is one of two terms that quality depends on. The other is
//! how well a model predicts from the contexts that an order gives it, of which a
//! field with exact distributions knows nothing.

mod batch;
mod cholesky;
mod covariance;
mod curve;
mod cut_costs;
mod error;
mod field;
mod field_file;
mod field_text;
mod kernel;
mod measure;
mod measured;
mod power_law;
mod refusals;
mod search;
mod sizes;

pub use batch::{OrderSource, mean_cut_costs, measure_batch};
pub use covariance::{Covariance, CovarianceError};
pub use curve::{CurveSums, InformationCurve};
pub use cut_costs::{CutCosts, Loss};
pub use error::InformationError;
pub use field::{Field, FieldError, FieldKind};
pub use field_file::{FieldFile, MeasuredFileError, MeasuredReadError};
pub use field_text::FieldReadError;
pub use kernel::KernelFamily;
pub use measure::{Information, OrderInformation, StepInformation};
pub use measured::{MeasuredError, MeasuredField};
pub use refusals::expected_passes;
pub use search::{OrderSearch, greedy_order, greedy_order_watched};
pub use sizes::{OptimalSizes, SizesParams};
