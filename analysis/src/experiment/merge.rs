//! Joining the results of several folders.

use std::path::PathBuf;

use super::error::{ExperimentError, TrialError, trial_failed};
use super::fields::TrialFields;
use super::folder::ResultsFolder;
use super::pieces::Pieces;
use super::real_file::read_real;
use super::run_trial::TrialRun;
use super::shard::Shard;
use super::trial::{Tools, Trial, TrialResult};
use super::trial_part::TrialPart;

/// Joins the results of folders of one space into `out`, as if one run had made
/// them all: byte by byte, if the same version of the program did on processors of one
/// kind. `out` is a new folder, an empty one, or one of the whole space.
///
/// Folders may overlap. Results that two of them have may differ by what processors
/// differ in, a share of 1e-6; the first folder's are taken. All is read before anything
/// is written. Of `tools`, methods and measures are asked, and orders of files; no model.
///
/// # Errors
///
/// [`ExperimentError::DifferentSweeps`] if two folders are of different spaces,
/// [`ExperimentError::DifferentResults`] if two have different results of a trial,
/// [`ExperimentError::Missing`] if a trial has no whole result in all of them; as
/// [`ResultsFolder::open`] and [`ResultsFolder::create`].
///
/// # Panics
///
/// If there are no folders.
pub fn merge(
    folders: &[PathBuf],
    out: impl Into<PathBuf>,
    tools: &Tools<'_>,
    program: &str,
) -> Result<ResultsFolder, ExperimentError> {
    let folders: Vec<ResultsFolder> = folders
        .iter()
        .map(ResultsFolder::open)
        .collect::<Result<_, _>>()?;
    let first = folders.first().expect("there is a folder to be merged");
    let plan = first.plan();
    let other = folders
        .iter()
        .find(|folder| folder.plan().key() != plan.key());
    if let Some(other) = other {
        return Err(ExperimentError::DifferentSweeps {
            first: first.path().to_owned(),
            second: other.path().to_owned(),
        });
    }

    let mut missing = Vec::new();
    let mut results: Vec<TrialResult> = Vec::new();
    for (index, trial) in plan.trials().iter().enumerate() {
        let whole = match whole_result(&folders, index, trial)? {
            None => of_pieces(&folders, index, trial, tools, program)?,
            whole => whole,
        };
        match whole {
            Some(result) => results.push(result),
            None => missing.push(index),
        }
    }
    if let Some(&index) = missing.first() {
        return Err(ExperimentError::Missing {
            missing: missing.len(),
            trials: plan.trials().len(),
            first: index + 1,
            point: plan.trials()[index].to_string(),
            hint: "; a shard is not finished, or is not among the folders",
        });
    }
    let merged = ResultsFolder::create(out, plan, Shard::WHOLE, program)?;
    merged.forget_tables()?;
    for (trial, result) in plan.trials().iter().zip(&results) {
        merged.keep(trial, result)?;
    }
    Ok(merged)
}

/// The result of a trial that some folder has whole.
fn whole_result(
    folders: &[ResultsFolder],
    index: usize,
    trial: &Trial,
) -> Result<Option<TrialResult>, ExperimentError> {
    let mut held: Option<(&ResultsFolder, TrialResult)> = None;
    for folder in folders {
        match (folder.result(trial)?, &held) {
            (None, _) => {}
            (Some(result), None) => held = Some((folder, result)),
            (Some(result), Some((_, known))) if result.agrees_with(known) => {}
            (Some(_), Some((holder, _))) => {
                return Err(ExperimentError::DifferentResults {
                    first: holder.path().to_owned(),
                    second: folder.path().to_owned(),
                    trial: index + 1,
                });
            }
        }
    }
    Ok(held.map(|(_, result)| result))
}

/// The result of a trial of which several folders have pieces; `None` if some are
/// missing.
fn of_pieces(
    folders: &[ResultsFolder],
    index: usize,
    trial: &Trial,
    tools: &Tools<'_>,
    program: &str,
) -> Result<Option<TrialResult>, ExperimentError> {
    let failed = |source: TrialError| trial_failed(index, trial, source);
    let settings = &trial.settings;
    let mut fields = TrialFields::default();
    fields.read_of(settings).map_err(failed)?;
    let run = TrialRun::without_model(settings, tools, &fields).map_err(failed)?;
    let mut pieces = Pieces::default();
    for folder in folders {
        pieces.extend(folder.pieces(trial, run.shape()).read()?);
    }
    let whole = TrialPart::of(settings, run.made, Shard::WHOLE, index);
    if !whole.without(&pieces).is_empty() {
        return Ok(None);
    }
    let real = folders
        .iter()
        .map(|folder| read_real(folder.path(), settings));
    let real = real
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .next();
    if settings.samples.is_some() && real.is_none() {
        return Ok(None);
    }
    let result = run.finish(pieces, real.as_ref(), program);
    result.map(Some).map_err(failed)
}
