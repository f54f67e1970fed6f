//! `train-classifier`

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use indicatif::HumanCount;
use orders_datasets::{PatchCodebook, TokenFileOptions, TokenSet};
use orders_model::checkpoint::write_safetensors;
use orders_model::train::{ClassifierRecipe, ClassifierTraining, TrainError};
use serde::Serialize;

use crate::args::TrainClassifierArgs;
use crate::failure::Failure;
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::single_file::SingleFile;
use crate::{interrupt, settings};

/// What the file says it is.
const FORMAT: &str = "orders classifier";

/// What was made, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    classes: usize,
    updates: u64,
    /// At the end, averaged over updates, in nats for each image.
    loss: f64,
    held_out_accuracy: f64,
    held_out_images: usize,
    seconds: f64,
    images_per_second: f64,
}

pub(crate) fn run(args: &TrainClassifierArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    let recipe = ClassifierRecipe {
        seed: args.seed,
        epochs: args.epochs,
        batch: args.batch,
        learning_rate: args.learning_rate,
    };
    if args.out.extension() != Some("safetensors".as_ref()) {
        return Err(Failure::input(format!(
            "--out {} does not end in .safetensors",
            args.out.display()
        )));
    }
    let target = SingleFile::new(&args.out, args.force)?;
    let codebook = PatchCodebook::read(&args.tokenizer)
        .map_err(|error| Failure::input_at("--tokenizer", &error))?;
    let tokenizer = codebook.tokenizer_id();
    let held_out = tokens(&args.held_out)?;
    let training = ClassifierTraining::new(recipe, tokens(&args.tokens)?, codebook);
    let mut training = training.map_err(|error| failure(&args.tokens, &error))?;
    let bad_held_out = |error: TrainError| failure(&args.held_out, &error);
    training.check(&held_out).map_err(bad_held_out)?;
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads)?;
    let start = Instant::now();
    let loss = pool.install(|| train(args, &mut training, printer))?;
    let seconds = start.elapsed().as_secs_f64();
    let progress = printer.progress(held_out.len() as u64, "held-out images");
    let accuracy = pool.install(|| {
        let done = |images| progress.set_position(images as u64);
        training.accuracy(&held_out, done).map_err(bad_held_out)
    })?;
    progress.finish_and_clear();
    interrupt::check()?;

    let updates = training.step_count();
    let recipe = serde_json::to_string(&recipe).map_err(|error| Failure::work(&error))?;
    let about = BTreeMap::from(
        [
            ("format", FORMAT.to_owned()),
            ("program", PROGRAM.to_owned()),
            ("recipe", recipe),
            ("data_sha256", training.data_digest().to_owned()),
            ("tokenizer", tokenizer),
            ("updates", updates.to_string()),
            ("held_out_accuracy", accuracy.to_string()),
            ("held_out_images", held_out.len().to_string()),
        ]
        .map(|(key, value)| (key.to_owned(), value)),
    );
    let tensors = training.tensors().map_err(|error| Failure::work(&error))?;
    let mut bytes = Vec::new();
    write_safetensors(&mut bytes, &tensors, &about).map_err(|error| Failure::work(&error))?;
    target.write(&bytes)?;
    let report = Report {
        path: args.out.display().to_string(),
        classes: training.classes(),
        updates,
        loss,
        held_out_accuracy: accuracy,
        held_out_images: held_out.len(),
        seconds,
        images_per_second: (updates * args.batch as u64) as f64 / seconds,
    };
    if args.json {
        printer.result_json(&report)?;
    } else {
        printer.result(&format!(
            "{:.2} % of {} held-out images assigned to their class, loss {:.4} nats, {} updates in {seconds:.1} s, {:.0} images a second: {}",
            100.0 * accuracy,
            HumanCount(report.held_out_images as u64),
            loss,
            HumanCount(updates),
            report.images_per_second,
            report.path
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// All updates. The loss is an average in which the last updates count most.
fn train(
    args: &TrainClassifierArgs,
    training: &mut ClassifierTraining,
    printer: &Printer,
) -> Result<f64, Failure> {
    let progress = printer.progress(training.last_step(), "updates");
    let mut loss = None;
    while !training.is_done() {
        interrupt::check()?;
        let report = training
            .step()
            .map_err(|error| failure(&args.tokens, &error))?;
        let smoothed = loss.map_or(report.loss, |loss| 0.98 * loss + 0.02 * report.loss);
        loss = Some(smoothed);
        progress.set_position(report.step);
        progress.set_message(format!("loss {smoothed:.4}"));
    }
    progress.finish_and_clear();
    Ok(loss.unwrap_or_default())
}

fn tokens(path: &Path) -> Result<TokenSet, Failure> {
    TokenSet::read(path, &TokenFileOptions::default()).map_err(|error| Failure::bad_input(&error))
}

/// What an error means to the user; `data` is where the tokens are from.
fn failure(data: &Path, error: &TrainError) -> Failure {
    match error {
        TrainError::Data(_) => Failure::input_at(data.display(), error),
        TrainError::Recipe(error) => {
            Failure::input(format!("--{}", error.to_string().replace('_', "-")))
        }
        _ => Failure::work(error),
    }
}
