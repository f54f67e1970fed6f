//! The real images that generated ones are compared with.

use ndarray::Array2;
use orders_datasets::Image;
use orders_model::bundled;
use orders_model::features::FeatureNetwork;
use orders_model::metrics::{Features, Statistics, frechet_distance, polynomial_mmd};

use super::result::{EvalProgress, Floor, Watch};
use crate::failure::{Failure, Result};
use crate::feature_set::FeatureSet;

/// Images that are turned into features at once.
const BATCH: usize = 32;

/// What generated images are compared with.
pub(super) struct RealImages {
    pub(super) statistics: Statistics,
    pub(super) features: Option<Features>,
    /// What is known of the bundled ones only.
    bundled: Option<Bundled>,
}

struct Bundled {
    /// Other real images, to be compared with these.
    others: Features,
    /// The share of all of them that the classifier assigns to their class.
    class_accuracy: Option<f64>,
}

impl RealImages {
    pub(super) fn of_set(set: &FeatureSet) -> Result<Self> {
        Ok(Self {
            statistics: set.statistics()?.into_owned(),
            features: set.features().cloned(),
            bundled: None,
        })
    }

    /// Every other one of the bundled images, and those between them.
    pub(super) fn bundled(network: &FeatureNetwork, watch: &mut Watch<'_>) -> Result<Self> {
        let (set, codebook) = (bundled::held_out(), bundled::codebook());
        let (cells, labels) = (set.grid().cells(), set.labels().unwrap_or_default());
        let all = set.len() as u64;
        let mut halves = [Vec::new(), Vec::new()];
        let mut right = 0;
        for (batch, first) in set.tokens().chunks(BATCH * cells).zip((0..).step_by(BATCH)) {
            let progress = EvalProgress {
                what: "real images",
                done: first as u64,
                all,
            };
            if watch(progress).is_break() {
                return Err(Failure::Interrupted);
            }
            let decoded = batch.chunks(cells).map(|tokens| {
                let image = codebook.decode(set.grid(), tokens);
                image.map_err(Failure::work)
            });
            let images: Vec<Image> = decoded.collect::<Result<_, _>>()?;
            let extracted = network.extract(&images);
            let extracted = extracted.map_err(|error| Failure::input_at("--classifier", &error))?;
            for (of_image, index) in extracted.into_iter().zip(first..) {
                right += usize::from(of_image.class() == labels[index] as usize);
                halves[index % 2].extend(of_image.features);
            }
        }
        let dimensions = network.network().dimensions();
        let [half, others] = halves.map(|values| {
            let rows = values.len() / dimensions;
            rows_of(values, rows, dimensions)
        });
        let half = half?;
        let accuracy = right as f64 / set.len() as f64;
        Ok(Self {
            statistics: Statistics::of(&half).map_err(Failure::work)?,
            features: Some(half),
            bundled: Some(Bundled {
                others: others?,
                class_accuracy: network.classifier().map(|_| accuracy),
            }),
        })
    }

    /// How far real images are from each other, where there are others.
    pub(super) fn floor(&self) -> Result<Option<Floor>> {
        let (Some(features), Some(bundled)) = (&self.features, &self.bundled) else {
            return Ok(None);
        };
        let work = Failure::work;
        let others = &bundled.others;
        let statistics = Statistics::of(others).map_err(work)?;
        let distance = frechet_distance(&self.statistics, &statistics).map_err(work)?;
        let mmd = polynomial_mmd(features, others).map_err(work)?;
        Ok(Some(Floor {
            images: features.count(),
            others: others.count(),
            frechet_distance: distance,
            mmd: mmd.squared,
            mmd_standard_error: mmd.standard_error,
            class_accuracy: bundled.class_accuracy,
        }))
    }
}

/// Values as features of images.
pub(super) fn rows_of(values: Vec<f32>, rows: usize, columns: usize) -> Result<Features> {
    let values = Array2::from_shape_vec((rows, columns), values).map_err(Failure::work)?;
    Features::new(values).map_err(Failure::work)
}
