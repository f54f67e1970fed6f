//! `plot`
//!
//! One file for each kind of thing that is drawn; which kind it is, the files
//! say by their endings.

mod orders;

use std::process::ExitCode;

use crate::args::PlotArgs;
use crate::failure::Failure;
use crate::printer::Printer;

pub(crate) fn run(args: &PlotArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    orders::run(args, printer)
}
