//! `schedule`

use std::process::ExitCode;

use crate::args::ScheduleArgs;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::settings;

pub(crate) fn run(args: &ScheduleArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    let (problem, sizes) = settings::whole_problem(&args.grid, &args.sizes)?;
    if let Some(note) = &sizes.note {
        printer.note(note);
    }
    let sizes = problem.group_sizes().as_slice();
    if args.json {
        printer.result_json(&sizes)?;
    } else {
        let words: Vec<String> = sizes.iter().map(u32::to_string).collect();
        printer.result(&words.join(","))?;
    }
    Ok(ExitCode::SUCCESS)
}
