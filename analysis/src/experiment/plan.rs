//! The trials of a space, and parts of them.

use std::collections::{HashMap, HashSet};
use std::error::Error;
use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use orders_core::catalogue::SchedulerEntry;
use orders_core::decoding::Drafts;
use orders_core::decoding::schedulers::Task;
use orders_core::files::Digest;
use orders_core::sizes::SizesChoice;
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, Parameters, Problem};
use serde::{Deserialize, Serialize};

use super::difference::{NATS, ONE_BY_ONE, RANDOM, one_by_one_key, random_parameters};
use super::error::PlanError;
use super::judge::Judge;
use super::measure::{Difference, Input, MeasureEntry, MeasureKind, Measures};
use super::sizes::{OptimalTables, sizes_of};
use super::space::{Point, points};
use super::spec::{Design, MOST_TRIALS, Spec};
use super::trial::{Tools, Trial, TrialSettings, digest, sha256_of};
use crate::information::{Covariance, CovarianceError, Field};

/// The most cells whose orders are measured in a trial, times their number:
/// what a trial holds in memory grows with it.
const MOST_VALUES: u64 = 1 << 23;

/// What the sizes of rules are called that find them out themselves.
const FOUND: &str = "found";

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
            let is_grid = spec.design == Design::Grid;
            if let Some(&first) = first_of.get(&trial.settings.key())
                && is_grid
            {
                return Err(PlanError::Same {
                    first: first + 1,
                    second: index + 1,
                    point: trial.to_string(),
                });
            }
            if first_of.insert(trial.settings.key(), index).is_none() {
                trials.extend(parts(trial, tools.measures));
            }
        }
        add_partners(spec, tools.catalogue, &mut trials)?;
        Ok(Self {
            title: spec.title.clone(),
            trials,
        })
    }

    /// Trials that come from elsewhere than a sweep file. What is measured of orders, of
    /// generated images and of a machine becomes a trial each, so that each is kept as
    /// long as it holds.
    ///
    /// # Errors
    ///
    /// [`PlanError::TooMany`] beyond [`MOST_TRIALS`], [`PlanError::Point`] at the first
    /// trial that can't be run, [`PlanError::Same`] if two have one label and the same
    /// settings.
    pub fn of_trials(
        title: impl Into<String>,
        trials: Vec<Trial>,
        measures: &Measures,
    ) -> Result<Self, PlanError> {
        if trials.len() > MOST_TRIALS {
            return Err(PlanError::TooMany { most: MOST_TRIALS });
        }
        let mut first_of = HashMap::new();
        for (index, trial) in trials.iter().enumerate() {
            check_trial(&trial.settings).map_err(|reason| PlanError::Point {
                number: index + 1,
                point: trial.to_string(),
                reason,
            })?;
            if let Some(first) = first_of.insert(trial.settings.key(), index) {
                return Err(PlanError::Same {
                    first: first + 1,
                    second: index + 1,
                    point: trial.to_string(),
                });
            }
        }
        let trials = trials.into_iter().flat_map(|trial| parts(trial, measures));
        Ok(Self {
            title: title.into(),
            trials: trials.collect(),
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
            check_trial(&trial.settings).map_err(at)?;
        }
        Ok(())
    }
}

/// Whether a trial can be one.
fn check_trial(settings: &TrialSettings) -> Result<(), String> {
    let grid = settings.parsed_grid()?;
    check_size(settings)?;
    if settings.steps == 0 && settings.group_sizes.is_empty() {
        // A rule finds them out.
        return Ok(());
    }
    let cells = settings.group_sizes.iter().try_fold(0_usize, |sum, &size| {
        sum.checked_add(size as usize).filter(|_| size > 0)
    });
    if settings.group_sizes.len() != settings.steps || cells != Some(grid.cells()) {
        return Err("its group sizes are not those of its steps and its grid".into());
    }
    Ok(())
}

