//! `optimize`

mod order;
mod sizes;
mod thresholds;

use std::process::ExitCode;

use orders_core::Catalogue;

use crate::args::{OptimizeArgs, OptimizeCommand};
use crate::failure::Failure;
use crate::printer::Printer;

pub(crate) fn run(
    args: &OptimizeArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    match &args.what {
        OptimizeCommand::Sizes(args) => sizes::run(args, catalogue, printer),
        OptimizeCommand::Order(args) => order::run(args, catalogue, printer),
        OptimizeCommand::Thresholds(args) => thresholds::run(args, catalogue, printer),
    }
}
