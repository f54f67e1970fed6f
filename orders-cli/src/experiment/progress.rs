//! Running the trials of a folder, with a bar that says how far it came.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use indicatif::ProgressBar;
use orders_analysis::experiment::{self, JudgeError, Plan, Progress, ResultsFolder, Tools, Trial};

use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::output::PROGRAM;
use crate::printer::Printer;

/// What a bar is of, and the bar.
type Shown = Option<(String, ProgressBar)>;

/// Asks models whether there is room for the trials of a plan, unless a folder has all
/// results. `failed` says why there is none, given the number of the trial, from 1.
pub(crate) fn check_room(
    plan: &Plan,
    tools: &Tools<'_>,
    out: &Path,
    failed: impl Fn(usize, &Trial, JudgeError) -> Failure,
) -> Result<()> {
    if tools.judges.is_empty() || ResultsFolder::has_all(out, plan)? {
        return Ok(());
    }
    for (number, trial) in (1..).zip(plan.trials()) {
        if let Some(judge) = tools.judge_of(&trial.settings).map_err(Failure::work)? {
            let checked = judge.check(&trial.settings, tools.catalogue);
            checked.map_err(|error| failed(number, trial, error))?;
        }
    }
    Ok(())
}

/// Runs what is not there yet.
///
/// # Errors
///
/// [`Failure::Paused`] if it was interrupted.
pub(crate) fn run_trials(
    folder: &ResultsFolder,
    tools: &Tools<'_>,
    threads: usize,
    printer: &Printer,
) -> Result<Progress<'static>> {
    let shown: Mutex<Shown> = Mutex::default();
    let tell = |progress: Progress<'_>| {
        let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
        let (finished, trials) = (progress.finished as u64, progress.trials as u64);
        let (what, done, all) = match progress.now {
            None => ("trials".to_owned(), finished, trials),
            Some(now) => {
                let (label, steps) = (&now.trial.label, now.trial.settings.steps);
                let number = finished + 1;
                // A rule finds them out.
                let steps = match steps {
                    0 => String::new(),
                    steps => format!(", {steps} steps"),
                };
                let what = format!("{number} of {trials}: {label}{steps}, {}", now.what);
                (what, now.done, now.all)
            }
        };
        match &*shown {
            // Threads may tell of what they did out of order.
            Some((known, bar)) if *known == what => bar.set_position(done.max(bar.position())),
            // The next part of a trial has a bar of its own.
            Some(_) if progress.now.is_none() => {}
            _ => {
                let bar = printer.progress(all, &what);
                bar.set_position(done);
                clear(shown.replace((what, bar)));
            }
        }
    };
    let stop = &interrupt::is_requested;
    let progress = experiment::run(folder, tools, PROGRAM, threads, stop, &tell);
    clear(shown.into_inner().unwrap_or_else(PoisonError::into_inner));
    let progress = progress?;
    match progress.is_complete() {
        true => Ok(progress),
        false => Err(Failure::Paused(format!(
            "{} of {} trials are done and kept in {}; the same command goes on from there",
            progress.finished,
            progress.trials,
            folder.path().display()
        ))),
    }
}

fn clear(shown: Shown) {
    if let Some((_, bar)) = shown {
        bar.finish_and_clear();
    }
}
