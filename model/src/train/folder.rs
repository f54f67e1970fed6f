//! The folder of a run: its recipe, its state, its log, and the model at the end.
//!
//! What lies there is replaced by a run that goes on, where it is that run's, or by one that
//! was told to begin anew; by no other.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err::{File, OpenOptions};
use orders_core::files::{FolderLock, OutputFile, is_passed_over, read_at_most};

use super::error::TrainError;
use super::recipe::Recipe;
use super::run::{StepReport, Training};
use crate::checkpoint::save_safetensors;
use crate::source::TOKENIZER;

/// The recipe with all its settings.
const RECIPE: &str = "recipe.toml";
/// The longest recipe that is read.
const RECIPE_BYTES: u64 = 1 << 20;
/// The state of the run.
const STATE: &str = "run.safetensors";
/// The model at the end, and its sizes.
const MODEL: &str = "model.safetensors";
const CONFIG: &str = "config.json";
/// What every update did.
const LOG: &str = "log.csv";
/// Its first line.
const LOG_HEADER: &str = "update,epoch,loss,learning_rate,gradient_norm,held_out\n";
/// The longest log that is read: over ten million updates.
const LOG_BYTES: u64 = 1 << 30;

/// A folder with a run: new, empty, or one that holds a run already.
pub(super) struct RunFolder {
    path: PathBuf,
    /// Whether the run begins anew, whatever is there.
    anew: bool,
    /// Keeps others out; taken as soon as the folder is there.
    lock: Option<FolderLock>,
}

impl RunFolder {
    /// Looks at the folder and keeps others out of one that is there; nothing else is
    /// written before [`begin`](Self::begin). `holder` says who it is.
    pub(super) fn open(path: &Path, anew: bool, holder: &str) -> Result<Self, TrainError> {
        let mut folder = Self {
            path: path.into(),
            anew,
            lock: None,
        };
        if path.exists() && !folder.file(STATE).is_file() {
            let failed = |source| failed(path, "read", source);
            for entry in path.read_dir().map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                // What a killed run left half written is passed over.
                let known = [RECIPE, STATE, MODEL, CONFIG, LOG];
                if !is_passed_over(&name) && !known.contains(&&*name.to_string_lossy()) {
                    return Err(TrainError::OtherFolder(path.into()));
                }
            }
        }
        if path.exists() {
            folder.lock = Some(FolderLock::take(path, holder)?);
        }
        Ok(folder)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The state of the run.
    pub(super) fn state(&self) -> PathBuf {
        self.file(STATE)
    }

    /// Whether there is a run to go on with.
    pub(super) fn has_run(&self) -> bool {
        !self.anew && self.state().is_file()
    }

