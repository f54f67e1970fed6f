//! Results as figures and tables take them: points of the space with their seeds
//! pooled, and comparisons of points.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use orders_core::files::Digest;

use super::error::ResultsError;
use super::measure::SweepMeasure;
use super::trial::{Trial, TrialResult, TrialSettings};
use crate::statistics::{
    BootstrapParams, Interval, PermutationParams, StatisticsError, holm, mean_interval, paired_test,
};

/// The points of a space with the values of all their orders. Trials that
/// differ in nothing but their seed are one point: their orders are independent
/// of each other.
#[derive(Clone, Debug)]
pub struct PooledResults {
    points: Vec<PooledPoint>,
}

/// A point of [`PooledResults`].
#[derive(Clone, Debug)]
pub struct PooledPoint {
    label: String,
    /// Those of its first trial.
    settings: TrialSettings,
    results: Vec<TrialResult>,
}

impl PooledResults {
    /// The points of some results, in their order.
    pub fn new(results: impl IntoIterator<Item = (Trial, TrialResult)>) -> Self {
        let mut points: Vec<PooledPoint> = Vec::new();
        let mut places: HashMap<(String, Digest), usize> = HashMap::new();
        for (trial, result) in results {
            let without_seed = TrialSettings {
                seed: 0,
                ..trial.settings.clone()
            };
            let place = places.entry((trial.label.clone(), without_seed.key()));
            match place {
                Entry::Occupied(place) => points[*place.get()].results.push(result),
                Entry::Vacant(place) => {
                    place.insert(points.len());
                    points.push(PooledPoint {
                        label: trial.label,
                        settings: trial.settings,
                        results: vec![result],
                    });
                }
            }
        }
        Self { points }
    }

    /// The points.
    pub fn points(&self) -> &[PooledPoint] {
        &self.points
    }

    /// The points whose settings have the values of `wanted`, pairs of a name and
    /// a value.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Setting`] for a name that no setting has,
    /// [`ResultsError::NoPoint`] if no point has a value.
    pub fn having(&self, wanted: &[(String, String)]) -> Result<Self, ResultsError> {
        let mut points = self.points.clone();
        for (name, value) in wanted {
            self.check_setting(name)?;
            let held: BTreeSet<String> = points.iter().filter_map(|p| p.setting(name)).collect();
            points.retain(|point| point.setting(name).as_ref() == Some(value));
            if points.is_empty() {
                return Err(ResultsError::NoPoint {
                    setting: name.clone(),
                    value: value.clone(),
                    held: held.into_iter().collect(),
                });
            }
        }
        Ok(Self { points })
    }

    /// Names of the settings: `label`, `method`, `grid`, `steps`, `sizes`,
    /// `field`, `model`, and the parameters of the methods.
    pub fn settings(&self) -> Vec<String> {
        let mut names: Vec<String> = ["label", "method"].map(str::to_owned).into();
        let parameters = self
            .points
            .iter()
            .flat_map(|p| p.settings.parameters.keys());
        names.extend(parameters.cloned().collect::<BTreeSet<_>>());
        names.extend(["grid", "steps", "sizes", "field", "model"].map(str::to_owned));
        names
    }

    /// Names of the settings that tell points apart: they have several values
    /// among the points that have them, and for `label` also where it is all
    /// there is.
    pub fn varying(&self) -> Vec<String> {
        let varies = |name: &String| {
            let labels: BTreeSet<&str> = self.points.iter().map(PooledPoint::label).collect();
            let of_label = |label: &&str| {
                let points = self.points.iter().filter(|p| p.label == **label);
                points.map(|p| p.setting(name)).collect::<BTreeSet<_>>()
            };
            match name.as_str() {
                "label" => labels.len() > 1,
                // The method's name is in the label, or there for all to see. A parameter
                // that one method has only tells nothing apart.
                name if name == "method" || self.is_parameter(name) => {
                    labels.iter().any(|label| of_label(label).len() > 1)
                }
                _ => {
                    let all: BTreeSet<_> = self.points.iter().map(|p| p.setting(name)).collect();
                    all.len() > 1
                }
            }
        };
        self.settings().into_iter().filter(varies).collect()
    }

    /// Whether a method has a parameter of the name.
    fn is_parameter(&self, name: &str) -> bool {
        let mut points = self.points.iter();
        points.any(|point| point.settings.parameters.contains_key(name))
    }

    /// Refuses a name that no setting has.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Setting`].
    pub fn check_setting(&self, name: &str) -> Result<(), ResultsError> {
        let known = self.settings();
        match known.iter().any(|known| known == name) {
            true => Ok(()),
            false => Err(ResultsError::Setting {
                name: name.into(),
                known,
            }),
        }
    }

    /// The measure of a name, if all points have it.
    ///
    /// # Errors
    ///
    /// [`ResultsError::Measure`] if not.
    pub fn measure(&self, name: &str) -> Result<SweepMeasure, ResultsError> {
        let known = self.measures();
        let found = known.iter().find(|measure| measure.name() == name);
        found.copied().ok_or_else(|| ResultsError::Measure {
            name: name.into(),
            known: known.into_iter().map(SweepMeasure::name).collect(),
        })
    }

