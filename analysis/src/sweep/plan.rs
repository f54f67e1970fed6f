//! The trials of a space, and parts of them.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt;
use std::str::FromStr;

use orders_core::files::Digest;
use orders_core::sizes::SizesChoice;
use orders_core::{Catalogue, Grid, Problem};
use serde::{Deserialize, Serialize};

use super::error::PlanError;
use super::judge::Judge;
use super::measure::{MeasureInput, SweepMeasure};
use super::sizes::{OptimalTables, sizes_of};
use super::space::{Point, points};
use super::spec::{Design, MOST_TRIALS, Spec};
use super::trial::{Tools, Trial, TrialSettings, digest, sha256_of};
use crate::information::{Covariance, CovarianceError, Field};

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
    /// The trials that a sweep file asks for. The same file gives the same trials in
    /// the same order. `on_point` is told how many points are done, and of how many.
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
    /// [`PlanError::Judges`] unless there is a judge for each model of the file,
    /// [`PlanError::Images`] if one has too few images, [`PlanError::Point`] at the
    /// first point that is none, [`PlanError::Same`] if a grid design has a point
    /// twice, [`PlanError::TooMany`] beyond [`MOST_TRIALS`].
    pub fn new(
        spec: &Spec,
        tools: &Tools<'_>,
        on_point: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Self, PlanError> {
        let judges = tools.judges;
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
            let trial = trial(
                spec,
                point,
                tools.catalogue,
                judge,
                &mut checked,
                &mut optimal,
            );
            let trial = trial.map_err(|reason| PlanError::Point {
                number: index + 1,
                point: words(point, judge),
                reason: reason.to_string(),
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

/// Part `number` of `of`: the trials whose number, from 1, is `number` modulo
/// `of`, so that all parts have cheap and dear ones.
///
/// ```
/// use orders_analysis::sweep::Shard;
///
/// let shard: Shard = "2/3".parse()?;
/// let taken: Vec<usize> = (0..8).filter(|&index| shard.has(index)).collect();
/// assert_eq!(taken, [1, 4, 7]);
/// # Ok::<(), orders_analysis::sweep::ShardError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: usize,
    of: usize,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether a trial, counted from 0, is in this part.
    pub fn has(self, index: usize) -> bool {
        index % self.of == self.number - 1
    }

    /// The part in words.
    pub(super) fn words(self) -> String {
        match self {
            Self::WHOLE => "the whole".into(),
            shard => format!("shard {shard}"),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let parsed = text.split_once('/').and_then(|(number, of)| {
            let shard = Self {
                number: number.parse().ok()?,
                of: of.parse().ok()?,
            };
            let is_fine = (1..=shard.of).contains(&shard.number) && shard.of <= MOST_TRIALS;
            is_fine.then_some(shard)
        });
        parsed.ok_or_else(|| ShardError { text: text.into() })
    }
}

/// Why there is no such shard.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{text}' is no shard; write i/n with i from 1 to n and n at most {}, for example 1/4",
    MOST_TRIALS
)]
#[non_exhaustive]
pub struct ShardError {
    /// What was given.
    pub text: String,
}

fn trial(
    spec: &Spec,
    point: &Point<'_>,
    catalogue: &Catalogue,
    judge: Option<&dyn Judge>,
    checked: &mut CheckedFields,
    optimal: &mut OptimalTables,
) -> Result<Trial, Box<dyn Error>> {
    let axes = point.method;
    let entry = catalogue.entry(&axes.name)?;
    let texts = point.parameters.iter();
    let parameters = entry.parameters_from_texts(texts.map(|(name, text)| (*name, text.as_str())));
    let method = catalogue.method(&axes.name, point.grid, &parameters)?;
    let sizes = sizes_of(point, method.as_ref(), optimal)?;
    let problem = Problem::new(point.grid, sizes.clone())?;
    method.generator(&problem)?;
    for measure in &spec.measures {
        check_input(*measure, point.field, judge)?;
    }
    if let Some(judge) = judge
        && judge.grid() != point.grid
    {
        let (model, grid) = (&judge.model().name, judge.grid());
        return Err(format!("model {model} is one of {grid} cells").into());
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
        measures: spec.measures.iter().map(|m| m.name().to_owned()).collect(),
    };
    check_size(&settings)?;
    Ok(Trial {
        label: axes.label.clone(),
        settings,
    })
}

/// Whether there is what a measure needs.
fn check_input(
    measure: SweepMeasure,
    field: Option<&Field>,
    judge: Option<&dyn Judge>,
) -> Result<(), String> {
    let name = measure.name();
    match (measure.input(), judge) {
        (Some(MeasureInput::Field), _) if field.is_none() => Err(format!(
            "measure {name} needs a field, and the file lists none"
        )),
        (Some(MeasureInput::Model | MeasureInput::Background), None) => Err(format!(
            "measure {name} needs a model, and the file lists none"
        )),
        (Some(MeasureInput::Background), Some(judge)) if judge.model().background.is_none() => {
            Err(format!(
                "measure {name} needs the background of model {}, and the file does not say which token it is",
                judge.model().name
            ))
        }
        _ => Ok(()),
    }
}

/// Fields that have a covariance on a grid.
#[derive(Default)]
struct CheckedFields(HashSet<(Grid, String)>);

impl CheckedFields {
    fn check(&mut self, field: &Field, grid: Grid) -> Result<(), CovarianceError> {
        let key = (grid, field.to_string());
        if !self.0.contains(&key) {
            Covariance::of_field(field, grid)?;
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
