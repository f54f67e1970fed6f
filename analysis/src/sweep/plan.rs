//! The trials of a space.

use std::collections::{HashMap, HashSet};

use orders_core::files::Digest;
use orders_core::{Catalogue, Grid, Problem};
use serde::{Deserialize, Serialize};

use super::MOST_TRIALS;
use super::error::PlanError;
use super::judge::Judge;
use super::measure::{Need, SweepMeasure};
use super::optimal::OptimalTables;
use super::sizes::SizesChoice;
use super::space::{Point, points};
use super::spec::{Design, Spec};
use super::trial::{Trial, TrialSettings, digest};
use crate::information::{Covariance, Field};

/// The most cells whose orders are measured in a trial, times their number:
/// what a trial holds in memory grows with it.
const MOST_VALUES: u64 = 1 << 23;

/// All trials of a space, in their order. Each of them can be run: the method
/// takes the grid, and the group sizes exist.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    title: String,
    trials: Vec<Trial>,
}

impl Plan {
    /// The trials that a sweep file without models asks for. The same file gives the
    /// same trials in the same order.
    ///
    /// A random or Sobol design may draw a point more than once; it is tried
    /// once then, so there can be fewer trials than points.
    ///
    /// Optimal group sizes are found here, before any trial, with work spread over
    /// the current rayon pool: for N cells, O(N^3) time for each order that they
    /// are found from ([`OPTIMAL_ORDERS`](super::OPTIMAL_ORDERS) of a random
    /// method), once for the orders of a method that all its steps share. All
    /// else takes no time to speak of.
    ///
    /// # Errors
    ///
    /// [`PlanError::Point`] at the first point that is none,
    /// [`PlanError::Same`] if a grid design has a point twice,
    /// [`PlanError::TooMany`] beyond [`MOST_TRIALS`].
    pub fn new(spec: &Spec) -> Result<Self, PlanError> {
        Self::with_judges(spec, &[], &|_, _| {})
    }

    /// The trials that a sweep file asks for, as [`new`](Self::new) finds them, with a
    /// judge for each of its [models](Spec::models), in their order. `on_point` is told
    /// how many points are done, and of how many.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`PlanError::Judges`] unless there is a judge for each
    /// model, [`PlanError::Images`] if one has too few images.
    pub fn with_judges(
        spec: &Spec,
        judges: &[&dyn Judge],
        on_point: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, PlanError> {
        if judges.len() != spec.models.len() {
            return Err(PlanError::Judges {
                models: spec.models.len(),
                judges: judges.len(),
            });
        }
        if let Some(judge) = judges.iter().find(|judge| judge.images() < spec.orders) {
            return Err(PlanError::Images {
                model: judge.model().name.clone(),
                images: judge.images(),
                orders: spec.orders,
            });
        }
        let mut trials = Vec::new();
        let mut checked = CheckedFields::default();
        let mut optimal = OptimalTables::new(&spec.steps);
        let mut first_of: HashMap<Digest, usize> = HashMap::new();
        let points = points(spec)?;
        for (index, point) in points.iter().enumerate() {
            on_point(index, points.len());
            let judge = point.model.map(|model| judges[model]);
            let trial = trial(spec, point, judge, &mut checked, &mut optimal);
            let trial = trial.map_err(|reason| PlanError::Point {
                number: index + 1,
                point: words(point, judge),
                reason,
            })?;
            match first_of.insert(trial.settings.key(), index) {
                None => trials.push(trial),
                Some(first) if spec.design == Design::Grid => {
                    return Err(PlanError::Same {
                        first: first + 1,
                        second: index + 1,
                        point: trial.to_string(),
                    });
                }
                Some(_) => {}
            }
        }
        Ok(Self {
            title: spec.title.clone(),
            trials,
        })
    }

    /// What it is about; may be empty.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The trials.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// The digest of all trials, by which folders of one space are known.
    pub fn key(&self) -> Digest {
        let keys: Vec<_> = self
            .trials
            .iter()
            .map(|trial| (&trial.label, trial.settings.key()))
            .collect();
        digest(&(&self.title, keys))
    }

    /// Whether it could have been made by [`new`](Self::new), for one that was
    /// read.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.trials.len() > MOST_TRIALS {
            return Err(format!("it has more than {MOST_TRIALS} trials"));
        }
        for (index, trial) in self.trials.iter().enumerate() {
            let at = |reason| format!("trial {}: {reason}", index + 1);
            trial.settings.parsed_grid().map_err(at)?;
            trial.settings.parsed_measures().map_err(at)?;
            check_size(&trial.settings).map_err(at)?;
            if trial.settings.group_sizes.len() != trial.settings.steps {
                return Err(at("its group sizes are not those of its steps".into()));
            }
        }
        Ok(())
    }
}

