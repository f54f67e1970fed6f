//! The images whose likelihood is measured.

use indicatif::ProgressBar;
use ndarray::Axis;
use orders_model::bundled;
use orders_model::lpd::{Lpd, LpdConfig};

use super::result::Likelihood;
use super::variant::Variant;
use crate::args::EvalArgs;
use crate::commands::score::log_likelihood;
use crate::failure::Failure;
use crate::token_images::TokenImages;

/// Images, and what is background in them.
pub(super) struct HeldOut {
    images: TokenImages,
    background: Option<u32>,
}

/// Bundled images that are looked at where nothing is said.
const BUNDLED_LIMIT: u64 = 500;

impl HeldOut {
    /// The images that flags ask a model about, if they do: of a file, or those that are
    /// bundled.
    pub(super) fn asked(
        args: &EvalArgs,
        config: &LpdConfig,
        is_bundled: bool,
    ) -> Result<Option<Self>, Failure> {
        let (images, background) = match &args.tokens {
            Some(path) => {
                let limit = args.limit.unwrap_or(u64::MAX);
                let images = TokenImages::read(path)?.first(limit);
                if images.len() == 0 {
                    return Err(Failure::input(format!("{} has no images", path.display())));
                }
                (images, args.background)
            }
            None if is_bundled => {
                let black = bundled::codebook().black_token();
                let images = TokenImages::bundled()?.first(args.limit.unwrap_or(BUNDLED_LIMIT));
                (images, args.background.or(Some(black)))
            }
            None => return Ok(None),
        };
        images.check(config)?;
        Ok(Some(Self { images, background }))
    }

    /// The token that is background.
    pub(super) fn background(&self) -> Option<u32> {
        self.background
    }

    /// Number of images.
    pub(super) fn len(&self) -> usize {
        self.images.len()
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
        let (orders, images) = (&variant.orders, &self.images);
        let scores = log_likelihood(lpd, orders, images, args.batch, progress)?;
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
