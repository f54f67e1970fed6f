//! `sweep` and what belongs to it, one file each.

mod compared;
#[cfg(feature = "model")]
mod judge;
mod plot;
mod run;
mod table;

use std::path::Path;

use orders_analysis::sweep::{self, Plan, PooledResults, SweepError, SweepFolder};
use orders_core::Catalogue;
use serde::Serialize;

use crate::args::{SweepArgs, SweepCommand, SweepMergeArgs, WhereArgs};
use crate::failure::{Failure, Result, with_sources};
use crate::output::PROGRAM;
use crate::printer::Printer;

pub(crate) fn run(args: &SweepArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    match (&args.command, &args.file, &args.out) {
        (Some(SweepCommand::Merge(args)), ..) => merge(args, printer),
        (Some(SweepCommand::Plot(args)), ..) => plot::run(args, printer),
        (Some(SweepCommand::Table(args)), ..) => table::run(args, printer),
        (None, Some(file), Some(out)) => run::run(args, (file, out), catalogue, printer),
        (None, ..) => Err(Failure::input(
            "a sweep file and --out are needed, or one of merge, plot, table",
        )),
    }
}

fn failure(error: SweepError) -> Failure {
    let words = with_sources(&error);
    match error.is_input() {
        true => Failure::Input(words),
        false => Failure::Work(words),
    }
}

/// The finished results of a folder that flags choose, and the plan.
fn chosen(folder: &Path, filter: &WhereArgs) -> Result<(Plan, PooledResults)> {
    let folder = SweepFolder::open(folder).map_err(failure)?;
    let results = folder.results().map_err(failure)?;
    let results = PooledResults::new(results.into_iter().map(|(trial, r)| (trial.clone(), r)));
    let wanted = filter.wanted.iter().map(|text| {
        let pair = text.split_once('=');
        let pair = pair.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        pair.ok_or_else(|| {
            Failure::input(format!("--where {text}: there is no '='; write KEY=VALUE"))
        })
    });
    let wanted: Vec<_> = wanted.collect::<Result<_, _>>()?;
    let results = results
        .having(&wanted)
        .map_err(|error| Failure::input_at("--where", &error))?;
    Ok((folder.plan().clone(), results))
}

/// What was done, for `--json`.
#[derive(Serialize)]
struct Merged {
    path: String,
    trials: usize,
    folders: usize,
}

/// `sweep merge`
fn merge(args: &SweepMergeArgs, printer: &Printer) -> Result<()> {
    let merged = sweep::merge(&args.folders, &args.out, PROGRAM).map_err(failure)?;
    sweep::write_tables(&merged).map_err(failure)?;
    let report = Merged {
        path: args.out.display().to_string(),
        trials: merged.plan().trials().len(),
        folders: args.folders.len(),
    };
    printer.report(args.json, &report, || {
        let (trials, folders) = (report.trials, report.folders);
        format!("{trials} trials of {folders} folders: {}", report.path)
    })
}
