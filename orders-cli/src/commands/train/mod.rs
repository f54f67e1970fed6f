//! `train`

mod folder;
mod log;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use indicatif::HumanCount;
use orders_datasets::{TokenFileOptions, TokenSet};
use orders_model::train::{HeldOut, Recipe, TrainError, Training};

use self::folder::Folder;
use self::log::{Log, Row};
use crate::args::TrainArgs;
use crate::bounded_file::read_bounded;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::{interrupt, settings};

/// The longest recipe that is read.
const RECIPE_BYTES: u64 = 1 << 20;
/// Held-out images where nothing is said.
const HELD_OUT_IMAGES: u64 = 512;

pub(crate) fn run(args: &TrainArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    let recipe = recipe(&args.recipe)?;
    let tokens = tokens(&args.tokens)?;
    let held_out = args.held_out.as_deref().map(self::tokens).transpose()?;
    let device = settings::device(&args.device)?;
    let pool = settings::thread_pool(&args.threads)?;
    let at = |path: &Path, error: TrainError| failure(path, &error);
    let folder = Folder::open(&args.out)?;
    let mut run = if folder.has_run() {
        let run = Training::resume(recipe, tokens, &device, &folder.run());
        let run = run.map_err(|error| at(&args.tokens, error))?;
        printer.note(&format!(
            "going on after update {} in {}",
            HumanCount(run.step_count()),
            args.out.display()
        ));
        run
    } else {
        Training::new(recipe, tokens, &device).map_err(|error| at(&args.tokens, error))?
    };
    let images = args.held_out_images.unwrap_or(HELD_OUT_IMAGES) as usize;
    let held_out = match (held_out, &args.held_out) {
        (Some(tokens), Some(path)) => {
            let held_out = run.held_out(tokens, images);
            Some(held_out.map_err(|error| at(path, error))?)
        }
        _ => None,
    };
    folder.begin(run.recipe())?;
    let log = Log::open(&folder.log(), run.step_count())?;
    interrupt::catch()?;
    let work = Work {
        args,
        folder: &folder,
        printer,
    };
    pool.install(|| work.train(&mut run, held_out, log))
}

fn recipe(path: &Path) -> Result<Recipe, Failure> {
    let text = read_bounded(path, "a recipe", RECIPE_BYTES, |why| {
        format!("{} can't be read: {why}", path.display())
    })?;
    let text = String::from_utf8(text)
        .map_err(|_| Failure::input(format!("{} is not UTF-8 text", path.display())))?;
    text.parse()
        .map_err(|error| Failure::input_at(path.display(), &error))
}

fn tokens(path: &Path) -> Result<TokenSet, Failure> {
    TokenSet::read(path, &TokenFileOptions::default()).map_err(|error| Failure::bad_input(&error))
}

/// What an error means to the user; `data` is where the tokens are from.
fn failure(data: &Path, error: &TrainError) -> Failure {
    match error {
        TrainError::Data(_) => Failure::input_at(data.display(), error),
        TrainError::Load(_)
        | TrainError::State { .. }
        | TrainError::OtherRun { .. }
        | TrainError::Unstated { .. }
        | TrainError::Recipe(_) => Failure::bad_input(error),
        _ => Failure::work(error),
    }
}

struct Work<'a> {
    args: &'a TrainArgs,
    folder: &'a Folder,
    printer: &'a Printer,
}

impl Work<'_> {
    fn train(
        &self,
        run: &mut Training,
        mut held_out: Option<HeldOut>,
        mut log: Log,
    ) -> Result<ExitCode, Failure> {
        let last = run.last_step();
        let end = self.args.updates.map_or(last, |updates| updates.min(last));
        let first = run.step_count();
        let start = Instant::now();
        let progress = self.printer.progress(end, "updates");
        progress.set_position(first);
        let mut loss = None;
        let mut seen = None;
        while run.step_count() < end {
            if interrupt::is_requested() {
                self.save(run, &mut log)?;
                return Err(self.paused(run));
            }
            let report = match run.step() {
                Ok(report) => report,
                Err(error) => {
                    self.save(run, &mut log)?;
                    return Err(failure(&self.args.tokens, &error));
                }
            };
            loss = Some(report.loss);
            let is_due = report.step.is_multiple_of(self.args.every) || report.step == end;
            let of_held_out = match &mut held_out {
                Some(held_out) if is_due => {
                    let loss = run.held_out_loss(held_out);
                    Some(loss.map_err(|error| failure(&self.args.tokens, &error))?)
                }
                _ => None,
            };
            seen = of_held_out.or(seen);
            log.add(&Row {
                report,
                held_out: of_held_out,
            });
            if is_due {
                self.save(run, &mut log)?;
            }
            progress.set_position(report.step);
            progress.set_message(words(report.loss, seen));
        }
        progress.finish_and_clear();
        let seconds = start.elapsed().as_secs_f64();
        let samples = (run.step_count() - first) * run.recipe().batch as u64;
        let rate = samples as f64 / seconds;
        let path = if run.is_done() {
            Some(self.folder.write_model(run)?)
        } else {
            None
        };
        let shown = match &path {
            Some(path) => path.display().to_string(),
            None => format!(
                "{} of {} updates in {}",
                HumanCount(run.step_count()),
                HumanCount(last),
                self.args.out.display()
            ),
        };
        if self.args.json {
            self.printer.result_json(&serde_json::json!({
                "path": path.map(|path| path.display().to_string()),
                "updates": run.step_count(),
                "last_update": last,
                "loss": loss,
                "held_out": seen,
                "images_per_second": (samples > 0).then_some(rate),
            }))?;
        } else {
            let loss = loss.map_or_else(String::new, |loss| format!("{}, ", words(loss, seen)));
            let speed = match samples {
                0 => "nothing left to do".to_owned(),
                _ => format!("{rate:.1} images a second"),
            };
            self.printer.result(&format!("{loss}{speed}: {shown}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The log first: what is behind the state is cut off when the run goes on.
    fn save(&self, run: &Training, log: &mut Log) -> Result<(), Failure> {
        log.flush()?;
        run.save(&self.folder.run())
            .map_err(|error| Failure::work(&error))
    }

    fn paused(&self, run: &Training) -> Failure {
        Failure::Paused(format!(
            "{} updates are kept in {}; the same command goes on from there",
            HumanCount(run.step_count()),
            self.args.out.display()
        ))
    }
}

fn words(loss: f64, held_out: Option<f64>) -> String {
    match held_out {
        Some(held_out) => format!("loss {loss:.4}, held out {held_out:.4} nats a cell"),
        None => format!("loss {loss:.4} nats a cell"),
    }
}