fn trial(
    spec: &Spec,
    point: &Point<'_>,
    judge: Option<&dyn Judge>,
    checked: &mut CheckedFields,
    optimal: &mut OptimalTables,
) -> Result<Trial, String> {
    let axes = point.method;
    let catalogue = Catalogue::standard();
    let entry = catalogue
        .entry(&axes.name)
        .map_err(|error| error.to_string())?;
    let texts = point.parameters.iter();
    let parameters = entry.parameters_from_texts(texts.map(|(name, text)| (*name, text.as_str())));
    let method = catalogue
        .method(&axes.name, point.grid, &parameters)
        .map_err(|error| error.to_string())?;
    let sizes = point
        .sizes
        .find(point.grid, point.steps, method.as_ref(), |steps| {
            optimal.find(point, method.as_ref(), steps)
        })?;
    let problem = Problem::new(point.grid, sizes.clone()).map_err(|error| error.to_string())?;
    method
        .generator(&problem)
        .map_err(|error| error.to_string())?;
    for measure in &spec.measures {
        check_need(*measure, point.field, judge)?;
    }
    if let Some(judge) = judge
        && judge.grid() != point.grid
    {
        let (model, grid) = (&judge.model().name, judge.grid());
        return Err(format!("model {model} is one of {grid} cells"));
    }
    if let Some(field) = point.field {
        checked.check(field, point.grid)?;
    }
    let settings = TrialSettings {
        method: axes.name.clone(),
        parameters: method
            .parameters()
            .into_iter()
            .map(|(name, value)| (name, value.to_string()))
            .collect(),
        grid: point.grid.to_string(),
        sizes: match point.sizes {
            SizesChoice::Listed(_) => "listed".into(),
            other => other.to_string(),
        },
        steps: sizes.steps(),
        group_sizes: sizes.as_slice().to_vec(),
        field: point.field.map(Field::to_string),
        field_sha256: point.field.and_then(sha256_of),
        model: judge.map(|judge| judge.model().clone()),
        seed: point.seed,
        orders: spec.orders,
        measures: spec
            .measures
            .iter()
            .copied()
            .map(SweepMeasure::name)
            .map(str::to_owned)
            .collect(),
    };
    check_size(&settings)?;
    Ok(Trial {
        label: axes.label.clone(),
        settings,
    })
}

/// Whether there is what a measure needs.
fn check_need(
    measure: SweepMeasure,
    field: Option<&Field>,
    judge: Option<&dyn Judge>,
) -> Result<(), String> {
    let name = measure.name();
    match (measure.need(), judge) {
        (Some(Need::Field), _) if field.is_none() => Err(format!(
            "measure {name} needs a field, and the file lists none"
        )),
        (Some(Need::Model | Need::Background), None) => Err(format!(
            "measure {name} needs a model, and the file lists none"
        )),
        (Some(Need::Background), Some(judge)) if judge.model().background.is_none() => {
            Err(format!(
                "measure {name} needs the background of model {}, and the file does not say which token it is",
                judge.model().name
            ))
        }
        _ => Ok(()),
    }
}

/// The digest of the file that a field is from.
pub(super) fn sha256_of(field: &Field) -> Option<String> {
    field.file().map(|file| file.digest().to_string())
}

/// Fields that have a covariance on a grid.
#[derive(Default)]
struct CheckedFields(HashSet<(Grid, String)>);

impl CheckedFields {
    fn check(&mut self, field: &Field, grid: Grid) -> Result<(), String> {
        let key = (grid, field.to_string());
        if !self.0.contains(&key) {
            Covariance::of_field(field, grid).map_err(|error| error.to_string())?;
            self.0.insert(key);
        }
        Ok(())
    }
}

/// Whether a trial fits into memory.
fn check_size(settings: &TrialSettings) -> Result<(), String> {
    let rows = settings.steps as u64 + 1;
    match rows.checked_mul(settings.orders) {
        Some(values) if values <= MOST_VALUES => Ok(()),
        _ => Err(format!(
            "{} orders of {} steps are too many for a trial; steps times orders may be {MOST_VALUES}",
            settings.orders, settings.steps
        )),
    }
}

/// A point that may be none in a line, for errors.
fn words(point: &Point<'_>, judge: Option<&dyn Judge>) -> String {
    let mut words = point.method.label.clone();
    for (name, value) in &point.parameters {
        words.push_str(&format!(", {name} {value}"));
    }
    words.push_str(&format!(", {}", point.grid));
    if let Some(steps) = point.steps {
        words.push_str(&format!(", {steps} steps"));
    }
    words.push_str(&format!(", {} sizes", point.sizes));
    if let Some(field) = point.field {
        words.push_str(&format!(", {field}"));
    }
    if let Some(judge) = judge {
        words.push_str(&format!(", {}", judge.model().name));
    }
    words + &format!(", seed {}", point.seed)
}
