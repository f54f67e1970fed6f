//! `plot`
//!
//! One file for each kind of thing that is drawn; which kind it is, the files
//! say by their endings.

mod csv;
mod orders;

use orders_core::Catalogue;

use crate::args::PlotArgs;
use crate::failure::{Failure, Result};
use crate::output;
use crate::printer::Printer;

pub(crate) fn run(args: &PlotArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let is_csv = |file: &std::path::PathBuf| output::ends_with(file, "csv");
    let files = &args.orders.files;
    if files.iter().any(is_csv) {
        if let Some(other) = files.iter().find(|file| !is_csv(file)) {
            return Err(Failure::input(format!(
                "{} is no CSV file; orders and tables don't go on one picture",
                other.display()
            )));
        }
        return csv::run(args, printer);
    }
    orders::run(args, catalogue, printer)
}
