//! Results as figures and tables take them: points of the space with their seeds
//! pooled, and comparisons of points.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use orders_core::files::Digest;

use super::difference::{NATS, RANDOM, one_by_one_key, random_key};
use super::error::ResultsError;
use super::measure::{Difference, MeasureEntry, MeasureKind, Measures, SetValue};
use super::trial::{Trial, TrialResult, TrialSettings, digest};
use crate::statistics::{
    BootstrapParams, Interval, PermutationParams, StatisticsError, holm, mean_interval, paired_test,
};

/// The points of a space with the values of all their orders. Trials that
/// differ in nothing but their seed are one point: their orders are independent
/// of each other. So are those that measure orders, generated images and a machine for the
/// same settings.
#[derive(Clone, Debug)]
pub struct PooledResults {
    points: Vec<PooledPoint>,
    /// The measures that can be asked for.
    measures: Measures,
    /// Values one cell at a time, by the keys of the trials that they are for.
    one_by_one: HashMap<Digest, Rc<[Option<f64>]>>,
    /// Settings of random orders one cell at a time, if there are some.
    random: Option<TrialSettings>,
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
    pub fn new(
        results: impl IntoIterator<Item = (Trial, TrialResult)>,
        measures: &Measures,
    ) -> Self {
        let mut points: Vec<PooledPoint> = Vec::new();
        let mut places: HashMap<(String, Digest), usize> = HashMap::new();
        let mut one_by_one = HashMap::new();
        let mut random = None;
        for (trial, result) in results {
            let settings = &trial.settings;
            if settings.group_sizes.iter().all(|&size| size == 1)
                && let Some(values) = result.values(NATS)
            {
                one_by_one.insert(one_by_one_key(settings, false), values.into());
                if settings.method == RANDOM {
                    random = Some(settings.clone());
                }
            }
            let of_point = TrialSettings {
                seed: 0,
                orders: 0,
                samples: None,
                machine: None,
                measures: Vec::new(),
                ..trial.settings.clone()
            };
            let place = places.entry((trial.label.clone(), of_point.key()));
            match place {
                Entry::Occupied(place) => points[*place.get()].add(trial.settings, result),
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
        Self {
            points,
            measures: measures.clone(),
            one_by_one,
            random,
        }
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
        Ok(Self {
            points,
            ..self.clone()
        })
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
    pub fn measure(&self, name: &str) -> Result<&MeasureEntry, ResultsError> {
        let known = self.measures();
        let found = known.iter().find(|measure| measure.name() == name);
        found.copied().ok_or_else(|| ResultsError::Measure {
            name: name.into(),
            known: known.into_iter().map(|m| m.name().to_owned()).collect(),
        })
    }

    /// The measures that all points have; of differences between trials, those for
    /// which a point has a partner.
    pub fn measures(&self) -> Vec<&MeasureEntry> {
        let is_measured = |measure: &&MeasureEntry| match measure.kind() {
            MeasureKind::Difference(_) => {
                let values = |point| self.values(point, measure);
                self.points
                    .iter()
                    .any(|point| values(point).iter().any(Option::is_some))
            }
            _ => {
                let mut points = self.points.iter();
                let name = measure.name();
                points.all(|point| point.has(name))
            }
        };
        self.measures.entries().iter().filter(is_measured).collect()
    }

    /// The values of a measure of orders, for each order of each seed of a point; none of
    /// a measure of something else.
    pub fn values(&self, point: &PooledPoint, measure: &MeasureEntry) -> Vec<Option<f64>> {
        let results = point.results.iter();
        let of = |result| -> Vec<Option<f64>> {
            match measure.kind() {
                MeasureKind::Difference(difference) => self.differences(result, difference),
                _ => result.values(measure.name()).unwrap_or_default().to_vec(),
            }
        };
        results.flat_map(of).collect()
    }

    /// Image by image, a result less its partner.
    fn differences(&self, result: &TrialResult, difference: Difference) -> Vec<Option<f64>> {
        let settings = &result.settings;
        let one_by_one = |key: Digest| self.one_by_one.get(&key).map(Rc::as_ref);
        let own = one_by_one(one_by_one_key(settings, false));
        let pair = match difference {
            // Itself has none.
            Difference::ParallelLoss if settings.group_sizes.iter().all(|&size| size == 1) => None,
            Difference::ParallelLoss => result.values(NATS).zip(own),
            Difference::LearningError => {
                let random = self.random.as_ref();
                let random = random.and_then(|random| one_by_one(random_key(settings, random)));
                own.zip(random)
            }
        };
        let Some((values, partners)) = pair else {
            return vec![None; settings.orders as usize];
        };
        let pairs = values.iter().zip(partners);
        pairs
            .map(|(value, partner)| Some((*value)? - (*partner)?))
            .collect()
    }

    /// The mean of a measure at a point, over the orders that have it, with its 95 % BCa
    /// interval; of what sets of images have, with that of its standard error. `None`
    /// without values. With one value, or where there is no interval, its ends are NaN.
    ///
    /// # Errors
    ///
    /// [`StatisticsError::NotFinite`] if a value is infinite.
    pub fn mean(
        &self,
        point: &PooledPoint,
        measure: &MeasureEntry,
    ) -> Result<Option<Interval>, StatisticsError> {
        if !measure.is_paired() {
            return Ok(self.set_value(point, measure).map(SetValue::interval));
        }
        let mut totals = point.results.iter();
        let mut totals = totals
            .by_ref()
            .filter_map(|result| result.totals.get(measure.name()));
        if let (Some(total), None) = (totals.next(), totals.next()) {
            // It was found when the trial was run.
            return Ok(total.mean.map(|estimate| Interval {
                estimate,
                low: total.low.unwrap_or(f64::NAN),
                high: total.high.unwrap_or(f64::NAN),
            }));
        }
        let values: Vec<f64> = self.values(point, measure).into_iter().flatten().collect();
        interval(&values)
    }

    /// The mean difference of two points in a measure of orders, the first less the
    /// second, order by order, with its interval as [`mean`](Self::mean) has it; `None`
    /// without pairs.
    ///
    /// # Errors
    ///
    /// [`StatisticsError::NotFinite`] if a value is infinite.
    pub fn difference(
        &self,
        point: &PooledPoint,
        other: &PooledPoint,
        measure: &MeasureEntry,
    ) -> Result<Option<Interval>, StatisticsError> {
        let values = self.values(point, measure).into_iter();
        let pairs = values.zip(self.values(other, measure));
        let differences: Vec<f64> = pairs.filter_map(|(a, b)| Some(a? - b?)).collect();
        interval(&differences)
    }

    /// What a point has of a measure of sets or machines: the mean over its seeds, if all
    /// have it.
    pub fn set_value(&self, point: &PooledPoint, measure: &MeasureEntry) -> Option<SetValue> {
        let name = measure.name();
        let of = |result: &TrialResult| match result.samples.get(name) {
            Some(value) => *value,
            None => {
                let value = result.machine.get(name).copied().flatten()?;
                Some(SetValue {
                    value,
                    standard_error: None,
                })
            }
        };
        let asked = |result: &&TrialResult| result.settings.measures.iter().any(|m| m == name);
        let asked = point.results.iter().filter(asked);
        let values: Vec<SetValue> = asked.map(of).collect::<Option<_>>()?;
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
        let orders = self.results.iter().map(|result| result.settings.orders);
        orders.sum::<u64>() as usize
    }

    /// Takes in the result of another trial of the point.
    fn add(&mut self, settings: TrialSettings, result: TrialResult) {
        if self.settings.orders == 0 {
            // Trials of orders say most.
            self.settings = settings;
        }
        self.results.push(result);
    }

    /// Whether a measure was asked for.
    fn has(&self, name: &str) -> bool {
        let mut results = self.results.iter();
        results.any(|result| result.settings.measures.iter().any(|held| held == name))
    }

    /// Whether two points have the same values of some settings, and the same orders'
    /// seeds, so that their values come in pairs.
    fn is_paired_with(&self, other: &Self, settings: &[String]) -> bool {
        let seeds = |point: &Self| -> Vec<u64> {
            let settings = point.results.iter().map(|result| &result.settings);
            let of_orders = settings.filter(|settings| settings.orders > 0);
            of_orders.map(|settings| settings.seed).collect()
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
    measures: &[&MeasureEntry],
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
        let row = measures.iter().map(|measure| match fitting.first() {
            Some(partner) => {
                let key = test_key(point, partner, measure);
                let comparison = one(results, point, partner, measure)?;
                Ok(comparison.map(|comparison| (key, comparison)))
            }
            None => Ok(None),
        });
        rows.push(row.collect::<Result<Vec<_>, StatisticsError>>()?);
    }
    // What points share that differ in something else is one test.
    let mut tests: Vec<(Digest, f64)> = Vec::new();
    let mut place_of = HashMap::new();
    for (key, comparison) in rows.iter().flatten().flatten() {
        if let Some(p_value) = comparison.p_value
            && let Entry::Vacant(place) = place_of.entry(*key)
        {
            place.insert(tests.len());
            tests.push((*key, p_value));
        }
    }
    let p_values: Vec<f64> = tests.iter().map(|(_, p_value)| *p_value).collect();
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
fn test_key(point: &PooledPoint, partner: &PooledPoint, measure: &MeasureEntry) -> Digest {
    let [of_point, of_partner] = [point, partner].map(|point| {
        let mut settings = point.settings.clone();
        if !measure.asks_field() {
            (settings.field, settings.field_sha256) = (None, None);
        }
        if matches!(measure.kind(), MeasureKind::Orders(_)) && !measure.asks_model() {
            settings.model = None;
        }
        settings
    });
    digest(&(measure.name(), of_point, of_partner))
}

/// A comparison before the correction.
fn one(
    results: &PooledResults,
    point: &PooledPoint,
    partner: &PooledPoint,
    measure: &MeasureEntry,
) -> Result<Option<Comparison>, StatisticsError> {
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
        .values(point, measure)
        .into_iter()
        .zip(results.values(partner, measure));
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

/// A mean with its interval, as [`PooledResults::mean`] has it.
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
