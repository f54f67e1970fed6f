//! The models that a sweep file names, with what it has them do.

use std::path::Path;

use orders_analysis::experiment::{Judge, JudgeError, ModelChoice, ModelFiles, Spec, Trial};
use orders_core::UnknownName;
use orders_model::bundled::{self, BundledModel};
use orders_model::lpd::GuidanceSchedule;
use orders_model::{ModelSource, ModelSourceError};

use crate::args::SweepArgs;
use crate::experiment::{JudgeAsked, Place};
use crate::failure::{Failure, Result, with_sources};
use crate::settings::{self, RunsOn};
use crate::token_images::TokenImages;

/// Images that a model is asked about at once.
const BATCH: usize = 8;

/// A judge for each model of a sweep file, which is at `file`.
pub(super) fn judges(
    args: &SweepArgs,
    file: &Path,
    spec: &Spec,
    threads: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<Box<dyn Judge + Send>>> {
    if spec.models.is_empty() {
        let device = &args.runs.device.device;
        return match device.as_str() {
            "cpu" => Ok(Vec::new()),
            _ => Err(Failure::input(format!(
                "--device {device} is for models, and {} lists none",
                file.display()
            ))),
        };
    }
    let runs_on = RunsOn::new(&args.runs, notes)?;
    let mut judge_of = |choice: &ModelChoice| {
        let named = match choice {
            ModelChoice::Named(name) => bundled_model(name),
            ModelChoice::Files(files) => model_of_files(&choice.name(), files),
        };
        let Named {
            source,
            images,
            background,
        } = named?;
        let asked = JudgeAsked {
            place: Place::File,
            name: choice.name(),
            source,
            images: Some((images, background)),
            runs_on: runs_on.clone(),
            schedule: GuidanceSchedule::Linear,
            batch: BATCH,
            threads,
        };
        Ok(Box::new(asked.judge(spec, notes)?) as Box<dyn Judge + Send>)
    };
    let judges = spec.models.iter();
    let judges = judges.map(|choice| judge_of(choice).map_err(|failure| at_models(file, failure)));
    judges.collect()
}

/// Why a model of a file has no room for a trial, or can't be read.
pub(super) fn no_room(
    (file, spec): (&Path, &Spec),
    (number, trial): (usize, &Trial),
    error: JudgeError,
) -> Failure {
    let error = match error.downcast::<ModelSourceError>() {
        Ok(error) => {
            let name = trial.settings.model.as_ref().map(|model| &model.name);
            let choice = spec
                .models
                .iter()
                .find(|choice| Some(&choice.name()) == name);
            return at_models(file, load_failure(choice, *error));
        }
        Err(error) => error,
    };
    let (file, why) = (file.display(), with_sources(&*error));
    Failure::input(format!("{file}: trial {number} ({trial}): {why}"))
}

fn at_models(file: &Path, failure: Failure) -> Failure {
    match failure {
        Failure::Input(message) => Failure::Input(format!("{}: models: {message}", file.display())),
        other => other,
    }
}

/// A model that a sweep file names.
struct Named {
    source: ModelSource,
    images: TokenImages,
    background: Option<u32>,
}

/// A bundled model with the bundled images.
fn bundled_model(name: &str) -> Result<Named> {
    let model = BundledModel::named(name).ok_or_else(|| {
        let unknown = UnknownName::new("bundled model", name, BundledModel::NAMES);
        Failure::input(format!(
            "{unknown}; others are tables with checkpoint and tokens"
        ))
    })?;
    Ok(Named {
        source: ModelSource::Bundled(model),
        images: TokenImages::bundled()?,
        background: Some(bundled::codebook().black_token()),
    })
}

/// A model from files.
fn model_of_files(name: &str, files: &ModelFiles) -> Result<Named> {
    let source = settings::checkpoint_with("config", &files.checkpoint, files.config.as_deref())?;
    let config = source.config();
    if let Some(background) = files.background
        && background as usize >= config.vocab()
    {
        return Err(Failure::input(format!(
            "background {background} of {name} is no token; they go from 0 to {}",
            config.vocab() - 1
        )));
    }
    // Its digest is taken later; that it can't be read is said first.
    if let ModelSource::Checkpoint { path, .. } = &source {
        fs_err::File::open(path).map_err(|error| Failure::unreadable(path.display(), &error))?;
    }
    let images = TokenImages::read(&files.tokens)?;
    images.check(&config)?;
    Ok(Named {
        source,
        images,
        background: files.background,
    })
}

/// Why there is no model.
fn load_failure(choice: Option<&ModelChoice>, error: ModelSourceError) -> Failure {
    match (error, choice) {
        (ModelSourceError::Checkpoint(error), _) => Failure::bad_input(error),
        (ModelSourceError::Weights(error), Some(ModelChoice::Files(files))) => {
            Failure::input_at(files.checkpoint.display(), &error)
        }
        (error, _) => Failure::work(error),
    }
}