    /// Makes the folder, writes the recipe with all its settings, for people to read,
    /// and opens a log that goes on behind the last update of the run.
    pub(super) fn begin(&mut self, run: &Training, holder: &str) -> Result<Log, TrainError> {
        let recipe = run.recipe();
        let keeps_recipe = self.keeps_recipe(recipe)?;
        self.check_kept(run)?;
        let kept = self.kept_log(run.step_count())?;
        let made = std::fs::create_dir_all(&self.path);
        made.map_err(|source| failed(&self.path, "made", source))?;
        if self.lock.is_none() {
            self.lock = Some(FolderLock::take(&self.path, holder)?);
            // Somebody may have made it, and a run in it, meanwhile.
            if self.has_run() {
                return Err(TrainError::OtherFolder(self.path.clone()));
            }
        }
        if self.anew {
            for path in [STATE, MODEL, CONFIG].map(|name| self.file(name)) {
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(failed(&path, "removed", error));
                    }
                    _ => {}
                }
            }
        }
        if !keeps_recipe {
            write(&self.file(RECIPE), recipe.to_toml()?.as_bytes())?;
        }
        // Whoever reads the state of a run that is not done needs its sizes.
        let config = self.file(CONFIG);
        if !is_taken(&config) {
            write(&config, &self.config(run)?)?;
        }
        Log::open(self.file(LOG), kept, run.step_count())
    }

    /// Whether the recipe that is there says the same as the run's, perhaps in other
    /// words; another one is in the way.
    fn keeps_recipe(&self, recipe: &Recipe) -> Result<bool, TrainError> {
        let path = self.file(RECIPE);
        if self.anew || !is_taken(&path) {
            return Ok(false);
        }
        let text = read_at_most(&path, RECIPE_BYTES);
        let text = text.map_err(|source| failed(&path, "read", source))?;
        let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
        match text.is_some_and(|text| recipe.is_said_by(&text)) {
            true => Ok(true),
            false => Err(kept(path, "it is not the recipe of this run")),
        }
    }

    /// Whether nothing is in the way of what the run writes besides.
    fn check_kept(&self, run: &Training) -> Result<(), TrainError> {
        let why = match self.has_run() {
            _ if self.anew => return Ok(()),
            true if run.is_done() => return Ok(()),
            true => "the run would replace it when it is done",
            false => "there is no run to go on with, and a new one would replace it",
        };
        let mut names = vec![MODEL];
        if !self.has_run() {
            names.push(STATE);
        }
        let config = self.file(CONFIG);
        if is_taken(&config) {
            let there = read_at_most(&config, RECIPE_BYTES);
            let there = there.map_err(|source| failed(&config, "read", source))?;
            if there.as_deref() != Some(&self.config(run)?) {
                return Err(kept(config, "it has other sizes than the run"));
            }
        }
        let mut paths = names.into_iter().map(|name| self.file(name));
        match paths.find(|path| is_taken(path)) {
            Some(path) => Err(kept(path, why)),
            None => Ok(()),
        }
    }

    /// What says the sizes of the model.
    fn config(&self, run: &Training) -> Result<Vec<u8>, TrainError> {
        let config = serde_json::to_string_pretty(run.config());
        let config = config.map_err(|error| failed(&self.path, "written", error.into()))?;
        Ok(format!("{config}\n").into_bytes())
    }

    /// The log up to an update: what is behind it in a file that is there was done after
    /// the state that the run goes on from.
    fn kept_log(&self, step: u64) -> Result<String, TrainError> {
        let path = self.file(LOG);
        if self.anew || !is_taken(&path) {
            return Ok(LOG_HEADER.to_owned());
        }
        let bytes = read_at_most(&path, LOG_BYTES);
        let bytes = bytes.map_err(|source| failed(&path, "read", source))?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let lines = text
            .as_deref()
            .and_then(|text| text.strip_prefix(LOG_HEADER));
        let lines = lines.ok_or_else(|| kept(path.clone(), "it is no log of a run"))?;
        if !self.has_run() && !lines.is_empty() {
            let why = "there is no run to go on with, and a new one would replace it";
            return Err(kept(path, why));
        }
        let is_kept = |line: &&str| {
            let update = line.split(',').next().map(str::parse::<u64>);
            line.ends_with('\n') && matches!(update, Some(Ok(update)) if update <= step)
        };
        let lines = lines.split_inclusive('\n').filter(is_kept);
        Ok(std::iter::once(LOG_HEADER).chain(lines).collect())
    }

    /// Writes the model of a run that is done, and gives its path. What is there is that
    /// of the same run.
    pub(super) fn write_model(&self, run: &Training, program: &str) -> Result<PathBuf, TrainError> {
        let path = self.file(MODEL);
        if is_taken(&path) {
            return Ok(path);
        }
        let mut about = BTreeMap::from(
            [
                ("format", "lpd".to_owned()),
                ("program", program.to_owned()),
                ("recipe", run.recipe().to_toml()?),
                ("data_sha256", run.data_digest().to_owned()),
                ("updates", run.step_count().to_string()),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        );
        if let Some(tokenizer) = run.tokenizer() {
            about.insert(TOKENIZER.to_owned(), tokenizer.to_owned());
        }
        let tensors = run.weights()?.into_tensors();
        save_safetensors(&path, &tensors, &about, true).map_err(|source| TrainError::Save {
            path: path.clone(),
            source,
        })?;
        Ok(path)
    }
}

/// Whether there is something at a path, and be it a link that leads nowhere.
fn is_taken(path: &Path) -> bool {
    path.exists() || path.is_symlink()
}

fn kept(path: PathBuf, why: &'static str) -> TrainError {
    TrainError::Kept { path, why }
}

/// What every update did, as a CSV file.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// Lines that are not in the file yet.
    waiting: String,
    /// Updates before this part of the run that it says nothing of.
    missing: u64,
}

impl Log {
    /// A log that begins with what is kept of one that was there, of `step` updates.
    fn open(path: PathBuf, kept: String, step: u64) -> Result<Self, TrainError> {
        write(&path, kept.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path);
        let updates = kept.lines().count() as u64 - 1;
        Ok(Self {
            file: file.map_err(|source| failed(&path, "written", source))?,
            path,
            waiting: String::new(),
            missing: step.saturating_sub(updates),
        })
    }

    /// Updates before this part of the run that it says nothing of.
    pub(super) fn missing(&self) -> u64 {
        self.missing
    }

    pub(super) fn add(&mut self, report: &StepReport, held_out: Option<f64>) {
        let StepReport {
            step,
            epoch,
            loss,
            learning_rate,
            gradient_norm,
        } = report;
        let held_out = held_out.map_or_else(String::new, |loss| format!("{loss:.6}"));
        // Writing to a text can't fail.
        let _ = writeln!(
            self.waiting,
            "{step},{epoch:.6},{loss:.6},{learning_rate:.6e},{gradient_norm:.6},{held_out}"
        );
    }

    /// Writes what is waiting.
    pub(super) fn flush(&mut self) -> Result<(), TrainError> {
        let written = self.file.write_all(self.waiting.as_bytes());
        let written = written.and_then(|()| self.file.sync_data());
        written.map_err(|source| failed(&self.path, "written", source))?;
        self.waiting.clear();
        Ok(())
    }
}

/// Writes a file, in the place of the one before.
fn write(path: &Path, bytes: &[u8]) -> Result<(), TrainError> {
    let mut file = OutputFile::create(path)?;
    let written = file.write_all(bytes);
    written.map_err(|source| failed(path, "written", source))?;
    Ok(file.finish()?.persist(true)?)
}

fn failed(path: &Path, what: &'static str, source: io::Error) -> TrainError {
    TrainError::File {
        path: path.into(),
        what,
        source,
    }
}
