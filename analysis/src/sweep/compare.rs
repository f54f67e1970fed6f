//! Comparisons on common seeds.

use super::error::ViewError;
use super::measure::SweepMeasure;
use super::view::{View, ViewPoint, interval};
use crate::statistics::{Interval, PermutationParams, StatisticsError, holm, paired_test};

/// How a point differs from the one that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Comparison {
    /// Mean difference over the orders, this minus the other, with its 95 % BCa
    /// interval.
    pub difference: Interval,
    /// The p-value of the paired permutation test, two-sided, after Holm's
    /// correction over all tests of the comparison. `None` if all differences
    /// are the same, as for two methods without chance: there is nothing to test
    /// then.
    pub p_value: Option<f64>,
}

/// Compares all points with those of the label `against` on the same grid,
/// steps, sizes, field and seeds: order i with order i. A row for each point,
/// an entry for each measure; `None` where there is no partner, no value, or
/// the point is its own partner.
///
/// # Errors
///
/// [`ViewError::Baseline`] if no point has the label, or several have that
/// could be the partner of one; [`ViewError::Statistics`].
pub fn compare(
    view: &View,
    measures: &[SweepMeasure],
    against: &str,
) -> Result<Vec<Vec<Option<Comparison>>>, ViewError> {
    let baseline = |reason: String| ViewError::Baseline {
        label: against.into(),
        reason,
    };
    let partners: Vec<&ViewPoint> = view
        .points()
        .iter()
        .filter(|p| p.label() == against)
        .collect();
    if partners.is_empty() {
        let mut known: Vec<&str> = view.points().iter().map(ViewPoint::label).collect();
        known.dedup();
        return Err(baseline(format!("there are {}", known.join(", "))));
    }
    let mut rows = Vec::new();
    for point in view.points() {
        let mut fitting = partners
            .iter()
            .filter(|partner| point.is_paired_with(partner));
        let partner = fitting.next();
        if fitting.next().is_some() && point.label() != against {
            return Err(baseline(format!(
                "several points have it on the task of '{}'; choose one with --where",
                point.name(&view.varying())
            )));
        }
        let row = measures.iter().map(|&measure| match partner {
            Some(partner) if point.label() != against => one(point, partner, measure),
            _ => Ok(None),
        });
        rows.push(row.collect::<Result<Vec<_>, _>>()?);
    }
    let p_values: Vec<f64> = rows
        .iter()
        .flatten()
        .flatten()
        .filter_map(|c| c.p_value)
        .collect();
    let mut adjusted = holm(&p_values)?.into_iter();
    for comparison in rows.iter_mut().flatten().flatten() {
        if comparison.p_value.is_some() {
            comparison.p_value = adjusted.next();
        }
    }
    Ok(rows)
}

/// A comparison before the correction.
fn one(
    point: &ViewPoint,
    partner: &ViewPoint,
    measure: SweepMeasure,
) -> Result<Option<Comparison>, StatisticsError> {
    let pairs = point
        .values(measure)
        .into_iter()
        .zip(partner.values(measure));
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.filter_map(|(a, b)| Some((a?, b?))).unzip();
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a - b).collect();
    let Some(difference) = interval(&differences)? else {
        return Ok(None);
    };
    let differs = differences.iter().any(|value| value != &differences[0]);
    let p_value = match differs {
        true => Some(paired_test(&first, &second, &PermutationParams::default())?.p_value),
        false => None,
    };
    Ok(Some(Comparison {
        difference,
        p_value,
    }))
}
