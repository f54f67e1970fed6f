//! `animate`

use std::path::Path;

use orders_figures::{Animation, AnimationOptions, FigureError, Panel, animation};
use serde::Serialize;

use super::figure_failure;
use orders_core::Catalogue;

use crate::args::AnimateArgs;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output;
use crate::printer::Printer;
use crate::settings::{OrdersShown, Origin};
use crate::single_file::SingleFile;

/// Encodes all frames.
type Encode = fn(&Animation<'_>) -> Result<Vec<u8>, FigureError>;

/// What was drawn, for `--json`.
#[derive(Serialize)]
struct Report<'a> {
    path: &'a str,
    width: u32,
    height: u32,
    frames: usize,
    program: &'static str,
    orders: Vec<&'a Origin>,
}

pub(crate) fn run(args: &AnimateArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let encode = encoding(&args.out)?;
    let file = SingleFile::new(&args.out, args.written.force)?;
    let shown = OrdersShown::new(catalogue, &args.orders)?;
    let panels: Vec<Panel<'_>> = shown
        .orders
        .iter()
        .map(|shown| Panel::new(&shown.label, &shown.order))
        .collect();
    let options = AnimationOptions {
        title: match &args.orders.title {
            Some(title) => title.clone(),
            None => shown.title(),
        },
        frames_per_second: args.fps,
        end_pause_seconds: args.pause,
        most_frames: args.frames,
    };
    let moving = animation(&panels, &options)
        .map_err(figure_failure)?
        .made_by(shown.origin_text()?);
    let content = encode(&moving).map_err(figure_failure)?;
    for note in &shown.notes {
        printer.note(note);
    }
    file.write(&content)?;
    let ((width, height), frames) = (moving.size(), moving.frames());
    let path = args.out.display().to_string();
    printer.report(
        args.written.json,
        &Report {
            path: &path,
            width,
            height,
            frames,
            program: output::PROGRAM,
            orders: shown.origins(),
        },
        || {
            let orders = counted(shown.orders.len() as u64, "order");
            format!("{orders}, {frames} frames of {width}x{height} px: {path}")
        },
    )
}

fn encoding(path: &Path) -> Result<Encode> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("gif") => Ok(|moving| moving.to_gif()),
        Some("png" | "apng") => Ok(|moving| moving.to_apng()),
        _ => Err(Failure::input(format!(
            "--out {} ends in neither .gif, .png nor .apng",
            path.display()
        ))),
    }
}
