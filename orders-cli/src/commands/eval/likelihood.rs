//! The images whose likelihood is measured.

use std::path::Path;

use indicatif::ProgressBar;
use ndarray::{Array2, Axis, s};
use orders_model::bundled;
use orders_model::lpd::Lpd;

use super::result::Likelihood;
use super::variant::Variant;
use crate::args::EvalArgs;
use crate::commands::score::log_likelihood;
use crate::failure::Failure;
use crate::token_file;

/// Tokens of images and their labels.
pub(super) struct HeldOut {
    tokens: Array2<u32>,
    labels: Vec<Option<u32>>,
    place: String,
    background: Option<u32>,
}

/// Bundled images that are looked at where nothing is said.
const BUNDLED_LIMIT: u64 = 500;

impl HeldOut {
    /// The first `limit` images of a file of tokens.
    pub(super) fn read(
        path: &Path,
        limit: Option<u64>,
        background: Option<u32>,
    ) -> Result<Self, Failure> {
        let place = path.display().to_string();
        let file = token_file::read(path)?;
        let Some(mut labels) = file.labels else {
            return Err(Failure::input(format!(
                "{place} has no 'labels'; -1 for each image means no class"
            )));
        };
        let images = labels.len();
        let limit = limit.map_or(images, |limit| usize::try_from(limit).unwrap_or(images));
        let count = limit.min(images);
        if count == 0 {
            return Err(Failure::input(format!("{place} has no images")));
        }
        labels.truncate(count);
        Ok(Self {
            tokens: file.tokens.slice_move(s![..count, ..]),
            labels,
            place,
            background,
        })
    }

    /// The first `limit` of the bundled images.
    pub(super) fn bundled(limit: Option<u64>, background: Option<u32>) -> Result<Self, Failure> {
        let set = bundled::held_out();
        let limit = limit.unwrap_or(BUNDLED_LIMIT);
        let count = usize::try_from(limit).map_or(set.len(), |limit| limit.min(set.len()));
        let cells = set.grid().cells();
        let tokens = set.tokens()[..count * cells].to_vec();
        let labels = set.labels().unwrap_or_default()[..count].iter();
        Ok(Self {
            tokens: Array2::from_shape_vec((count, cells), tokens)
                .map_err(|error| Failure::work(&error))?,
            labels: labels.copied().map(Some).collect(),
            place: "the bundled images".to_owned(),
            background: background.or_else(|| Some(bundled::codebook().black_token())),
        })
    }

    /// The token that is background.
    pub(super) fn background(&self) -> Option<u32> {
        self.background
    }

    /// Number of images.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The parallel negative log-likelihood of each image under a variant's orders;
    /// image i has order i.
    pub(super) fn measure(
        &self,
        args: &EvalArgs,
        lpd: &Lpd,
        variant: &Variant,
        progress: &ProgressBar,
    ) -> Result<Likelihood, Failure> {
        let (orders, images) = (&variant.orders, (&self.tokens, &self.labels[..]));
        let scores = log_likelihood(lpd, orders, images, &self.place, args.batch, progress)?;
        let scores = scores.mapv(f64::from);
        let cells = scores.ncols() as f64;
        let of_foreground = |background: u32| {
            let images = self.tokens.rows().into_iter().zip(scores.rows());
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
