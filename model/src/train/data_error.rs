//! What can be wrong with the data of a training.

use orders_core::Grid;
use orders_datasets::CodebookError;

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
