//! Folders of results.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use orders_core::files::is_passed_over;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use super::disk::{damaged, io, json, read_json, write};
use super::error::ExperimentError;
use super::pieces::{PieceFiles, PieceShape};
use super::plan::Plan;
use super::shard::{Shard, ShardError};
use super::trial::{FORMAT, Trial, TrialResult};

/// The file that says what a folder holds.
const MANIFEST: &str = "sweep.json";
/// The folder of the results, a file for each trial.
const TRIALS: &str = "trials";
/// The file that says that tables are whole.
pub(super) const TABLES: &str = "tables.json";
/// The longest manifest that is read.
const MOST_MANIFEST_BYTES: u64 = 256 << 20;

/// A folder with the results of a space, or of a shard of it.
///
/// `sweep.json` says which trials there are; `trials/KEY.json` is the result of
/// one, where KEY is the digest of its settings, and `pieces/KEY/` what there is of one
/// that takes long. Files appear whole or not at all, so whatever ends the work, it loses
/// what was done in the last half minute.
#[derive(Clone, Debug)]
pub struct ResultsFolder {
    path: PathBuf,
    plan: Arc<Plan>,
    /// The digest of the plan.
    key: String,
    shard: Shard,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest<P> {
    format: u32,
    /// The program that began the folder.
    program: String,
    /// The digest of the plan.
    key: String,
    /// The part of it that the folder is for.
    shard: String,
    plan: P,
}

impl ResultsFolder {
    /// The folder for a shard of a plan: a new one, an empty one, or one that
    /// holds results of it. `program` is what calls itself so in the files.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::NoSweep`], [`ExperimentError::OtherSweep`] or
    /// [`ExperimentError::OtherShard`] if the folder is for something else, and what
    /// [`open`](Self::open) gives; the folder is untouched then.
    /// [`ExperimentError::Io`] or [`ExperimentError::Output`] if it can't be made.
    pub fn create(
        path: impl Into<PathBuf>,
        plan: &Plan,
        shard: Shard,
        program: &str,
    ) -> Result<Self, ExperimentError> {
        let path = path.into();
        if !is_free(&path)? {
            let folder = Self::open(path)?;
            if folder.key != plan.key().to_string() {
                return Err(ExperimentError::OtherSweep {
                    folder: folder.path,
                    title: folder.plan.title().to_owned(),
                });
            }
            if folder.shard != shard {
                return Err(ExperimentError::OtherShard {
                    folder: folder.path,
                    held: folder.shard.words(),
                    asked: shard.words(),
                });
            }
            return Ok(folder);
        }
        Self::begin(path, plan, shard, program)
    }

    fn begin(
        path: PathBuf,
        plan: &Plan,
        shard: Shard,
        program: &str,
    ) -> Result<Self, ExperimentError> {
        fs_err::create_dir_all(&path).map_err(io(&path, "made"))?;
        let folder = Self {
            path,
            plan: Arc::new(plan.clone()),
            key: plan.key().to_string(),
            shard,
        };
        let manifest = Manifest {
            format: FORMAT,
            program: program.into(),
            key: folder.key.clone(),
            shard: shard.to_string(),
            plan,
        };
        folder.write(MANIFEST, &json(&manifest))?;
        Ok(folder)
    }

    /// As [`create`](Self::create), for plans of which one follows another in the same
    /// folder: results of trials that both have are found again, and those of others stay
    /// as well. The plans have one title, which is not empty.
    ///
    /// # Errors
    ///
    /// As [`create`](Self::create); [`ExperimentError::OtherSweep`] if the titles differ.
    pub fn create_again(
        path: impl Into<PathBuf>,
        plan: &Plan,
        shard: Shard,
        program: &str,
    ) -> Result<Self, ExperimentError> {
        let path = path.into();
        if path.join(MANIFEST).is_file() {
            let held = Self::open(&path)?;
            let follows = !plan.title().is_empty() && held.plan.title() == plan.title();
            if follows && held.shard == shard && held.key != plan.key().to_string() {
                return Self::begin(path, plan, shard, program);
            }
        }
        Self::create(path, plan, shard, program)
    }

