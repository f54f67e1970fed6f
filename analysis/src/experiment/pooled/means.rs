//! Values of points, and their means.

use rayon::prelude::*;

use super::{PooledPoint, PooledResults};
use crate::experiment::difference::NATS;
use crate::experiment::error::ResultsError;
use crate::experiment::measure::{MeasureEntry, MeasureKind, SetValue};
use crate::statistics::{BootstrapParams, Interval, StatisticsError, mean_interval};
use crate::table::TableError;

impl PooledResults {
    /// The means of a measure, for each point over the orders that have it, with its 95 %
    /// BCa interval; of what sets of images have, with that of its standard error. `None`
    /// without values. With one value, or where there is no interval, its ends are NaN.
    /// Intervals of one trial are those that were found when it was run.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Statistics`] if a value is infinite; as [`values`](Self::values).
    pub fn means(&self, measure: &MeasureEntry) -> Result<Vec<Option<Interval>>, ResultsError> {
        if !measure.is_paired() {
            let values = self.points().map(|point| self.set_value(point, measure));
            return Ok(values.map(|value| value.map(SetValue::interval)).collect());
        }
        let name = measure.name();
        let trials = &self.data.trials;
        let column =
            |suffix| Ok::<_, TableError>(trials.column(&format!("{name}{suffix}"))?.f64()?);
        let kept = match measure.kind() {
            MeasureKind::Orders(_) => Some([column("")?, column("_low")?, column("_high")?]),
            _ => None,
        };
        // The only trial of orders, whose interval is kept.
        let only_trial = |point: PooledPoint<'_>| {
            let rows = point.rows().iter();
            let mut of_orders = rows.filter(|&&row| self.data.orders(row) > 0);
            of_orders
                .next()
                .filter(|_| of_orders.next().is_none())
                .copied()
        };
        let mean = |row| {
            let point = PooledPoint { results: self, row };
            if let (Some([mean, low, high]), Some(row)) = (kept, only_trial(point)) {
                return Ok(mean.get(row).map(|estimate| Interval {
                    estimate,
                    low: low.get(row).unwrap_or(f64::NAN),
                    high: high.get(row).unwrap_or(f64::NAN),
                }));
            }
            let values: Vec<f64> = self.values(point, measure)?.into_iter().flatten().collect();
            Ok(interval(&values)?)
        };
        if kept.is_none() || self.points().any(|point| only_trial(point).is_none()) {
            self.read_orders(&[measure])?;
        }
        (0..self.points.height())
            .into_par_iter()
            .map(mean)
            .collect()
    }

    /// Reads what values of measures are taken from, before several threads ask for it.
    pub(super) fn read_orders(&self, measures: &[&MeasureEntry]) -> Result<(), ResultsError> {
        for measure in measures {
            match measure.kind() {
                MeasureKind::Orders(_) => drop(self.data.of_orders(measure.name())?),
                MeasureKind::Difference(_) => drop(self.data.of_orders(NATS)?),
                _ => {}
            }
        }
        Ok(())
    }

    /// The values of a measure of orders, for each order of each seed of a point; none of
    /// a measure of something else.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Folder`] if the table of orders can't be read.
    pub fn values(
        &self,
        point: PooledPoint<'_>,
        measure: &MeasureEntry,
    ) -> Result<Vec<Option<f64>>, ResultsError> {
        let data = &self.data;
        let mut all = Vec::new();
        match measure.kind() {
            MeasureKind::Orders(_) => {
                let column = data.of_orders(measure.name())?;
                for &row in point.rows() {
                    all.extend(data.range(row).map(|order| column.get(order)));
                }
            }
            MeasureKind::Difference(difference) => {
                let column = data.of_orders(NATS)?;
                for &row in point.rows() {
                    let Some((row, partner)) = data.pair(row, difference) else {
                        all.extend(data.range(row).map(|_| None));
                        continue;
                    };
                    let pairs = data.range(row).zip(data.range(partner));
                    let less = |(a, b)| Some(column.get(a)? - column.get(b)?);
                    all.extend(pairs.map(less));
                }
            }
            _ => {}
        }
        Ok(all)
    }

    /// The mean difference of two points in a measure of orders, the first less the
    /// second, order by order, with its interval as [`means`](Self::means) has it; `None`
    /// without pairs.
    ///
    /// # Errors
    ///
    /// As [`means`](Self::means).
    pub fn difference(
        &self,
        point: PooledPoint<'_>,
        other: PooledPoint<'_>,
        measure: &MeasureEntry,
    ) -> Result<Option<Interval>, ResultsError> {
        let values = self.values(point, measure)?.into_iter();
        let pairs = values.zip(self.values(other, measure)?);
        let differences: Vec<f64> = pairs.filter_map(|(a, b)| Some(a? - b?)).collect();
        Ok(interval(&differences)?)
    }

    /// What a point has of a measure of sets or machines: the mean over its seeds that
    /// have it.
    pub fn set_value(&self, point: PooledPoint<'_>, measure: &MeasureEntry) -> Option<SetValue> {
        let name = measure.name();
        let column = |name: &str| self.data.trials.column(name).ok()?.f64().ok();
        let all = column(name)?;
        let errors = column(&format!("{name}_standard_error"));
        let values = point.rows().iter().filter_map(|&row| {
            Some(SetValue {
                value: all.get(row)?,
                standard_error: errors.and_then(|errors| errors.get(row)),
            })
        });
        let values: Vec<SetValue> = values.collect();
        if values.is_empty() {
            return None;
        }
        let count = values.len() as f64;
        let errors: Option<Vec<f64>> = values.iter().map(|value| value.standard_error).collect();
        Some(SetValue {
            value: values.iter().map(|value| value.value).sum::<f64>() / count,
            standard_error: errors
                .map(|errors| errors.iter().map(|error| error * error).sum::<f64>().sqrt() / count),
        })
    }
}

impl SetValue {
    /// This less another one, which is independent of it.
    pub(super) fn less(self, other: Self) -> Self {
        let errors = self.standard_error.zip(other.standard_error);
        Self {
            value: self.value - other.value,
            standard_error: errors.map(|(a, b)| a.hypot(b)),
        }
    }

    /// With a 95 % interval, as if its error were normal. Its ends are NaN where the error
    /// is not known.
    pub(super) fn interval(self) -> Interval {
        // The 0.975 quantile of the normal distribution.
        let half = self
            .standard_error
            .map_or(f64::NAN, |error| 1.959_964 * error);
        Interval {
            estimate: self.value,
            low: self.value - half,
            high: self.value + half,
        }
    }
}

/// A mean with its interval, as [`PooledResults::means`] has it.
pub(super) fn interval(values: &[f64]) -> Result<Option<Interval>, StatisticsError> {
    let alone = |estimate: f64| Interval {
        estimate,
        low: f64::NAN,
        high: f64::NAN,
    };
    match values {
        [] => Ok(None),
        [value] => Ok(Some(alone(*value))),
        values => match mean_interval(values, &BootstrapParams::default()) {
            Ok(interval) => Ok(Some(interval)),
            Err(StatisticsError::NoBca { .. }) => {
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                Ok(Some(alone(mean)))
            }
            Err(error) => Err(error),
        },
    }
}
