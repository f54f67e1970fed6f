//! Running the trials of a folder.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::error::{ExperimentError, TrialError, trial_failed};
use super::fields::TrialFields;
use super::folder::ResultsFolder;
use super::judge::TrialSamples;
use super::measure::RealImages;
use super::pieces::Pieces;
use super::real_file::write_real;
use super::run_trial::{TrialRun, Watch};
use super::shard::Shard;
use super::trial::{Tools, Trial, TrialSettings};
use super::trial_part::TrialPart;

/// How long what is done of a trial may be kept in memory alone.
const KEPT_EVERY: Duration = Duration::from_secs(20);

/// How far the work on a folder came.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Trials that are done, as far as they are the folder's to do.
    pub finished: usize,
    /// Trials there are.
    pub trials: usize,
    /// Trials that were done before.
    pub found: usize,
    /// What is being done, where a trial takes long.
    pub now: Option<PartProgress<'a>>,
}

/// How far the work on a trial came.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartProgress<'a> {
    /// The trial.
    pub trial: &'a Trial,
    /// What of it is being done.
    pub what: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is.
    pub all: u64,
}

impl Progress<'_> {
    /// Whether all is done.
    pub fn is_complete(self) -> bool {
        self.finished == self.trials
    }
}

/// Runs the trials of a folder that have no result yet, and keeps results as they are
/// found: whole ones, and after every 20 seconds of work on one trial what there is of
/// it. A result does not depend on how many threads there are.
///
/// Trials without a model run side by side. Then those with one run one after the other,
/// each on all threads, so that a clock has the machine for itself. Tables of the results
/// are made by `write_tables` (feature `tables`).
///
/// `should_stop` is asked often, and ends the work early. `on_progress` is told of
/// every trial that ends, and of images within trials.
///
/// # Errors
///
/// [`ExperimentError::Trial`] if a trial fails, [`ExperimentError::Damaged`] if a result
/// is there and damaged, and what the system refuses.
pub fn run(
    folder: &ResultsFolder,
    tools: &Tools<'_>,
    program: &str,
    threads: usize,
    should_stop: &(dyn Fn() -> bool + Sync),
    on_progress: &(dyn Fn(Progress<'_>) + Sync),
) -> Result<Progress<'static>, ExperimentError> {
    let mut open = Vec::new();
    let mut found = 0;
    for (index, trial) in folder.trials() {
        match folder.result(trial)? {
            Some(_) => found += 1,
            None => open.push((index, trial)),
        }
    }
    if !open.is_empty() {
        folder.forget_tables()?;
    }
    let mut fields = TrialFields::default();
    for &(index, trial) in &open {
        let read = fields.read_of(&trial.settings);
        let ready = read.and_then(|()| tools.judge_of(&trial.settings));
        ready.map_err(|source| trial_failed(index, trial, source))?;
    }
    let runner = Runner {
        folder,
        tools,
        program,
        should_stop,
        on_progress,
        fields: &fields,
        done: AtomicUsize::new(0),
        found,
        trials: found + open.len(),
    };
    on_progress(runner.progress(None));
    let (with_model, without): (Vec<_>, Vec<_>) = open
        .iter()
        .partition(|(_, trial)| trial.settings.model.is_some());
    runner.side_by_side(&without, threads)?;
    runner.one_by_one(&with_model, threads)?;
    Ok(runner.progress(None))
}

struct Runner<'a> {
    folder: &'a ResultsFolder,
    tools: &'a Tools<'a>,
    program: &'a str,
    should_stop: &'a (dyn Fn() -> bool + Sync),
    on_progress: &'a (dyn Fn(Progress<'_>) + Sync),
    fields: &'a TrialFields,
    /// Trials that were done by this run.
    done: AtomicUsize,
    found: usize,
    trials: usize,
}

/// A trial and its place in the plan.
type Placed<'a> = (usize, &'a Trial);