    /// A folder that holds results.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::NoFolder`] if there is none, [`ExperimentError::Damaged`] if its
    /// `sweep.json` is not what it must be.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, ExperimentError> {
        let path = path.into();
        let manifest: Manifest<Plan> = read_manifest(&path)?;
        let damaged = |reason: String| damaged(&path.join(MANIFEST), reason);
        manifest.plan.check().map_err(damaged)?;
        if manifest.plan.key().to_string() != manifest.key {
            return Err(damaged("its trials are not those of its key".into()));
        }
        let shard = manifest.shard.parse();
        Ok(Self {
            shard: shard.map_err(|error: ShardError| damaged(error.to_string()))?,
            plan: Arc::new(manifest.plan),
            key: manifest.key,
            path,
        })
    }

    /// Another folder of the same space, whose plan is not read again.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::DifferentSweeps`] if it is of another space; as
    /// [`open`](Self::open).
    pub(super) fn open_another(&self, path: impl Into<PathBuf>) -> Result<Self, ExperimentError> {
        let path = path.into();
        let manifest: Manifest<IgnoredAny> = read_manifest(&path)?;
        if manifest.key != self.key {
            return Err(ExperimentError::DifferentSweeps {
                first: self.path.clone(),
                second: path,
            });
        }
        let shard = manifest
            .shard
            .parse()
            .map_err(|error: ShardError| damaged(&path.join(MANIFEST), error.to_string()))?;
        Ok(Self {
            path,
            plan: Arc::clone(&self.plan),
            key: self.key.clone(),
            shard,
        })
    }

