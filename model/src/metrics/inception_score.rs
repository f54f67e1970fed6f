//! The Inception Score.

use ndarray::ArrayView1;
use orders_core::OrderRng;
use serde::Serialize;

use super::error::MetricsError;
use super::features::Features;

/// Mean and standard deviation of the score over splits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct InceptionScore {
    /// Mean over the splits; from 1 to the number of classes.
    pub mean: f64,
    /// Standard deviation over the splits, with their number as the divisor; 0
    /// for one split.
    pub sd: f64,
    /// The number of splits.
    pub splits: usize,
    /// The seed that the images were shuffled by, if they were.
    pub seed: Option<u64>,
}

/// The stream of a seed that shuffles.
const SHUFFLE: u64 = 1;

/// The score of class scores (logits) of shape [n, classes].
///
/// The images, shuffled by `seed`, are cut into s splits: the i-th has those from
/// `floor(i n / s)` on. Without a seed they are cut as they come, which is right for images
/// that were drawn at random only: where those of a class stand together, a split has few
/// classes, and a low score. With p(y | x) the softmax of an image's logits and p(y)
/// its mean over the split, the score of a split is
///
/// ```text
/// exp( 1/m sum_x sum_y p(y|x) (ln p(y|x) - ln p(y)) )
/// ```
///
/// (T. Salimans et al., *Improved Techniques for Training GANs*, NeurIPS 2016,
/// section 4). The result is mean and standard deviation of the splits' scores;
/// published numbers are of 50,000 images in 10 splits, on the FID Inception's
/// logits without bias.
///
/// O(n classes) time, in double precision; O(n + classes) memory.
///
/// # Errors
///
/// [`MetricsError::Splits`] if there is no split or there are more than
/// images.
pub fn inception_score(
    logits: &Features,
    splits: usize,
    seed: Option<u64>,
) -> Result<InceptionScore, MetricsError> {
    let count = logits.count();
    if splits == 0 || splits > count {
        return Err(MetricsError::Splits { splits, count });
    }
    let mut order: Vec<usize> = (0..count).collect();
    if let Some(seed) = seed {
        OrderRng::new(seed, SHUFFLE).shuffle(&mut order);
    }
    let start = |split: usize| (split as u128 * count as u128 / splits as u128) as usize;
    let scores: Vec<f64> = (0..splits)
        .map(|split| score(logits, &order[start(split)..start(split + 1)]))
        .collect();
    let mean = scores.iter().sum::<f64>() / splits as f64;
    let variance = scores
        .iter()
        .map(|score| (score - mean).powi(2))
        .sum::<f64>()
        / splits as f64;
    Ok(InceptionScore {
        mean,
        sd: variance.sqrt(),
        splits,
        seed,
    })
}

fn score(logits: &Features, rows: &[usize]) -> f64 {
    let count = rows.len() as f64;
    let mut marginal = vec![0.0; logits.dimensions()];
    let mut negative_entropy = 0.0;
    for &row in rows {
        let log_shares = log_softmax(logits.view().row(row));
        for (sum, log_share) in marginal.iter_mut().zip(log_shares) {
            let share = f64::exp(log_share);
            *sum += share;
            // A share that is 0 has a finite logarithm here, so this is 0.
            negative_entropy += share * log_share;
        }
    }
    let marginal_entropy: f64 = marginal
        .iter()
        .map(|sum| sum / count)
        .filter(|&share| share > 0.0)
        .map(|share| -share * share.ln())
        .sum();
    (marginal_entropy + negative_entropy / count).exp()
}

fn log_softmax(logits: ArrayView1<'_, f32>) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let shifted: Vec<f64> = logits
        .iter()
        .map(|&logit| f64::from(logit) - f64::from(largest))
        .collect();
    let log_sum = shifted.iter().copied().map(f64::exp).sum::<f64>().ln();
    shifted.into_iter().map(|logit| logit - log_sum).collect()
}
