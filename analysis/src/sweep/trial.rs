//! A point of a space, checked and with everything that its result depends on, and
//! that result.

use std::collections::BTreeMap;
use std::fmt;

use orders_core::files::Digest;
use orders_core::{Catalogue, Grid, MethodError, OrderingMethod};
use serde::{Deserialize, Serialize};

use super::error::TrialError;
use super::judge::{Judge, TrialModel};
use super::measure::SweepMeasure;
use crate::information::Field;

/// Goes up whenever the same settings give other results, or results are
/// written otherwise, so that old results are not taken for new ones.
pub(super) const FORMAT: u32 = 1;

/// What trials are planned and run with.
#[derive(Clone, Copy)]
pub struct Tools<'a> {
    /// The methods, by name.
    pub catalogue: &'a Catalogue,
    /// Judges of the models: to plan a sweep, one for each that its file
    /// [names](super::Spec::models), in their order; to run trials, in any order.
    pub judges: &'a [&'a dyn Judge],
}

impl<'a> Tools<'a> {
    /// The judge of a trial's model; `None` if it has no model.
    pub(super) fn judge_of(
        &self,
        settings: &TrialSettings,
    ) -> Result<Option<&'a dyn Judge>, TrialError> {
        let Some(model) = &settings.model else {
            return Ok(None);
        };
        let judge = self.judges.iter().find(|judge| judge.model() == model);
        let judge = judge.ok_or_else(|| TrialError::NoJudge {
            model: model.name.clone(),
        })?;
        Ok(Some(*judge))
    }
}

/// What the result of a trial depends on, all of it: two trials of equal
/// settings have equal results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialSettings {
    /// The method's name.
    pub method: String,
    /// All its parameters, also those that have their defaults.
    pub parameters: BTreeMap<String, String>,
    /// The grid, HEIGHTxWIDTH or FRAMESxHEIGHTxWIDTH.
    pub grid: String,
    /// What the group sizes are: `published`, a formula, `optimal`, `own` or
    /// `listed`.
    pub sizes: String,
    /// Number of steps.
    pub steps: usize,
    /// The group sizes.
    pub group_sizes: Vec<u32>,
    /// The Gaussian field, as [`Field`](crate::information::Field) writes it.
    pub field: Option<String>,
    /// The SHA-256 digest of the field's file, if it is from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field_sha256: Option<String>,
    /// The model that is asked about held-out images, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<TrialModel>,
    /// Seed of the orders.
    pub seed: u64,
    /// Number of orders: those of indices 0 to this.
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
        catalogue: &Catalogue,
    ) -> Result<Box<dyn OrderingMethod>, MethodError> {
        let texts = self.parameters.iter();
        let texts = texts.map(|(name, text)| (name.as_str(), text.as_str()));
        let parameters = catalogue.entry(&self.method)?.parameters_from_texts(texts);
        catalogue.method(&self.method, grid, &parameters)
    }

    /// The measures that there are of these names.
    pub(super) fn parsed_measures(&self) -> Result<Vec<SweepMeasure>, String> {
        let measure = |name: &String| {
            SweepMeasure::from_name(name).ok_or_else(|| SweepMeasure::unknown(name))
        };
        self.measures.iter().map(measure).collect()
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

impl fmt::Display for Trial {
    /// Method, parameters, grid, steps, sizes, field, model and seed in a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.write_str(&self.label)?;
        for (name, value) in &settings.parameters {
            write!(f, ", {name} {value}")?;
        }
        let (grid, steps, sizes) = (&settings.grid, settings.steps, &settings.sizes);
        write!(f, ", {grid}, {steps} steps, {sizes} sizes")?;
        if let Some(field) = &settings.field {
            write!(f, ", {field}")?;
        }
        if let Some(model) = &settings.model {
            write!(f, ", {}", model.name)?;
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
    /// For each measure, its value for each order, where it has one.
    pub orders: BTreeMap<String, Vec<Option<f64>>>,
    /// For each measure, its mean over the orders.
    pub totals: BTreeMap<String, Estimate>,
    /// For each measure that steps have, its mean for each step.
    pub steps: BTreeMap<String, Vec<Estimate>>,
}

impl TrialResult {
    /// Whether the parts of a result that was read fit together.
    pub(super) fn check(&self) -> Result<(), String> {
        let settings = &self.settings;
        let steps = settings.steps;
        for name in &settings.measures {
            let orders = self.orders.get(name).map_or(0, Vec::len);
            if orders as u64 != settings.orders || !self.totals.contains_key(name) {
                return Err(format!(
                    "it has {orders} values of {name} for {} orders",
                    settings.orders
                ));
            }
        }
        let is_measured = |name| settings.measures.contains(name);
        match self
            .steps
            .iter()
            .find(|(name, s)| s.len() != steps || !is_measured(name))
        {
            Some((name, _)) => Err(format!(
                "its steps of {name} are not those of {steps} steps"
            )),
            None => Ok(()),
        }
    }

    /// The values of a measure, one for each order.
    pub fn values(&self, measure: &str) -> Option<&[Option<f64>]> {
        self.orders.get(measure).map(Vec::as_slice)
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
