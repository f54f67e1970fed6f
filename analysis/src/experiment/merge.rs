//! Joining the results of several folders.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::PathBuf;

use rayon::prelude::*;

use super::error::{ExperimentError, TrialError, trial_failed};
use super::fields::TrialFields;
use super::folder::{ResultsFolder, name_of};
use super::measure::RealImages;
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
/// differ in, a share of 1e-6; the first folder's are taken. All is checked before anything
/// is written, and then read again: what is held in memory does not grow with the number of
/// results. Of `tools`, methods and measures are asked, and orders of files; no model. Work
/// is spread over the current rayon pool.
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
    let (first, others) = folders
        .split_first()
        .expect("there is a folder to be merged");
    let mut folders = vec![ResultsFolder::open(first)?];
    for other in others {
        let other = folders[0].open_another(other)?;
        folders.push(other);
    }
    let held = folders.iter().map(ResultsFolder::held);
    let held = held.collect::<Result<Vec<_>, _>>()?;
    let merging = Merging {
        folders: &folders,
        held: &held,
        tools,
        program,
    };
    let plan = folders[0].plan();
    let found = plan.trials().par_iter().enumerate();
    let found = found.map(|(index, trial)| merging.has(index, trial));
    let found = found.collect::<Result<Vec<bool>, _>>()?;
    if let Some(index) = found.iter().position(|&is_found| !is_found) {
        return Err(ExperimentError::Missing {
            missing: found.iter().filter(|&&is_found| !is_found).count(),
            trials: plan.trials().len(),
            first: index + 1,
            point: plan.trials()[index].to_string(),
            hint: "; a shard is not finished, or is not among the folders",
        });
    }
    let merged = ResultsFolder::create(out, plan, Shard::WHOLE, program)?;
    merged.forget_tables()?;
    let trials = plan.trials().par_iter().enumerate();
    trials.try_for_each(|(index, trial)| merging.keep(index, trial, &merged))?;
    Ok(merged)
}

/// Folders that are joined.
struct Merging<'a> {
    folders: &'a [ResultsFolder],
    /// The names of the results that each has.
    held: &'a [HashSet<OsString>],
    tools: &'a Tools<'a>,
    program: &'a str,
}

impl Merging<'_> {
    /// Whether there is a whole result of a trial, or all its pieces; what is there is
    /// checked.
    fn has(&self, index: usize, trial: &Trial) -> Result<bool, ExperimentError> {
        let mut held: Option<(&ResultsFolder, TrialResult)> = None;
        for folder in self.holders(trial) {
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
        Ok(held.is_some() || self.of_pieces(index, trial, |_, _, _| Ok(()))?.is_some())
    }

    /// Keeps the result of a trial, the first folder's that has it.
    fn keep(
        &self,
        index: usize,
        trial: &Trial,
        merged: &ResultsFolder,
    ) -> Result<(), ExperimentError> {
        for folder in self.holders(trial) {
            if let Some(result) = folder.result(trial)? {
                return merged.keep(trial, &result);
            }
        }
        let finished = self.of_pieces(index, trial, |run, pieces, real| {
            let result = run.finish(pieces, real, self.program);
            result.map_err(|source| trial_failed(index, trial, source))
        });
        match finished? {
            Some(result) => merged.keep(trial, &result),
            None => Ok(()),
        }
    }

    /// The folders that have a file with the result of a trial.
    fn holders(&self, trial: &Trial) -> impl Iterator<Item = &ResultsFolder> {
        let name = OsString::from(name_of(trial));
        let folders = self.folders.iter().zip(self.held);
        let holders = folders.filter(move |(_, held)| held.contains(&name));
        holders.map(|(folder, _)| folder)
    }

    /// What is made of the pieces of a trial that several folders have; `None` if some are
    /// missing.
    fn of_pieces<T>(
        &self,
        index: usize,
        trial: &Trial,
        make: impl FnOnce(TrialRun<'_>, Pieces, Option<&RealImages>) -> Result<T, ExperimentError>,
    ) -> Result<Option<T>, ExperimentError> {
        let failed = |source: TrialError| trial_failed(index, trial, source);
        let settings = &trial.settings;
        let mut fields = TrialFields::default();
        fields.read_of(settings).map_err(failed)?;
        let run = TrialRun::without_model(settings, self.tools, &fields).map_err(failed)?;
        let mut pieces = Pieces::default();
        for folder in self.folders {
            pieces.extend(folder.pieces(trial, run.shape()).read()?);
        }
        let whole = TrialPart::of(settings, run.made, Shard::WHOLE, index);
        if !whole.without(&pieces).is_empty() {
            return Ok(None);
        }
        let real = self
            .folders
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
        make(run, pieces, real.as_ref()).map(Some)
    }
}
