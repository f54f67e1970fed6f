//! The program `orders-cli`, as the package brings it.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::catalogue::catalogue;

/// Runs a command line, the program's name first, and gives the exit status.
#[pyfunction]
pub(crate) fn run_program(py: Python<'_>, command_line: Vec<OsString>) -> u8 {
    let catalogue = catalogue();
    py.detach(|| orders_cli::run_command_line(catalogue, command_line))
}
