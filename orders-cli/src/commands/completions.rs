//! `completions`

use crate::args::{CompletionsArgs, definition};
use crate::failure::Result;
use crate::printer::Printer;

pub(crate) fn run(args: &CompletionsArgs, printer: &Printer) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut definition(), "orders-cli", &mut script);
    printer.result_bytes(&script)
}