/// Part `number` of `of`: the trials whose number, from 1, is `number` modulo
/// `of`, so that all parts have cheap and dear ones.
///
/// ```
/// use orders_analysis::experiment::Shard;
///
/// let shard: Shard = "2/3".parse()?;
/// let taken: Vec<usize> = (0..8).filter(|&index| shard.has(index)).collect();
/// assert_eq!(taken, [1, 4, 7]);
/// # Ok::<(), orders_analysis::experiment::ShardError>(())
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

    /// Which part it is, from 1.
    pub fn number(self) -> usize {
        self.number
    }

    /// Parts there are.
    pub fn count(self) -> usize {
        self.of
    }

    /// The images of this part, of so many: consecutive ones, so that all parts have
    /// about as many.
    pub fn range(self, count: u64) -> Range<u64> {
        let end = |number: usize| (u128::from(count) * number as u128 / self.of as u128) as u64;
        end(self.number - 1)..end(self.number)
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
    let (parameters, sizes) = match catalogue.scheduler_entry(&axes.name) {
        Some(entry) => of_rule(point, entry, catalogue, spec, optimal)?,
        None => of_method(point, catalogue, optimal)?,
    };
    let drafts = Drafts::of_text(point.decoding, point.grid);
    let drafts = drafts.map_err(|error| format!("decoding {error}"))?;
    for measure in &spec.measures {
        check_input(measure, point.field, judge, spec)?;
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
        orders_sha256: None,
        parameters: parameters
            .into_iter()
            .map(|(name, value)| (name, value.to_string()))
            .collect(),
        grid: point.grid.to_string(),
        sizes: match (&sizes, point.sizes) {
            (None, _) => FOUND.into(),
            (_, SizesChoice::Listed(_)) => "listed".into(),
            (_, other) => other.to_string(),
        },
        steps: sizes.as_ref().map_or(0, GroupSizes::steps),
        group_sizes: sizes.map_or_else(Vec::new, |sizes| sizes.as_slice().to_vec()),
        decoding: drafts.map(|drafts| drafts.to_string()),
        field: point.field.map(Field::to_string),
        field_sha256: point.field.and_then(sha256_of),
        model: judge.map(|judge| judge.model().clone()),
        samples: of_judge(
            spec.samples.is_some(),
            judge.and_then(Judge::sampler),
            "sampler",
        )?
        .map(|sampler| sampler.settings().clone()),
        machine: of_judge(spec.clock.is_some(), judge.and_then(Judge::clock), "clock")?
            .map(|clock| clock.settings().clone()),
        seed: point.seed,
        orders: spec.orders,
        measures: measures_of(spec),
    };
    check_size(&settings)?;
    if let Some(judge) = judge {
        judge
            .check(&settings, catalogue)
            .map_err(|error| -> Box<dyn Error> { error })?;
    }
    Ok(Trial {
        label: axes.label.clone(),
        settings,
    })
}

/// The parameters of a method, and the group sizes.
type Shaped = (Parameters, Option<GroupSizes>);

/// Those of a point whose method makes orders beforehand, which can be made.
fn of_method(
    point: &Point<'_>,
    catalogue: &Catalogue,
    optimal: &mut OptimalTables,
) -> Result<Shaped, Box<dyn Error>> {
    let name = &point.method.name;
    let parameters = catalogue.entry(name)?.parameters_from_texts(point.texts());
    let method = catalogue.method(name, point.grid, &parameters)?;
    let sizes = sizes_of(point, Some(method.as_ref()), optimal)?;
    method.generator(&Problem::new(point.grid, sizes.clone())?)?;
    Ok((method.parameters(), Some(sizes)))
}

/// Those of a point whose method is a rule, which can do its task.
fn of_rule(
    point: &Point<'_>,
    entry: &SchedulerEntry,
    catalogue: &Catalogue,
    spec: &Spec,
    optimal: &mut OptimalTables,
) -> Result<Shaped, Box<dyn Error>> {
    let name = entry.name();
    let parameters = entry.parameters_from_texts(point.texts());
    let rule = catalogue.scheduler(name, point.grid, &parameters)?;
    if point.model.is_none() {
        let reason = "looks at what a model says, and the file lists none";
        return Err(format!("scheduler {name} {reason}").into());
    }
    let is_of_orders = |measure: &&MeasureEntry| measure.is_paired();
    if rule.looks_at_tokens()
        && let Some(measure) = spec.measures.iter().find(is_of_orders)
    {
        return Err(format!(
            "scheduler {name} looks at the tokens that it draws, so that images have no likelihood and no {} under it; measure generated images or time",
            measure.name()
        )
        .into());
    }
    let sizes = match rule.needs_group_sizes() {
        true => Some(sizes_of(point, None, optimal)?),
        false => None,
    };
    let task = match &sizes {
        Some(sizes) => Problem::new(point.grid, sizes.clone())?.into(),
        None => Task::from(KnownCells::none(point.grid)),
    };
    rule.scheduler(&task, point.seed, 0)?;
    Ok((rule.parameters(), sizes))
}

/// A trial for each thing that is measured: orders, generated images, a machine.
fn parts(trial: Trial, measures: &Measures) -> Vec<Trial> {
    let Trial { label, settings } = trial;
    let kind_of = |name: &String| measures.entry(name).ok().map(MeasureEntry::kind);
    let of = |is_taken: fn(Option<MeasureKind>) -> bool| {
        let names = settings.measures.iter();
        names
            .filter(|name| is_taken(kind_of(name)))
            .cloned()
            .collect::<Vec<_>>()
    };
    let of_samples = of(|kind| kind == Some(MeasureKind::Samples));
    let of_machine = of(|kind| kind == Some(MeasureKind::Machine));
    let of_orders = of(|kind| !matches!(kind, Some(MeasureKind::Samples | MeasureKind::Machine)));
    let part =
        |orders, samples: Option<_>, machine: Option<_>, measures: Vec<String>| TrialSettings {
            orders,
            samples,
            machine,
            measures,
            ..settings.clone()
        };
    let (samples, machine) = (settings.samples.clone(), settings.machine.clone());
    let all = [
        part(settings.orders, None, None, of_orders),
        part(0, samples, None, of_samples),
        part(0, None, machine, of_machine),
    ];
    let some = all.into_iter().filter(|part| !part.measures.is_empty());
    some.map(|settings| Trial {
        label: label.clone(),
        settings,
    })
    .collect()
}