    /// The measures that all points have.
    pub fn measures(&self) -> Vec<SweepMeasure> {
        let all = SweepMeasure::all().into_iter();
        let is_measured = |measure: &SweepMeasure| {
            let mut points = self.points.iter();
            points.all(|p| {
                p.settings
                    .measures
                    .iter()
                    .any(|name| name == measure.name())
            })
        };
        all.filter(is_measured).collect()
    }
}

impl PooledPoint {
    /// What figures call the method.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The settings of its first trial.
    pub fn settings(&self) -> &TrialSettings {
        &self.settings
    }

    /// The value of a setting, by the names of [`PooledResults::settings`].
    pub fn setting(&self, name: &str) -> Option<String> {
        let settings = &self.settings;
        match name {
            "label" => Some(self.label.clone()),
            "method" => Some(settings.method.clone()),
            "grid" => Some(settings.grid.clone()),
            "steps" => Some(settings.steps.to_string()),
            "sizes" => Some(match settings.sizes.as_str() {
                "listed" => {
                    let sizes: Vec<String> =
                        settings.group_sizes.iter().map(u32::to_string).collect();
                    sizes.join(" ")
                }
                sizes => sizes.to_owned(),
            }),
            "field" => settings.field.clone(),
            "model" => settings.model.as_ref().map(|model| model.name.clone()),
            parameter => settings.parameters.get(parameter).cloned(),
        }
    }

    /// A name made of some settings: the label alone, other values after their
    /// names.
    pub fn name(&self, settings: &[String]) -> String {
        let words: Vec<String> = settings
            .iter()
            .filter_map(|name| {
                let value = self.setting(name)?;
                Some(match name.as_str() {
                    "label" | "method" | "grid" | "field" | "model" => value,
                    "steps" => format!("{value} steps"),
                    "sizes" => format!("{value} sizes"),
                    parameter => format!("{parameter} {value}"),
                })
            })
            .collect();
        match words.is_empty() {
            true => self.label.clone(),
            false => words.join(", "),
        }
    }

    /// Number of orders over all its seeds.
    pub fn orders(&self) -> usize {
        self.settings.orders as usize * self.results.len()
    }

    /// The values of a measure, for each order of each seed.
    pub fn values(&self, measure: SweepMeasure) -> Vec<Option<f64>> {
        let of = |result: &TrialResult| result.values(measure.name()).unwrap_or_default().to_vec();
        self.results.iter().flat_map(of).collect()
    }

    /// The mean of a measure over the orders that have it, with its 95 % BCa
    /// interval; `None` without values. With one value, or where there is no
    /// interval, its ends are NaN.
    ///
    /// # Errors
    ///
    /// [`StatisticsError::NotFinite`] if a value is infinite.
    pub fn mean(&self, measure: SweepMeasure) -> Result<Option<Interval>, StatisticsError> {
        let values: Vec<f64> = self.values(measure).into_iter().flatten().collect();
        interval(&values)
    }

    /// Whether two points have the same values of some settings, and the same orders'
    /// seeds, so that their values come in pairs.
    fn is_paired_with(&self, other: &Self, settings: &[String]) -> bool {
        let seeds = |point: &Self| -> Vec<u64> {
            let results = point.results.iter();
            results.map(|result| result.settings.seed).collect()
        };
        self.settings.orders == other.settings.orders
            && seeds(self) == seeds(other)
            && settings
                .iter()
                .all(|name| self.setting(name) == other.setting(name))
    }
}

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
/// As [`PooledResults::having`] if no point has the values;
/// [`ResultsError::Baseline`] if several could be the partner of one;
/// [`ResultsError::Statistics`].
pub fn compare(
    results: &PooledResults,
    measures: &[SweepMeasure],
    against: &[(String, String)],
) -> Result<Vec<Vec<Option<Comparison>>>, ResultsError> {
    let partners = results.having(against)?;
    let is_label = against.iter().any(|(name, _)| name == "label");
    let is_free = |name: &String| {
        let is_of_method = name == "method" || results.is_parameter(name);
        against.iter().any(|(free, _)| free == name) || (is_label && is_of_method)
    };
    let mut shared = results.settings();
    shared.retain(|name| !is_free(name));

    let mut rows = Vec::new();
    for point in results.points() {
        let is_partner = against
            .iter()
            .all(|(name, value)| point.setting(name).as_ref() == Some(value));
        let fitting: Vec<&PooledPoint> = partners
            .points()
            .iter()
            .filter(|partner| !is_partner && point.is_paired_with(partner, &shared))
            .collect();
        if fitting.len() > 1 {
            return Err(ResultsError::Baseline {
                point: point.name(&results.varying()),
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
    point: &PooledPoint,
    partner: &PooledPoint,
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

/// A mean with its interval, as [`PooledPoint::mean`] has it.
fn interval(values: &[f64]) -> Result<Option<Interval>, StatisticsError> {
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
