//! Bootstrap confidence intervals.

use ndarray::{ArrayView2, Axis};
use orders_core::OrderRng;
use rayon::prelude::*;
use serde::Serialize;

use super::error::{StatisticsError, check_values};
use super::normal;
use super::summary::{mean, quantiles};

/// Keeps the streams of resampling apart from those of orders, which are made
/// under the same small seeds. ("bootstra" in ASCII.)
const STREAMS: u64 = 0x626f_6f74_7374_7261;

/// Columns whose resampled means are held at once.
const BLOCK: usize = 64;

/// How a bootstrap interval is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapParams {
    /// The share of cases in which the interval may miss: 0.05 is a 95 %
    /// interval. Between 0 and 1.
    pub alpha: f64,
    /// Number of resamples, from 2 to [`BootstrapParams::MOST_RESAMPLES`]. With B of
    /// them, the ends of a 95 % interval are uncertain by about 1.4 / sqrt(B) of
    /// their distance to the mean.
    pub resamples: u32,
    /// Where the ends are taken.
    pub method: IntervalMethod,
    /// The seed.
    pub seed: u64,
}

impl BootstrapParams {
    /// The most resamples: their statistics take 0.8 GB.
    pub const MOST_RESAMPLES: u32 = 100_000_000;
}

impl Default for BootstrapParams {
    /// A 95 % BCa interval from 9,999 resamples, with seed 0.
    fn default() -> Self {
        Self {
            alpha: 0.05,
            resamples: 9_999,
            method: IntervalMethod::Bca,
            seed: 0,
        }
    }
}

/// Which quantiles of the resampled statistic are the ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum IntervalMethod {
    /// Bias-corrected and accelerated: quantiles that are moved by the bias and
    /// the skewness of the statistic. B. Efron, Better bootstrap confidence
    /// intervals, JASA 82 (1987), with the jackknife's acceleration.
    Bca,
    /// The alpha/2 and 1 - alpha/2 quantiles.
    Percentile,
}

/// A statistic with its confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The statistic of all values.
    pub estimate: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The mean of a list with its 95 % interval, where it has one: not for one value, and
/// not for a few that are far from normal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MeanEstimate {
    /// Number of values.
    pub count: usize,
    /// Their mean.
    pub mean: f64,
    /// The lower end of the interval.
    pub low: Option<f64>,
    /// The upper end.
    pub high: Option<f64>,
}

impl MeanEstimate {
    /// The mean of some values with the usual [interval](BootstrapParams::default);
    /// `None` if there are none. As [`mean_interval`] in time.
    pub fn of(values: &[f64]) -> Option<Self> {
        let interval = mean_interval(values, &BootstrapParams::default()).ok();
        (!values.is_empty()).then(|| Self {
            count: values.len(),
            mean: mean(values),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
        })
    }
}

/// The mean of a list with its bootstrap interval. The values must be
/// independent of each other, as those of orders with different indices are.
///
/// If all values are equal, so are the means of all resamples, and both ends
/// are that value: as for a method that is not random.
///
/// O(B n) time for n values and B resamples, on the current rayon pool; O(B)
/// memory.
///
/// ```
/// use orders_analysis::statistics::{BootstrapParams, IntervalMethod, mean_interval};
///
/// let values: Vec<f64> = (0..40).map(|i| f64::from(i % 7)).collect();
/// let params = BootstrapParams { method: IntervalMethod::Percentile, ..Default::default() };
/// let mean = mean_interval(&values, &params)?;
/// assert_eq!(mean, mean_interval(&values, &params)?);
/// assert!(mean.low < mean.estimate && mean.estimate < mean.high);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`StatisticsError::TooFew`] for fewer than 2 values,
/// [`StatisticsError::TooMany`] for 2^32 or more,
/// [`StatisticsError::NotFinite`] at the first value that is no finite number,
/// [`StatisticsError::Alpha`] or [`StatisticsError::Resamples`] if a parameter is
/// out of its range, [`StatisticsError::NoBca`] as [`bca_from_resamples`].
pub fn mean_interval(
    values: &[f64],
    params: &BootstrapParams,
) -> Result<Interval, StatisticsError> {
    check(values, params)?;
    let resampled = resample(values, params, |values, picks| {
        picks.map(|pick| values[pick]).sum::<f64>() / values.len() as f64
    });
    mean_from_resamples(values, &resampled, params)
}

