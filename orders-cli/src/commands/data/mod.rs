//! `data`, one file for each of its commands.

mod codebook;
mod import;
mod info;
mod prepare;
mod preview;
mod progress_folder;
mod tokenize;

use std::path::Path;

use orders_datasets::cache_files;

use crate::args::{DataArgs, DataCommand};
use crate::failure::Result;
use crate::printer::Printer;

pub(crate) fn run(args: &DataArgs, printer: &Printer) -> Result<()> {
    match &args.command {
        DataCommand::Info(args) => info::run(args, printer),
        DataCommand::Prepare(args) if is_cache(&args.images.source) => import::run(args, printer),
        DataCommand::Prepare(args) => prepare::run(args, printer),
        DataCommand::Preview(args) => preview::run(args, printer),
    }
}

/// Whether a folder holds token caches of other programs.
fn is_cache(source: &Path) -> bool {
    source.is_dir() && cache_files(source).is_ok_and(|cache| !cache.files.is_empty())
}

/// PSNR in words.
fn decibels(psnr: orders_datasets::Psnr) -> String {
    match psnr.decibels() {
        Some(decibels) => format!("{decibels:.2} dB"),
        None => "no loss".into(),
    }
}
