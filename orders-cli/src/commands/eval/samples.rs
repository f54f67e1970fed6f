//! How far generated images are from real ones.

use ndarray::{Array2, ArrayView2};
use orders_datasets::Image;
use orders_model::features::{FeatureNetwork, Network};
use orders_model::lpd::{Batch, Choice, Guidance, Lpd, Sampling};
use orders_model::metrics::{
    Features, MetricsError, Statistics, frechet_distance, inception_score, polynomial_mmd,
};
use orders_model::vq::{VqTokenizer, pixels_from_images};
use orders_model::{Device, Tensor};

use super::result::SampleResult;
use super::variant::Variant;
use crate::args::{EvalArgs, TokenizerArgs};
use crate::commands::distance::sets::Set;
use crate::failure::Failure;
use crate::{interrupt, settings};

/// Parts of which the Inception Score is the mean, as published.
const SPLITS: u64 = 10;

/// Everything that generated images are judged with.
pub(super) struct SampleJudge {
    real: Set,
    real_statistics: Statistics,
    tokenizer: VqTokenizer,
    features: FeatureNetwork,
    count: u64,
}

impl SampleJudge {
    /// What flags ask for, if they do: `count` images are to be generated for a
    /// grid.
    pub(super) fn new(
        args: &EvalArgs,
        count: u64,
        device: &Device,
    ) -> Result<Option<Self>, Failure> {
        let Some(real) = &args.real else {
            return Ok(None);
        };
        let (network, weights, flag) = match (&args.inception, &args.mobilenet) {
            (Some(path), _) => (Network::InceptionFid, path, "--inception"),
            (None, Some(path)) => (Network::MobileNetV2, path, "--mobilenet"),
            (None, None) => {
                return Err(Failure::input(format!(
                    "generated images need a network: --inception {}, or --mobilenet {}",
                    Network::InceptionFid.published_weights(),
                    Network::MobileNetV2.published_weights()
                )));
            }
        };
        let real = Set::read(real)?;
        real.network(Some((network, &format!("{flag} gives those of {network}"))))?;
        let real_statistics = real.statistics()?.into_owned();
        if !weights.exists() {
            return Err(Failure::input(format!(
                "{flag} {} is not there; it takes the file {}",
                weights.display(),
                network.published_weights()
            )));
        }
        let features = FeatureNetwork::read(network, weights)
            .map_err(|error| Failure::input_at(weights.display(), &error))?;
        let named = TokenizerArgs {
            tokenizer: args.tokenizer.clone(),
            config: args.tokenizer_config.clone(),
            key: None,
        };
        Ok(Some(Self {
            real,
            real_statistics,
            tokenizer: settings::tokenizer(&named, device)?,
            features,
            count,
        }))
    }

    /// Images to generate.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// The network whose features are compared.
    pub(super) fn network(&self) -> Network {
        self.features.network()
    }

    /// Generates images with a variant's orders, as many of each class, and
    /// measures them.
    pub(super) fn judge(
        &self,
        args: &EvalArgs,
        lpd: &Lpd,
        variant: &Variant,
        guidance: Guidance,
        progress: &dyn Fn(u64),
    ) -> Result<SampleResult, Failure> {
        let dimensions = self.network().dimensions();
        let mut features: Vec<f32> = Vec::new();
        let mut logits: Vec<f32> = Vec::new();
        let mut first = 0;
        while first < self.count {
            interrupt::check()?;
            let samples = first..self.count.min(first + args.batch as u64);
            let tokens = generate(args, lpd, variant, guidance, samples.clone())?;
            let images = self.images(lpd, tokens.view())?;
            for of_image in self.features.extract(&images) {
                features.extend(of_image.features);
                logits.extend(of_image.logits);
            }
            first = samples.end;
            progress(first);
        }
        let work = |error: MetricsError| Failure::work(&error);
        let rows = self.count as usize;
        let features = rows_of(features, rows, dimensions)?;
        let classes = logits.len() / rows;
        let logits = rows_of(logits, rows, classes)?;
        let statistics = Statistics::of(&features).map_err(work)?;
        let distance = frechet_distance(&self.real_statistics, &statistics).map_err(work)?;
        interrupt::check()?;
        let mmd = self.real.features();
        let mmd = mmd.map(|real| polynomial_mmd(real, &features));
        let mmd = mmd.transpose().map_err(work)?;
        let score = inception_score(&logits, SPLITS.min(self.count) as usize).map_err(work)?;
        Ok(SampleResult {
            count: self.count,
            frechet_distance: distance,
            mmd: mmd.map(|mmd| mmd.squared),
            mmd_standard_error: mmd.map(|mmd| mmd.standard_error),
            inception_score: score.mean,
            inception_score_deviation: score.sd,
        })
    }

    fn images(&self, lpd: &Lpd, tokens: ArrayView2<'_, u32>) -> Result<Vec<Image>, Failure> {
        let grid = lpd.config().grid();
        let [height, width] = [grid.height(), grid.width()];
        let stride = self.tokenizer.config().stride() as u32;
        let numbers: Vec<i64> = tokens.iter().map(|&token| token.into()).collect();
        let tokens = Tensor::from_vec(numbers, tokens.dim(), lpd.device())
            .map_err(|error| Failure::work(&error))?;
        let decoded = self
            .tokenizer
            .decode(&tokens, height as usize, width as usize)
            .map_err(|error| Failure::input_at("--tokenizer", &error))?;
        let pixels = pixels_from_images(&decoded).map_err(|error| Failure::work(&error))?;
        let [height, width] = [height * stride, width * stride];
        let bytes = (height * width * 3) as usize;
        pixels
            .chunks(bytes)
            .map(|pixels| Image::new(height, width, 3, pixels.to_vec()))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::work(&error))
    }
}

/// Tokens of samples of a run; sample i has order i, and class i of all classes in
/// turn.
fn generate(
    args: &EvalArgs,
    lpd: &Lpd,
    variant: &Variant,
    guidance: Guidance,
    samples: std::ops::Range<u64>,
) -> Result<Array2<u32>, Failure> {
    let classes = lpd.config().classes() as u64;
    let labels: Vec<Option<u32>> = samples
        .clone()
        .map(|sample| Some((sample % classes) as u32))
        .collect();
    let orders = variant.orders(args.seed, samples.clone())?;
    let batch = Batch::new(&orders, &labels).map_err(|error| Failure::bad_input(&error))?;
    let choice = Choice::Sample(Sampling::default());
    lpd.generate(&batch, None, guidance, choice, (args.seed, samples.start))
        .map(|generated| generated.tokens)
        .map_err(|error| Failure::work(&error))
}

fn rows_of(values: Vec<f32>, rows: usize, columns: usize) -> Result<Features, Failure> {
    let values =
        Array2::from_shape_vec((rows, columns), values).map_err(|error| Failure::work(&error))?;
    Features::new(values).map_err(|error| Failure::work(&error))
}
