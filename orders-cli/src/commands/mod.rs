//! The commands, one file each.

#[cfg(feature = "analyze")]
pub(crate) mod analyze;
pub(crate) mod animate;
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) mod attention;
#[cfg(feature = "model")]
pub(crate) mod bench;
pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod convert;
#[cfg(feature = "model")]
mod convert_checkpoint;
#[cfg(feature = "model")]
pub(crate) mod curve;
#[cfg(feature = "model")]
pub(crate) mod data;
#[cfg(feature = "model")]
pub(crate) mod detokenize;
#[cfg(feature = "model")]
pub(crate) mod distance;
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) mod eval;
#[cfg(feature = "analyze")]
pub(crate) mod explore;
#[cfg(feature = "model")]
pub(crate) mod features;
pub(crate) mod r#gen;
pub(crate) mod inspect;
pub(crate) mod man;
pub(crate) mod methods;
#[cfg(feature = "analyze")]
pub(crate) mod optimize;
pub(crate) mod plot;
#[cfg(feature = "model")]
pub(crate) mod sample;
#[cfg(feature = "model")]
mod sample_merge;
#[cfg(feature = "model")]
mod sample_output;
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

use std::path::Path;

use orders_figures::FigureError;
use serde::Serialize;

use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::settings::{OrdersShown, Origin};

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

/// What was drawn, for `--json`.
#[derive(Serialize)]
struct Drawn<'a> {
    path: &'a str,
    width: u32,
    height: u32,
    /// Of a moving picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<usize>,
    program: &'static str,
    orders: Vec<&'a Origin>,
}

/// Says which picture of orders was drawn: its path, its size in pixels and, if it
/// moves, its frames.
fn drawn(
    shown: &OrdersShown,
    (path, (width, height), frames): (&Path, (u32, u32), Option<usize>),
    json: bool,
    printer: &Printer,
) -> Result<()> {
    let report = Drawn {
        path: &path.display().to_string(),
        width,
        height,
        frames,
        program: PROGRAM,
        orders: shown.orders.iter().map(|shown| &shown.origin).collect(),
    };
    printer.report(json, &report, || {
        let orders = counted(shown.orders.len() as u64, "order");
        let frames = frames.map_or_else(String::new, |frames| format!("{frames} frames of "));
        format!("{orders}, {frames}{width}x{height} px: {}", report.path)
    })
}
