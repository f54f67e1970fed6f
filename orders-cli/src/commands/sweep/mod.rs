//! `sweep` and what belongs to it, one file each.

mod compared;
mod correlate;
#[cfg(feature = "model")]
mod judge;
mod plot;
mod report;
mod run;
mod status;
mod table;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use orders_analysis::experiment::{
    self, ExperimentError, Measures, PooledPoint, PooledResults, ResultsError, ResultsFolder, Tools,
};
use serde::Serialize;

use crate::args::{SweepArgs, SweepCommand, SweepMergeArgs, WhereArgs};
use crate::experiment::Catalogues;
use crate::failure::{Failure, Result};
use crate::folder_lock;
use crate::output::PROGRAM;
use crate::printer::Printer;

pub(crate) fn run(
    args: &SweepArgs,
    command_line: &[OsString],
    catalogues: &Catalogues,
    printer: &Printer,
) -> Result<()> {
    let measures = &catalogues.measures;
    match (&args.command, &args.file, &args.out) {
        (Some(SweepCommand::Merge(args)), ..) => merge(args, catalogues, printer),
        (Some(SweepCommand::Correlate(args)), ..) => correlate::run(args, measures, printer),
        (Some(SweepCommand::Plot(args)), ..) => plot::run(args, measures, printer),
        (Some(SweepCommand::Report(args)), ..) => report::run(args, measures, printer),
        (Some(SweepCommand::Status(args)), ..) => status::run(args, catalogues, printer),
        (Some(SweepCommand::Table(args)), ..) => table::run(args, measures, printer),
        (None, Some(file), Some(out)) => {
            run::run(args, command_line, (file, out), catalogues, printer)
        }
        (None, ..) => Err(Failure::input(
            "a sweep file and --out are needed, or one of correlate, merge, plot, report, status, table",
        )),
    }
}

/// The finished results of a folder that flags choose, and the title of the sweep.
fn chosen(
    folder: &Path,
    filter: &WhereArgs,
    measures: &Measures,
) -> Result<(String, PooledResults)> {
    let folder = ResultsFolder::open(folder)?;
    let results = PooledResults::open(&folder, measures)?;
    if results.points().len() == 0 {
        return Err(Failure::input(format!(
            "{} has parts of trials alone; 'sweep merge' joins them with those of other shards",
            folder.path().display()
        )));
    }
    let wanted = filter.wanted.iter().map(|text| {
        let pair = text.split_once('=');
        let pair = pair.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        pair.ok_or_else(|| {
            Failure::input(format!("--where {text}: there is no '='; write KEY=VALUE"))
        })
    });
    let wanted: Vec<_> = wanted.collect::<Result<_, _>>()?;
    let results = results.having(&wanted);
    Ok((
        folder.plan().title().to_owned(),
        results.map_err(at("--where"))?,
    ))
}

/// The settings that tell points apart. Where each number of steps has one list of sizes, as
/// in a folder of `eval`, the steps say it shorter.
fn varying(results: &PooledResults) -> Result<Vec<String>> {
    let mut names = results.varying().map_err(Failure::work)?;
    let is_list = |sizes: &str| sizes.chars().all(|c| c.is_ascii_digit() || c == ' ');
    let mut lists = BTreeMap::new();
    let mut is_told = |point: PooledPoint<'_>| {
        let sizes = point.setting("sizes").filter(|sizes| is_list(sizes))?;
        let list = lists.entry((point.setting("grid"), point.steps()));
        (*list.or_insert_with(|| sizes.clone()) == sizes).then_some(())
    };
    let is_told = results.points().all(|point| is_told(point).is_some());
    if is_told && names.iter().any(|name| name == "steps") {
        names.retain(|name| name != "sizes");
    }
    Ok(names)
}

/// Why results can't be taken so, where a flag asks for them.
fn at(flag: &str) -> impl Fn(ResultsError) -> Failure {
    move |error| match error {
        ResultsError::Folder(error) => error.into(),
        ResultsError::Statistics(_) | ResultsError::Table(_) => Failure::work(error),
        error => Failure::input_at(flag, &error),
    }
}

/// What was done, for `--json`.
#[derive(Serialize)]
struct Merged {
    path: String,
    trials: usize,
    folders: usize,
}

/// `sweep merge`
fn merge(args: &SweepMergeArgs, catalogues: &Catalogues, printer: &Printer) -> Result<()> {
    let tools = Tools {
        catalogue: &catalogues.methods,
        measures: &catalogues.measures,
        judges: &[],
        listed: &[],
    };
    let _lock = match args.out.is_dir() {
        true => Some(folder_lock::take(&args.out)?),
        false => None,
    };
    let merged = experiment::merge(&args.folders, &args.out, &tools, PROGRAM);
    let merged = merged.map_err(|error| match error {
        missing @ (ExperimentError::Missing { .. } | ExperimentError::NoFolder { .. }) => {
            let failure = Failure::from(missing);
            match status::unfinished(&args.folders, &tools) {
                Ok(Some(words)) => failure.with_hint(&words),
                _ => failure,
            }
        }
        error => error.into(),
    })?;
    experiment::write_tables(&merged, tools.measures)?;
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
