//! `sweep status`

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use orders_analysis::experiment::{self, ExperimentError, FolderStatus, ResultsFolder, Tools};
use orders_core::files::FolderLock;
use serde::Serialize;

use crate::args::SweepStatusArgs;
use crate::experiment::Catalogues;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::shards;

/// How far a folder is, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    shard: String,
    done: usize,
    trials: usize,
    share: f64,
    /// Who is at work there.
    holder: Option<String>,
    /// Seconds that are left at the pace so far, where somebody is at work.
    seconds_left: Option<u64>,
}

pub(super) fn run(
    args: &SweepStatusArgs,
    catalogues: &Catalogues,
    printer: &Printer,
) -> Result<()> {
    let tools = Tools {
        catalogue: &catalogues.methods,
        measures: &catalogues.measures,
        judges: &[],
        listed: &[],
    };
    let mut reports = Vec::new();
    for path in &args.folders {
        for folder in folders(path)? {
            reports.push(report(&folder, &tools)?);
        }
    }
    if args.json {
        return printer.result_json(&reports);
    }
    for report in &reports {
        printer.result(&report.words())?;
    }
    let (done, all) = (
        reports.iter().filter(|report| report.is_done()).count(),
        reports.len(),
    );
    match all {
        1 => Ok(()),
        all => printer.result(&format!("{done} of {all} folders are done")),
    }
}

/// A folder of results, or those of the shards in a folder of `--slurm`.
fn folders(path: &Path) -> Result<Vec<PathBuf>> {
    if !path.join("array.sh").is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error| Failure::unreadable(path.display(), &error);
    let mut shards = Vec::new();
    for entry in fs_err::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|name| name.strip_prefix("shard-"));
        if let Some(number) = number.and_then(|number| number.parse::<usize>().ok()) {
            shards.push((number, entry.path()));
        }
    }
    if shards.is_empty() {
        return Err(Failure::input(format!(
            "{}: no shard has begun yet",
            path.display()
        )));
    }
    shards.sort();
    Ok(shards.into_iter().map(|(_, path)| path).collect())
}

fn report(path: &Path, tools: &Tools<'_>) -> Result<Report> {
    let folder = ResultsFolder::open(path)?;
    let status = experiment::status(&folder, tools)?;
    let holder = FolderLock::holder(path);
    let left = holder.as_ref().and_then(|_| time_left(&status));
    Ok(Report {
        path: path.display().to_string(),
        shard: folder.shard().to_string(),
        done: status.done,
        trials: status.trials,
        share: status.share,
        holder,
        seconds_left: left.map(|left| left.as_secs()),
    })
}

/// What is left at the pace since the folder was begun; nothing is known at the beginning.
fn time_left(status: &FolderStatus) -> Option<Duration> {
    // A clock that went back says nothing.
    let spent = SystemTime::now().duration_since(status.begun).ok()?;
    let left = (1.0 - status.share) / status.share;
    (status.share > 0.0).then(|| spent.mul_f64(left.clamp(0.0, 1e6)))
}

impl Report {
    fn is_done(&self) -> bool {
        self.done == self.trials
    }

    fn words(&self) -> String {
        let Self {
            path,
            done,
            trials,
            share,
            ..
        } = self;
        let mut words = format!("{path}: ");
        if self.shard != "1/1" {
            words.push_str(&format!("shard {}, ", self.shard));
        }
        words.push_str(&format!(
            "{done} of {trials} trials, {:.0} %",
            (100.0 * share).floor()
        ));
        match (&self.holder, self.seconds_left) {
            (Some(holder), Some(left)) => words.push_str(&format!(
                "; {holder} is at work, about {} left",
                crate::description::duration(left)
            )),
            (Some(holder), None) => words.push_str(&format!("; {holder} is at work")),
            (None, _) if self.is_done() => words.push_str("; done"),
            (None, _) => words.push_str("; nobody is at work"),
        }
        words
    }
}

/// Which shards of those that belong together are not there or not done, in words; `None`
/// if there are none, or the folders are no shards.
pub(super) fn unfinished(
    paths: &[PathBuf],
    tools: &Tools<'_>,
) -> Result<Option<String>, ExperimentError> {
    let mut count = 1;
    let mut done = Vec::new();
    for path in paths {
        let folder = match ResultsFolder::open(path) {
            // It was never begun.
            Err(ExperimentError::NoFolder { .. }) => continue,
            folder => folder?,
        };
        count = count.max(folder.shard().count());
        if experiment::status(&folder, tools)?.is_done() {
            done.push(folder.shard().number());
        }
    }
    let left: Vec<usize> = (1..=count)
        .filter(|number| !done.contains(number))
        .collect();
    if count == 1 || left.is_empty() {
        return Ok(None);
    }
    Ok(Some(shards::again(&left, count, paths)))
}
