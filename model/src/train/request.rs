//! A whole training, kept in a folder.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use candle_core::Device;
use orders_core::{Catalogue, MemoryLimit, Watch};
use orders_datasets::TokenRows;

use super::error::TrainError;
use super::folder::{Log, RunFolder};
use super::memory;
use super::ranks::Team;
use super::recipe::Recipe;
use super::run::{HeldOut, Training};
use crate::weights::Weights;

/// A training and where it is kept.
///
/// The folder gets `recipe.toml`, `log.csv` with what every update did,
/// `run.safetensors`, from which the same request goes on bit for bit, and at the end
/// `config.json` and `model.safetensors`.
pub struct TrainRequest<'a> {
    /// Every setting.
    pub recipe: Recipe,
    /// What is trained on.
    pub tokens: TokenRows,
    /// Weights that it begins with instead of those that the seed draws.
    pub start: Option<Weights>,
    /// Other images, on which the loss is measured now and then, and how many of them
    /// are looked at.
    pub held_out: Option<(TokenRows, usize)>,
    /// The first so many updates and no more; the run can go on later.
    pub updates: Option<u64>,
    /// Updates between two looks at held-out images and two states on disk.
    pub every: u64,
    /// The folder: new, empty, or of this run.
    pub folder: &'a Path,
    /// Whether it begins anew, in the place of a run that the folder holds.
    pub anew: bool,
    /// What the model's file names as the program that made it.
    pub program: &'a str,
    /// Who it is that keeps others out of the folder, in words for their messages.
    pub holder: &'a str,
    /// What the run may take, on a CPU, by all that are on this machine.
    pub memory: MemoryLimit,
    /// Who computes: this process [alone](Team::alone), or as the one that leads others.
    pub team: Team,
}

/// How far a training came.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TrainProgress {
    /// Updates that are done.
    pub updates: u64,
    /// The number of the last one that was asked for.
    pub end: u64,
    /// The number of the last one of the recipe.
    pub last: u64,
    /// The loss of the last update that was made, nats a cell.
    pub loss: Option<f64>,
    /// The last loss on held-out images.
    pub held_out: Option<f64>,
    /// Seconds that this took so far.
    pub seconds: f64,
    /// The file of the model, if the run is done.
    pub model: Option<PathBuf>,
}

impl TrainRequest<'_> {
    /// The run, from the beginning or from where it was left. The methods of the recipe
    /// are those of a catalogue. It is for the current rayon pool.
    ///
    /// # Errors
    ///
    /// [`TrainError`]. Nothing is written before all is known to fit together.
    pub fn begin(
        self,
        catalogue: &Catalogue,
        device: &Device,
    ) -> Result<FolderTraining, TrainError> {
        let mut folder = RunFolder::open(self.folder, self.anew, self.holder)?;
        if device.is_cpu() {
            let prepared = self.recipe.checked(catalogue)?;
            memory::check(&self.recipe, &prepared, &self.team, self.memory)?;
        }
        let is_resumed = folder.has_run();
        let mut run = Training::new(self.recipe, self.tokens, catalogue, device)?;
        if let Some(weights) = self.start {
            run = run.from_weights(weights)?;
        }
        if is_resumed {
            run = run.resumed(&folder.state())?;
        }
        let held_out = self
            .held_out
            .map(|(tokens, images)| run.held_out(tokens, images));
        let held_out = held_out.transpose().map_err(TrainError::of_held_out)?;
        run.check_team(&self.team)?;
        let log = folder.begin(&run, self.holder)?;
        let run = run.with_team(self.team, held_out.as_ref())?;
        let last = run.last_step();
        Ok(FolderTraining {
            progress: TrainProgress {
                updates: run.step_count(),
                end: self.updates.map_or(last, |updates| updates.min(last)),
                last,
                ..TrainProgress::default()
            },
            is_resumed,
            every: self.every.max(1),
            program: self.program.to_owned(),
            run,
            held_out,
            folder,
            log,
        })
    }
}

/// A training in its folder.
pub struct FolderTraining {
    run: Training,
    held_out: Option<HeldOut>,
    folder: RunFolder,
    log: Log,
    is_resumed: bool,
    every: u64,
    program: String,
    progress: TrainProgress,
}

impl FolderTraining {
    /// Where it stands.
    pub fn progress(&self) -> &TrainProgress {
        &self.progress
    }

    /// Whether the folder holds a run already, which is gone on with.
    pub fn is_resumed(&self) -> bool {
        self.is_resumed
    }

    /// The run.
    pub fn run(&self) -> &Training {
        &self.run
    }

    /// Updates that were made before and that the log says nothing of any more.
    pub fn not_logged(&self) -> u64 {
        self.log.missing()
    }

    /// Makes the updates that are left. `watch` is told of each, and again and again
    /// while it is made, and may end the run early: the state before the update is kept
    /// then, as it is if an update fails. (An end while held-out images are looked at
    /// leaves their loss at that update out of the log.)
    ///
    /// # Errors
    ///
    /// [`TrainError::NotFinite`], and what the system refuses.
    pub fn finish(
        mut self,
        watch: impl FnMut(&TrainProgress) -> ControlFlow<()> + Send,
    ) -> Result<TrainProgress, TrainError> {
        let start = Instant::now();
        let watch = Mutex::new(watch);
        let told = |progress: &TrainProgress| {
            let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
            watch(progress)
        };
        while self.progress.updates < self.progress.end {
            let progress = self.progress.clone();
            let asked = || told(&progress);
            let asked = Watch::new(&asked);
            if asked.ask().is_break() {
                self.run.desert();
                self.save()?;
                return Ok(self.progress);
            }
            let report = match self.run.step_watched(asked) {
                Ok(report) => report,
                Err(TrainError::Stopped) => {
                    self.save()?;
                    return Ok(self.progress);
                }
                Err(error) => {
                    self.save()?;
                    return Err(error);
                }
            };
            let is_due = report.step.is_multiple_of(self.every) || report.step == self.progress.end;
            let held_out = match &mut self.held_out {
                Some(held_out) if is_due => {
                    match self.run.held_out_loss_watched(held_out, asked) {
                        // The next round finds out as well.
                        Err(TrainError::Stopped) => None,
                        loss => Some(loss?),
                    }
                }
                _ => None,
            };
            self.log.add(&report, held_out);
            if is_due {
                self.save()?;
            }
            self.progress.seconds = start.elapsed().as_secs_f64();
            self.progress.updates = report.step;
            self.progress.loss = Some(report.loss);
            self.progress.held_out = held_out.or(self.progress.held_out);
        }
        if self.run.is_done() {
            self.progress.model = Some(self.folder.write_model(&self.run, &self.program)?);
        }
        // All is done, whatever it says.
        let _ = told(&self.progress);
        Ok(self.progress)
    }

    /// The log first: what is behind the state is cut off when the run goes on.
    fn save(&mut self) -> Result<(), TrainError> {
        self.log.flush()?;
        self.run.save(&self.folder.state())
    }
}
