//! `animate`

use std::path::Path;

use orders_figures::{Animation, AnimationOptions, FigureError, Panel, animation};

use super::{drawn, figure_failure};
use orders_core::Catalogue;

use crate::args::AnimateArgs;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::OrdersShown;
use crate::single_file::SingleFile;

/// Encodes all frames.
type Encode = fn(&Animation<'_>) -> Result<Vec<u8>, FigureError>;

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
        title: shown.title(),
        frames_per_second: args.fps,
        end_pause_seconds: args.pause,
        most_frames: args.frames,
    };
    let moving = animation(&panels, &options)
        .map_err(figure_failure)?
        .made_by(shown.origin_text()?);
    let content = encode(&moving).map_err(figure_failure)?;
    printer.notes(&shown.notes);
    file.write(&content)?;
    let (size, frames) = (moving.size(), Some(moving.frames()));
    drawn(
        &shown,
        (&args.out, size, frames),
        args.written.json,
        printer,
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
