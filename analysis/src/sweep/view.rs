//! Results as figures and tables take them: points of the space, seeds pooled.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use orders_core::files::Digest;

use super::error::ViewError;
use super::measure::SweepMeasure;
use super::result::TrialResult;
use super::trial::{Trial, TrialSettings};
use crate::statistics::{BootstrapParams, Interval, StatisticsError, mean_interval};

/// The points of a space with the values of all their orders. Trials that
/// differ in nothing but their seed are one point: their orders are independent
/// of each other.
#[derive(Clone, Debug)]
pub struct View {
    points: Vec<ViewPoint>,
}

/// A point of a [`View`].
#[derive(Clone, Debug)]
pub struct ViewPoint {
    label: String,
    /// Those of its first trial.
    settings: TrialSettings,
    results: Vec<TrialResult>,
}

impl View {
    /// The points of some results, in their order.
    pub fn new(results: impl IntoIterator<Item = (Trial, TrialResult)>) -> Self {
        let mut points: Vec<ViewPoint> = Vec::new();
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
                    points.push(ViewPoint {
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
    pub fn points(&self) -> &[ViewPoint] {
        &self.points
    }

    /// The points whose settings have the values of `wanted`, pairs of a name and
    /// a value.
    ///
    /// # Errors
    ///
    /// [`ViewError::Setting`] for a name that no setting has,
    /// [`ViewError::NoPoint`] if no point has a value.
    pub fn having(&self, wanted: &[(String, String)]) -> Result<Self, ViewError> {
        let mut points = self.points.clone();
        for (name, value) in wanted {
            self.check_setting(name)?;
            let held: BTreeSet<String> = points.iter().filter_map(|p| p.setting(name)).collect();
            points.retain(|point| point.setting(name).as_ref() == Some(value));
            if points.is_empty() {
                return Err(ViewError::NoPoint {
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
            let labels: BTreeSet<&str> = self.points.iter().map(ViewPoint::label).collect();
            let of_label = |label: &&str| {
                let points = self.points.iter().filter(|p| p.label == **label);
                points.map(|p| p.setting(name)).collect::<BTreeSet<_>>()
            };
            match name.as_str() {
                "label" => labels.len() > 1,
                // Its name is in the label, or there for all to see.
                "method" => labels.iter().any(|label| of_label(label).len() > 1),
                // A parameter that one method has only tells nothing apart.
                name if self.is_parameter(name) => {
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
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        let mut points = self.points.iter();
        points.any(|point| point.settings.parameters.contains_key(name))
    }

    /// Refuses a name that no setting has.
    ///
    /// # Errors
    ///
    /// [`ViewError::Setting`].
    pub fn check_setting(&self, name: &str) -> Result<(), ViewError> {
        let known = self.settings();
        match known.iter().any(|known| known == name) {
            true => Ok(()),
            false => Err(ViewError::Setting {
                name: name.into(),
                known,
            }),
        }
    }

    /// The measure of a name, if all points have it.
    ///
    /// # Errors
    ///
    /// [`ViewError::Measure`] if not.
    pub fn measure(&self, name: &str) -> Result<SweepMeasure, ViewError> {
        let known = self.measures();
        let found = known.iter().find(|measure| measure.name() == name);
        found.copied().ok_or_else(|| ViewError::Measure {
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

impl ViewPoint {
    /// What figures call the method.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// The settings of its first trial.
    pub fn settings(&self) -> &TrialSettings {
        &self.settings
    }

    /// The value of a setting, by the names of [`View::settings`].
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
    pub(super) fn is_paired_with(&self, other: &Self, settings: &[String]) -> bool {
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

/// A mean with its interval, as [`ViewPoint::mean`] has it.
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
