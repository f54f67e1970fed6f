//! Running the trials of a folder.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::error::{SweepError, TrialError};
use super::folder::SweepFolder;
use super::run_trial::{TrialFields, run_trial_with};
use super::trial::{Tools, Trial};

/// How far a sweep came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Trials with a result.
    pub finished: usize,
    /// Trials there are.
    pub trials: usize,
    /// Trials that had a result before.
    pub found: usize,
}

impl Progress {
    /// Whether all have one.
    pub fn is_complete(self) -> bool {
        self.finished == self.trials
    }
}

/// Runs the trials of a folder that have no result yet, and keeps each result as
/// it is found. Trials run side by side on `threads` threads; a result does not depend
/// on how many there are.
/// Tables of the results are made by `write_tables` (feature `tables`).
///
/// `should_stop` is asked often, and ends the work early: trials in flight are
/// given up. `on_progress` is told of every trial that ends.
///
/// # Errors
///
/// [`SweepError::Trial`] if a trial fails, [`SweepError::Damaged`] if a result
/// is there and damaged, and what the system refuses.
pub fn run(
    folder: &SweepFolder,
    tools: &Tools<'_>,
    program: &str,
    threads: usize,
    should_stop: &(dyn Fn() -> bool + Sync),
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Progress, SweepError> {
    let mut open = Vec::new();
    let mut found = 0;
    for (index, trial) in folder.trials() {
        match folder.result(trial)? {
            Some(_) => found += 1,
            None => open.push((index, trial)),
        }
    }
    let trials = found + open.len();
    let progress = |done| Progress {
        finished: found + done,
        trials,
        found,
    };
    on_progress(progress(0));

    let mut fields = TrialFields::default();
    for &(index, trial) in &open {
        let read = fields.read_of(&trial.settings);
        let ready = read.and_then(|()| tools.judge_of(&trial.settings));
        ready.map_err(|source| trial_failed(index, trial, source))?;
    }
    let fields = &fields;
    let done = AtomicUsize::new(0);
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<SweepError>> = Mutex::new(None);
    // Whole at every moment, also after a panic elsewhere.
    let failed = || failed.lock().unwrap_or_else(PoisonError::into_inner);
    let should_end = || should_stop() || failed().is_some();
    let workers = threads.min(open.len()).max(1);
    let work = |threads: usize| -> Result<(), SweepError> {
        // A pool for each worker: in one for all, whoever waits for a part of its
        // trial would begin another.
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|error| SweepError::Threads {
            reason: error.to_string(),
        })?;
        while !should_end() {
            let Some(&(index, trial)) = open.get(next.fetch_add(1, Ordering::Relaxed)) else {
                break;
            };
            let settings = &trial.settings;
            let result =
                pool.install(|| run_trial_with(fields, settings, tools, program, &should_end));
            match result {
                Ok(result) => folder.keep(trial, &result)?,
                Err(TrialError::Stopped) => break,
                Err(source) => return Err(trial_failed(index, trial, source)),
            }
            on_progress(progress(done.fetch_add(1, Ordering::Relaxed) + 1));
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        for worker in 0..workers {
            // Threads beyond the trials help within them.
            let share = threads / workers + usize::from(worker < threads % workers);
            let work = &work;
            let failed = &failed;
            scope.spawn(move || {
                if let Err(error) = work(share.max(1)) {
                    failed().get_or_insert(error);
                }
            });
        }
    });
    if let Some(error) = failed().take() {
        return Err(error);
    }
    Ok(progress(done.load(Ordering::Relaxed)))
}

fn trial_failed(index: usize, trial: &Trial, source: TrialError) -> SweepError {
    SweepError::Trial {
        trial: index + 1,
        point: trial.to_string(),
        source: Box::new(source),
    }
}
