//! The images whose likelihood is measured.

use std::ops::ControlFlow;
use std::path::PathBuf;

use ndarray::Axis;
use orders_model::lpd::{Lpd, SampleOrders, ScoreRequest};

use super::result::Likelihood;
use crate::failure::Result;
use crate::settings;
use crate::token_images::TokenImages;

/// Images, and what is background in them.
pub(crate) struct HeldOut {
    pub(crate) images: TokenImages,
    /// The token that is background.
    pub(crate) background: Option<u32>,
    /// The file that they are from, unless they are bundled.
    pub(crate) path: Option<PathBuf>,
}

impl HeldOut {
    /// Number of images.
    pub(crate) fn len(&self) -> usize {
        self.images.len()
    }

    /// The parallel negative log-likelihood of each image; image i has order i.
    pub(super) fn measure(
        &self,
        lpd: &Lpd,
        orders: &SampleOrders,
        batch: usize,
        watch: impl FnMut(usize) -> ControlFlow<()>,
    ) -> Result<Likelihood> {
        let images = &self.images;
        let request = ScoreRequest {
            orders,
            labels: &images.labels,
            tokens: images.tokens.view(),
            batch,
        };
        let failed = |error| settings::request_failure(error, |error| images.failure(error));
        let scores = lpd.score(&request, watch).map_err(failed)?;
        let scores = scores.mapv(f64::from);
        let cells = scores.ncols() as f64;
        let of_foreground = |background: u32| {
            let images = images.tokens.rows().into_iter().zip(scores.rows());
            let of_image = images.map(|(tokens, scores)| {
                let pairs = tokens.iter().zip(scores);
                let foreground = pairs.filter(|(token, _)| **token != background);
                let (sum, count) = foreground.fold((0.0, 0.0), |(sum, count), (_, score)| {
                    (sum - score, count + 1.0)
                });
                (count > 0.0).then(|| sum / count)
            });
            of_image.collect()
        };
        Ok(Likelihood {
            nats_per_cell: scores
                .sum_axis(Axis(1))
                .iter()
                .map(|sum| -sum / cells)
                .collect(),
            nats_per_foreground_cell: self.background.map_or_else(Vec::new, of_foreground),
        })
    }
}
