//! Experiments: many trials of orders, their results kept as they come.
//!
//! A *trial* ([`TrialSettings`]) is what chooses the cells, the grid with its group
//! sizes, and what judges: a Gaussian field, a model, nothing. It makes orders 0 to n - 1
//! of its seed and takes [measures](MeasureEntry) of each, so that order i of two methods
//! shares its random stream and can be compared in pairs. A model is a [`Judge`], asked
//! about held-out images, order i about image i, or about what a
//! [rule](orders_core::decoding::schedulers) reveals of them; it may generate images as well
//! ([`Sampler`]), and be timed ([`Clock`]).
//!
//! The trials of a [`Plan`] are the points of the axes that a sweep file ([`Spec`])
//! states, or are put together by a program ([`Spec::new`]). [`run`] runs the
//! trials of a [`ResultsFolder`] that have no result yet; [`merge`] joins the folders of
//! [shards](Shard). With the feature `tables`, `write_tables` writes the results as tables,
//! and `PooledResults` are what figures and tables show of them.
//!
//! ```
//! use orders_analysis::experiment::{Measures, Plan, ResultsFolder, Shard, Spec, Tools, run};
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
//! let measures = Measures::standard();
//! let tools = Tools { catalogue: &catalogue, measures: &measures, judges: &[], listed: &[] };
//! let spec = Spec::read(file, &catalogue, &measures)?;
//! let plan = Plan::new(&spec, &tools, &|_, _| {})?;
//! assert_eq!(plan.trials().len(), 6);
//!
//! let temporary = tempfile::tempdir()?;
//! let path = temporary.path().join("results");
//! let folder = ResultsFolder::create(&path, &plan, Shard::WHOLE, "an example")?;
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
//! | `pieces/KEY/` | what there is of a result while it is not whole: orders and images |
//! | `real/` | in a shard, what generated images are compared with |
//!
//! and, once there are tables,
//!
//! | file | content |
//! |---|---|
//! | `trials.parquet`, `trials.csv` | a row for each trial |
//! | `steps.parquet`, `steps.csv` | a row for each trial and step |
//! | `orders.parquet`, `orders.csv` | a row for each trial and order |
//! | `tables.json` | the digests of the Parquet files, written last |
//!
//! None of them has a time in it: the same sweep has the same bytes, whatever the
//! number of threads and however often it was interrupted.

mod clock;
mod difference;
mod disk;
mod error;
mod fields;
mod folder;
mod judge;
mod listed;
mod measure;
mod measuring;
mod merge;
mod pieces;
mod plan;
mod planner;
#[cfg(feature = "tables")]
mod pooled;
mod price;
mod read_spec;
mod real_file;
mod run;
mod run_trial;
mod shard;
mod sizes;
mod source;
mod space;
mod spec;
mod status;
#[cfg(feature = "tables")]
mod tables;
mod trial;
mod trial_part;

pub use clock::{Clock, Timing, TrialMachine};
#[cfg(feature = "tables")]
pub use error::ResultsError;
pub use error::{ExperimentError, Need, PlanError, PointError, SpecError, TrialError};
pub use folder::ResultsFolder;
pub use judge::{
    Chosen, Judge, JudgeError, Judgement, SampledFeatures, Sampler, TrialModel, TrialSamples,
};
pub use listed::ListedOrders;
pub use measure::{
    Better, Difference, Input, MeasureEntry, MeasureError, MeasureFailure, MeasureKind, Measured,
    Measures, RealImages, SampleSet, SetValue,
};
pub use merge::merge;
pub use plan::Plan;
#[cfg(feature = "tables")]
pub use pooled::{Comparison, PooledPoint, PooledResults, compare};
pub use price::{Price, price};
pub use run::{PartProgress, Progress, run};
pub use run_trial::run_trial;
pub use shard::{Shard, ShardError};
pub use sizes::{OPTIMAL_ORDERS, optimal_seed};
pub use spec::{
    Axis, ClockChoice, MOST_ORDERS, MOST_TRIALS, MethodAxes, ModelChoice, ModelFiles, PARALLEL,
    SamplesChoice, Spec,
};
pub use status::{FolderStatus, status};
#[cfg(feature = "tables")]
pub use tables::write_tables;
pub use trial::{Estimate, Tools, Trial, TrialResult, TrialSettings};
