//! How far generated images are from real ones.

use std::ops::ControlFlow;
use std::path::PathBuf;

use orders_model::features::Network;
use orders_model::lpd::{Choice, Guidance, Lpd, SampleOrders, Sampling};
use orders_model::metrics::{Statistics, frechet_distance, inception_score, polynomial_mmd};

use super::real::{RealImages, rows_of};
use super::result::{SampleResult, Watch};
use crate::failure::{Failure, Result};
use crate::feature_set::FeatureSet;
use crate::settings::{ImageDecoder, LoadedNetwork};

/// Parts of which the Inception Score is the mean, as published.
const SPLITS: u64 = 10;

/// Everything that generated images are judged with.
pub(crate) struct SampleJudge {
    /// Real images; without them, the bundled ones are.
    pub(crate) real: Option<FeatureSet>,
    /// What turns tokens into images, and its file, unless it is bundled.
    pub(crate) decoder: ImageDecoder,
    pub(crate) tokenizer: Option<PathBuf>,
    pub(crate) loaded: LoadedNetwork,
    /// Images to generate.
    pub(crate) count: u64,
}

impl SampleJudge {
    /// The real images that are to be compared with.
    pub(super) fn real_images(&self, watch: &mut Watch<'_>) -> Result<RealImages> {
        match &self.real {
            Some(set) => RealImages::of_set(set),
            None => RealImages::bundled(&self.loaded.network, watch),
        }
    }

    /// The network whose features are compared.
    pub(crate) fn network(&self) -> Network {
        self.loaded.network.network()
    }

    /// Generates images with given orders, as many of each class, and compares them
    /// with real ones.
    pub(super) fn judge(
        &self,
        lpd: &Lpd,
        orders: &SampleOrders,
        (guidance, seed, batch): (Guidance, u64, usize),
        real: &RealImages,
        mut watch: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<SampleResult> {
        let dimensions = self.network().dimensions();
        let mut features: Vec<f32> = Vec::new();
        let mut logits: Vec<f32> = Vec::new();
        let mut right = 0;
        let labels = labels(lpd, self.count);
        let (grid, choice) = (lpd.config().grid(), Choice::Sample(Sampling::default()));
        orders.in_batches(&labels, batch, &mut watch, |samples, batch| {
            let random = (seed, samples.start as u64);
            let generated = lpd.generate(batch, None, guidance, choice, random);
            let generated = generated.map_err(Failure::work)?;
            let images = generated.tokens.rows().into_iter();
            let images = images.map(|row| self.decoder.decode(grid, &row.to_vec()));
            let images = images.collect::<Result<Vec<_>, _>>()?;
            let extracted = self.loaded.network.extract(&images);
            let extracted = extracted.map_err(Failure::work)?;
            for (of_image, label) in extracted.into_iter().zip(&labels[samples]) {
                right += u64::from(*label == Some(of_image.class() as u32));
                features.extend(of_image.features);
                logits.extend(of_image.logits);
            }
            Ok::<(), Failure>(())
        })?;
        let work = Failure::work;
        let rows = self.count as usize;
        let features = rows_of(features, rows, dimensions)?;
        let classes = logits.len() / rows;
        let logits = rows_of(logits, rows, classes)?;
        let statistics = Statistics::of(&features).map_err(work)?;
        let distance = frechet_distance(&real.statistics, &statistics).map_err(work)?;
        if watch(rows).is_break() {
            return Err(Failure::Interrupted);
        }
        let mmd = real.features.as_ref();
        let mmd = mmd.map(|real| polynomial_mmd(real, &features));
        let mmd = mmd.transpose().map_err(work)?;
        let score = inception_score(&logits, SPLITS.min(self.count) as usize).map_err(work)?;
        let share = right as f64 / self.count as f64;
        Ok(SampleResult {
            count: self.count,
            frechet_distance: distance,
            mmd: mmd.map(|mmd| mmd.squared),
            mmd_standard_error: mmd.map(|mmd| mmd.standard_error),
            inception_score: score.mean,
            inception_score_deviation: score.sd,
            class_accuracy: self.loaded.network.classifier().map(|_| share),
        })
    }
}

/// The classes of the samples of a run: all classes in turn.
fn labels(lpd: &Lpd, count: u64) -> Vec<Option<u32>> {
    let classes = lpd.config().classes() as u64;
    let class = |sample| Some((sample % classes) as u32);
    (0..count).map(class).collect()
}
