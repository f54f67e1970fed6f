//! Maximum mean discrepancy with a polynomial kernel.

use serde::Serialize;

use super::error::MetricsError;
use super::features::Features;
use super::pairs::for_all_pairs;

/// A squared maximum mean discrepancy and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Mmd {
    /// The unbiased estimate. It may be negative if the sets are alike.
    pub squared: f64,
    /// Its standard error, by the jackknife.
    pub standard_error: f64,
}

/// The squared maximum mean discrepancy of two sets under the kernel of KID,
/// `k(x, y) = (x.y / d + 1)^3`, from *all* pairs:
///
/// ```text
/// 1/(n(n-1)) sum_{i != j} k(x_i, x_j) + 1/(m(m-1)) sum_{i != j} k(y_i, y_j)
///     - 2/(nm) sum_ij k(x_i, y_j)
/// ```
///
/// (A. Gretton et al., *A Kernel Two-Sample Test*, JMLR 13, 2012, equation 3;
/// kernel: M. Bińkowski et al., *Demystifying MMD GANs*, ICLR 2018, section 4).
/// It is unbiased at any n and m, unlike a Fréchet distance, and may be
/// negative. KID as usually printed is the mean of this over random subsets of
/// 1,000: an estimate of the same number, from fewer pairs.
///
/// The standard error is that of the two-sample jackknife: with t(-i) the
/// estimate without image i,
///
/// ```text
/// SE^2 = (n-1)/n sum_i (t(-x_i) - mean)^2 + (m-1)/m sum_j (t(-y_j) - mean)^2
/// ```
///
/// each mean over its own set (J. Arvesen, *Jackknifing U-statistics*, Annals of
/// Mathematical Statistics 40, 1969). It has no random choices. If both sets
/// come from the same distribution, the estimate is not normal around 0.
///
/// O((n + m)^2 d) time and O(n m / 128) memory, in double precision.
///
/// # Errors
///
/// [`MetricsError::Dimensions`], or [`MetricsError::TooFew`] if a set has fewer
/// than three images.
pub fn polynomial_mmd(a: &Features, b: &Features) -> Result<Mmd, MetricsError> {
    a.check_beside(b, 3)?;
    let within_a = within(a);
    let within_b = within(b);
    let (from_a, from_b) = between(a, b);
    let (n, m) = (a.count() as f64, b.count() as f64);
    let (total_a, total_b) = (within_a.iter().sum::<f64>(), within_b.iter().sum::<f64>());
    let cross = from_a.iter().sum::<f64>();
    let mean_within = |total: f64, n: f64| total / (n * (n - 1.0));
    let (mean_a, mean_b) = (mean_within(total_a, n), mean_within(total_b, m));

    let without_a = within_a.iter().zip(&from_a).map(|(own, other)| {
        let mean_a = mean_within(total_a - 2.0 * own, n - 1.0);
        mean_a + mean_b - 2.0 * (cross - other) / ((n - 1.0) * m)
    });
    let without_b = within_b.iter().zip(&from_b).map(|(own, other)| {
        let mean_b = mean_within(total_b - 2.0 * own, m - 1.0);
        mean_a + mean_b - 2.0 * (cross - other) / (n * (m - 1.0))
    });
    Ok(Mmd {
        squared: mean_a + mean_b - 2.0 * cross / (n * m),
        standard_error: (jackknife(without_a) + jackknife(without_b)).sqrt(),
    })
}

/// The variance of an estimate, from those that each leave one image out.
fn jackknife(estimates: impl Iterator<Item = f64>) -> f64 {
    let estimates: Vec<f64> = estimates.collect();
    let n = estimates.len() as f64;
    let mean = estimates.iter().sum::<f64>() / n;
    let squares: f64 = estimates.iter().map(|value| (value - mean).powi(2)).sum();
    squares * (n - 1.0) / n
}

/// The sum of the kernel of each image with all others of its set.
fn within(set: &Features) -> Vec<f64> {
    let d = set.dimensions() as f64;
    let parts = for_all_pairs(
        set,
        set,
        |rows| vec![0.0; rows],
        |sums, tile| {
            for ((row, products), sum) in tile.rows().zip(sums) {
                let itself = row.checked_sub(tile.first_column);
                for (column, product) in products.iter().enumerate() {
                    if Some(column) != itself {
                        *sum += kernel(*product, d);
                    }
                }
            }
        },
    );
    parts.concat()
}

/// The sum of the kernel of each image with all of the other set, for both
/// sets.
fn between(a: &Features, b: &Features) -> (Vec<f64>, Vec<f64>) {
    let d = a.dimensions() as f64;
    let parts = for_all_pairs(
        a,
        b,
        |rows| (vec![0.0; rows], vec![0.0; b.count()]),
        |(of_rows, of_columns), tile| {
            for ((_, products), row_sum) in tile.rows().zip(of_rows) {
                let column_sums = &mut of_columns[tile.first_column..];
                for (product, column_sum) in products.iter().zip(column_sums) {
                    let value = kernel(*product, d);
                    *row_sum += value;
                    *column_sum += value;
                }
            }
        },
    );
    let mut from_a = Vec::with_capacity(a.count());
    let mut from_b = vec![0.0; b.count()];
    for (of_rows, of_columns) in parts {
        from_a.extend(of_rows);
        for (sum, part) in from_b.iter_mut().zip(of_columns) {
            *sum += part;
        }
    }
    (from_a, from_b)
}

fn kernel(product: f64, dimensions: f64) -> f64 {
    let base = product / dimensions + 1.0;
    base * base * base
}
