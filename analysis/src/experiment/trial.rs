//! A point of a space, checked and with everything that its result depends on, and
//! that result.

use std::collections::BTreeMap;
use std::fmt;

use orders_core::catalogue::SchedulerEntry;
use orders_core::decoding::Drafts;
use orders_core::decoding::schedulers::{SampleRule, Task};
use orders_core::files::Digest;
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, OrderingMethod, Problem, UnknownName};
use serde::{Deserialize, Serialize};

use super::clock::{Clock, TrialMachine};
use super::difference::one_by_one_key;
use super::error::TrialError;
use super::judge::{Judge, Sampler, TrialModel, TrialSamples};
use super::listed::ListedOrders;
use super::measure::{MeasureEntry, Measures, SetValue};
use crate::information::Field;
use crate::statistics::Running;

/// Goes up whenever the same settings give other results, or results are
/// written otherwise, so that old results are not taken for new ones.
pub(super) const FORMAT: u32 = 1;

/// What trials are planned and run with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// The methods, by name.
    pub catalogue: &'a Catalogue,
    /// The measures, by name.
    pub measures: &'a Measures,
    /// Judges of the models: to plan a sweep, one for each that its file
    /// [names](super::Spec::models), in their order; to run trials, in any order.
    pub judges: &'a [&'a dyn Judge],
    /// Orders of files: to plan a space, of those that it
    /// [names](super::Spec::order_files).
    pub listed: &'a [ListedOrders],
}

impl<'a> Tools<'a> {
    /// The judge of a trial's model; `None` if it has no model.
    ///
    /// # Errors
    ///
    /// [`TrialError::NoJudge`] if none is of this model, generates such images and is timed so.
    pub fn judge_of(&self, settings: &TrialSettings) -> Result<Option<&'a dyn Judge>, TrialError> {
        let Some(model) = &settings.model else {
            return Ok(None);
        };
        let samples = settings.samples.as_ref();
        let machine = settings.machine.as_ref();
        let judge = self.judges.iter().find(|judge| {
            judge.model() == model
                && (samples.is_none() || judge.sampler().map(Sampler::settings) == samples)
                && (machine.is_none() || judge.clock().map(Clock::settings) == machine)
        });
        let judge = judge.ok_or_else(|| TrialError::NoJudge {
            model: model.name.clone(),
        })?;
        Ok(Some(*judge))
    }
}

/// What the result of a trial depends on, all of it: two trials of equal
/// settings have equal results.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialSettings {
    /// The name of the method or scheduler, or that of an order file.
    pub method: String,
    /// The SHA-256 digest of the order file, if the orders are from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_sha256: Option<String>,
    /// All its parameters, also those that have their defaults.
    pub parameters: BTreeMap<String, String>,
    /// The grid, HEIGHTxWIDTH or FRAMESxHEIGHTxWIDTH.
    pub grid: String,
    /// What the group sizes are: `published`, a formula, `optimal`, `own`, `listed`,
    /// or `found` by a rule.
    pub sizes: String,
    /// Number of steps.
    pub steps: usize,
    /// The group sizes; none of a rule that finds out itself how many cells a step
    /// reveals, which has 0 steps here.
    pub group_sizes: Vec<u32>,
    /// How tokens come about, as [`Drafts`](orders_core::decoding::Drafts) are written,
    /// unless it is a group at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decoding: Option<String>,
    /// The Gaussian field, as [`Field`](crate::information::Field) writes it.
    pub field: Option<String>,
    /// The SHA-256 digest of the field's file, if it is from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_sha256: Option<String>,
    /// The model that is asked about held-out images, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<TrialModel>,
    /// The images that are generated, if some are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<TrialSamples>,
    /// The machine that is timed, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<TrialMachine>,
    /// Seed of the orders, and of what is generated.
    pub seed: u64,
    /// Number of orders that are measured: those of indices 0 to this.
    pub orders: u64,
    /// Names of the measures.
    pub measures: Vec<String>,
}

impl TrialSettings {
    /// The digest of the settings, by which a result is found again.
    pub fn key(&self) -> Digest {
        digest(&(FORMAT, self))
    }

