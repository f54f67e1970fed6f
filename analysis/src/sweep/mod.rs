//! Sweeps: many trials of a declared space, their results kept as they come.
//!
//! A sweep file ([`Spec`]) states axes: methods with their parameters, grids,
//! steps, group sizes, fields and seeds. Its points are the *trials* of a
//! [`Plan`]. A trial makes orders 0 to n - 1 of its seed and measures each, so
//! that order i of two methods shares its random stream and can be compared in
//! pairs. Where the file names models, a [`Judge`] of each is asked about held-out images:
//! order i about image i. [`run`] runs the trials of a [`SweepFolder`] that have no result yet;
//! [`merge`] joins the folders of [shards](Shard); [`write_tables`] makes tables
//! of the results.
//!
//! ```
//! use orders_analysis::sweep::{Plan, Shard, Spec, SweepFolder, run};
//!
//! let spec: Spec = r#"
//!     orders = 10
//!     grids = ["8x8"]
//!     steps = [6, 9]
//!     sizes = ["cosine"]
//!     [[methods]]
//!     name = "lpd"
//!     set = { repulsion = [1, 2] }
//!     [[methods]]
//!     name = "random"
//! "#
//! .parse()?;
//! let plan = Plan::new(&spec)?;
//! assert_eq!(plan.trials().len(), 6);
//!
//! let temporary = tempfile::tempdir()?;
//! let path = temporary.path().join("results");
//! let folder = SweepFolder::create(&path, &plan, Shard::WHOLE, "an example")?;
//! run(&folder, &[], "an example", 2, &|| false, &|_| {})?;
//! assert!(path.join("trials.parquet").exists());
//! // A second run finds every result.
//! assert_eq!(run(&folder, &[], "an example", 2, &|| false, &|_| {})?.found, 6);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a folder holds
//!
//! | file | content |
//! |---|---|
//! | `sweep.json` | the trials of the space, its key, the shard, the program |
//! | `trials/KEY.json` | the result of a trial; KEY is the SHA-256 digest of its settings |
//! | `trials.csv`, `trials.parquet` | a row for each trial |
//! | `steps.csv`, `steps.parquet` | a row for each trial and step |
//! | `orders.csv`, `orders.parquet` | a row for each trial and order |
//!
//! None of them has a time in it: the same sweep has the same bytes, whatever the
//! number of threads and however often it was interrupted.

mod axis;
mod compare;
mod error;
mod fields;
mod folder;
mod judge;
mod measure;
mod measurer;
mod merge;
mod models;
mod optimal;
mod plan;
mod read_spec;
mod reader;
mod result;
mod run;
mod run_trial;
mod shard;
mod sizes;
mod space;
mod spec;
mod tables;
mod trial;
mod view;

pub use compare::{Comparison, compare};
pub use error::{PlanError, ShardError, SpecError, SweepError, TrialError, ViewError};
pub use folder::SweepFolder;
pub use judge::{Judge, JudgeError, Judgement, TrialModel};
pub use measure::{Need, SweepMeasure};
pub use merge::merge;
pub use models::{ModelChoice, ModelFiles};
pub use optimal::{OPTIMAL_ORDERS, optimal_seed};
pub use plan::Plan;
pub use result::{Estimate, TrialResult};
pub use run::{Progress, run};
pub use run_trial::run_trial;
pub use shard::Shard;
pub use spec::{MOST_ORDERS, Spec};
pub use tables::write_tables;
pub use trial::{Trial, TrialSettings};
pub use view::{View, ViewPoint};

/// The most trials of a plan, and the most shards.
pub const MOST_TRIALS: usize = 100_000;
