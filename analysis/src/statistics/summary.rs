//! What numbers look like: means, deviations and quantiles.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::error::{StatisticsError, check_values};

/// Mean, standard deviation and range of values that come one after the other.
/// O(1) memory; the update is Welford's (Technometrics 4(3), 1962).
///
/// Serialised as `count`, `mean`, `sd`, `min` and `max`.
///
/// ```
/// use orders_analysis::statistics::Running;
///
/// let mut running = Running::default();
/// assert_eq!(running.mean(), None);
/// for value in [1.0, 2.0, 3.0] {
///     running.add(value);
/// }
/// assert_eq!((running.mean(), running.sd()), (Some(2.0), Some(1.0)));
/// assert_eq!((running.min(), running.max()), (Some(1.0), Some(3.0)));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Running {
    count: u64,
    mean: f64,
    squares: f64,
    min: f64,
    max: f64,
}

impl Running {
    /// Adds a value. A NaN makes the mean NaN.
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        if self.count == 1 {
            (self.min, self.max) = (value, value);
        }
        let before = value - self.mean;
        self.mean += before / self.count as f64;
        self.squares += before * (value - self.mean);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The mean; `None` without values.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then_some(self.mean)
    }

    /// The standard deviation, with n - 1; `None` for fewer than 2 values.
    pub fn sd(&self) -> Option<f64> {
        (self.count > 1).then(|| (self.squares / (self.count - 1) as f64).sqrt())
    }

    /// The smallest value; `None` without values.
    pub fn min(&self) -> Option<f64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest value; `None` without values.
    pub fn max(&self) -> Option<f64> {
        (self.count > 0).then_some(self.max)
    }
}

impl Serialize for Running {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Running", 5)?;
        fields.serialize_field("count", &self.count())?;
        fields.serialize_field("mean", &self.mean())?;
        fields.serialize_field("sd", &self.sd())?;
        fields.serialize_field("min", &self.min())?;
        fields.serialize_field("max", &self.max())?;
        fields.end()
    }
}

/// The quantiles of a list at several shares: for the share q of n values, the
/// value at the place q (n - 1) of the sorted list, interpolated linearly
/// between two places (Hyndman and Fan's type 7, as NumPy and R do). O(n) for
/// each share.
///
/// ```
/// use orders_analysis::statistics::quantiles;
///
/// assert_eq!(quantiles(&[10.0, 30.0, 20.0], &[0.5, 0.75])?, [20.0, 25.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`StatisticsError::TooFew`] without values, [`StatisticsError::NotFinite`] at the
/// first value that is no finite number, [`StatisticsError::Share`] for a share that
/// is not from 0 to 1.
pub fn quantiles(values: &[f64], shares: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    check_values(values, 1)?;
    if let Some(&value) = shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        return Err(StatisticsError::Share { value });
    }
    // ndarray-stats has this for types with a total order, into which f64 would be turned.
    let mut values = values.to_vec();
    let quantile = |&share: &f64| {
        let place = share * (values.len() - 1) as f64;
        // The values after the place are not less than the one in it.
        let (_, lower, after) =
            values.select_nth_unstable_by(place.floor() as usize, f64::total_cmp);
        match place.fract() {
            0.0 => *lower,
            part => {
                let higher = after.iter().copied().fold(f64::INFINITY, f64::min);
                *lower + part * (higher - *lower)
            }
        }
    };
    Ok(shares.iter().map(quantile).collect())
}

/// The mean of a list that has values.
pub(super) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}
