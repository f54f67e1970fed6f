//! Makes, checks and converts generation orders for parallel autoregressive image
//! models: the program `orders-cli` as a library, so that a program of one's own has
//! all its commands for its own methods.
//!
//! ```no_run
//! use orders_core::Catalogue;
//! use std::process::ExitCode;
//!
//! fn main() -> ExitCode {
//!     orders_cli::run(Catalogue::standard())
//! }
//! ```
//!
//! That is the program as it is. `examples/own_program.rs` registers a method first.
//!
//! # Features
//!
//! | feature | brings |
//! |---|---|
//! | none | `gen`, `schedule`, `methods`, `check`, `inspect`, `convert`, `plot`, `animate`, `completions`, `man` |
//! | `analyze` | `explore`, `analyze` and `optimize` (faer) |
//! | `tables` | `sweep` (polars), and what `analyze` brings |
//! | `model` | all that runs a model or reads images (candle), and what `analyze` brings |
//! | `full` | everything: these, and `eval` and `attention` |
//! | `cuda`, `cudnn`, `metal` | devices for `model` |
//! | `mpi` | `train --mpi`, over processes (needs an MPI library) |

mod args;
mod bounded_file;
mod builds;
mod commands;
mod description;
#[cfg(any(feature = "model", feature = "tables"))]
mod digest;
#[cfg(feature = "tables")]
mod experiment;
mod failure;
#[cfg(feature = "model")]
mod feature_set;
mod folder;
#[cfg(any(feature = "model", feature = "tables"))]
mod folder_lock;
#[cfg(feature = "model")]
mod hub;
mod interrupt;
#[cfg(feature = "model")]
mod memory;
mod numbers;
mod order_file;
mod output;
mod partial_files;
mod picture_file;
mod printer;
mod progress_lines;
mod settings;
#[cfg(any(feature = "model", feature = "tables"))]
mod shards;
#[cfg(feature = "tables")]
mod shell;
mod single_file;
#[cfg(feature = "tables")]
mod slurm;
mod stream;
#[cfg(feature = "model")]
mod token_file;
#[cfg(feature = "model")]
mod token_identity;
#[cfg(feature = "model")]
mod token_images;

use std::ffi::OsString;
use std::process::ExitCode;

#[cfg(feature = "tables")]
use orders_analysis::experiment::Measures;
use orders_core::Catalogue;

use args::Command;
use failure::Result;
use printer::Printer;

pub use output::PROGRAM;

/// Runs the command that this process was started with, for the methods of a catalogue.
/// It prints, and gives the exit status: 0 done, 1 a check said no or the work failed, 2
/// the input was wrong, 130 interrupted.
pub fn run(catalogue: Catalogue) -> ExitCode {
    run_command_line(catalogue, std::env::args_os()).into()
}

/// As [`run`], for a command line that a program has otherwise, its own name first. Gives
/// the exit status as a number.
pub fn run_command_line(
    catalogue: Catalogue,
    command_line: impl IntoIterator<Item = OsString>,
) -> u8 {
    Program {
        methods: catalogue,
        #[cfg(feature = "tables")]
        measures: Measures::standard(),
    }
    .run(command_line.into_iter().collect())
}

/// As [`run`], with measures of one's own for `sweep`, beside
/// [`Measures::standard`](orders_analysis::experiment::Measures::standard).
#[cfg(feature = "tables")]
pub fn run_with_measures(methods: Catalogue, measures: Measures) -> ExitCode {
    let command_line = std::env::args_os().collect();
    Program { methods, measures }.run(command_line).into()
}

/// What can be asked for by name.
struct Program {
    methods: Catalogue,
    #[cfg(feature = "tables")]
    measures: Measures,
}

impl Program {
    fn run(self, command_line: Vec<OsString>) -> u8 {
        let parsed = args::parse(&command_line);
        let printer = Printer::new(parsed.as_ref().is_ok_and(|args| args.quiet));
        let done = interrupt::survive_long_files()
            .and(parsed)
            .and_then(|args| {
                partial_files::remove(&args.command.outputs(), &printer);
                self.run_command(&args.command, &command_line, &printer)
            });
        match done {
            Ok(()) => 0,
            Err(failure) => printer.failure(failure),
        }
    }

    fn run_command(
        self,
        command: &Command,
        command_line: &[OsString],
        printer: &Printer,
    ) -> Result<()> {
        #[cfg(not(any(feature = "tables", feature = "model")))]
        let _ = command_line;
        #[cfg(feature = "tables")]
        let catalogues = experiment::Catalogues::new(self.methods, self.measures)?;
        #[cfg(feature = "tables")]
        let catalogue = &catalogues.methods;
        #[cfg(not(feature = "tables"))]
        let catalogue = &self.methods;
        match command {
            Command::Gen(args) => commands::r#gen::run(args, catalogue, printer),
            Command::Schedule(args) => commands::schedule::run(args, catalogue, printer),
            Command::Check(args) => commands::check::run(args, catalogue, printer),
            Command::Inspect(args) => commands::inspect::run(args, printer),
            Command::Convert(args) => commands::convert::run(args, printer),
            Command::Plot(args) => commands::plot::run(args, catalogue, printer),
            Command::Animate(args) => commands::animate::run(args, catalogue, printer),
            #[cfg(feature = "analyze")]
            Command::Explore(args) => commands::explore::run(args, catalogue, printer),
            Command::Methods(args) => commands::methods::run(args, catalogue, printer),
            #[cfg(feature = "analyze")]
            Command::Analyze(args) => commands::analyze::run(args, printer),
            #[cfg(feature = "analyze")]
            Command::Optimize(args) => commands::optimize::run(args, catalogue, printer),
            #[cfg(feature = "model")]
            Command::Curve(args) => commands::curve::run(args, catalogue, printer),
            #[cfg(feature = "tables")]
            Command::Sweep(args) => commands::sweep::run(args, command_line, &catalogues, printer),
            #[cfg(feature = "model")]
            Command::Features(args) => commands::features::run(args, printer),
            #[cfg(feature = "model")]
            Command::Tokenize(args) => commands::tokenize::run(args, printer),
            #[cfg(feature = "model")]
            Command::Detokenize(args) => commands::detokenize::run(args, printer),
            #[cfg(feature = "model")]
            Command::Train(args) => commands::train::run(args, catalogue, printer),
            #[cfg(feature = "model")]
            Command::TrainClassifier(args) => commands::train_classifier::run(args, printer),
            #[cfg(feature = "model")]
            Command::Sample(args) => commands::sample::run(args, command_line, catalogue, printer),
            #[cfg(feature = "model")]
            Command::Score(args) => commands::score::run(args, catalogue, printer),
            #[cfg(all(feature = "model", feature = "tables"))]
            Command::Eval(args) => commands::eval::run(args, command_line, &catalogues, printer),
            #[cfg(all(feature = "model", feature = "tables"))]
            Command::Attention(args) => commands::attention::run(args, catalogue, printer),
            #[cfg(feature = "model")]
            Command::Bench(args) => commands::bench::run(args, catalogue, printer),
            #[cfg(feature = "model")]
            Command::Distance(args) => commands::distance::run(args, printer),
            #[cfg(feature = "model")]
            Command::Data(args) => commands::data::run(args, printer),
            Command::Completions(args) => commands::completions::run(args, printer),
            Command::Man(args) => commands::man::run(args, printer),
        }
    }
}
