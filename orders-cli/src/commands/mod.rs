//! The commands, one file each.

#[cfg(feature = "analyze")]
pub(crate) mod analyze;
pub(crate) mod animate;
#[cfg(feature = "model")]
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod convert;
#[cfg(feature = "model")]
mod convert_checkpoint;
#[cfg(feature = "model")]
pub(crate) mod data;
#[cfg(feature = "model")]
pub(crate) mod detokenize;
#[cfg(feature = "model")]
pub(crate) mod distance;
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) mod eval;
#[cfg(feature = "model")]
pub(crate) mod features;
pub(crate) mod r#gen;
pub(crate) mod inspect;
pub(crate) mod methods;
#[cfg(feature = "analyze")]
pub(crate) mod optimize;
pub(crate) mod plot;
#[cfg(feature = "model")]
pub(crate) mod sample;
pub(crate) mod schedule;
#[cfg(feature = "model")]
pub(crate) mod score;
#[cfg(feature = "tables")]
pub(crate) mod sweep;
#[cfg(feature = "model")]
pub(crate) mod tokenize;
#[cfg(feature = "model")]
pub(crate) mod train;
#[cfg(feature = "model")]
pub(crate) mod train_classifier;

use orders_figures::FigureError;

use crate::failure::Failure;

/// What a figure that could not be made means: most ask for more than can be
/// shown.
pub(crate) fn figure_failure(error: FigureError) -> Failure {
    match error {
        FigureError::Font | FigureError::Drawing(_) | FigureError::Encoding(_) => {
            Failure::work(error)
        }
        error => Failure::bad_input(error),
    }
}
