//! Folders of results, and joining them.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use orders_core::files::OutputFile;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::SweepError;
use super::plan::{Plan, Shard, ShardError};
use super::trial::{FORMAT, Trial, TrialResult};

/// The file that says what a folder holds.
const MANIFEST: &str = "sweep.json";
/// The folder of the results, a file for each trial.
const TRIALS: &str = "trials";
/// The longest manifest that is read.
const MOST_MANIFEST_BYTES: u64 = 256 << 20;

/// A folder with the results of a space, or of a shard of it.
///
/// `sweep.json` says which trials there are; `trials/KEY.json` is the result of
/// one, where KEY is the digest of its settings. Files appear whole or not at
/// all, so whatever ends a sweep, it loses the trials in flight only.
#[derive(Clone, Debug)]
pub struct SweepFolder {
    path: PathBuf,
    plan: Plan,
    shard: Shard,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    /// The program that began the folder.
    program: String,
    /// The digest of the plan.
    key: String,
    /// The part of it that the folder is for.
    shard: String,
    plan: Plan,
}

impl SweepFolder {
    /// The folder for a shard of a plan: a new one, an empty one, or one that
    /// holds results of it. `program` is what calls itself so in the files.
    ///
    /// # Errors
    ///
    /// [`SweepError::NoSweep`], [`SweepError::OtherSweep`] or
    /// [`SweepError::OtherShard`] if the folder is for something else, and what
    /// [`open`](Self::open) gives; the folder is untouched then.
    /// [`SweepError::Io`] or [`SweepError::Output`] if it can't be made.
    pub fn create(
        path: impl Into<PathBuf>,
        plan: &Plan,
        shard: Shard,
        program: &str,
    ) -> Result<Self, SweepError> {
        let path = path.into();
        if !is_free(&path)? {
            let folder = Self::open(path)?;
            if folder.plan.key() != plan.key() {
                return Err(SweepError::OtherSweep {
                    folder: folder.path,
                    title: folder.plan.title().to_owned(),
                });
            }
            if folder.shard != shard {
                return Err(SweepError::OtherShard {
                    folder: folder.path,
                    held: folder.shard.words(),
                    asked: shard.words(),
                });
            }
            return Ok(folder);
        }
        fs_err::create_dir_all(&path).map_err(io(&path, "made"))?;
        let folder = Self {
            path,
            plan: plan.clone(),
            shard,
        };
        let manifest = Manifest {
            format: FORMAT,
            program: program.into(),
            key: plan.key().to_string(),
            shard: shard.to_string(),
            plan: plan.clone(),
        };
        folder.write(MANIFEST, &json(&manifest))?;
        Ok(folder)
    }

