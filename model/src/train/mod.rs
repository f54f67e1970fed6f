//! Training of an LPD transformer, and of a [small classifier](ClassifierTraining) that
//! judges its images.
//!
//! The recipe of LPD (arXiv 2507.01957): an order for each sample, group sizes
//! drawn for each batch, labels dropped so that guidance is possible, dropout,
//! AdamW, a schedule of the learning rate, clipped gradients, and on request an
//! average of the weights. Orders may be a mixture of methods.
//!
//! - [`Recipe`]: every setting, as a TOML file.
//! - [`Training`]: a run: [step](Training::step) by step, [saved](Training::save)
//!   and [resumed](Training::resume) bit for bit.
//! - [`TrainRequest`]: a whole training, kept in a folder.
//! - [`Team`]: the processes of a training, by whatever [`Ranks`] they speak with each other;
//!   those that do not lead are [`Helper`]s.
//! - [`LearningRate`]: the schedule.
//!
//! What a step trains on depends on the recipe's seed and the number of the step
//! alone, and gradients are summed in one order: so weights do not depend on the
//! number of threads or processes, nor on where a run was interrupted.

mod adamw;
mod checkpoint;
mod classifier;
mod draw;
mod error;
mod folder;
mod gradient;
mod helper;
mod memory;
mod ranks;
mod recipe;
mod request;
mod run;
mod schedule;

pub(crate) use checkpoint::{updates_of_run, weights_of_run};
pub use classifier::{ClassifierProgress, ClassifierRecipe, ClassifierTraining, TrainedClassifier};
pub use error::{DataError, RecipeError, TrainError};
pub use helper::{HelpRequest, Helper};
#[cfg(feature = "mpi")]
pub use ranks::MpiRanks;
pub use ranks::{Ranks, RanksError, Team};
pub use recipe::{MixturePart, Recipe, SizesDrawn};
pub use request::{FolderTraining, TrainProgress, TrainRequest};
pub use run::{HeldOut, StepReport, Training};
pub use schedule::{Decay, LearningRate};
