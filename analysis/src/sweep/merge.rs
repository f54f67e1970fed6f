//! Joining shards.

use std::path::PathBuf;

use super::error::SweepError;
use super::folder::SweepFolder;
use super::result::TrialResult;
use super::shard::Shard;

/// Joins the results of folders of one space into `out`, as if one run had made
/// them all, tables included: byte by byte, if the same version of the program
/// did. `out` is a new folder, an empty one, or one of the whole space.
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
    super::tables::write_tables(&merged)?;
    Ok(merged)
}
