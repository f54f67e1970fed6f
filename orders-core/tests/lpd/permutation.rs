//! A test of whether two samples have the same distribution, in many features
//! at once.

use orders_core::OrderRng;

/// The outcome of [`compare`].
#[derive(Clone, Copy, Debug)]
pub struct Comparison {
    /// The largest standardised difference of means over all features.
    pub statistic: f64,
    /// The feature that has it.
    pub feature: usize,
    /// The probability of so large a statistic, if both samples come from the
    /// same distribution.
    pub p: f64,
}

/// The permutation test of Westfall and Young (Resampling-Based Multiple
/// Testing, 1993) with the statistic max over features of
/// |mean of a - mean of b| / (s sqrt(1/n_a + 1/n_b)), s being the standard
/// deviation of the feature over both samples.
///
/// Under the hypothesis that all rows come from one distribution, every split
/// of them into two samples is equally likely, and the p-value of the true
/// split among random ones is at most alpha with probability at most alpha:
/// exactly, whatever the features are and however they depend on each other.
pub fn compare(a: &[Vec<f64>], b: &[Vec<f64>], permutations: u32, seed: u64) -> Comparison {
    let rows: Vec<&[f64]> = a.iter().chain(b).map(Vec::as_slice).collect();
    let columns = standardised_columns(&rows);
    // One row after the other, for the sums below.
    let standardised: Vec<Vec<f32>> = (0..rows.len())
        .map(|row| columns.iter().map(|(_, column)| column[row]).collect())
        .collect();
    // The sum over all rows is 0, so that over one sample says it all.
    let mut sums = vec![0f32; columns.len()];
    let mut largest_sum = |sample: &[usize]| {
        sums.fill(0.0);
        for &row in sample {
            for (sum, value) in sums.iter_mut().zip(&standardised[row]) {
                *sum += value;
            }
        }
        let sums = sums.iter().map(|sum| sum.abs()).enumerate();
        sums.fold(
            (0, 0f32),
            |most, sum| if sum.1 > most.1 { sum } else { most },
        )
    };

    let mut sample: Vec<usize> = (0..rows.len()).collect();
    let (column, observed) = largest_sum(&sample[..a.len()]);
    let mut rng = OrderRng::new(seed, 0);
    let mut as_large = 0;
    for _ in 0..permutations {
        // The first steps of a shuffle choose the sample.
        for index in 0..a.len() {
            let other = index + rng.below((rows.len() - index) as u32) as usize;
            sample.swap(index, other);
        }
        as_large += u32::from(largest_sum(&sample[..a.len()]).1 >= observed);
    }
    let scale = (1.0 / a.len() as f64 + 1.0 / b.len() as f64).sqrt();
    Comparison {
        statistic: f64::from(observed) * scale,
        feature: columns[column].0,
        p: f64::from(1 + as_large) / f64::from(1 + permutations),
    }
}

/// The features, with their indices, at mean 0 and standard deviation 1. Those
/// that have one value in all rows are left out: there, the samples are equal.
fn standardised_columns(rows: &[&[f64]]) -> Vec<(usize, Vec<f32>)> {
    let count = rows.len() as f64;
    let mut columns = Vec::new();
    for feature in 0..rows[0].len() {
        let values = || rows.iter().map(|row| row[feature]);
        if values().all(|value| value == rows[0][feature]) {
            continue;
        }
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        let column = values().map(|value| ((value - mean) / variance.sqrt()) as f32);
        columns.push((feature, column.collect()));
    }
    columns
}

/// Normal samples, and one shifted by half a standard deviation in one of 50
/// features.
#[test]
fn a_shift_is_found_and_none_is_not() {
    let mut rng = OrderRng::new(4, 0);
    let mut sample = |count: usize, shift: f64| -> Vec<Vec<f64>> {
        let mut value = || {
            (0..12)
                .map(|_| f64::from(rng.below(1 << 20)) / 2f64.powi(20))
                .sum()
        };
        let mut row = || (0..50).map(|_| value()).collect::<Vec<f64>>();
        let mut rows: Vec<Vec<f64>> = (0..count).map(|_| row()).collect();
        rows.iter_mut().for_each(|row| row[17] += shift);
        rows
    };
    let (a, b, shifted) = (sample(150, 0.0), sample(250, 0.0), sample(250, 0.5));
    assert!(compare(&a, &b, 999, 0).p > 0.01);
    let found = compare(&a, &shifted, 999, 0);
    assert_eq!((found.feature, found.p), (17, 0.001));
    // 0.5 / sqrt(1/150 + 1/250) is 4.8, and has a standard error of 1.
    assert!((3.0..7.0).contains(&found.statistic), "{found:?}");
}

/// Among equal samples, p-values are spread evenly.
#[test]
fn false_alarms_are_as_rare_as_stated() {
    let mut rng = OrderRng::new(5, 0);
    let mut below_a_fifth = 0;
    for seed in 0..200 {
        let mut row = |_| (0..8).map(|_| f64::from(rng.below(1000))).collect();
        let a: Vec<Vec<f64>> = (0..10).map(&mut row).collect();
        let b: Vec<Vec<f64>> = (0..15).map(&mut row).collect();
        below_a_fifth += u32::from(compare(&a, &b, 99, seed).p <= 0.2);
    }
    // 40 expected; binomial, so 20 to 60 in all but 1 of 2,000 cases.
    assert!((20..=60).contains(&below_a_fifth), "{below_a_fifth}");
}
