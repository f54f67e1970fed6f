//! `optimize`

mod order;
mod sizes;
mod thresholds;

use std::process::ExitCode;

use crate::args::{OptimizeArgs, OptimizeCommand};
use crate::failure::Failure;
use crate::printer::Printer;

pub(crate) fn run(args: &OptimizeArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    match &args.what {
        OptimizeCommand::Sizes(args) => sizes::run(args, printer),
        OptimizeCommand::Order(args) => order::run(args, printer),
        OptimizeCommand::Thresholds(args) => thresholds::run(args, printer),
    }
}