/// What is asked for of a judge.
fn of_judge<T>(is_asked: bool, found: Option<T>, what: &str) -> Result<Option<T>, String> {
    match (is_asked, found) {
        (false, _) => Ok(None),
        (true, None) => Err(format!("its model has no {what}")),
        (true, found) => Ok(found),
    }
}

/// The measures that trials of a space have, by name: differences between trials are
/// those of likelihoods.
fn measures_of(spec: &Spec) -> Vec<String> {
    let mut names = Vec::new();
    for measure in &spec.measures {
        let name = match measure.kind() {
            MeasureKind::Difference(_) => NATS,
            _ => measure.name(),
        };
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Adds the trials that others are compared with where their difference is asked for:
/// each method one cell at a time, and random orders.
fn add_partners(
    spec: &Spec,
    catalogue: &Catalogue,
    trials: &mut Vec<Trial>,
) -> Result<(), PlanError> {
    let asks = |difference| {
        let kind = MeasureKind::Difference(difference);
        spec.measures.iter().any(|measure| measure.kind() == kind)
    };
    let learning = asks(Difference::LearningError);
    if !learning && !asks(Difference::ParallelLoss) {
        return Ok(());
    }
    let random = match learning {
        true => Some(random_parameters(catalogue)?),
        false => None,
    };
    let mut held: HashSet<Digest> = trials
        .iter()
        .map(|t| one_by_one_key(&t.settings, true))
        .collect();
    for index in 0..trials.len() {
        let trial = &trials[index];
        let cells = trial.settings.group_sizes.iter().sum::<u32>() as usize;
        if trial.settings.orders == 0 || cells == 0 {
            continue;
        }
        let mut one_by_one = trial.clone();
        one_by_one.settings = TrialSettings {
            sizes: ONE_BY_ONE.into(),
            steps: cells,
            group_sizes: vec![1; cells],
            decoding: None,
            samples: None,
            machine: None,
            ..one_by_one.settings
        };
        let mut partners = vec![one_by_one.clone()];
        partners.extend(random.clone().map(|parameters| {
            let settings = TrialSettings {
                method: RANDOM.into(),
                orders_sha256: None,
                parameters,
                ..one_by_one.settings
            };
            Trial {
                label: RANDOM.into(),
                settings,
            }
        }));
        for partner in partners {
            if held.insert(one_by_one_key(&partner.settings, true)) {
                check_size(&partner.settings).map_err(|reason| PlanError::Point {
                    number: index + 1,
                    point: partner.to_string(),
                    reason,
                })?;
                trials.push(partner);
            }
        }
    }
    match trials.len() > MOST_TRIALS {
        true => Err(PlanError::TooMany { most: MOST_TRIALS }),
        false => Ok(()),
    }
}

/// Whether there is what a measure needs.
fn check_input(
    measure: &MeasureEntry,
    field: Option<&Field>,
    judge: Option<&dyn Judge>,
    spec: &Spec,
) -> Result<(), String> {
    let name = measure.name();
    let needs = |what: &str| {
        Err(format!(
            "measure {name} needs {what}, and the file lists none"
        ))
    };
    match (measure.kind(), judge) {
        (MeasureKind::Orders(_), _) if measure.asks_field() && field.is_none() => needs("a field"),
        (
            MeasureKind::Orders(Some(Input::Model | Input::Background | Input::Passes))
            | MeasureKind::Difference(_),
            None,
        ) => needs("a model"),
        (MeasureKind::Orders(Some(Input::Background)), Some(judge))
            if judge.model().background.is_none() =>
        {
            Err(format!(
                "measure {name} needs the background of model {}, and the file does not say which token it is",
                judge.model().name
            ))
        }
        (MeasureKind::Samples, _) if spec.samples.is_none() => Err(format!(
            "measure {name} needs generated images, and the file has no [samples]"
        )),
        (MeasureKind::Machine, _) if spec.clock.is_none() => Err(format!(
            "measure {name} needs a clock, and the file has no [clock]"
        )),
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
    let rows = (settings.steps as u64).saturating_add(1);
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
    if !point.method.finds_steps {
        words.push_str(&format!(", {} sizes", point.sizes));
    }
    if point.decoding != "parallel" {
        words.push_str(&format!(", {}", point.decoding));
    }
    if let Some(field) = point.field {
        words.push_str(&format!(", {field}"));
    }
    if let Some(judge) = judge {
        words.push_str(&format!(", {}", judge.model().name));
    }
    words + &format!(", seed {}", point.seed)
}
