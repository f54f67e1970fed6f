//! The metrics as they are defined, pair by pair.

use ndarray::{Array1, Array2};
use orders_model::metrics::Features;

fn rows(features: &Features) -> Vec<Vec<f64>> {
    let values = features.view();
    let rows = values.rows().into_iter();
    rows.map(|row| row.iter().map(|&value| value.into()).collect())
        .collect()
}

/// Mean and covariance, in two passes.
pub fn statistics(features: &Features) -> (Array1<f64>, Array2<f64>) {
    let rows = rows(features);
    let (n, d) = (rows.len() as f64, features.dimensions());
    let mean: Vec<f64> = (0..d)
        .map(|i| rows.iter().map(|row| row[i]).sum::<f64>() / n)
        .collect();
    let covariance = Array2::from_shape_fn((d, d), |(i, j)| {
        let products = rows
            .iter()
            .map(|row| (row[i] - mean[i]) * (row[j] - mean[j]));
        products.sum::<f64>() / (n - 1.0)
    });
    (mean.into(), covariance)
}

fn kernel(x: &[f64], y: &[f64]) -> f64 {
    let product: f64 = x.iter().zip(y).map(|(x, y)| x * y).sum();
    (product / x.len() as f64 + 1.0).powi(3)
}

fn mmd_of_rows(x: &[Vec<f64>], y: &[Vec<f64>]) -> f64 {
    let (n, m) = (x.len() as f64, y.len() as f64);
    let within = |set: &[Vec<f64>]| {
        let mut sum = 0.0;
        for (i, a) in set.iter().enumerate() {
            for (j, b) in set.iter().enumerate() {
                if i != j {
                    sum += kernel(a, b);
                }
            }
        }
        sum
    };
    let mut between = 0.0;
    for a in x {
        for b in y {
            between += kernel(a, b);
        }
    }
    within(x) / (n * (n - 1.0)) + within(y) / (m * (m - 1.0)) - 2.0 * between / (n * m)
}

/// The estimate and its jackknife standard error, computed anew without each
/// image.
pub fn mmd(a: &Features, b: &Features) -> (f64, f64) {
    let (x, y) = (rows(a), rows(b));
    let without = |set: &[Vec<f64>], index: usize| {
        let mut rest = set.to_vec();
        rest.remove(index);
        rest
    };
    let without_x: Vec<f64> = (0..x.len())
        .map(|i| mmd_of_rows(&without(&x, i), &y))
        .collect();
    let without_y: Vec<f64> = (0..y.len())
        .map(|j| mmd_of_rows(&x, &without(&y, j)))
        .collect();
    let variance = |estimates: &[f64]| {
        let n = estimates.len() as f64;
        let mean = estimates.iter().sum::<f64>() / n;
        (n - 1.0) / n * estimates.iter().map(|t| (t - mean).powi(2)).sum::<f64>()
    };
    let error = (variance(&without_x) + variance(&without_y)).sqrt();
    (mmd_of_rows(&x, &y), error)
}

fn distance(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| (x - y).powi(2)).sum()
}

/// The squared distance to the k-th nearest of the others.
fn radii(set: &[Vec<f64>], k: usize) -> Vec<f64> {
    let radius = |i: usize| {
        let others = (0..set.len()).filter(|&j| j != i);
        let mut distances: Vec<f64> = others.map(|j| distance(&set[i], &set[j])).collect();
        distances.sort_by(f64::total_cmp);
        distances[k - 1]
    };
    (0..set.len()).map(radius).collect()
}

/// Precision, recall, density and coverage.
pub fn manifold(real: &Features, generated: &Features, k: usize) -> [f64; 4] {
    let (x, y) = (rows(real), rows(generated));
    let (real_radii, generated_radii) = (radii(&x, k), radii(&y, k));
    let in_real = |j: usize, i: usize| distance(&y[j], &x[i]) <= real_radii[i];
    let in_generated = |i: usize, j: usize| distance(&y[j], &x[i]) <= generated_radii[j];
    let (real, generated) = (0..x.len(), 0..y.len());
    let share = |count: usize, of: usize| count as f64 / of as f64;
    let precise = generated
        .clone()
        .filter(|&j| real.clone().any(|i| in_real(j, i)));
    let recalled = real
        .clone()
        .filter(|&i| generated.clone().any(|j| in_generated(i, j)));
    let covered = real
        .clone()
        .filter(|&i| generated.clone().any(|j| in_real(j, i)));
    let balls: usize = generated
        .clone()
        .map(|j| real.clone().filter(|&i| in_real(j, i)).count())
        .sum();
    [
        share(precise.count(), y.len()),
        share(recalled.count(), x.len()),
        share(balls, k * y.len()),
        share(covered.count(), x.len()),
    ]
}

/// Mean and standard deviation of the Inception Score, with probabilities that
/// are computed without logarithms of them.
pub fn inception_score(logits: &Features, splits: usize) -> (f64, f64) {
    let rows = rows(logits);
    let n = rows.len();
    let scores: Vec<f64> = (0..splits)
        .map(|split| {
            let part = &rows[split * n / splits..(split + 1) * n / splits];
            let shares: Vec<Vec<f64>> = part
                .iter()
                .map(|row| {
                    let sum: f64 = row.iter().map(|logit| logit.exp()).sum();
                    row.iter().map(|logit| logit.exp() / sum).collect()
                })
                .collect();
            let marginal =
                |class: usize| shares.iter().map(|row| row[class]).sum::<f64>() / part.len() as f64;
            let divergence = |row: &Vec<f64>| -> f64 {
                let terms = row.iter().enumerate();
                terms.map(|(y, p)| p * (p / marginal(y)).ln()).sum()
            };
            (shares.iter().map(divergence).sum::<f64>() / part.len() as f64).exp()
        })
        .collect();
    let mean = scores.iter().sum::<f64>() / splits as f64;
    let variance = scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / splits as f64;
    (mean, variance.sqrt())
}
