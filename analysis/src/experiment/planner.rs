//! From points of a space to trials, checked.

use std::collections::HashSet;

use orders_core::catalogue::SchedulerEntry;
use orders_core::decoding::Drafts;
use orders_core::decoding::schedulers::Task;
use orders_core::sizes::{ResolvedSizes, SizesChoice};
use orders_core::{Grid, GroupSizes, KnownCells, OrderingMethod, Parameters, Problem};

use super::difference::NATS;
use super::error::{Need, PointError};
use super::judge::Judge;
use super::listed::ListedOrders;
use super::measure::{Input, MeasureEntry, MeasureKind};
use super::plan::check_size;
use super::sizes::{OptimalTables, sizes_of};
use super::space::Point;
use super::spec::{PARALLEL, Spec};
use super::trial::{Tools, Trial, TrialSettings, sha256_of};
use crate::information::{Covariance, CovarianceError, Field};

/// What the sizes of rules are called that find them out themselves.
const FOUND: &str = "found";

/// Makes the trials of a space, one after the other.
pub(super) struct Planner<'a> {
    spec: &'a Spec,
    tools: &'a Tools<'a>,
    checked: CheckedFields,
    optimal: OptimalTables,
    notes: Vec<String>,
}

/// What chooses the cells of a trial.
struct Chooses {
    parameters: Parameters,
    /// None of a rule that finds out itself how many cells a step reveals.
    sizes: Option<GroupSizes>,
    /// The digest of the file that the orders are from, if they are from one.
    orders_sha256: Option<String>,
    /// Whether that is before anything is generated.
    orders_are_made: bool,
    /// Whether it looks at the tokens that it draws.
    looks_at_tokens: bool,
}

impl<'a> Planner<'a> {
    pub(super) fn new(spec: &'a Spec, tools: &'a Tools<'a>) -> Self {
        Self {
            spec,
            tools,
            checked: CheckedFields::default(),
            optimal: OptimalTables::new(&spec.steps),
            notes: Vec::new(),
        }
    }

    /// What a user should know of the group sizes.
    pub(super) fn into_notes(self) -> Vec<String> {
        self.notes
    }

    /// The trial of a point, which can be run.
    pub(super) fn trial(&mut self, point: &Point<'_>) -> Result<Trial, PointError> {
        let (spec, judge) = (self.spec, self.judge_of(point));
        let axes = point.method;
        let chooses = match self.tools.catalogue.scheduler_entry(&axes.name) {
            Some(entry) if axes.file.is_none() => self.of_rule(point, entry)?,
            _ => self.of_method(point)?,
        };
        let drafts = Drafts::of_text(point.decoding, point.grid)?;
        for measure in &spec.measures {
            check_input(measure, point.field, judge, spec)?;
        }
        let is_parallel = drafts.is_none() && chooses.orders_are_made;
        let of_attention = MeasureKind::Orders(Some(Input::Attention));
        if let Some(measure) = spec.measures.iter().find(|m| m.kind() == of_attention)
            && !is_parallel
        {
            let measure = measure.name().to_owned();
            return Err(PointError::NotParallel { measure });
        }
        if let Some(judge) = judge
            && judge.grid() != point.grid
        {
            let (model, grid) = (judge.model().name.clone(), judge.grid());
            return Err(PointError::ModelGrid { model, grid });
        }
        if let Some(field) = point.field {
            self.checked.check(field, point.grid)?;
        }
        let sampler = judge.and_then(Judge::sampler);
        let clock = judge.and_then(Judge::clock);
        let (is_sampled, is_timed) = (spec.samples.is_some(), spec.clock.is_some());
        let settings = TrialSettings {
            method: axes.name.clone(),
            orders_sha256: chooses.orders_sha256,
            parameters: chooses
                .parameters
                .into_iter()
                .map(|(name, value)| (name, value.to_string()))
                .collect(),
            grid: point.grid.to_string(),
            sizes: match (&chooses.sizes, point.sizes) {
                (None, _) => FOUND.into(),
                (_, SizesChoice::Listed(_)) => "listed".into(),
                (_, other) => other.to_string(),
            },
            steps: chooses.sizes.as_ref().map_or(0, GroupSizes::steps),
            group_sizes: chooses
                .sizes
                .map_or_else(Vec::new, |sizes| sizes.as_slice().to_vec()),
            decoding: drafts.map(|drafts| drafts.to_string()),
            field: point.field.map(Field::to_string),
            field_sha256: point.field.and_then(sha256_of),
            model: judge.map(|judge| judge.model().clone()),
            samples: of_judge(is_sampled, sampler, "sampler")?
                .map(|sampler| sampler.settings().clone()),
            machine: of_judge(is_timed, clock, "clock")?.map(|clock| clock.settings().clone()),
            seed: point.seed,
            orders: match chooses.looks_at_tokens {
                true => 0,
                false => spec.orders,
            },
            measures: measures_of(spec, chooses.looks_at_tokens),
        };
        check_size(&settings)?;
        Ok(Trial {
            label: axes.label.clone(),
            settings,
        })
    }

