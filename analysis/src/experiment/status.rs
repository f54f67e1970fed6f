//! How far a folder of results is.

use std::time::SystemTime;

use super::disk::io;
use super::error::{ExperimentError, trial_failed};
use super::fields::TrialFields;
use super::folder::ResultsFolder;
use super::run_trial::TrialRun;
use super::trial::Tools;
use super::trial_part::TrialPart;

/// How far a folder of results is.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct FolderStatus {
    /// Trials of which it has all that it is to have.
    pub done: usize,
    /// Trials that it is for, whole or in part.
    pub trials: usize,
    /// The share that is done, of trials, where one that is begun counts by its images.
    pub share: f64,
    /// When the folder was begun.
    pub begun: SystemTime,
}

impl FolderStatus {
    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        self.done == self.trials
    }
}

/// How far a folder is: results are looked for, not read; pieces of trials that are not
/// whole are read. Of `tools`, methods and measures are asked.
///
/// # Errors
///
/// As [`ResultsFolder::open`]; [`ExperimentError::Trial`] if the settings of a trial are none.
pub fn status(folder: &ResultsFolder, tools: &Tools<'_>) -> Result<FolderStatus, ExperimentError> {
    let (mut done, mut trials, mut share) = (0, 0, 0.0);
    for (index, trial) in folder.trials() {
        trials += 1;
        if folder.has_result(trial) {
            done += 1;
            share += 1.0;
            continue;
        }
        if !trial.is_cut_by_images() {
            continue;
        }
        let failed = |source| trial_failed(index, trial, source);
        let settings = &trial.settings;
        let mut fields = TrialFields::default();
        fields.read_of(settings).map_err(failed)?;
        let run = TrialRun::without_model(settings, tools, &fields).map_err(failed)?;
        let part = TrialPart::of(settings, run.made, folder.shard(), index);
        let all = part.count();
        let left = part.without(&folder.pieces(trial, run.shape()).read()?);
        // A shard keeps pieces, the whole makes a result of them.
        let is_done = left.is_empty() && folder.shard().count() > 1;
        done += usize::from(is_done);
        share += match all {
            0 => f64::from(u8::from(is_done)),
            all => (all - left.count()) as f64 / all as f64,
        };
    }
    let path = folder.manifest_path();
    let modified = fs_err::metadata(&path).and_then(|metadata| metadata.modified());
    Ok(FolderStatus {
        done,
        trials,
        share: share / trials.max(1) as f64,
        begun: modified.map_err(io(&path, "read"))?,
    })
}