/// The mean of a list with its interval, from the means of resamples.
fn mean_from_resamples(
    values: &[f64],
    resampled: &[f64],
    params: &BootstrapParams,
) -> Result<Interval, StatisticsError> {
    // Leaving out value x of n with sum S leaves the mean (S - x) / (n - 1).
    let sum: f64 = values.iter().sum();
    let left = (values.len() - 1) as f64;
    let jackknife: Vec<f64> = values.iter().map(|value| (sum - value) / left).collect();
    from_resamples(values, mean(values), resampled, &jackknife, params)
}

/// The means of the columns of `values` with their bootstrap intervals, each
/// exactly as [`mean_interval`] gives it, but with the
/// resamples drawn once for many columns. `None` where there is no BCa interval.
///
/// `values` has the shape (n, m): n values of each of m lists.
///
/// O(B n m) time for B resamples, on the current rayon pool; O(B) memory.
///
/// ```
/// use ndarray::array;
/// use orders_analysis::statistics::{BootstrapParams, mean_interval, mean_intervals};
///
/// let values = array![[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]];
/// let params = BootstrapParams::default();
/// let intervals = mean_intervals(values.view(), &params)?;
/// assert_eq!(intervals[0], Some(mean_interval(&[1.0, 2.0, 4.0], &params)?));
/// assert_eq!(intervals[1].map(|interval| (interval.low, interval.high)), Some((5.0, 5.0)));
/// # Ok::<(), orders_analysis::statistics::StatisticsError>(())
/// ```
///
/// # Errors
///
/// As [`mean_interval`] at the first column, but for
/// [`StatisticsError::NoBca`].
pub fn mean_intervals(
    values: ArrayView2<'_, f64>,
    params: &BootstrapParams,
) -> Result<Vec<Option<Interval>>, StatisticsError> {
    let mut intervals = Vec::with_capacity(values.ncols());
    for block in values.axis_chunks_iter(Axis(1), BLOCK) {
        let columns: Vec<Vec<f64>> = block.axis_iter(Axis(1)).map(|c| c.to_vec()).collect();
        for column in &columns {
            check(column, params)?;
        }
        let resampled = resampled_means(block, params);
        let found: Result<Vec<_>, _> = columns
            .par_iter()
            .zip(resampled)
            .map(
                |(column, resampled)| match mean_from_resamples(column, &resampled, params) {
                    Ok(interval) => Ok(Some(interval)),
                    Err(StatisticsError::NoBca { .. }) => Ok(None),
                    Err(error) => Err(error),
                },
            )
            .collect();
        intervals.extend(found?);
    }
    Ok(intervals)
}

/// For each column, the mean of each resample.
fn resampled_means(block: ArrayView2<'_, f64>, params: &BootstrapParams) -> Vec<Vec<f64>> {
    let (count, width) = block.dim();
    // Rows are read in random order, so each should be of one piece.
    let rows: Vec<f64> = block.iter().copied().collect();
    let means: Vec<f64> = (0..params.resamples)
        .into_par_iter()
        .flat_map_iter(|index| {
            let mut rng: OrderRng = rng_of_resample(params, index);
            let mut sums = vec![0.0; width];
            for _ in 0..count {
                let pick = rng.below(count as u32) as usize;
                for (sum, value) in sums.iter_mut().zip(&rows[pick * width..][..width]) {
                    *sum += value;
                }
            }
            sums.into_iter().map(move |sum| sum / count as f64)
        })
        .collect();
    let column = |column: usize| means.iter().skip(column).step_by(width).copied().collect();
    (0..width).map(column).collect()
}