impl Runner<'_> {
    fn progress<'p>(&self, now: Option<PartProgress<'p>>) -> Progress<'p> {
        Progress {
            finished: self.found + self.done.load(Ordering::Relaxed),
            trials: self.trials,
            found: self.found,
            now,
        }
    }

    fn pool(threads: usize) -> Result<rayon::ThreadPool, ExperimentError> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.map_err(|error| ExperimentError::Threads {
            reason: error.to_string(),
        })
    }

    /// Runs trials on all threads, as many at once as there are.
    fn side_by_side(&self, open: &[Placed<'_>], threads: usize) -> Result<(), ExperimentError> {
        let next = AtomicUsize::new(0);
        let failed: Mutex<Option<ExperimentError>> = Mutex::new(None);
        // Whole at every moment, also after a panic elsewhere.
        let failed = || failed.lock().unwrap_or_else(PoisonError::into_inner);
        let should_end = || (self.should_stop)() || failed().is_some();
        let workers = threads.min(open.len()).max(1);
        let work = |threads: usize| -> Result<(), ExperimentError> {
            // A pool for each worker: in one for all, whoever waits for a part of its
            // trial would begin another.
            let pool = Self::pool(threads)?;
            while !should_end() {
                let Some(&placed) = open.get(next.fetch_add(1, Ordering::Relaxed)) else {
                    break;
                };
                pool.install(|| self.trial(placed, &mut KnownReal::default(), &should_end))?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            for worker in 0..workers {
                // Threads beyond the trials help within them.
                let share = threads / workers + usize::from(worker < threads % workers);
                let (work, failed) = (&work, &failed);
                scope.spawn(move || {
                    if let Err(error) = work(share.max(1)) {
                        failed().get_or_insert(error);
                    }
                });
            }
        });
        failed().take().map_or(Ok(()), Err)
    }

    /// Runs trials one after the other on all threads.
    fn one_by_one(&self, open: &[Placed<'_>], threads: usize) -> Result<(), ExperimentError> {
        if open.is_empty() {
            return Ok(());
        }
        let mut real = KnownReal::default();
        Self::pool(threads)?.install(|| {
            for &placed in open {
                if (self.should_stop)() {
                    break;
                }
                self.trial(placed, &mut real, self.should_stop)?;
            }
            Ok(())
        })
    }

    /// Does the folder's part of a trial, and keeps the result if it is whole.
    fn trial(
        &self,
        (index, trial): Placed<'_>,
        real: &mut KnownReal,
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<(), ExperimentError> {
        let failed = |source| trial_failed(index, trial, source);
        let settings = &trial.settings;
        let run = TrialRun::new(settings, self.tools, self.fields).map_err(failed)?;
        let part = |shard| TrialPart::of(settings, run.made, shard, index);
        let on_part = |what, done, all| {
            let now = PartProgress {
                trial,
                what,
                done,
                all,
            };
            if settings.model.is_some() {
                (self.on_progress)(self.progress(Some(now)));
            }
        };
        let watch = Watch {
            should_stop,
            on_part: &on_part,
        };

        let files = self.folder.pieces(trial, run.shape());
        let kept = files.read()?;
        let todo = part(self.folder.shard()).without(&kept);
        // What is measured and in no file yet; what went into files on the way.
        let (mut fresh, mut written) = (Pieces::default(), Pieces::default());
        let mut not_written = None;
        let mut since = Instant::now();
        let mut done = run.run(&todo, &watch, &mut |piece| {
            fresh.add(piece);
            if since.elapsed() < KEPT_EVERY {
                return Ok(());
            }
            since = Instant::now();
            if let Err(error) = files.keep(&fresh) {
                not_written = Some(error);
                return Err(TrialError::Stopped);
            }
            written.extend(std::mem::take(&mut fresh));
            Ok(())
        });
        if let Some(error) = not_written {
            return Err(error);
        }
        if done.is_ok() && settings.samples.is_some() {
            done = real.find(&run, settings, &watch);
        }
        let missing = part(Shard::WHOLE)
            .without(&kept)
            .without(&written)
            .without(&fresh);
        if done.is_err() || !missing.is_empty() {
            // Stopped, or others have the rest.
            files.keep(&fresh)?;
            match done {
                Err(TrialError::Stopped) => return Ok(()),
                done => done.map_err(failed)?,
            }
            if let Some(real) = real.of(settings) {
                write_real(self.folder.path(), settings, real)?;
            }
        } else {
            let mut pieces = kept;
            pieces.extend(written);
            pieces.extend(fresh);
            let result = run.finish(pieces, real.of(settings), self.program);
            self.folder.keep(trial, &result.map_err(failed)?)?;
            files.remove()?;
        }
        self.done.fetch_add(1, Ordering::Relaxed);
        (self.on_progress)(self.progress(None));
        Ok(())
    }
}

/// What generated images of the last trial were compared with.
#[derive(Default)]
struct KnownReal(Option<(Option<TrialSamples>, RealImages)>);

impl KnownReal {
    /// Finds it out for a trial, unless it was so for the last one.
    fn find(
        &mut self,
        run: &TrialRun<'_>,
        settings: &TrialSettings,
        watch: &Watch<'_>,
    ) -> Result<(), TrialError> {
        if self.of(settings).is_none() {
            let real = run.real(watch)?;
            self.0 = real.map(|real| (settings.samples.clone(), real));
        }
        Ok(())
    }

    fn of(&self, settings: &TrialSettings) -> Option<&RealImages> {
        let (samples, real) = self.0.as_ref()?;
        (settings.samples.is_some() && *samples == settings.samples).then_some(real)
    }
}
