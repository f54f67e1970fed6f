//! Intervals of many lists at once.

use ndarray::{ArrayView2, Axis};
use orders_core::OrderRng;
use rayon::prelude::*;

use super::bootstrap::{self, BootstrapParams, Interval};
use super::error::StatisticsError;

/// Columns whose resampled means are held at once.
const BLOCK: usize = 64;

/// The means of the columns of `values` with their bootstrap intervals, each
/// exactly as [`mean_interval`](super::mean_interval) gives it, but with the
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
/// As [`mean_interval`](super::mean_interval) at the first column, but for
/// [`StatisticsError::NoBca`].
pub fn mean_intervals(
    values: ArrayView2<'_, f64>,
    params: &BootstrapParams,
) -> Result<Vec<Option<Interval>>, StatisticsError> {
    let mut intervals = Vec::with_capacity(values.ncols());
    for block in values.axis_chunks_iter(Axis(1), BLOCK) {
        let columns: Vec<Vec<f64>> = block.axis_iter(Axis(1)).map(|c| c.to_vec()).collect();
        for column in &columns {
            bootstrap::check(column, params)?;
        }
        let resampled = resampled_means(block, params);
        let found: Result<Vec<_>, _> = columns
            .par_iter()
            .zip(resampled)
            .map(|(column, resampled)| {
                match bootstrap::mean_from_resamples(column, &resampled, params) {
                    Ok(interval) => Ok(Some(interval)),
                    Err(StatisticsError::NoBca { .. }) => Ok(None),
                    Err(error) => Err(error),
                }
            })
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
            let mut rng: OrderRng = bootstrap::rng_of_resample(params, index);
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
