//! Comparisons of points.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use polars::prelude::Column as PolarsColumn;
use rayon::prelude::*;

use super::means::interval;
use super::query::{all_of, having, pairs, text};
use super::{ORDERS, POINT, PooledPoint, PooledResults, SEEDS};
use crate::experiment::error::ResultsError;
use crate::experiment::measure::{MeasureEntry, MeasureKind};
use crate::statistics::{Interval, holm, paired_p_value};

/// How a point differs from the one that it is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
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
/// As [`PooledResults::having`] if no point has the values;
/// [`ResultsError::Baseline`] if several could be the partner of one;
/// as [`PooledResults::means`].
pub fn compare(
    results: &PooledResults,
    measures: &[&MeasureEntry],
    against: &[(String, String)],
) -> Result<Vec<Vec<Option<Comparison>>>, ResultsError> {
    // That there are such points, and that settings are called so.
    results.having(against)?;
    let points = &results.points;
    let mut is_partner = all_of(true, points.height());
    for (name, value) in against {
        is_partner = &is_partner & &having(results.column(name)?, value)?;
    }
    let is_label = against.iter().any(|(name, _)| name == "label");
    let is_free = |name: &String| {
        let is_of_method = name == "method" || results.is_parameter(name);
        against.iter().any(|(free, _)| free == name) || (is_label && is_of_method)
    };
    let mut shared = vec![ORDERS.to_owned(), SEEDS.to_owned()];
    for name in results.settings().iter().filter(|name| !is_free(name)) {
        shared.push(results.column(name)?.name().to_string());
    }
    let mut partner_of: Vec<Option<usize>> = vec![None; points.height()];
    let mut fitting = vec![0; points.height()];
    for (row, partner) in pairs(points, points, &is_partner, &shared)? {
        if is_partner.get(row) != Some(true) {
            partner_of[row] = Some(partner);
            fitting[row] += 1;
        }
    }
    if let Some(row) = fitting.iter().position(|&partners| partners > 1) {
        return Err(ResultsError::Baseline {
            point: PooledPoint { results, row }.name(&results.varying()?),
            partners: fitting[row],
        });
    }

    if partner_of.iter().any(Option::is_some) {
        results.read_orders(measures)?;
    }
    let compared = |row: usize| {
        let of_measure = |measure: &&MeasureEntry| match partner_of[row] {
            Some(partner) => {
                let [point, partner] = [row, partner].map(|row| PooledPoint { results, row });
                let key = test_key(point, partner, measure);
                let comparison = one(point, partner, measure)?;
                Ok(comparison.map(|comparison| (key, comparison)))
            }
            None => Ok(None),
        };
        measures.iter().map(of_measure).collect()
    };
    let rows = (0..points.height()).into_par_iter().map(compared);
    let rows: Vec<Vec<_>> = rows.collect::<Result<_, ResultsError>>()?;
    // What points share that differ in something else is one test.
    let mut p_values: Vec<f64> = Vec::new();
    let mut place_of = HashMap::new();
    for (key, comparison) in rows.iter().flatten().flatten() {
        if let Some(p_value) = comparison.p_value
            && let Entry::Vacant(place) = place_of.entry(key.clone())
        {
            place.insert(p_values.len());
            p_values.push(p_value);
        }
    }
    let adjusted = holm(&p_values)?;
    let rows = rows.into_iter().map(|row| {
        let row = row.into_iter().map(|found| {
            let (key, mut comparison) = found?;
            if comparison.p_value.is_some() {
                comparison.p_value = Some(adjusted[place_of[&key]]);
            }
            Some(comparison)
        });
        row.collect()
    });
    Ok(rows.collect())
}

/// By what a test is known: measure, point and partner, without the field and the model
/// if the measure asks neither.
fn test_key(
    point: PooledPoint<'_>,
    partner: PooledPoint<'_>,
    measure: &MeasureEntry,
) -> Vec<Option<String>> {
    let asks_model = !matches!(measure.kind(), MeasureKind::Orders(_)) || measure.asks_model();
    let is_asked = |column: &&PolarsColumn| match column.name().as_str() {
        "field" => measure.asks_field(),
        "model" => asks_model,
        name => name != POINT,
    };
    let columns = point.results.points.columns().iter().filter(is_asked);
    let mut key = vec![Some(measure.name().to_owned())];
    key.extend(columns.flat_map(|column| [point, partner].map(|point| text(column, point.row))));
    key
}

/// A comparison before the correction.
fn one(
    point: PooledPoint<'_>,
    partner: PooledPoint<'_>,
    measure: &MeasureEntry,
) -> Result<Option<Comparison>, ResultsError> {
    let results = point.results;
    if !measure.is_paired() {
        let values = results
            .set_value(point, measure)
            .zip(results.set_value(partner, measure));
        return Ok(values.map(|(a, b)| Comparison {
            difference: a.less(b).interval(),
            p_value: None,
        }));
    }
    let pairs = results
        .values(point, measure)?
        .into_iter()
        .zip(results.values(partner, measure)?);
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.filter_map(|(a, b)| Some((a?, b?))).unzip();
    let differences: Vec<f64> = first.iter().zip(&second).map(|(a, b)| a - b).collect();
    let Some(difference) = interval(&differences)? else {
        return Ok(None);
    };
    Ok(Some(Comparison {
        difference,
        p_value: paired_p_value(&first, &second)?,
    }))
}
