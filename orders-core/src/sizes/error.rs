//! Why there are no group sizes.

use crate::grid::Grid;
use crate::group_sizes::GroupSizesError;
use crate::method::MethodError;
use crate::shape::ShapeError;

/// Why group sizes could not be chosen.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum SizesError {
    /// No choice has this name, and it is no list.
    #[error(
        "there are no sizes '{name}'; there are {} and lists such as [1, 5, 10]",
        known.join(", ")
    )]
    Unknown {
        name: String,
        /// The names there are.
        known: Vec<&'static str>,
    },
    /// An entry of a list is no whole number that fits.
    #[error(
        "'{text}' is no size; write whole numbers with commas between them, for example 1,5,10"
    )]
    Size { text: String },
    /// The choice takes a number of steps, and none was given.
    #[error("'{choice}' sizes need a number of steps")]
    StepsNeeded { choice: String },
    /// No list was published for the grid and the steps.
    #[error(
        "no group sizes were published for {grid} in {steps} steps ({}); sizes by formula, such as 'cosine', take any",
        match (known, published.is_empty()) {
            (0, true) => "none are for this grid".into(),
            (0, false) => format!("there are lists of {} steps", commas(published)),
            _ => format!("lists are for whole grids, and {known} of the cells are known"),
        }
    )]
    NotPublished {
        grid: Grid,
        known: usize,
        steps: usize,
        /// The steps that there are lists of, for the whole grid.
        published: Vec<usize>,
    },
    /// The steps are impossible, or the exponent of a shape is.
    #[error(transparent)]
    Shape(#[from] ShapeError),
    /// A list can be no group sizes.
    #[error(transparent)]
    List(#[from] GroupSizesError),
    /// Sizes of a method were asked for without one.
    #[error("'own' sizes are those of a method, and there is none")]
    MethodNeeded,
    /// The method has no sizes of its own.
    #[error("method {method} has no group sizes of its own")]
    NoneOwn { method: String },
    /// The method can't do the grid.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// Optimal sizes were asked for where none can be looked for.
    #[error("'optimal' sizes are looked for on a field, and there is none")]
    NotSearched,
    /// A text is no JSON of a form that lists of sizes have.
    #[error("this is no JSON {form}: {reason}")]
    Json {
        /// The form that it seems to have.
        form: &'static str,
        /// Where it does not have it.
        reason: String,
    },
    /// None of several lists fits.
    #[error(
        "none of the lists {}",
        match (steps, others.is_empty()) {
            (Some(steps), false) => format!(
                "has {steps} steps for {cells} cells; there are lists of {} steps",
                commas(others)
            ),
            _ => format!("is for {cells} cells"),
        }
    )]
    NoneListed {
        /// The cells that sizes must sum to.
        cells: usize,
        steps: Option<usize>,
        /// The steps of the lists for these cells.
        others: Vec<usize>,
    },
    /// Several lists fit.
    #[error(
        "several of the lists are for {cells} cells, of {} steps; {}",
        commas(steps),
        if steps.len() == 1 {
            "a file with one of them is needed"
        } else {
            "a number of steps must say which"
        }
    )]
    SeveralListed {
        /// The cells that sizes must sum to.
        cells: usize,
        /// The different numbers of steps of the lists that fit.
        steps: Vec<usize>,
    },
}

fn commas(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(usize::to_string).collect();
    numbers.join(", ")
}
