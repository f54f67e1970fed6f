//! What can go wrong in training.

use std::path::PathBuf;

use orders_core::{GroupSizesError, MethodError, ProblemError, ShapeError};

use super::data_error::DataError;
use crate::checkpoint::{CheckpointError, SaveError};
use crate::features::FeaturesError;
use crate::lpd::{ConfigError, LpdError};
use crate::weights::WeightsError;

/// Why a recipe is none.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecipeError {
    /// The text is not a recipe's.
    #[error("{}{reason}", line.map(|line| format!("line {line}: ")).unwrap_or_default())]
    Toml {
        /// The line, from 1, if it is known.
        line: Option<usize>,
        /// What is wrong.
        reason: String,
    },
    /// A number is not allowed.
    #[error("{field} is {value}; it takes {allowed}")]
    Number {
        /// The setting.
        field: &'static str,
        /// Its value.
        value: f64,
        /// What it takes.
        allowed: &'static str,
    },
    /// A list has nothing in it.
    #[error("{field} is empty; it needs at least one entry")]
    Empty {
        /// The setting.
        field: &'static str,
    },
    /// The sizes are those of no transformer.
    #[error("model: {0}")]
    Model(#[from] ConfigError),
    /// A list of group sizes is none.
    #[error("group_sizes: {0}")]
    Sizes(#[from] GroupSizesError),
    /// Group sizes can't be made.
    #[error("group_sizes: {0}")]
    Shape(#[from] ShapeError),
    /// Group sizes are not those of the grid.
    #[error("group_sizes: {0}")]
    Problem(#[from] ProblemError),
    /// A method can't be had.
    #[error("orders: {0}")]
    Method(#[from] MethodError),
}

impl RecipeError {
    /// Settings with their values, whether these are allowed, and what is.
    pub(super) fn check_numbers(
        checks: impl IntoIterator<Item = (&'static str, f64, bool, &'static str)>,
    ) -> Result<(), Self> {
        let mut checks = checks.into_iter();
        match checks.find(|&(_, _, is_allowed, _)| !is_allowed) {
            None => Ok(()),
            Some((field, value, _, allowed)) => Err(Self::Number {
                field,
                value,
                allowed,
            }),
        }
    }
}

/// Why training could not start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The recipe is none.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The data is not what the recipe's model takes.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A method made no order.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// Loss or gradient is no longer a number.
    #[error(
        "update {step} has a loss of {loss} and a gradient of norm {norm}; a smaller learning rate may help"
    )]
    NotFinite {
        /// The update, from 1.
        step: u64,
        /// The loss.
        loss: f64,
        /// The norm of its gradient.
        norm: f64,
    },
    /// The transformer failed.
    #[error(transparent)]
    Lpd(#[from] LpdError),
    /// The classifier failed.
    #[error(transparent)]
    Features(#[from] FeaturesError),
    /// A checkpoint can't be written.
    #[error("{} can't be written", path.display())]
    Save {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SaveError,
    },
    /// A file that is no checkpoint. The error names it.
    #[error(transparent)]
    Load(#[from] Box<CheckpointError>),
    /// A file holds other tensors than a run of this recipe.
    #[error("{} holds no run of this recipe", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: WeightsError,
    },
    /// A checkpoint is of another run.
    #[error("{} is of another run: its {what} is not this one's", path.display())]
    OtherRun {
        /// The file.
        path: PathBuf,
        /// What differs.
        what: &'static str,
    },
    /// A checkpoint says nothing, or nothing sensible, of something.
    #[error("{} does not say its {what}", path.display())]
    Unstated {
        /// The file.
        path: PathBuf,
        /// What it does not say.
        what: &'static str,
    },
}
