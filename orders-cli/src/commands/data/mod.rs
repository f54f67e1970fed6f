//! `data`, one file for each of its commands.

mod codebook;
mod import;
mod info;
mod prepare;
mod preview;
mod progress_folder;
mod tokenize;

use std::path::Path;

use orders_datasets::{CodebookError, LeftOut, NamedSource, cache_files};

use crate::args::{DataArgs, DataCommand};
use crate::failure::{Failure, Result};
use crate::printer::Printer;

pub(crate) fn run(args: &DataArgs, printer: &Printer) -> Result<()> {
    match &args.command {
        DataCommand::Info(args) => info::run(args, printer),
        DataCommand::Prepare(args) if is_cache(&args.images.source)? => import::run(args, printer),
        DataCommand::Prepare(args) => prepare::run(args, printer),
        DataCommand::Preview(args) => preview::run(args, printer),
    }
}

/// Whether a folder holds token caches of other programs.
fn is_cache(source: &Path) -> Result<bool> {
    if !source.is_dir() {
        return Ok(false);
    }
    let cache = cache_files(source).map_err(Failure::bad_input)?;
    Ok(!cache.files.is_empty())
}

/// Says what of a source was left out.
pub(in crate::commands) fn tell_left_out(sources: &[NamedSource], printer: &Printer) {
    note_left_out(sources.iter().flat_map(|source| &source.left_out), printer);
}

fn note_left_out<'a>(all: impl IntoIterator<Item = &'a LeftOut>, printer: &Printer) {
    for left_out in all {
        printer.note(&format!("left out: {left_out}"));
    }
}

/// Why the image at a place has no tokens of a codebook.
fn encode_failure(place: &str, error: &CodebookError) -> Failure {
    match *error {
        CodebookError::Channels { channels, expected } => Failure::input(format!(
            "{place} is {}, but the codebook is of {} images; --colour {} makes all images so",
            colour(channels),
            colour(expected),
            flag(expected),
        )),
        _ => Failure::input_at(place, error),
    }
}

/// What images with so many channels are, in words.
fn colour(channels: u8) -> &'static str {
    if channels == 1 { "grey" } else { "RGB" }
}

/// What '--colour' takes for so many channels.
fn flag(channels: u8) -> &'static str {
    if channels == 1 { "grey" } else { "rgb" }
}

/// PSNR in words.
fn decibels(psnr: orders_datasets::Psnr) -> String {
    match psnr.decibels() {
        Some(decibels) => format!("{decibels:.2} dB"),
        None => "no loss".into(),
    }
}
