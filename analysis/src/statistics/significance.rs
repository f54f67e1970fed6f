//! Whether two methods differ, on common seeds, and several such tests at once.

use orders_core::OrderRng;
use rayon::prelude::*;
use serde::Serialize;

use super::error::{StatisticsError, check_values};
use super::summary::mean;

/// Keeps the streams of the signs apart from those of orders and of
/// resampling. ("signflip" in ASCII.)
const STREAMS: u64 = 0x7369_676e_666c_6970;

/// How a permutation test is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermutationParams {
    /// What the test looks for.
    pub alternative: Alternative,
    /// Up to so many pairs, all 2^n signs are tried and the p-value is exact; at
    /// most [`PermutationParams::MOST_EXACT_PAIRS`]. 0 never does it.
    pub exact_pairs: u32,
    /// With more pairs, the number m of random signs that are tried, at least
    /// 1. The smallest p-value is then 1 / (m + 1).
    pub permutations: u32,
    /// The seed of the random signs.
    pub seed: u64,
}

impl PermutationParams {
    /// The most pairs whose signs can all be tried: 2^30 sums take seconds.
    pub const MOST_EXACT_PAIRS: u32 = 30;
}

impl Default for PermutationParams {
    /// Two-sided; exact up to 16 pairs, else 99,999 random signs with seed 0.
    fn default() -> Self {
        Self {
            alternative: Alternative::TwoSided,
            exact_pairs: 16,
            permutations: 99_999,
            seed: 0,
        }
    }
}

/// What a test looks for: how the first method's mean differs from the
/// second's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Alternative {
    /// It is higher or lower.
    TwoSided,
    /// It is higher.
    Greater,
    /// It is lower.
    Less,
}

/// The result of a paired test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PairedTest {
    /// Number of pairs.
    pub pairs: usize,
    /// Mean of the differences, first minus second.
    pub mean_difference: f64,
    /// Probability of a mean difference at least as extreme, if signs are
    /// random.
    pub p_value: f64,
    /// Sign choices that were tried: all 2^n, or the random ones.
    pub permutations: u64,
    /// Whether all were tried.
    pub exact: bool,
}

/// Tests whether two methods differ in a measure, from their values on the same
/// seeds: a permutation test of the sign of every difference.
///
/// If it did not matter which method made which value of a pair, the difference
/// would be as likely to have either sign. The p-value is the share of sign
/// choices for which the sum of the differences is at least as high as
/// observed (as low; as far from 0). Over all 2^n choices that is exact;
/// over m random ones it is `(b + 1) / (m + 1)` for b such choices, which is
/// valid too (B. Phipson and G. Smyth, Permutation p-values should never be
/// zero, Statistical Applications in Genetics and Molecular Biology 9, 2010).
///
/// Sums that rounding alone could make different count as equal: those within
/// `n epsilon sum |difference|`, where epsilon is 2^-52.
///
/// O(2^n) or O(m n) time for n pairs, on the current rayon pool. The result does
/// not depend on the number of threads.
///
/// ```
/// use orders_analysis::statistics::{PermutationParams, paired_test};
///
/// // Differences 1, 2 and 3: only their own signs and the opposite ones give a
/// // sum as far from 0 as 6.
/// let test = paired_test(&[4.0, 6.0, 8.0], &[3.0, 4.0, 5.0], &PermutationParams::default())?;
/// assert_eq!((test.p_value, test.permutations), (2.0 / 8.0, 8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`StatisticsError::Lengths`] unless there are as many values of each,
/// [`StatisticsError::TooFew`] without pairs, [`StatisticsError::NotFinite`] at
/// the first pair with a value, or a difference, that is no finite number,
/// [`StatisticsError::Enumeration`] or [`StatisticsError::Resamples`] if a
/// parameter is out of its range.
pub fn paired_test(
    first: &[f64],
    second: &[f64],
    params: &PermutationParams,
) -> Result<PairedTest, StatisticsError> {
    if first.len() != second.len() {
        return Err(StatisticsError::Lengths {
            first: first.len(),
            second: second.len(),
        });
    }
    if params.exact_pairs > PermutationParams::MOST_EXACT_PAIRS {
        return Err(StatisticsError::Enumeration {
            pairs: params.exact_pairs,
            limit: PermutationParams::MOST_EXACT_PAIRS,
        });
    }
    if params.permutations == 0 {
        return Err(StatisticsError::Resamples {
            count: 0,
            needed: 1,
            limit: u32::MAX,
        });
    }
    check_values(first, 1)?;
    check_values(second, 1)?;
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
    check_values(&differences, 1)?;

    let pairs = differences.len();
    let observed: f64 = differences.iter().sum();
    let size: f64 = differences.iter().map(|difference| difference.abs()).sum();
    let slack = pairs as f64 * f64::EPSILON * size;
    let is_extreme = |sum: f64| match params.alternative {
        Alternative::TwoSided => sum.abs() >= observed.abs() - slack,
        Alternative::Greater => sum >= observed - slack,
        Alternative::Less => sum <= observed + slack,
    };
    let exact = pairs <= params.exact_pairs as usize;
    let (p_value, permutations) = if exact {
        let choices = 1_u64 << pairs;
        let extreme = count(choices, |signs| {
            is_extreme(signed_sum(&differences, &mut [signs].into_iter()))
        });
        (extreme as f64 / choices as f64, choices)
    } else {
        let choices = u64::from(params.permutations);
        let extreme = count(choices, |index| {
            let mut rng = OrderRng::new(params.seed ^ STREAMS, index);
            is_extreme(signed_sum(
                &differences,
                &mut std::iter::repeat_with(|| rng.next_u64()),
            ))
        });
        ((extreme + 1) as f64 / (choices + 1) as f64, choices)
    };
    Ok(PairedTest {
        pairs,
        mean_difference: mean(&differences),
        p_value,
        permutations,
        exact,
    })
}

