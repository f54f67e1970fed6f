//! The real images that generated ones are compared with.

use std::ops::ControlFlow;

use ndarray::Array2;
use orders_analysis::experiment::RealImages;
use orders_datasets::Image;
use orders_model::bundled;
use orders_model::features::{FeatureNetwork, Network};
use orders_model::metrics::{Features, Statistics, frechet_distance, polynomial_mmd};
use serde::{Deserialize, Serialize};

use crate::failure::{Failure, Result};
use crate::feature_set::FeatureSet;

/// Images that are turned into features at once.
const BATCH: usize = 32;

/// How far real images are from each other: what generated ones can reach.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Floor {
    /// Those that generated ones are compared with.
    images: usize,
    /// Those between them.
    others: usize,
    frechet_distance: f64,
    mmd: f64,
    mmd_standard_error: f64,
    /// The share of all of them that the classifier assigns to their class.
    class_accuracy: Option<f64>,
}

impl Floor {
    /// In a sentence.
    pub(crate) fn words(&self, network: Network) -> String {
        let accuracy = self.class_accuracy.map_or_else(String::new, |accuracy| {
            format!(", class accuracy {accuracy:.3}")
        });
        format!(
            "{} real images against {} others: {} {:.2}, MMD^2 x 1000 {:.3} +- {:.3}{accuracy}",
            self.others,
            self.images,
            network.frechet_name(),
            self.frechet_distance,
            self.mmd * 1000.0,
            self.mmd_standard_error * 1000.0,
        )
    }
}

/// The images of a file.
pub(super) fn of_set(set: &FeatureSet) -> Result<RealImages> {
    let statistics = set.statistics()?;
    Ok(images(&statistics, set.features()))
}

fn images(statistics: &Statistics, features: Option<&Features>) -> RealImages {
    RealImages {
        mean: statistics.mean().to_owned(),
        covariance: statistics.covariance().to_owned(),
        features: features.map(|features| features.view().to_owned()),
    }
}

/// Every other one of the bundled images, and how far those between them are.
pub(super) fn bundled(
    network: &FeatureNetwork,
    watch: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<(RealImages, Floor)> {
    let (set, codebook) = (bundled::held_out(), bundled::codebook());
    let (cells, labels) = (set.grid().cells(), set.labels().unwrap_or_default());
    let mut halves = [Vec::new(), Vec::new()];
    let mut right = 0;
    for (batch, first) in set.tokens().chunks(BATCH * cells).zip((0..).step_by(BATCH)) {
        if watch(first as u64, set.len() as u64).is_break() {
            return Err(Failure::Interrupted);
        }
        let decoded = batch.chunks(cells).map(|tokens| {
            let image = codebook.decode(set.grid(), tokens);
            image.map_err(Failure::work)
        });
        let images: Vec<Image> = decoded.collect::<Result<_, _>>()?;
        let extracted = network.extract(&images);
        let extracted =
            extracted.map_err(|error| Failure::input_at("the bundled classifier", &error))?;
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
    let (half, others) = (half?, others?);
    let work = Failure::work;
    let statistics = Statistics::of(&half).map_err(work)?;
    let of_others = Statistics::of(&others).map_err(work)?;
    let mmd = polynomial_mmd(&half, &others).map_err(work)?;
    let accuracy = right as f64 / set.len() as f64;
    let floor = Floor {
        images: half.count(),
        others: others.count(),
        frechet_distance: frechet_distance(&statistics, &of_others).map_err(work)?,
        mmd: mmd.squared,
        mmd_standard_error: mmd.standard_error,
        class_accuracy: network.classifier().map(|_| accuracy),
    };
    Ok((images(&statistics, Some(&half)), floor))
}

/// Values as features of images.
fn rows_of(values: Vec<f32>, rows: usize, columns: usize) -> Result<Features> {
    let values = Array2::from_shape_vec((rows, columns), values).map_err(Failure::work)?;
    Features::new(values).map_err(Failure::work)
}
