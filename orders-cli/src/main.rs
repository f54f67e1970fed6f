//! The program `orders-cli`, with the methods that come with it.

use std::process::ExitCode;

fn main() -> ExitCode {
    orders_cli::run(orders_core::Catalogue::standard())
}