/// How many of the choices `0..choices` pass.
fn count(choices: u64, passes: impl Fn(u64) -> bool + Sync) -> u64 {
    (0..choices)
        .into_par_iter()
        .filter(|&choice| passes(choice))
        .count() as u64
}

/// The sum with the sign of difference i turned where bit i is set, 64 bits
/// from each word.
fn signed_sum(differences: &[f64], words: &mut dyn Iterator<Item = u64>) -> f64 {
    let mut sum = 0.0;
    for (chunk, word) in differences.chunks(64).zip(words) {
        for (place, difference) in chunk.iter().enumerate() {
            // The sign bit of a double is its highest.
            let turned = (word >> place & 1) << 63;
            sum += f64::from_bits(difference.to_bits() ^ turned);
        }
    }
    sum
}

/// The p-value of the usual [`paired_test`]; `None` if all differences are the same, as of
/// two methods without chance: there is nothing to test then.
///
/// # Errors
///
/// As [`paired_test`].
pub fn paired_p_value(first: &[f64], second: &[f64]) -> Result<Option<f64>, StatisticsError> {
    let mut differences = first.iter().zip(second).map(|(a, b)| a - b);
    let one = differences.next();
    match differences.any(|other| Some(other) != one) {
        true => Ok(Some(
            paired_test(first, second, &PermutationParams::default())?.p_value,
        )),
        false => Ok(None),
    }
}

/// Holm's adjusted p-values, in the order of the tests: rejecting those that
/// are at most alpha keeps the probability of any false rejection at or below
/// alpha, whatever the dependence between tests.
///
/// With m tests, the i-th smallest p-value (from 1) times m + 1 - i, at most
/// 1, and at least the adjusted value before it. Source: S. Holm, A simple
/// sequentially rejective multiple test procedure, Scandinavian Journal of
/// Statistics 6 (1979). O(m log m).
///
/// ```
/// use orders_analysis::statistics::holm;
///
/// assert_eq!(holm(&[0.125, 0.0625, 0.5])?, [0.25, 0.1875, 0.5]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`StatisticsError::PValue`] at the first value that is not from 0 to 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    if let Some(index) = p_values
        .iter()
        .position(|value| !(0.0..=1.0).contains(value))
    {
        return Err(StatisticsError::PValue {
            index,
            value: p_values[index],
        });
    }
    let mut by_size: Vec<usize> = (0..p_values.len()).collect();
    by_size.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut before = 0.0_f64;
    for (smaller, &test) in by_size.iter().enumerate() {
        let tests = (p_values.len() - smaller) as f64;
        before = before.max((p_values[test] * tests).min(1.0));
        adjusted[test] = before;
    }
    Ok(adjusted)
}
