//! Numbers from many orders: intervals, comparisons, corrections and fronts.
//!
//! - [`quantiles`] of a list; [`Running`]: mean and standard deviation of a stream.
//! - [`mean_interval`]: a mean with its bootstrap confidence interval;
//!   [`mean_intervals`]: many means at once; [`interval`]: any statistic.
//! - [`paired_test`]: whether two methods differ, on common seeds;
//!   [`holm`]: for several such tests at once.
//! - [`pareto_front`]: what is best in several objectives.
//!
//! ```
//! use orders_analysis::statistics::{BootstrapParams, PermutationParams};
//! use orders_analysis::statistics::{holm, mean_interval, paired_test};
//!
//! // A measure of two methods on the same eight seeds.
//! let a = [3.1, 2.9, 3.4, 3.0, 3.3, 3.2, 2.8, 3.1];
//! let b = [2.7, 2.8, 3.0, 2.9, 2.9, 2.8, 2.7, 3.0];
//!
//! let mean = mean_interval(&a, &BootstrapParams::default())?;
//! assert!(mean.low < 3.1 && 3.1 < mean.high);
//!
//! // All eight differences are positive: of the 2^8 ways to choose their
//! // signs, one is as extreme on either side.
//! let test = paired_test(&a, &b, &PermutationParams::default())?;
//! assert_eq!(test.p_value, 2.0 / 256.0);
//! assert_eq!(holm(&[test.p_value, 0.5])?, [4.0 / 256.0, 0.5]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Random choices are those of [`OrderRng`](orders_core::OrderRng): the same seed
//! gives the same result for any number of threads. The streams are not those of
//! orders, so that resampling orders is independent of how they were made.

mod bootstrap;
mod correlation;
mod error;
mod normal;
mod pareto;
mod significance;
mod summary;

pub use bootstrap::{
    BootstrapParams, Interval, IntervalMethod, MeanEstimate, bca_from_resamples, interval,
    mean_interval, mean_intervals, percentile_from_resamples,
};
pub use correlation::{rank_correlation, rank_correlation_interval};
pub use error::StatisticsError;
pub use pareto::{Direction, pareto_front};
pub use significance::{
    Alternative, PairedTest, PermutationParams, holm, paired_p_value, paired_test,
};
pub use summary::{Running, quantiles};
