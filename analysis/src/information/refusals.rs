//! How often a draft is refused when cells of a Gaussian field are decoded exactly.

use std::f64::consts::{FRAC_1_SQRT_2, FRAC_PI_2, TAU};
use std::sync::LazyLock;

/// Places of the table, less one.
const PLACES: usize = 4096;
/// How many standard deviations are integrated over, and in how many pieces.
const REACH: f64 = 8.0;
const PIECES: usize = 256;

/// Refusal probabilities at angles from 0 to pi / 2, at whose squared cosine the share of
/// the variance is that is left.
static TABLE: LazyLock<Vec<f64>> = LazyLock::new(|| {
    let angles = (0..=PLACES).map(|place| FRAC_PI_2 * place as f64 / PLACES as f64);
    angles.map(|angle| exact(angle.cos().powi(2))).collect()
});

/// Passes of exact decoding whose drafts are those of a group, from the expected refusals of
/// each group: one that drafts the first group, then one that verifies a group and drafts the
/// next, and one for each refusal.
pub fn expected_passes(refusals: &[f64]) -> f64 {
    1.0 + refusals.len() as f64 + refusals.iter().sum::<f64>()
}

/// The probability that a draft of a cell is refused, within 1e-7: the cell has the variance
/// `left` given all cells before it, and its draft was drawn with the variance `at_draft`,
/// when those of its group were not known yet.
///
/// Draft and target are normal; the mean of the target, seen from the draft, is normal
/// itself, with what the group explains of the variance. The refusal probability is the mean
/// of their total variation distance over it.
pub(super) fn refusal_probability(left: f64, at_draft: f64) -> f64 {
    let share = (left / at_draft).clamp(0.0, 1.0);
    let place = share.sqrt().acos() / FRAC_PI_2 * PLACES as f64;
    let below = (place as usize).min(PLACES - 1);
    let (a, b) = (TABLE[below], TABLE[below + 1]);
    a + (b - a) * (place - below as f64)
}

/// The same for a share of the variance that is left, by Simpson's rule over the mean.
fn exact(share: f64) -> f64 {
    if share >= 1.0 {
        return 0.0;
    }
    if share < 1e-12 {
        return 1.0;
    }
    let explained = (1.0 - share).sqrt();
    let step = REACH / PIECES as f64;
    let sum: f64 = (0..=PIECES)
        .map(|place| {
            let z = place as f64 * step;
            let weight = match place {
                0 | PIECES => 1.0,
                place if place % 2 == 1 => 4.0,
                _ => 2.0,
            };
            weight * (-z * z / 2.0).exp() * total_variation(explained * z, share)
        })
        .sum();
    // Both signs of the mean are the same.
    2.0 * sum * step / 3.0 / TAU.sqrt()
}

/// Total variation distance of N(mean, variance) from N(0, 1), for a variance below 1: the
/// former is the denser one between the two places where they cross.
fn total_variation(mean: f64, variance: f64) -> f64 {
    let a = 0.5 * (1.0 - 1.0 / variance);
    let b = mean / variance;
    let c = -0.5 * (mean * mean / variance + variance.ln());
    let root = (b * b - 4.0 * a * c).max(0.0).sqrt();
    let (low, high) = ((-b + root) / (2.0 * a), (-b - root) / (2.0 * a));
    let sd = variance.sqrt();
    let within =
        |mean: f64, sd: f64| cumulative((high - mean) / sd) - cumulative((low - mean) / sd);
    (within(mean, sd) - within(0.0, 1.0)).max(0.0)
}

/// The cumulative distribution of N(0, 1).
fn cumulative(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition: half the integral of the difference, in the mean over means.
    fn naive(share: f64) -> f64 {
        let density = |x: f64, mean: f64, variance: f64| {
            (-(x - mean).powi(2) / (2.0 * variance)).exp() / (TAU * variance).sqrt()
        };
        let explained = 1.0 - share;
        let (step, mut sum) = (0.02, 0.0);
        for i in -400..=400 {
            let mean = f64::from(i) * step;
            let weight = density(mean, 0.0, explained) * step;
            if weight < 1e-12 {
                continue;
            }
            let at = |j: i32| f64::from(j) * 0.005;
            let distance: f64 = (-2000..=2000)
                .map(|j| {
                    (density(at(j), mean, share) - density(at(j), 0.0, 1.0)).abs() * 0.005 / 2.0
                })
                .sum();
            sum += weight * distance;
        }
        sum
    }

    #[test]
    fn probabilities_are_those_of_the_definition() {
        for share in [0.05, 0.2, 0.5, 0.8] {
            let (found, expected) = (refusal_probability(share * 3.0, 3.0), naive(share));
            assert!(
                (found - expected).abs() < 1e-4,
                "{share}: {found}, {expected}"
            );
            assert!((found - exact(share)).abs() < 1e-7, "{share}");
        }
        assert_eq!(refusal_probability(2.0, 2.0), 0.0);
        assert!(refusal_probability(1e-12, 1.0) > 0.999);
    }

    #[test]
    fn more_explained_is_more_refused() {
        let all: Vec<f64> = (0..=1000)
            .map(|i| refusal_probability(f64::from(i) / 1000.0, 1.0))
            .collect();
        assert!(all.windows(2).all(|pair| pair[0] >= pair[1]));
        assert!(all.iter().all(|p| (0.0..=1.0).contains(p)));
    }
}