    /// Whether a folder is there that has the results of all trials of a plan.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open) and [`result`](Self::result), but
    /// [`ExperimentError::NoFolder`].
    pub fn has_all(path: impl Into<PathBuf>, plan: &Plan) -> Result<bool, ExperimentError> {
        let folder = match Self::open(path) {
            Err(ExperimentError::NoFolder { .. }) => return Ok(false),
            folder => folder?,
        };
        for trial in plan.trials() {
            if folder.result(trial)?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All trials of its space.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The digest of the plan.
    #[cfg(feature = "tables")]
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The part of the space that it is for.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// The trials that it is for, whole or in part, with their places in the plan, from 0.
    pub fn trials(&self) -> impl Iterator<Item = (usize, &Trial)> {
        let trials = self.plan.trials().iter().enumerate();
        trials.filter(|&(index, trial)| self.shard.has(index) || trial.is_cut_by_images())
    }

    /// The result of a trial; `None` if there is none yet.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Damaged`] if there is a file, and it is not what it must be.
    pub fn result(&self, trial: &Trial) -> Result<Option<TrialResult>, ExperimentError> {
        let file = self.path.join(file_of(trial));
        if !file.exists() {
            return Ok(None);
        }
        let settings = &trial.settings;
        let measures = settings.measures.len() as u64;
        let values = measures * (settings.orders + 8 * (settings.steps as u64 + 1));
        let result: TrialResult = read_json(&file, (1 << 20) + 32 * values)?;
        let damaged = |reason: String| ExperimentError::Damaged {
            file: file.clone(),
            reason: format!("{reason}; without the file, the trial runs again"),
        };
        if result.format != FORMAT || result.settings != *settings {
            return Err(damaged("it is the result of another trial".into()));
        }
        result.check().map_err(damaged)?;
        Ok(Some(result))
    }

    /// Whether there is a file with the result of a trial.
    pub(super) fn has_result(&self, trial: &Trial) -> bool {
        self.path.join(file_of(trial)).is_file()
    }

    /// The file that says what the folder is for.
    pub(super) fn manifest_path(&self) -> PathBuf {
        self.path.join(MANIFEST)
    }

    /// The trials whose whole results are to be here: in a shard, not those of which it
    /// has some images.
    pub(super) fn whole_trials(&self) -> impl Iterator<Item = (usize, &Trial)> {
        let is_whole = |trial: &Trial| self.shard == Shard::WHOLE || !trial.is_cut_by_images();
        self.trials().filter(move |(_, trial)| is_whole(trial))
    }

    /// The results of all its trials, in their order; in a shard, of those that it has
    /// whole.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Missing`] unless all are there; as [`result`](Self::result).
    pub fn results(&self) -> Result<Vec<(&Trial, TrialResult)>, ExperimentError> {
        let results = self
            .whole_trials()
            .map(|place| Ok((place.1, self.whole(place)?)));
        self.check_complete()?;
        results.collect()
    }

    /// The result of a trial that must be here.
    pub(super) fn whole(&self, place: (usize, &Trial)) -> Result<TrialResult, ExperimentError> {
        self.result(place.1)?.ok_or_else(|| self.missing(1, place))
    }

    /// Refuses a folder in which results are missing. The files are not read.
    pub(super) fn check_complete(&self) -> Result<(), ExperimentError> {
        let held = self.held()?;
        let is_held = |trial: &Trial| held.contains(name_of(trial).as_ref() as &OsStr);
        let mut missing = self.whole_trials().filter(|(_, trial)| !is_held(trial));
        match missing.next() {
            None => Ok(()),
            Some(first) => Err(self.missing(1 + missing.count(), first)),
        }
    }

    /// The names of the files in the folder of results.
    pub(super) fn held(&self) -> Result<HashSet<OsString>, ExperimentError> {
        let folder = self.path.join(TRIALS);
        let mut held = HashSet::new();
        if folder.is_dir() {
            for entry in fs_err::read_dir(&folder).map_err(io(&folder, "read"))? {
                held.insert(entry.map_err(io(&folder, "read"))?.file_name());
            }
        }
        Ok(held)
    }

    fn missing(&self, missing: usize, (index, trial): (usize, &Trial)) -> ExperimentError {
        ExperimentError::Missing {
            missing,
            trials: self.whole_trials().count(),
            first: index + 1,
            point: trial.to_string(),
            hint: "; 'sweep' goes on where it was left",
        }
    }

    /// Takes away what says that tables are whole, before they change or results do.
    pub(super) fn forget_tables(&self) -> Result<(), ExperimentError> {
        let path = self.path.join(TABLES);
        match path.is_file() {
            true => fs_err::remove_file(&path).map_err(io(&path, "removed")),
            false => Ok(()),
        }
    }

    /// Keeps the result of a trial.
    ///
    /// # Errors
    ///
    /// [`ExperimentError::Io`] or [`ExperimentError::Output`] if it can't be written.
    pub fn keep(&self, trial: &Trial, result: &TrialResult) -> Result<(), ExperimentError> {
        let folder = self.path.join(TRIALS);
        fs_err::create_dir_all(&folder).map_err(io(&folder, "made"))?;
        self.write(file_of(trial), &json(result))
    }

    /// The files of a trial's pieces.
    pub(super) fn pieces(&self, trial: &Trial, shape: PieceShape) -> PieceFiles {
        PieceFiles::new(&self.path, trial.settings.key().to_string(), shape)
    }

    /// Writes a file of the folder, whole or not at all; one of that name is
    /// replaced.
    pub(super) fn write(
        &self,
        name: impl AsRef<Path>,
        bytes: &[u8],
    ) -> Result<(), ExperimentError> {
        write(&self.path.join(name), bytes)
    }
}

/// What says what a folder holds, if it is of this version.
fn read_manifest<P: DeserializeOwned>(folder: &Path) -> Result<Manifest<P>, ExperimentError> {
    let file = folder.join(MANIFEST);
    if !file.is_file() {
        return Err(ExperimentError::NoFolder {
            folder: folder.to_owned(),
        });
    }
    let manifest: Manifest<P> = read_json(&file, MOST_MANIFEST_BYTES)?;
    match manifest.format {
        FORMAT => Ok(manifest),
        format => Err(damaged(
            &file,
            format!("it is of format {format}, and this version reads {FORMAT}"),
        )),
    }
}

/// The file of a trial in its folder.
fn file_of(trial: &Trial) -> PathBuf {
    Path::new(TRIALS).join(name_of(trial))
}

pub(super) fn name_of(trial: &Trial) -> String {
    format!("{}.json", trial.settings.key())
}

/// Whether a folder can be made at a path, or is there and empty. What a killed
/// program left of a file does not count.
fn is_free(path: &Path) -> Result<bool, ExperimentError> {
    if !path.exists() {
        return Ok(true);
    }
    if !path.is_dir() {
        return Err(ExperimentError::NoFolder {
            folder: path.to_owned(),
        });
    }
    let mut is_free = true;
    for entry in fs_err::read_dir(path).map_err(io(path, "read"))? {
        let name = entry.map_err(io(path, "read"))?.file_name();
        if name == MANIFEST {
            return Ok(false);
        }
        is_free &= is_passed_over(&name);
    }
    match is_free {
        true => Ok(true),
        false => Err(ExperimentError::NoSweep {
            folder: path.to_owned(),
        }),
    }
}
