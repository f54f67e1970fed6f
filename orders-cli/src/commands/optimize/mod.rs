//! `optimize`

mod aim;
mod order;
mod sizes;
mod thresholds;

use orders_core::Catalogue;

use crate::args::{OptimizeArgs, OptimizeCommand};
use crate::failure::Result;
use crate::printer::Printer;

pub(crate) fn run(args: &OptimizeArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    match &args.what {
        OptimizeCommand::Sizes(args) => sizes::run(args, catalogue, printer),
        OptimizeCommand::Order(args) => order::run(args, catalogue, printer),
        OptimizeCommand::Thresholds(args) => thresholds::run(args, catalogue, printer),
    }
}