/// Any statistic of a list with its bootstrap interval, as [`mean_interval`]
/// is for the mean.
///
/// The statistic is computed B + n + 1 times, each time of a list of n values
/// (n - 1 in the jackknife, which only BCa needs).
///
/// ```
/// use orders_analysis::statistics::{BootstrapParams, interval, quantiles};
///
/// let values: Vec<f64> = (0..40).map(|i| f64::from(i * i)).collect();
/// let median = |sample: &[f64]| quantiles(sample, &[0.5]).map_or(f64::NAN, |found| found[0]);
/// let found = interval(&values, &BootstrapParams::default(), median)?;
/// assert_eq!(found.estimate, 380.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`mean_interval`], and [`StatisticsError::Statistic`] if the statistic
/// of the list or of a resample is no finite number.
pub fn interval(
    values: &[f64],
    params: &BootstrapParams,
    statistic: impl Fn(&[f64]) -> f64 + Sync,
) -> Result<Interval, StatisticsError> {
    check(values, params)?;
    let estimate = statistic(values);
    let resampled = resample(values, params, |values, picks| {
        statistic(&picks.map(|pick| values[pick]).collect::<Vec<f64>>())
    });
    let jackknife: Vec<f64> = match params.method {
        IntervalMethod::Percentile => Vec::new(),
        IntervalMethod::Bca => {
            let without = |index: usize| {
                let mut rest = values.to_vec();
                rest.remove(index);
                statistic(&rest)
            };
            (0..values.len()).into_par_iter().map(without).collect()
        }
    };
    let mut all = std::iter::once(&estimate)
        .chain(&resampled)
        .chain(&jackknife);
    if let Some(&value) = all.find(|value| !value.is_finite()) {
        return Err(StatisticsError::Statistic { value });
    }
    from_resamples(values, estimate, &resampled, &jackknife, params)
}

fn check(values: &[f64], params: &BootstrapParams) -> Result<(), StatisticsError> {
    check_alpha(params.alpha)?;
    if !(2..=BootstrapParams::MOST_RESAMPLES).contains(&params.resamples) {
        return Err(StatisticsError::Resamples {
            count: params.resamples,
            needed: 2,
            limit: BootstrapParams::MOST_RESAMPLES,
        });
    }
    check_values(values, 2)?;
    if u32::try_from(values.len()).is_err() {
        return Err(StatisticsError::TooMany {
            count: values.len(),
            limit: u32::MAX as usize,
        });
    }
    Ok(())
}

fn check_alpha(alpha: f64) -> Result<(), StatisticsError> {
    if alpha > 0.0 && alpha < 1.0 {
        Ok(())
    } else {
        Err(StatisticsError::Alpha { value: alpha })
    }
}

/// The statistic of each resample. Resample b depends on the seed and on b
/// only.
fn resample(
    values: &[f64],
    params: &BootstrapParams,
    statistic: impl Fn(&[f64], &mut dyn Iterator<Item = usize>) -> f64 + Sync,
) -> Vec<f64> {
    let count = values.len() as u32;
    let of_resample = |index: u32| {
        let mut rng = rng_of_resample(params, index);
        statistic(values, &mut (0..count).map(|_| rng.below(count) as usize))
    };
    (0..params.resamples)
        .into_par_iter()
        .map(of_resample)
        .collect()
}

/// What picks the values of a resample.
fn rng_of_resample(params: &BootstrapParams, index: u32) -> OrderRng {
    OrderRng::new(params.seed ^ STREAMS, index.into())
}

