//! `sweep merge`

use orders_analysis::sweep;
use serde::Serialize;

use super::failure;
use crate::args::SweepMergeArgs;
use crate::failure::Result;
use crate::output::PROGRAM;
use crate::printer::Printer;

/// What was done, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    trials: usize,
    folders: usize,
}

pub(crate) fn run(args: &SweepMergeArgs, printer: &Printer) -> Result<()> {
    let merged = sweep::merge(&args.folders, &args.out, PROGRAM).map_err(failure)?;
    sweep::write_tables(&merged).map_err(failure)?;
    let report = Report {
        path: args.out.display().to_string(),
        trials: merged.plan().trials().len(),
        folders: args.folders.len(),
    };
    printer.report(args.json, &report, || {
        let (trials, folders) = (report.trials, report.folders);
        format!("{trials} trials of {folders} folders: {}", report.path)
    })
}