    /// The judge of a point's model.
    fn judge_of(&self, point: &Point<'_>) -> Option<&'a dyn Judge> {
        point.model.map(|model| self.tools.judges[model])
    }

    /// The sizes of a point, and the note on them.
    fn sizes(
        &mut self,
        point: &Point<'_>,
        method: Option<&dyn OrderingMethod>,
    ) -> Result<GroupSizes, PointError> {
        let ResolvedSizes { sizes, note, .. } = sizes_of(point, method, &mut self.optimal)?;
        if let Some(note) = note
            && !self.notes.contains(&note)
        {
            self.notes.push(note);
        }
        Ok(sizes)
    }

    /// A method that makes orders beforehand, which it can, or the orders of a file.
    fn of_method(&mut self, point: &Point<'_>) -> Result<Chooses, PointError> {
        let (name, catalogue) = (&point.method.name, self.tools.catalogue);
        let listed = match &point.method.file {
            Some(path) => {
                let mut listed = self.tools.listed.iter();
                let found = listed.find(|orders| orders.path() == path);
                Some(found.ok_or_else(|| PointError::NoOrders { name: name.clone() })?)
            }
            None => None,
        };
        let method: Box<dyn OrderingMethod> = match listed {
            Some(listed) => Box::new(listed.clone()),
            None => {
                let parameters = catalogue.entry(name)?.parameters_from_texts(point.texts());
                catalogue.method(name, point.grid, &parameters)?
            }
        };
        let sizes = self.sizes(point, Some(method.as_ref()))?;
        method.generator(&Problem::new(point.grid, sizes.clone())?)?;
        Ok(Chooses {
            parameters: method.parameters(),
            sizes: Some(sizes),
            orders_sha256: listed.map(ListedOrders::sha256).map(str::to_owned),
            orders_are_made: true,
            looks_at_tokens: false,
        })
    }

    /// A rule, which can do its task.
    fn of_rule(
        &mut self,
        point: &Point<'_>,
        entry: &SchedulerEntry,
    ) -> Result<Chooses, PointError> {
        let name = entry.name();
        let parameters = entry.parameters_from_texts(point.texts());
        let catalogue = self.tools.catalogue;
        let rule = catalogue.scheduler(name, point.grid, &parameters)?;
        if point.model.is_none() {
            return Err(PointError::NoModel { name: name.into() });
        }
        let looks_at_tokens = rule.looks_at_tokens();
        if looks_at_tokens && measures_of(self.spec, true).is_empty() {
            return Err(PointError::NoLikelihood { name: name.into() });
        }
        let sizes = match rule.needs_group_sizes() {
            true => Some(self.sizes(point, None)?),
            false => None,
        };
        let task = match &sizes {
            Some(sizes) => Problem::new(point.grid, sizes.clone())?.into(),
            None => Task::from(KnownCells::none(point.grid)),
        };
        rule.scheduler(&task, point.seed, 0)?;
        Ok(Chooses {
            parameters: rule.parameters(),
            sizes,
            orders_sha256: None,
            orders_are_made: false,
            looks_at_tokens,
        })
    }

    /// A point that may be none in a line, for errors.
    pub(super) fn words(&self, point: &Point<'_>) -> String {
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
        if point.decoding != PARALLEL {
            words.push_str(&format!(", {}", point.decoding));
        }
        if let Some(field) = point.field {
            words.push_str(&format!(", {field}"));
        }
        if let Some(judge) = self.judge_of(point) {
            words.push_str(&format!(", {}", judge.model().name));
        }
        words + &format!(", seed {}", point.seed)
    }
}

/// What is asked for of a judge.
fn of_judge<T>(
    is_asked: bool,
    found: Option<T>,
    what: &'static str,
) -> Result<Option<T>, PointError> {
    match (is_asked, found) {
        (false, _) => Ok(None),
        (true, None) => Err(PointError::ModelLacks { what }),
        (true, found) => Ok(found),
    }
}

/// The measures that trials of a space have, by name: differences between trials are
/// those of likelihoods, which images have none of if tokens that are drawn are looked at.
fn measures_of(spec: &Spec, looks_at_tokens: bool) -> Vec<String> {
    let mut names = Vec::new();
    let taken = spec.measures.iter();
    for measure in taken.filter(|measure| !looks_at_tokens || !measure.is_paired()) {
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

/// Whether there is what a measure needs.
fn check_input(
    measure: &MeasureEntry,
    field: Option<&Field>,
    judge: Option<&dyn Judge>,
    spec: &Spec,
) -> Result<(), PointError> {
    let name = || measure.name().to_owned();
    let lacking = match (measure.kind(), judge) {
        (MeasureKind::Orders(_), _) if measure.asks_field() && field.is_none() => Need::Field,
        (
            MeasureKind::Orders(Some(
                Input::Model | Input::Background | Input::Passes | Input::Attention,
            ))
            | MeasureKind::Difference(_),
            None,
        ) => Need::Model,
        (MeasureKind::Orders(Some(Input::Background)), Some(judge))
            if judge.model().background.is_none() =>
        {
            return Err(PointError::NoBackground {
                measure: name(),
                model: judge.model().name.clone(),
            });
        }
        (MeasureKind::Samples, _) if spec.samples.is_none() => Need::Samples,
        (MeasureKind::Machine, _) if spec.clock.is_none() => Need::Clock,
        _ => return Ok(()),
    };
    Err(PointError::Needs {
        measure: name(),
        needs: lacking,
    })
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
