//! `train-classifier`

use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::{HumanCount, ProgressBar};
use orders_datasets::{PatchCodebook, TokenFileOptions, TokenSet};
use orders_model::train::{ClassifierProgress, ClassifierRecipe, ClassifierTraining, TrainError};
use serde::Serialize;

use crate::args::TrainClassifierArgs;
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::single_file::SingleFile;
use crate::{interrupt, memory, settings};

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

fn tokens(path: &Path) -> Result<TokenSet> {
    TokenSet::read(path, &TokenFileOptions::default()).map_err(Failure::bad_input)
}

pub(crate) fn run(args: &TrainClassifierArgs, printer: &Printer) -> Result<()> {
    if !settings::device(&args.device)?.is_cpu() {
        return Err(Failure::input(
            "--device: a classifier is trained on the cpu only",
        ));
    }
    let recipe = ClassifierRecipe {
        seed: args.seed,
        epochs: args.epochs,
        batch: args.batch,
        learning_rate: args.learning_rate,
    };
    let target = SingleFile::out(&args.out, "safetensors", args.written.force)?;
    let codebook = PatchCodebook::read(&args.tokenizer)
        .map_err(|error| Failure::input_at("--tokenizer", &error))?;
    let held_out = tokens(&args.held_out)?;
    let images = tokens(&args.tokens)?;
    let sets = [(&images, &args.tokens), (&held_out, &args.held_out)];
    let of_unknown = sets
        .into_iter()
        .filter(|(set, _)| set.tokenizer_identity().is_none());
    let of_unknown: Vec<&PathBuf> = of_unknown.map(|(_, path)| path).collect();
    let training = ClassifierTraining::new(recipe, images, codebook);
    let training = training.map_err(|error| failure(&args.tokens, &error))?;
    let bad_held_out = |error: TrainError| failure(&args.held_out, &error);
    training.check(&held_out).map_err(bad_held_out)?;
    for path in of_unknown {
        printer.note(&format!(
            "tokens are taken as they are: {} doesn't say which tokenizer they are of",
            path.display()
        ));
    }
    let classes = training.classes();
    let pool = settings::thread_pool(&args.threads, printer)?;
    pool.install(|| {
        let checked = training.check_memory(memory::limit());
        checked.map_err(|error| failure(&args.tokens, &error))
    })?;
    interrupt::catch()?;
    let start = Instant::now();
    let mut seconds = 0.0;
    let bar = printer.progress(training.last_step(), "updates");
    let mut of_held_out: Option<ProgressBar> = None;
    let mut trained = pool.install(|| {
        let trained = training.finish(&held_out, |progress| {
            match progress {
                ClassifierProgress::Updates(done, loss) => {
                    seconds = start.elapsed().as_secs_f64();
                    bar.set_position(done);
                    if let Some(loss) = loss {
                        bar.set_message(format!("loss {loss:.4}"));
                    }
                }
                ClassifierProgress::HeldOut(done) => {
                    bar.finish_and_clear();
                    let images = held_out.len() as u64;
                    of_held_out
                        .get_or_insert_with(|| printer.progress(images, "held-out images"))
                        .set_position(done as u64);
                }
            }
            interrupt::flow()
        });
        trained.map_err(|error| failure(&args.tokens, &error))
    })?;
    if let Some(bar) = of_held_out {
        bar.finish_and_clear();
    }
    let program = ("program".to_owned(), PROGRAM.to_owned());
    trained.metadata.extend([program]);
    target.write_tensors(&trained.tensors, &trained.metadata)?;
    let report = Report {
        path: args.out.display().to_string(),
        classes,
        updates: trained.updates,
        loss: trained.loss,
        held_out_accuracy: trained.accuracy,
        held_out_images: held_out.len(),
        seconds,
        images_per_second: (trained.updates * args.batch as u64) as f64 / seconds,
    };
    printer.report(args.written.json, &report, || format!(
            "{:.2} % of {} held-out images assigned to their class, loss {:.4} nats, {} updates in {seconds:.1} s, {:.0} images a second: {}",
            100.0 * report.held_out_accuracy,
            HumanCount(report.held_out_images as u64),
            report.loss,
            HumanCount(report.updates),
            report.images_per_second,
            report.path
        ))
}

/// What an error means to the user; `data` is where the tokens are from.
fn failure(data: &Path, error: &TrainError) -> Failure {
    match error {
        TrainError::Data(_) => Failure::input_at(data.display(), error),
        TrainError::Recipe(error) => {
            Failure::input(format!("--{}", error.to_string().replace('_', "-")))
        }
        TrainError::BatchMemory { batch, source } => {
            Failure::input(format!("--batch {batch} {source}"))
        }
        TrainError::Stopped => Failure::Interrupted,
        _ => Failure::work(error),
    }
}
