//! Sweeps: many trials of a declared space, their results kept as they come.
//!
//! A sweep file ([`Spec`]) states axes: methods with their parameters, grids,
//! steps, group sizes, fields and seeds. Its points are the *trials* of a
//! [`Plan`]. A trial makes orders 0 to n - 1 of its seed and measures each, so
//! that order i of two methods shares its random stream and can be compared in
//! pairs. Where the file names models, a [`Judge`] of each is asked about held-out images:
//! order i about image i. [`run`] runs the trials of a [`SweepFolder`] that have no result yet;
//! [`merge`] joins the folders of [shards](Shard). With the feature `tables`,
//! `write_tables` makes tables of the results.
//!
//! ```
//! use orders_analysis::sweep::{Plan, Shard, Spec, SweepFolder, Tools, run};
//! use orders_core::Catalogue;
//!
//! let file = r#"
//!     orders = 10
//!     grids = ["8x8"]
//!     steps = [6, 9]
//!     sizes = ["cosine"]
//!     [[methods]]
//!     name = "lpd"
//!     set = { repulsion = [1, 2] }
//!     [[methods]]
//!     name = "random"
//! "#;
//! let catalogue = Catalogue::standard();
//! let tools = Tools { catalogue: &catalogue, judges: &[] };
//! let spec = Spec::read(file, &catalogue)?;
//! let plan = Plan::new(&spec, &tools, &|_, _| {})?;
//! assert_eq!(plan.trials().len(), 6);
//!
//! let temporary = tempfile::tempdir()?;
//! let path = temporary.path().join("results");
//! let folder = SweepFolder::create(&path, &plan, Shard::WHOLE, "an example")?;
//! run(&folder, &tools, "an example", 2, &|| false, &|_| {})?;
//! // A second run finds every result.
//! assert_eq!(run(&folder, &tools, "an example", 2, &|| false, &|_| {})?.found, 6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a folder holds
//!
//! | file | content |
//! |---|---|
//! | `sweep.json` | the trials of the space, its key, the shard, the program |
//! | `trials/KEY.json` | the result of a trial; KEY is the SHA-256 digest of its settings |
//!
//! and, once there are tables,
//!
//! | file | content |
//! |---|---|
//! | `trials.csv`, `trials.parquet` | a row for each trial |
//! | `steps.csv`, `steps.parquet` | a row for each trial and step |
//! | `orders.csv`, `orders.parquet` | a row for each trial and order |
//!
//! None of them has a time in it: the same sweep has the same bytes, whatever the
//! number of threads and however often it was interrupted.

mod error;
mod folder;
mod judge;
mod measure;
mod plan;
mod pooled;
mod read_spec;
mod run;
mod run_trial;
mod sizes;
mod space;
mod spec;
#[cfg(feature = "tables")]
mod tables;
mod trial;

pub use error::{JudgeError, PlanError, ResultsError, SpecError, SweepError, TrialError};
pub use folder::{SweepFolder, merge};
pub use judge::{Judge, Judgement, TrialModel};
pub use measure::{MeasureInput, SweepMeasure};
pub use plan::{Plan, Shard, ShardError};
pub use pooled::{Comparison, PooledPoint, PooledResults, compare};
pub use run::{Progress, run};
pub use run_trial::run_trial;
pub use sizes::{OPTIMAL_ORDERS, optimal_seed};
pub use spec::{MOST_ORDERS, MOST_TRIALS, ModelChoice, ModelFiles, Spec};
#[cfg(feature = "tables")]
pub use tables::write_tables;
pub use trial::{Estimate, Tools, Trial, TrialResult, TrialSettings};