    /// Reads the grid.
    pub(super) fn parsed_grid(&self) -> Result<Grid, String> {
        self.grid
            .parse()
            .map_err(|error: orders_core::GridError| error.to_string())
    }

    /// The method, with its parameters.
    pub(super) fn parsed_method(
        &self,
        grid: Grid,
        tools: &Tools<'_>,
    ) -> Result<Box<dyn OrderingMethod>, TrialError> {
        if let Some(sha256) = &self.orders_sha256 {
            let mut listed = tools.listed.iter();
            let orders = listed.find(|orders| orders.sha256() == sha256);
            let orders = orders.ok_or_else(|| TrialError::NoOrders {
                file: self.method.clone(),
            })?;
            return Ok(Box::new(orders.clone()));
        }
        let texts = self.parameters.iter();
        let texts = texts.map(|(name, text)| (name.as_str(), text.as_str()));
        let entry = tools.catalogue.entry(&self.method)?;
        let parameters = entry.parameters_from_texts(texts);
        Ok(tools.catalogue.method(&self.method, grid, &parameters)?)
    }

    /// Whether another trial is the same method one cell at a time, whose likelihoods the
    /// parallel loss of this one is taken from.
    pub fn has_one_by_one_partner(&self, other: &Self) -> bool {
        one_by_one_key(other, true) == one_by_one_key(self, false)
    }

    /// The rule that chooses cells while images are generated, if the method is one.
    ///
    /// # Errors
    ///
    /// [`TrialError`] if the settings are none of the rule's.
    pub fn rule(
        &self,
        grid: Grid,
        catalogue: &Catalogue,
    ) -> Result<Option<SampleRule>, TrialError> {
        let Some(entry) = self.rule_entry(catalogue) else {
            return Ok(None);
        };
        let texts = self.parameters.iter();
        let texts = texts.map(|(name, text)| (name.as_str(), text.as_str()));
        let parameters = entry.parameters_from_texts(texts);
        let rule = catalogue.scheduler(&self.method, grid, &parameters)?;
        let refused = |reason| TrialError::Settings { reason };
        let known = KnownCells::none(grid);
        let task = match (rule.needs_group_sizes(), self.group_sizes.is_empty()) {
            (false, true) => Task::from(known),
            (true, false) => {
                let sizes = GroupSizes::new(self.group_sizes.clone());
                let sizes = sizes.map_err(|error| refused(error.to_string()))?;
                let problem = Problem::with_known(known, sizes);
                problem.map_err(|error| refused(error.to_string()))?.into()
            }
            (needs, _) => {
                let what = if needs { "needs" } else { "takes no" };
                let reason = format!("scheduler {} {what} group sizes", self.method);
                return Err(refused(reason));
            }
        };
        Ok(Some(SampleRule::new(rule, task, self.seed)))
    }

    /// The entry of the method, if it is a rule that chooses cells while images are
    /// generated.
    pub(super) fn rule_entry<'c>(&self, catalogue: &'c Catalogue) -> Option<&'c SchedulerEntry> {
        match self.orders_sha256 {
            None => catalogue.scheduler_entry(&self.method),
            Some(_) => None,
        }
    }

    /// How exact decoding drafts, if it is that.
    ///
    /// # Errors
    ///
    /// [`TrialError::Settings`] if the text asks for something else.
    pub fn drafts(&self, grid: Grid) -> Result<Option<Drafts>, TrialError> {
        let Some(text) = &self.decoding else {
            return Ok(None);
        };
        let drafts = Drafts::of_text(text, grid);
        drafts.map_err(|error| TrialError::Settings {
            reason: format!("decoding {error}"),
        })
    }

    /// The measures of these names that are of a kind.
    pub(super) fn measures_of(
        &self,
        measures: &Measures,
        is_of_kind: impl Fn(&MeasureEntry) -> bool,
    ) -> Result<Vec<MeasureEntry>, UnknownName> {
        let entries = self.measures.iter().map(|name| measures.entry(name));
        let mut entries: Vec<MeasureEntry> = entries
            .map(|entry| entry.cloned())
            .collect::<Result<_, _>>()?;
        entries.retain(is_of_kind);
        Ok(entries)
    }
}

