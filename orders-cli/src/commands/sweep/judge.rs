//! The models that a sweep file names, with what it has them do.

use std::path::Path;
use std::sync::Arc;

use orders_analysis::experiment::{Judge, ModelChoice, ModelFiles, SamplesChoice, Spec};
use orders_core::UnknownName;
use orders_model::bundled::{self, BundledModel};
use orders_model::lpd::GuidanceSchedule;
use orders_model::{ModelSource, ModelSourceError};

use crate::args::SweepArgs;
use crate::experiment::{
    LpdClock, LpdJudge, LpdSampler, SampleSettings, SamplesAsked, SharedModel,
};
use crate::failure::{Failure, Result};
use crate::settings::{self, LookedAt, RunsOn, TokenizerFiles};
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
    if spec.models().is_empty() {
        return Ok(Vec::new());
    }
    let runs_on = RunsOn::new(&args.runs, notes)?;
    let at_file = |failure: Failure| match failure {
        Failure::Input(message) => Failure::Input(format!("{}: models: {message}", file.display())),
        other => other,
    };
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
        let looked_at = settings::looked_at(&source, notes)?;
        images.check_tokenizer(&looked_at, notes)?;
        let samples = spec
            .samples()
            .map(|samples| sample_settings(samples, (&source, &looked_at), &runs_on, notes));
        let samples = samples.transpose()?;
        let model = Arc::new(SharedModel::new(source, runs_on.clone()));
        model.load(|error| load_failure(choice, error))?;
        let sampler = samples.map(|samples| LpdSampler::new(Arc::clone(&model), samples));
        let clock = spec.clock().map(|clock| {
            let guidance = settings::guidance(clock.cfg, GuidanceSchedule::Linear)?;
            let runs = (clock.batch, clock.runs);
            Ok::<_, Failure>(LpdClock::new(Arc::clone(&model), guidance, runs, threads))
        });
        let judge = LpdJudge::new(choice.name(), model, Some(images), background, BATCH)?;
        let judge = judge
            .with_sampler(sampler.transpose()?)
            .with_clock(clock.transpose()?);
        Ok(Box::new(judge) as Box<dyn Judge + Send>)
    };
    let judges = spec
        .models()
        .iter()
        .map(|choice| judge_of(choice).map_err(at_file));
    judges.collect()
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
fn load_failure(choice: &ModelChoice, error: ModelSourceError) -> Failure {
    match (error, choice) {
        (ModelSourceError::Checkpoint(error), _) => Failure::bad_input(error),
        (ModelSourceError::Weights(error), ModelChoice::Files(files)) => {
            Failure::input_at(files.checkpoint.display(), &error)
        }
        (error, _) => Failure::work(error),
    }
}

/// What generated images are judged with.
fn sample_settings(
    samples: &SamplesChoice,
    model: (&ModelSource, &LookedAt),
    runs_on: &RunsOn,
    notes: &mut Vec<String>,
) -> Result<SampleSettings> {
    let asked = SamplesAsked {
        at: "samples: ",
        network: samples.network.as_deref(),
        weights: samples.weights.as_deref(),
        real: samples.real.as_deref(),
        tokenizer: TokenizerFiles {
            file: samples.tokenizer.as_deref(),
            config: samples.tokenizer_config.as_deref(),
            key: None,
        },
        count: (samples.count, "samples: count"),
        guidance: settings::guidance(samples.cfg, GuidanceSchedule::Linear)?,
        batch: BATCH,
    };
    asked.read(model, runs_on, notes)
}
