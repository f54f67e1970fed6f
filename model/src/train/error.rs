//! What can go wrong in training.

use std::io;
use std::path::PathBuf;

use orders_core::files::{LockError, OutputError, RowError};
use orders_core::sizes::SizesError;
use orders_core::{Grid, MemoryError, MethodError, ProblemError};
use orders_datasets::{CodebookError, TokenFileError};

use super::ranks::RanksError;
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
    #[error("{0} is empty; it needs at least one entry")]
    Empty(&'static str),
    /// The sizes are those of no transformer.
    #[error("model: {0}")]
    Model(#[from] ConfigError),
    /// Group sizes can't be chosen so.
    #[error("group_sizes: {0}")]
    Sizes(#[from] SizesError),
    /// Group sizes are not those of the grid.
    #[error("group_sizes: {0}")]
    Problem(#[from] ProblemError),
    /// A method can't be had.
    #[error("orders: {0}")]
    Method(#[from] MethodError),
    /// A part of the orders names not one thing.
    #[error(
        "orders: each entry has either a 'method', with 'set' for its parameters, or a 'file' or 'listed' orders"
    )]
    Part,
    /// A row of listed orders is no order of the grid.
    #[error("orders: {0}")]
    Row(#[from] RowError),
    /// An order file can't be had.
    #[error("orders: {}: {reason}", path.display())]
    OrderFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl RecipeError {
    /// A setting with its value, whether this is allowed, and what is.
    pub(super) fn check(
        field: &'static str,
        value: f64,
        is_allowed: bool,
        allowed: &'static str,
    ) -> Result<(), Self> {
        let error = Self::Number {
            field,
            value,
            allowed,
        };
        is_allowed.then_some(()).ok_or(error)
    }
}

/// Why training could not start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The recipe is none.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The weights to begin with are not those of the recipe's model.
    #[error("they are not those of the recipe's model: {0}")]
    Start(#[from] WeightsError),
    /// The weights to begin with are not all numbers.
    #[error("some of them are not finite")]
    StartNotFinite,
    /// The data is not what the recipe's model takes.
    #[error(transparent)]
    Data(#[from] DataError),
    /// Held-out images are not what the recipe's model takes.
    #[error("held-out images: {0}")]
    HeldOut(DataError),
    /// Tokens can't be read. The error names the file.
    #[error(transparent)]
    Tokens(#[from] TokenFileError),
    /// Processes can't train together.
    #[error(transparent)]
    Ranks(RanksError),
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
    /// A folder holds something else.
    #[error("{} is neither empty nor the folder of a run", .0.display())]
    OtherFolder(PathBuf),
    /// A file is in the way that is not to be lost.
    #[error("{} is kept: {why}", path.display())]
    Kept {
        /// The file.
        path: PathBuf,
        /// Why the run can't have its place.
        why: &'static str,
    },
    /// The system refuses a file or a folder.
    #[error("{} can't be {what}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// What the system says.
        source: io::Error,
    },
    /// A file can't be put in place.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// There is no room for the parameters.
    #[error("model: it {0}")]
    ModelMemory(MemoryError),
    /// There is no room for a batch.
    #[error("batch: {batch} {source}")]
    BatchMemory {
        /// The samples of a batch.
        batch: usize,
        /// What they take, and what there is.
        source: MemoryError,
    },
    /// Somebody else is at work in the folder, or it can't be locked.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Whoever watched the progress ended it.
    #[error("it was stopped before it was done")]
    Stopped,
}

impl From<RanksError> for TrainError {
    fn from(error: RanksError) -> Self {
        match error {
            RanksError::Stopped => Self::Stopped,
            error => Self::Ranks(error),
        }
    }
}

impl TrainError {
    /// The same of held-out images.
    pub(super) fn of_held_out(self) -> Self {
        match self {
            Self::Data(error) => Self::HeldOut(error),
            error => error,
        }
    }
}

/// Why a set of tokens is not one that is trained on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// It is empty.
    #[error("there are no images")]
    Empty,
    /// A classifier has nothing to learn from.
    #[error("the images have no labels")]
    NoLabels,
    /// It is of another grid than the model.
    #[error("the tokens are of a {tokens} grid, the model's grid is {model}")]
    Grid {
        /// Grid of the tokens.
        tokens: Grid,
        /// Grid of the model.
        model: Grid,
    },
    /// It is from a codebook of another size than the model's vocabulary.
    #[error("the tokens are from a codebook of {codes}, the model's vocabulary is {vocab}")]
    Vocabulary {
        /// Codes of the tokens' codebook.
        codes: usize,
        /// Vocabulary of the model.
        vocab: usize,
    },
    /// It is from a codebook of another size than the one that is given.
    #[error("the tokens are from a codebook of {expected}, this one has {codes} codes")]
    Codes {
        /// Codes of the tokens' codebook.
        expected: usize,
        /// Codes of the one that is given.
        codes: usize,
    },
    /// It is from another tokenizer than the one that is given.
    #[error("the tokens are of {tokens}, not of {given}")]
    Tokenizer {
        /// The tokenizer of the tokens.
        tokens: String,
        /// The one that is given.
        given: String,
    },
    /// It has more classes than the model.
    #[error("there are {classes} classes, the model has {model}")]
    Classes {
        /// Classes of the data.
        classes: usize,
        /// Classes of the model.
        model: usize,
    },
    /// It has more classes than a classifier takes.
    #[error("there are {classes} classes; a classifier takes up to {most}")]
    ManyClasses {
        /// Classes of the data.
        classes: u32,
        /// The most that are allowed.
        most: u32,
    },
    /// It has others than what is trained on.
    #[error("there are {classes} classes, of the images that are trained on {trained}")]
    OtherClasses {
        /// Its classes.
        classes: usize,
        /// Classes of what is trained on.
        trained: usize,
    },
    /// Its images are of another size than those that are trained on.
    #[error(
        "the images have {}x{} pixels, those that are trained on {}x{}",
        sides[0], sides[1], trained[0], trained[1]
    )]
    Sides {
        /// Height and width of its images.
        sides: [u32; 2],
        /// Those of what is trained on.
        trained: [u32; 2],
    },
    /// Tokens are no image.
    #[error(transparent)]
    Image(#[from] CodebookError),
}
