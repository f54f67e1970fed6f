//! Makes, checks and converts generation orders for parallel autoregressive
//! image models.

mod args;
mod bounded_file;
mod commands;
mod description;
mod digest;
mod failure;
mod folder;
mod interrupt;
mod names;
mod numbers;
mod order_file;
mod output;
mod picture_file;
mod printer;
mod settings;
mod single_file;
mod token_file;
mod token_images;

use std::process::ExitCode;

use args::Command;
use printer::Printer;

fn main() -> ExitCode {
    let (command, printer) = match args::parse() {
        Ok(args) => (args.command, Printer::new(args.quiet)),
        Err(exit) => return exit,
    };
    let result = match &command {
        Command::Gen(args) => commands::generate::run(args, &printer),
        Command::Schedule(args) => commands::schedule::run(args, &printer),
        Command::Check(args) => commands::check::run(args, &printer),
        Command::Inspect(args) => commands::inspect::run(args, &printer),
        Command::Convert(args) => commands::convert::run(args, &printer),
        Command::Plot(args) => commands::plot::run(args, &printer),
        Command::Animate(args) => commands::animate::run(args, &printer),
        Command::Analyze(args) => commands::analyze::run(args, &printer),
        Command::Optimize(args) => commands::optimize::run(args, &printer),
        Command::Sweep(args) => commands::sweep::run(args, &printer),
        Command::Features(args) => commands::features::run(args, &printer),
        Command::Tokenize(args) => commands::tokenize::run(args, &printer),
        Command::Detokenize(args) => commands::detokenize::run(args, &printer),
        Command::Train(args) => commands::train::run(args, &printer),
        Command::TrainClassifier(args) => commands::train_classifier::run(args, &printer),
        Command::Sample(args) => commands::sample::run(args, &printer),
        Command::Score(args) => commands::score::run(args, &printer),
        Command::Eval(args) => commands::eval::run(args, &printer),
        Command::Bench(args) => commands::bench::run(args, &printer),
        Command::Distance(args) => commands::distance::run(args, &printer),
        Command::Methods(args) => commands::methods::run(args, &printer),
        Command::Data(args) => commands::data::run(args, &printer),
        Command::Completions(args) => commands::completions::run(args, &printer),
    };
    match result {
        Ok(exit) => exit,
        Err(failure) => failure.report(&printer),
    }
}
