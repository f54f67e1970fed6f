//! The commands, one file each.

pub(crate) mod analyze;
pub(crate) mod animate;
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod convert;
mod convert_checkpoint;
pub(crate) mod data;
pub(crate) mod detokenize;
pub(crate) mod distance;
pub(crate) mod eval;
pub(crate) mod features;
pub(crate) mod generate;
pub(crate) mod inspect;
pub(crate) mod methods;
pub(crate) mod optimize;
pub(crate) mod plot;
pub(crate) mod sample;
pub(crate) mod schedule;
pub(crate) mod score;
pub(crate) mod sweep;
pub(crate) mod tokenize;
pub(crate) mod train;
pub(crate) mod train_classifier;

use orders_figures::FigureError;

use crate::failure::Failure;

/// What a figure that could not be made means: most ask for more than can be
/// shown.
pub(crate) fn figure_failure(error: FigureError) -> Failure {
    match error {
        FigureError::Font | FigureError::Drawing(_) | FigureError::Encoding(_) => {
            Failure::work(&error)
        }
        error => Failure::bad_input(&error),
    }
}