/// A trial: its settings, and what figures and tables call its method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// The method's name in figures and tables.
    pub label: String,
    /// What the result depends on.
    pub settings: TrialSettings,
}

impl Trial {
    /// Whether shards have some of its images each: it asks a model, and times none.
    pub(super) fn is_cut_by_images(&self) -> bool {
        self.settings.model.is_some() && self.settings.machine.is_none()
    }
}

impl fmt::Display for Trial {
    /// Method, parameters, grid, steps, sizes, field, model and seed in a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.write_str(&self.label)?;
        for (name, value) in &settings.parameters {
            write!(f, ", {name} {value}")?;
        }
        let (grid, steps, sizes) = (&settings.grid, settings.steps, &settings.sizes);
        write!(f, ", {grid}")?;
        if steps > 0 {
            write!(f, ", {steps} steps, {sizes} sizes")?;
        }
        if let Some(decoding) = &settings.decoding {
            write!(f, ", {decoding}")?;
        }
        if let Some(field) = &settings.field {
            write!(f, ", {field}")?;
        }
        if let Some(model) = &settings.model {
            write!(f, ", {}", model.name)?;
        }
        if let Some(samples) = &settings.samples {
            write!(f, ", {} images", samples.count)?;
        }
        if settings.machine.is_some() {
            f.write_str(", timed")?;
        }
        write!(f, ", seed {}", settings.seed)
    }
}

/// A mean over the orders of a trial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// Orders in which the measure has a value.
    pub count: u64,
    /// The mean; `None` without values.
    pub mean: Option<f64>,
    /// Standard deviation over orders, with n - 1; `None` for fewer than 2.
    pub sd: Option<f64>,
    /// Lower end of the 95 % BCa interval of the mean; `None` for fewer than 2
    /// values, or if there is no BCa interval.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// The result of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialResult {
    /// The version of the layout and of the measures.
    pub format: u32,
    /// The program that made it, with its version.
    pub program: String,
    /// The digest of the settings.
    pub key: String,
    /// What the result depends on.
    pub settings: TrialSettings,
    /// For each measure of orders, its value for each order, where it has one.
    pub orders: BTreeMap<String, Vec<Option<f64>>>,
    /// For each measure of orders, its mean over the orders.
    pub totals: BTreeMap<String, Estimate>,
    /// For each measure that steps have, its mean for each step.
    pub steps: BTreeMap<String, Vec<Estimate>>,
    /// For each measure of generated images, its value, where it has one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub samples: BTreeMap<String, Option<SetValue>>,
    /// For each measure of machines, its value, where it has one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub machine: BTreeMap<String, Option<f64>>,
}

/// How far a stored mean or deviation may lie from the one of the stored values, as a
/// share.
const TOLERANCE: f64 = 1e-9;

impl TrialResult {
    /// Whether the parts of a result that was read fit together: each measure has its
    /// values, and what is said of them holds.
    pub(super) fn check(&self) -> Result<(), String> {
        let settings = &self.settings;
        if self.key != settings.key().to_string() {
            return Err("its key is not that of its settings".into());
        }
        let is_asked = |name: &&String| settings.measures.contains(name);
        let known = self.orders.keys().chain(self.totals.keys());
        let known = known.chain(self.steps.keys()).chain(self.samples.keys());
        if let Some(name) = known
            .chain(self.machine.keys())
            .find(|name| !is_asked(name))
        {
            return Err(format!("it has values of {name}, which was not asked for"));
        }
        for name in &settings.measures {
            if self.samples.contains_key(name) || self.machine.contains_key(name) {
                continue;
            }
            let orders = self.orders.get(name).map_or(0, Vec::len);
            let Some(total) = self
                .totals
                .get(name)
                .filter(|_| orders as u64 == settings.orders)
            else {
                return Err(format!(
                    "it has {orders} values of {name} for {} orders",
                    settings.orders
                ));
            };
            let expected = Estimate::of(self.orders[name].iter().copied().flatten());
            if !total.is_of(&expected) {
                return Err(format!("its mean of {name} is not that of its values"));
            }
        }
        let steps = settings.steps;
        for (name, of_steps) in &self.steps {
            if of_steps.len() != steps {
                return Err(format!(
                    "its steps of {name} are not those of {steps} steps"
                ));
            }
            if of_steps
                .iter()
                .any(|step| step.count > settings.orders || !step.is_sound())
            {
                return Err(format!("its means of {name} by step contradict themselves"));
            }
        }
        Ok(())
    }

