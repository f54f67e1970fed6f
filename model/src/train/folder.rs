//! The folder of a run: its recipe, its state, its log, and the model at the end.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use fs_err::{File, OpenOptions};
use orders_core::files::OutputFile;

use super::error::TrainError;
use super::recipe::Recipe;
use super::run::{StepReport, Training};
use crate::checkpoint::save_safetensors;

/// The recipe with all its settings.
const RECIPE: &str = "recipe.toml";
/// What every update did.
const LOG: &str = "log.csv";
/// Its first line.
const LOG_HEADER: &str = "update,epoch,loss,learning_rate,gradient_norm,held_out\n";
/// The longest log that is read: over ten million updates.
const LOG_BYTES: u64 = 1 << 30;

/// A folder with a run: new, empty, or one that holds a run already.
pub(super) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Looks at the folder; nothing is written before [`begin`](Self::begin).
    pub(super) fn open(path: &Path) -> Result<Self, TrainError> {
        let folder = Self { path: path.into() };
        if path.exists() && !folder.has_run() {
            let failed = |source| failed(path, "read", source);
            for entry in path.read_dir().map_err(failed)? {
                let name = entry.map_err(failed)?.file_name();
                let name = name.to_string_lossy();
                // What a killed run left half written is passed over.
                let is_partial = name.starts_with('.') && name.ends_with(".partial");
                if !is_partial && name != RECIPE && name != LOG {
                    return Err(TrainError::OtherFolder(path.into()));
                }
            }
        }
        Ok(folder)
    }

    /// The state of the run.
    pub(super) fn state(&self) -> PathBuf {
        self.path.join("run.safetensors")
    }

    pub(super) fn has_run(&self) -> bool {
        self.state().is_file()
    }

    /// Makes the folder, writes the recipe with all its settings, for people to read,
    /// and opens a log that ends with update `step`.
    pub(super) fn begin(&self, recipe: &Recipe, step: u64) -> Result<Log, TrainError> {
        let made = std::fs::create_dir_all(&self.path);
        made.map_err(|source| failed(&self.path, "made", source))?;
        write(&self.path.join(RECIPE), recipe.to_toml()?.as_bytes())?;
        Log::open(self.path.join(LOG), step)
    }

    /// Writes the model of a run that is done, and gives its path.
    pub(super) fn write_model(&self, run: &Training, program: &str) -> Result<PathBuf, TrainError> {
        let config = serde_json::to_string_pretty(run.config());
        let config = config.map_err(|error| failed(&self.path, "written", error.into()))?;
        let beside = self.path.join("config.json");
        write(&beside, format!("{config}\n").as_bytes())?;
        let about = BTreeMap::from(
            [
                ("format", "lpd".to_owned()),
                ("program", program.to_owned()),
                ("recipe", run.recipe().to_toml()?),
                ("data_sha256", run.data_digest().to_owned()),
                ("updates", run.step_count().to_string()),
            ]
            .map(|(key, value)| (key.to_owned(), value)),
        );
        let path = self.path.join("model.safetensors");
        let tensors = run.weights()?.into_tensors();
        save_safetensors(&path, &tensors, &about, true).map_err(|source| TrainError::Save {
            path: path.clone(),
            source,
        })?;
        Ok(path)
    }
}

/// What every update did, as a CSV file.
pub(super) struct Log {
    path: PathBuf,
    file: File,
    /// Lines that are not in the file yet.
    waiting: String,
}

impl Log {
    /// What is behind update `step` in a file that is there already was done after the
    /// state that the run goes on from.
    fn open(path: PathBuf, step: u64) -> Result<Self, TrainError> {
        let mut kept = LOG_HEADER.to_owned();
        if step > 0 {
            let mut bytes = Vec::new();
            let file = std::fs::File::open(&path);
            let read = file.and_then(|file| file.take(LOG_BYTES).read_to_end(&mut bytes));
            read.map_err(|source| failed(&path, "read", source))?;
            let text = String::from_utf8_lossy(&bytes);
            let lines = text.split_inclusive('\n').skip(1);
            let is_kept = |line: &&str| {
                let update = line
                    .split(',')
                    .next()
                    .and_then(|word| word.parse::<u64>().ok());
                line.ends_with('\n') && update.is_some_and(|update| update <= step)
            };
            let lines: Vec<&str> = lines.filter(is_kept).collect();
            let found = lines.len() as u64;
            if found != step {
                return Err(TrainError::Log { path, found, step });
            }
            kept.extend(lines);
        }
        write(&path, kept.as_bytes())?;
        let file = OpenOptions::new().append(true).open(&path);
        Ok(Self {
            file: file.map_err(|source| failed(&path, "written", source))?,
            path,
            waiting: String::new(),
        })
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