fn from_resamples(
    values: &[f64],
    estimate: f64,
    resampled: &[f64],
    jackknife: &[f64],
    params: &BootstrapParams,
) -> Result<Interval, StatisticsError> {
    let (low, high) = if values.iter().all(|value| value == &values[0]) {
        // Every resample is the same list. Its mean could be off by a rounding.
        (estimate, estimate)
    } else {
        match params.method {
            IntervalMethod::Bca => {
                bca_from_resamples(resampled, estimate, jackknife, params.alpha)?
            }
            IntervalMethod::Percentile => percentile_from_resamples(resampled, params.alpha)?,
        }
    };
    Ok(Interval {
        estimate,
        low,
        high,
    })
}

/// The ends of a percentile interval: the alpha/2 and 1 - alpha/2
/// [quantiles](quantiles()) of the statistics of resamples.
///
/// # Errors
///
/// [`StatisticsError::Alpha`], and as [`quantiles`](quantiles()).
pub fn percentile_from_resamples(
    resampled: &[f64],
    alpha: f64,
) -> Result<(f64, f64), StatisticsError> {
    check_alpha(alpha)?;
    ends(resampled, [alpha / 2.0, 1.0 - alpha / 2.0])
}

/// The ends of a BCa interval, from the statistics of resamples, the statistic
/// of all values, and the statistics of all values but one.
///
/// With `z0 = q(share of resampled statistics below the estimate)`, half of
/// the equal ones counted as below, and the acceleration `a = sum d_i^3 / (6 (sum
/// d_i^2)^(3/2))` of the jackknife's deviations `d_i` = mean - i-th, the ends are
/// the [quantiles](quantiles()) of the resampled statistics at
/// `Phi(z0 + (z0 + z) / (1 - a (z0 + z)))` for z = q(alpha/2) and q(1 - alpha/2),
/// where Phi is the normal distribution and q its quantile. Source: Efron,
/// Better bootstrap confidence intervals, JASA 82 (1987); SciPy's
/// `scipy.stats.bootstrap` counts ties likewise.
///
/// # Errors
///
/// [`StatisticsError::NoBca`] if all resampled statistics lie on one side of the
/// estimate, or all of the jackknife are equal; [`StatisticsError::Alpha`],
/// [`StatisticsError::TooFew`] and [`StatisticsError::NotFinite`].
pub fn bca_from_resamples(
    resampled: &[f64],
    estimate: f64,
    jackknife: &[f64],
    alpha: f64,
) -> Result<(f64, f64), StatisticsError> {
    check_alpha(alpha)?;
    check_values(resampled, 2)?;
    check_values(jackknife, 2)?;
    check_values(&[estimate], 1)?;

    let below = resampled.iter().filter(|&&value| value < estimate).count();
    let up_to = resampled.iter().filter(|&&value| value <= estimate).count();
    let share = (below + up_to) as f64 / (2 * resampled.len()) as f64;
    let bias = normal::quantile(share);
    if !bias.is_finite() {
        return Err(StatisticsError::NoBca {
            reason: "the statistics of all resamples lie on one side of that of all values",
        });
    }

    let centre = mean(jackknife);
    let deviations = || jackknife.iter().map(|value| centre - value);
    let squares: f64 = deviations().map(|deviation| deviation * deviation).sum();
    let cubes: f64 = deviations()
        .map(|deviation| deviation * deviation * deviation)
        .sum();
    let acceleration = cubes / (6.0 * squares * squares.sqrt());
    if !acceleration.is_finite() {
        return Err(StatisticsError::NoBca {
            reason: "the statistic is the same whichever value is left out",
        });
    }

    let share_for = |share: f64| {
        let moved = bias + normal::quantile(share);
        normal::share_below(bias + moved / (1.0 - acceleration * moved))
    };
    let shares = [share_for(alpha / 2.0), share_for(1.0 - alpha / 2.0)];
    if shares.iter().any(|share| share.is_nan()) {
        return Err(StatisticsError::NoBca {
            reason: "the acceleration is too large for this alpha",
        });
    }
    ends(resampled, shares)
}

fn ends(resampled: &[f64], shares: [f64; 2]) -> Result<(f64, f64), StatisticsError> {
    let found = quantiles(resampled, &shares)?;
    Ok((found[0], found[1]))
}
