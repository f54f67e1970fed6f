//! Whether two lists rise together.

use super::bootstrap::{BootstrapParams, Interval, IntervalMethod, interval};
use super::error::StatisticsError;

/// Spearman's rank correlation of pairs, from -1 to 1: Pearson's correlation of their
/// ranks, of which equal values share the mean one. `None` if all values of a side are
/// equal.
///
/// ```
/// use orders_analysis::statistics::rank_correlation;
///
/// assert_eq!(rank_correlation(&[1.0, 2.0, 9.0], &[3.0, 5.0, 6.0])?, Some(1.0));
/// assert_eq!(rank_correlation(&[1.0, 2.0], &[3.0, 3.0])?, None);
/// # Ok::<(), orders_analysis::statistics::StatisticsError>(())
/// ```
///
/// O(n log n).
///
/// # Errors
///
/// [`StatisticsError::Lengths`], [`StatisticsError::TooFew`] for fewer than 2 pairs,
/// [`StatisticsError::NotFinite`].
pub fn rank_correlation(a: &[f64], b: &[f64]) -> Result<Option<f64>, StatisticsError> {
    if a.len() != b.len() {
        return Err(StatisticsError::Lengths {
            first: a.len(),
            second: b.len(),
        });
    }
    if a.len() < 2 {
        return Err(StatisticsError::TooFew {
            count: a.len(),
            needed: 2,
        });
    }
    let mut both = a.iter().chain(b).enumerate();
    if let Some((index, &value)) = both.find(|(_, value)| !value.is_finite()) {
        return Err(StatisticsError::NotFinite {
            index: index % a.len(),
            value,
        });
    }
    let (a, b) = (ranks(a), ranks(b));
    // Ranks from 1 have this mean, whatever is equal.
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| -> f64 {
        let pairs = x.iter().zip(y);
        pairs.map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    let spread = product(&a, &a) * product(&b, &b);
    Ok((spread > 0.0).then(|| product(&a, &b) / spread.sqrt()))
}

/// The rank correlation of pairs with its 95 % percentile interval over resamples of the
/// pairs; `None` if there is no correlation. Its ends are NaN where there is no interval:
/// for pairs of which a resample has no correlation.
///
/// # Errors
///
/// As [`rank_correlation`].
pub fn rank_correlation_interval(
    a: &[f64],
    b: &[f64],
) -> Result<Option<Interval>, StatisticsError> {
    let Some(estimate) = rank_correlation(a, b)? else {
        return Ok(None);
    };
    let params = BootstrapParams {
        method: IntervalMethod::Percentile,
        ..BootstrapParams::default()
    };
    let places: Vec<f64> = (0..a.len()).map(|place| place as f64).collect();
    let of_places = |places: &[f64]| {
        let pick = |values: &[f64]| -> Vec<f64> {
            places.iter().map(|&place| values[place as usize]).collect()
        };
        let found = rank_correlation(&pick(a), &pick(b));
        found.ok().flatten().unwrap_or(f64::NAN)
    };
    match interval(&places, &params, of_places) {
        Ok(interval) => Ok(Some(interval)),
        Err(StatisticsError::Statistic { .. }) => Ok(Some(Interval {
            estimate,
            low: f64::NAN,
            high: f64::NAN,
        })),
        Err(error) => Err(error),
    }
}

/// Ranks from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut rank = 1.0;
    for equal in places.chunk_by(|&a, &b| values[a] == values[b]) {
        let count = equal.len() as f64;
        for &place in equal {
            ranks[place] = rank + (count - 1.0) / 2.0;
        }
        rank += count;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition for values that differ: 1 - 6 sum d^2 / (n (n^2 - 1)).
    #[test]
    fn it_is_that_of_rank_differences() {
        let a = [0.3, -1.0, 5.0, 2.0, 8.0, 0.0];
        let b = [1.0, 0.5, 0.7, 9.0, 4.0, -3.0];
        let rank = |of: &[f64], value| of.iter().filter(|&&other| other < value).count() as f64;
        let squares: f64 = (0..6)
            .map(|i| (rank(&a, a[i]) - rank(&b, b[i])).powi(2))
            .sum();
        let expected = 1.0 - 6.0 * squares / (6.0 * 35.0);
        let found = rank_correlation(&a, &b).unwrap().unwrap();
        assert!((found - expected).abs() < 1e-12, "{found}, {expected}");
    }

    #[test]
    fn equal_values_share_their_rank() {
        assert_eq!(ranks(&[2.0, 1.0, 2.0, 0.0]), [3.5, 2.0, 3.5, 1.0]);
        // -0 is 0.
        assert_eq!(ranks(&[0.0, -0.0]), [1.5, 1.5]);
    }

    #[test]
    fn an_interval_lies_around_it() {
        let a: Vec<f64> = (0..30).map(f64::from).collect();
        let b: Vec<f64> = (0..30).map(|i| f64::from(i * 7 % 30 + i)).collect();
        let found = rank_correlation_interval(&a, &b).unwrap().unwrap();
        assert!(found.low < found.estimate && found.estimate < found.high);
        assert!(found.high <= 1.0 && found.low > 0.0, "{found:?}");
        let flat = rank_correlation_interval(&a, &vec![1.0; 30]).unwrap();
        assert_eq!(flat, None);
    }
}
