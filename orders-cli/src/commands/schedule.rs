//! `schedule`

use std::process::ExitCode;

use orders_core::Catalogue;

use crate::args::{ScheduleArgs, ThresholdArgs};
use crate::failure::Failure;
use crate::printer::Printer;
use crate::settings::Task;

pub(crate) fn run(
    args: &ScheduleArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let task = Task::new(
        catalogue,
        &args.grid,
        &args.known,
        &args.sizes,
        &args.method,
        &args.set,
        &ThresholdArgs::default(),
    )?;
    for note in &task.notes {
        printer.note(note);
    }
    let sizes = task.problem.group_sizes().as_slice();
    if args.json {
        printer.result_json(&sizes)?;
    } else {
        let words: Vec<String> = sizes.iter().map(u32::to_string).collect();
        printer.result(&words.join(","))?;
    }
    Ok(ExitCode::SUCCESS)
}
