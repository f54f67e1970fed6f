//! The models that a sweep file names, and their held-out images.

use std::path::{Path, PathBuf};

use ndarray::s;
use orders_analysis::sweep::{
    Judge, JudgeError, Judgement, ModelChoice, ModelFiles, Spec, TrialModel,
};
use orders_core::files::{Digest, Hasher};
use orders_core::{Cell, Grid, Order, Problem, UnknownName};
use orders_model::bundled::{self, BundledModel};
use orders_model::lpd::{Batch, Lpd, LpdConfig};
use orders_model::{DType, Device, ModelSource, ModelSourceError};

use crate::digest::{digest_of, digest_of_file};
use crate::failure::{Failure, Result};
use crate::settings;
use crate::token_images::TokenImages;

/// A model, f32 on the CPU, and the images that it is asked about.
struct LpdJudge {
    model: TrialModel,
    lpd: Lpd,
    images: TokenImages,
}

/// A judge for each model of a sweep file, which is at `file`.
pub(super) fn judges(file: &Path, spec: &Spec) -> Result<Vec<Box<dyn Judge + Send>>> {
    let at_file = |failure: Failure| match failure {
        Failure::Input(message) => Failure::Input(format!("{}: models: {message}", file.display())),
        other => other,
    };
    let judges = spec.models().iter().map(|choice| {
        let judge = match choice {
            ModelChoice::Named(name) => LpdJudge::bundled(name),
            ModelChoice::Files(files) => LpdJudge::of_files(choice.name(), files),
        };
        judge.map(|judge| Box::new(judge) as Box<dyn Judge + Send>)
    });
    judges.collect::<Result<_, _>>().map_err(at_file)
}

impl LpdJudge {
    /// A bundled model with the bundled images.
    fn bundled(name: &str) -> Result<Self> {
        let model = BundledModel::named(name).ok_or_else(|| {
            let unknown = UnknownName::new("bundled model", name, BundledModel::NAMES);
            Failure::input(format!(
                "{unknown}; others are tables with checkpoint and tokens"
            ))
        })?;
        let weights = model.weights().map_err(Failure::work)?;
        let lpd = Lpd::new(model.config(), weights).map_err(Failure::work)?;
        let background = Some(bundled::codebook().black_token());
        let weights = digest_of(model.bytes());
        let images = TokenImages::bundled()?;
        Self::new(name.into(), weights, lpd, images, background)
    }

    /// A model from files.
    fn of_files(name: String, files: &ModelFiles) -> Result<Self> {
        let beside = || files.checkpoint.with_file_name(settings::CONFIG_FILE);
        let config: PathBuf = files.config.clone().unwrap_or_else(beside);
        let config = settings::config_file("config", &config)?;
        if let Some(background) = files.background
            && background as usize >= config.vocab()
        {
            return Err(Failure::input(format!(
                "background {background} of {name} is no token; they go from 0 to {}",
                config.vocab() - 1
            )));
        }
        let weights = digest_of_file(&files.checkpoint)?;
        let source = ModelSource::Checkpoint {
            path: files.checkpoint.clone(),
            config,
            key: None,
            trained_on: None,
        };
        let lpd = source.load(DType::F32, &Device::Cpu);
        let lpd = lpd.map_err(|error| match error {
            ModelSourceError::Checkpoint(error) => Failure::bad_input(error),
            ModelSourceError::Weights(error) => {
                Failure::input_at(files.checkpoint.display(), &error)
            }
            error => Failure::work(error),
        })?;
        let images = TokenImages::read(&files.tokens)?;
        images.check(lpd.config())?;
        Self::new(name, weights, lpd, images, files.background)
    }

    fn new(
        name: String,
        weights: Digest,
        lpd: Lpd,
        images: TokenImages,
        background: Option<u32>,
    ) -> Result<Self> {
        Ok(Self {
            model: TrialModel {
                name,
                weights_sha256: weights.to_string(),
                config_sha256: digest_of_config(lpd.config())?.to_string(),
                tokens_sha256: digest_of_images(&images).to_string(),
                background,
            },
            lpd,
            images,
        })
    }
}

impl Judge for LpdJudge {
    fn model(&self) -> &TrialModel {
        &self.model
    }

    fn grid(&self) -> Grid {
        self.lpd.config().grid()
    }

    fn images(&self) -> u64 {
        self.images.len() as u64
    }

    fn judge(
        &self,
        problem: &Problem,
        image: u64,
        cells: &[Cell],
    ) -> Result<Judgement, JudgeError> {
        let image = usize::try_from(image)?;
        let label = self.images.labels.get(image);
        let label = label.ok_or_else(|| format!("there are {} images", self.images()))?;
        let order = Order::new(problem.clone(), cells.to_vec())?;
        let batch = Batch::new(&[order], &[*label])?;
        let tokens = self.images.tokens.slice(s![image..=image, ..]);
        let scores = self.lpd.log_likelihood(&batch, tokens)?;
        let background = self.model.background;
        Ok(Judgement {
            nats: scores.iter().map(|&score| -f64::from(score)).collect(),
            is_foreground: background
                .map(|background| tokens.iter().map(|&token| token != background).collect()),
        })
    }
}

/// The digest of the number of images, their tokens and classes.
fn digest_of_images(images: &TokenImages) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(&(images.len() as u64).to_le_bytes());
    for token in &images.tokens {
        hasher.update(&token.to_le_bytes());
    }
    for label in &images.labels {
        hasher.update(&label.map_or(-1, i64::from).to_le_bytes());
    }
    hasher.finish().0
}

fn digest_of_config(config: &LpdConfig) -> Result<Digest> {
    let json = serde_json::to_vec(config).map_err(Failure::work)?;
    Ok(digest_of(&json))
}