    /// The values of a measure, one for each order.
    pub fn values(&self, measure: &str) -> Option<&[Option<f64>]> {
        self.orders.get(measure).map(Vec::as_slice)
    }

    /// Whether another result says the same, up to what processors differ in: each number
    /// within a share of 1e-6 of the other, or 1e-9 of it.
    pub(super) fn agrees_with(&self, other: &Self) -> bool {
        let numbers = |result: &Self| -> Vec<Option<f64>> {
            let orders = result.orders.values().flatten().copied();
            let samples = result.samples.values().map(|value| Some((*value)?.value));
            orders.chain(samples).collect()
        };
        let close = |(a, b): (&Option<f64>, &Option<f64>)| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-9 + 1e-6 * a.abs().max(b.abs()),
            (None, None) => true,
            _ => false,
        };
        let (mine, others) = (numbers(self), numbers(other));
        self.settings == other.settings
            && mine.len() == others.len()
            && mine.iter().zip(&others).all(close)
    }
}

impl Estimate {
    /// Mean and deviation of some values, without an interval.
    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut running = Running::default();
        values.for_each(|value| running.add(value));
        Self {
            count: running.count(),
            mean: running.mean(),
            sd: running.sd(),
            low: None,
            high: None,
        }
    }

    /// Whether it says of values what another one does that has no interval.
    fn is_of(&self, other: &Self) -> bool {
        let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() <= TOLERANCE * (1.0 + a.abs().max(b.abs())),
            (a, b) => a == b,
        };
        self.count == other.count
            && close(self.mean, other.mean)
            && close(self.sd, other.sd)
            && self.is_sound()
    }

    /// Whether its numbers can be those of one mean.
    fn is_sound(&self) -> bool {
        let is_finite = |value: Option<f64>| value.is_none_or(f64::is_finite);
        let interval = match (self.low, self.high, self.mean) {
            (None, None, _) => true,
            // None lies farther from its mean than it is wide.
            (Some(low), Some(high), Some(mean)) => {
                let around = high - low + TOLERANCE * (1.0 + mean.abs());
                low <= high && self.count > 1 && (low - around..=high + around).contains(&mean)
            }
            _ => false,
        };
        interval
            && self.mean.is_some() == (self.count > 0)
            && self.sd.is_some() == (self.count > 1)
            && [self.mean, self.sd, self.low, self.high]
                .into_iter()
                .all(is_finite)
    }
}

/// The SHA-256 digest of a value's JSON.
pub(super) fn digest(value: &impl Serialize) -> Digest {
    let json = serde_json::to_vec(value).expect("plain data has a JSON form");
    let (digest, _) = Digest::of(json.as_slice()).expect("memory can be read");
    digest
}

/// The digest of the file that a field is from.
pub(super) fn sha256_of(field: &Field) -> Option<String> {
    field.file().map(|file| file.digest().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_lies_about_its_mean() {
        let estimate = |mean, low, high| Estimate {
            count: 50,
            mean: Some(mean),
            sd: Some(1.0),
            low: Some(low),
            high: Some(high),
        };
        assert!(estimate(0.5, 0.4, 0.6).is_sound());
        assert!(estimate(0.5, 0.5, 0.5).is_sound());
        for (mean, low, high) in [(9.0, 0.4, 0.6), (-9.0, 0.4, 0.6), (0.5, 0.6, 0.4)] {
            assert!(!estimate(mean, low, high).is_sound());
        }
        assert!(
            !Estimate {
                high: None,
                ..estimate(0.5, 0.4, 0.6)
            }
            .is_sound()
        );
    }
}
