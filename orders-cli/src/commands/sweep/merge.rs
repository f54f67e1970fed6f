//! `sweep merge`

use std::process::ExitCode;

use orders_analysis::sweep;
use serde::Serialize;

use super::failure;
use crate::args::SweepMergeArgs;
use crate::failure::Failure;
use crate::output::PROGRAM;
use crate::printer::Printer;

/// What was done, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    trials: usize,
    folders: usize,
}

pub(crate) fn run(args: &SweepMergeArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    let merged = sweep::merge(&args.folders, &args.out, PROGRAM).map_err(failure)?;
    sweep::write_tables(&merged).map_err(failure)?;
    let report = Report {
        path: args.out.display().to_string(),
        trials: merged.plan().trials().len(),
        folders: args.folders.len(),
    };
    if args.json {
        printer.result_json(&report)?;
    } else {
        let Report {
            path,
            trials,
            folders,
        } = report;
        printer.result(&format!("{trials} trials of {folders} folders: {path}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