    /// A folder that holds results.
    ///
    /// # Errors
    ///
    /// [`SweepError::NoFolder`] if there is none, [`SweepError::Damaged`] if its
    /// `sweep.json` is not what it must be.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, SweepError> {
        let path = path.into();
        let file = path.join(MANIFEST);
        if !file.is_file() {
            return Err(SweepError::NoFolder { folder: path });
        }
        let manifest: Manifest = read_json(&file, MOST_MANIFEST_BYTES)?;
        let damaged = |reason: String| SweepError::Damaged {
            file: file.clone(),
            reason,
        };
        if manifest.format != FORMAT {
            let format = manifest.format;
            return Err(damaged(format!(
                "it is of format {format}, and this version reads {FORMAT}"
            )));
        }
        manifest.plan.check().map_err(damaged)?;
        if manifest.plan.key().to_string() != manifest.key {
            return Err(damaged("its trials are not those of its key".into()));
        }
        let shard = manifest.shard.parse();
        Ok(Self {
            shard: shard.map_err(|error: ShardError| damaged(error.to_string()))?,
            plan: manifest.plan,
            path,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All trials of its space.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The part of the space that it is for.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// The trials that it is for, with their places in the plan, from 0.
    pub fn trials(&self) -> impl Iterator<Item = (usize, &Trial)> {
        let trials = self.plan.trials().iter().enumerate();
        trials.filter(|&(index, _)| self.shard.has(index))
    }

    /// The result of a trial; `None` if there is none yet.
    ///
    /// # Errors
    ///
    /// [`SweepError::Damaged`] if there is a file, and it is not what it must be.
    pub fn result(&self, trial: &Trial) -> Result<Option<TrialResult>, SweepError> {
        let file = self.path.join(file_of(trial));
        if !file.exists() {
            return Ok(None);
        }
        let settings = &trial.settings;
        let measures = settings.measures.len() as u64;
        let values = measures * (settings.orders + 8 * (settings.steps as u64 + 1));
        let result: TrialResult = read_json(&file, (1 << 20) + 32 * values)?;
        let damaged = |reason: String| SweepError::Damaged {
            file: file.clone(),
            reason: format!("{reason}; without the file, the trial runs again"),
        };
        if result.format != FORMAT || result.settings != *settings {
            return Err(damaged("it is the result of another trial".into()));
        }
        result.check().map_err(damaged)?;
        Ok(Some(result))
    }

    /// The results of all its trials, in their order.
    ///
    /// # Errors
    ///
    /// [`SweepError::Missing`] unless all are there; as [`result`](Self::result).
    pub fn results(&self) -> Result<Vec<(&Trial, TrialResult)>, SweepError> {
        let mut results = Vec::new();
        let mut missing = Vec::new();
        for (index, trial) in self.trials() {
            match self.result(trial)? {
                Some(result) => results.push((trial, result)),
                None => missing.push((index, trial)),
            }
        }
        match missing.first() {
            None => Ok(results),
            Some(&(index, trial)) => Err(SweepError::Missing {
                missing: missing.len(),
                trials: results.len() + missing.len(),
                first: index + 1,
                point: trial.to_string(),
                hint: "; 'sweep' goes on where it was left",
            }),
        }
    }

    /// Keeps the result of a trial.
    ///
    /// # Errors
    ///
    /// [`SweepError::Io`] or [`SweepError::Output`] if it can't be written.
    pub fn keep(&self, trial: &Trial, result: &TrialResult) -> Result<(), SweepError> {
        let folder = self.path.join(TRIALS);
        fs_err::create_dir_all(&folder).map_err(io(&folder, "made"))?;
        self.write(file_of(trial), &json(result))
    }

    /// Writes a file of the folder, whole or not at all; one of that name is
    /// replaced.
    pub(super) fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) -> Result<(), SweepError> {
        let path = self.path.join(name);
        let mut file = OutputFile::create(&path)?;
        file.write_all(bytes).map_err(io(&path, "written"))?;
        file.finish()?.persist(true)?;
        Ok(())
    }
}

/// Joins the results of folders of one space into `out`, as if one run had made
/// them all: byte by byte, if the same version of the program did. `out` is a new
/// folder, an empty one, or one of the whole space.
///
/// Folders may overlap. All is read before anything is written.
///
/// # Errors
///
/// [`SweepError::DifferentSweeps`] if two folders are of different spaces,
/// [`SweepError::DifferentResults`] if two have different results of a trial,
/// [`SweepError::Missing`] if a trial has a result in none; as
/// [`SweepFolder::open`] and [`SweepFolder::create`].
///
/// # Panics
///
/// If there are no folders.
pub fn merge(
    folders: &[PathBuf],
    out: impl Into<PathBuf>,
    program: &str,
) -> Result<SweepFolder, SweepError> {
    let folders: Vec<SweepFolder> = folders
        .iter()
        .map(SweepFolder::open)
        .collect::<Result<_, _>>()?;
    let first = folders.first().expect("there is a folder to be merged");
    let plan = first.plan();
    let other = folders
        .iter()
        .find(|folder| folder.plan().key() != plan.key());
    if let Some(other) = other {
        return Err(SweepError::DifferentSweeps {
            first: first.path().to_owned(),
            second: other.path().to_owned(),
        });
    }

    let mut missing = Vec::new();
    let mut results: Vec<TrialResult> = Vec::new();
    for (index, trial) in plan.trials().iter().enumerate() {
        let mut held: Option<(&SweepFolder, TrialResult)> = None;
        for folder in &folders {
            match (folder.result(trial)?, &held) {
                (None, _) => {}
                (Some(result), None) => held = Some((folder, result)),
                (Some(result), Some((_, known))) if result == *known => {}
                (Some(_), Some((holder, _))) => {
                    return Err(SweepError::DifferentResults {
                        first: holder.path().to_owned(),
                        second: folder.path().to_owned(),
                        trial: index + 1,
                    });
                }
            }
        }
        match held {
            Some((_, result)) => results.push(result),
            None => missing.push(index),
        }
    }
    if let Some(&index) = missing.first() {
        return Err(SweepError::Missing {
            missing: missing.len(),
            trials: plan.trials().len(),
            first: index + 1,
            point: plan.trials()[index].to_string(),
            hint: "; a shard is not finished, or is not among the folders",
        });
    }
    let merged = SweepFolder::create(out, plan, Shard::WHOLE, program)?;
    for (trial, result) in plan.trials().iter().zip(&results) {
        merged.keep(trial, result)?;
    }
    Ok(merged)
}

/// The file of a trial in its folder.
fn file_of(trial: &Trial) -> PathBuf {
    Path::new(TRIALS).join(format!("{}.json", trial.settings.key()))
}

/// Whether a folder can be made at a path, or is there and empty. What a killed
/// program left of a file does not count.
fn is_free(path: &Path) -> Result<bool, SweepError> {
    if !path.exists() {
        return Ok(true);
    }
    if !path.is_dir() {
        return Err(SweepError::NoFolder {
            folder: path.to_owned(),
        });
    }
    let mut is_free = true;
    for entry in fs_err::read_dir(path).map_err(io(path, "read"))? {
        let name = entry.map_err(io(path, "read"))?.file_name();
        if name == MANIFEST {
            return Ok(false);
        }
        let name = name.to_string_lossy();
        is_free &= name.starts_with('.') && name.ends_with(".partial");
    }
    match is_free {
        true => Ok(true),
        false => Err(SweepError::NoSweep {
            folder: path.to_owned(),
        }),
    }
}

/// A value as JSON of one line.
fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).expect("plain data has a JSON form");
    bytes.push(b'\n');
    bytes
}

/// What a JSON file holds, which may have so many bytes.
fn read_json<T: DeserializeOwned>(path: &Path, most_bytes: u64) -> Result<T, SweepError> {
    let damaged = |reason: String| SweepError::Damaged {
        file: path.to_owned(),
        reason,
    };
    let file = fs_err::File::open(path).map_err(io(path, "read"))?;
    let mut bytes = Vec::new();
    file.into_file()
        .take(most_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(io(path, "read"))?;
    if bytes.len() as u64 > most_bytes {
        return Err(damaged(format!("it has more than {most_bytes} bytes")));
    }
    serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))
}

fn io(path: &Path, verb: &'static str) -> impl FnOnce(std::io::Error) -> SweepError {
    let path = path.to_owned();
    move |source| SweepError::Io { path, verb, source }
}
