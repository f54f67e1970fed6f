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

/// Compares points with those that have the values of `against`, pairs of a setting and
/// a value: order i with order i, and so image i with image i where a model is asked.
/// The partner of a point is the same in all other settings, and in its seeds. Where
/// the label is among those of `against`, method and parameters may differ as well.
///
/// A row for each point, an entry for each measure; `None` where there is no partner, no
/// value, or the point has the values of `against` itself.
///
/// # Errors
///
/// As [`View::having`] if no point has the values; [`ViewError::Baseline`] if several
/// could be the partner of one; [`ViewError::Statistics`].
pub fn compare(
    view: &View,
    measures: &[SweepMeasure],
    against: &[(String, String)],
) -> Result<Vec<Vec<Option<Comparison>>>, ViewError> {
    let partners = view.having(against)?;
    let is_label = against.iter().any(|(name, _)| name == "label");
    let is_free = |name: &String| {
        let is_of_method = name == "method" || view.is_parameter(name);
        against.iter().any(|(free, _)| free == name) || (is_label && is_of_method)
    };
    let mut shared = view.settings();
    shared.retain(|name| !is_free(name));

    let mut rows = Vec::new();
    for point in view.points() {
        let is_partner = against
            .iter()
            .all(|(name, value)| point.setting(name).as_ref() == Some(value));
        let fitting: Vec<&ViewPoint> = partners
            .points()
            .iter()
            .filter(|partner| !is_partner && point.is_paired_with(partner, &shared))
            .collect();
        if fitting.len() > 1 {
            return Err(ViewError::Baseline {
                point: point.name(&view.varying()),
                partners: fitting.len(),
            });
        }
        let row = measures.iter().map(|&measure| match fitting.first() {
            Some(partner) => one(point, partner, measure),
            None => Ok(None),
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
