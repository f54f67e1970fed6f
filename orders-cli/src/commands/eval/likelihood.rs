//! The images whose likelihood is measured.

use std::path::Path;

use ndarray::{Array2, Axis, s};
use orders_model::lpd::{Batch, Lpd};

use super::variant::Variant;
use crate::args::EvalArgs;
use crate::failure::Failure;
use crate::{interrupt, token_file};

/// Tokens of images and their labels.
pub(super) struct HeldOut {
    tokens: Array2<u32>,
    labels: Vec<Option<u32>>,
    place: String,
}

impl HeldOut {
    /// The first `limit` images of a file of tokens.
    pub(super) fn read(path: &Path, limit: Option<u64>) -> Result<Self, Failure> {
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
        })
    }

    /// Number of images.
    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The parallel negative log-likelihood of each image under a variant's orders,
    /// in nats per cell; image i has order i.
    pub(super) fn nats_per_cell(
        &self,
        args: &EvalArgs,
        lpd: &Lpd,
        variant: &Variant,
        progress: &dyn Fn(u64),
    ) -> Result<Vec<f64>, Failure> {
        let cells = variant.problem.group_sizes().cells() as f64;
        let mut all = Vec::with_capacity(self.len());
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
            progress(images.end as u64);
        }
        Ok(all)
    }
}
