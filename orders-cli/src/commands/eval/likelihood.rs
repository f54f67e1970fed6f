//! The images whose likelihood is measured.

use std::path::Path;

use ndarray::{Array2, Axis, s};
use orders_model::bundled;
use orders_model::lpd::{Batch, Lpd};

use super::result::Likelihood;
use super::variant::Variant;
use crate::args::EvalArgs;
use crate::failure::Failure;
use crate::{interrupt, token_file};

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
        progress: &dyn Fn(u64),
    ) -> Result<Likelihood, Failure> {
        let cells = variant.problem.group_sizes().cells() as f64;
        let mut all = Vec::with_capacity(self.len());
        let mut foreground = Vec::new();
        for first in (0..self.len()).step_by(args.batch) {
            interrupt::check()?;
            let images = first..self.len().min(first + args.batch);
            let orders = variant.orders(args.seed, images.start as u64..images.end as u64)?;
            let bad = |error| Failure::input_at(&self.place, &error);
            let batch = Batch::new(&orders, &self.labels[images.clone()]).map_err(bad)?;
            let tokens = self.tokens.slice(s![images.clone(), ..]);
            let scores = lpd.log_likelihood(&batch, tokens).map_err(bad)?;
            let sums = scores.mapv(f64::from).sum_axis(Axis(1));
            all.extend(sums.iter().map(|sum| -sum / cells));
            if let Some(background) = self.background {
                for (tokens, scores) in tokens.rows().into_iter().zip(scores.rows()) {
                    let pairs = tokens.iter().zip(scores);
                    let of_foreground = pairs.filter(|(token, _)| **token != background);
                    let (sum, count) = of_foreground
                        .fold((0.0, 0.0), |(sum, count), (_, score)| {
                            (sum - f64::from(*score), count + 1.0)
                        });
                    foreground.push((count > 0.0).then(|| sum / count));
                }
            }
            progress(images.end as u64);
        }
        Ok(Likelihood {
            nats_per_cell: all,
            nats_per_foreground_cell: foreground,
        })
    }
}
