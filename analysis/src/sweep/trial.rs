//! A point of a space, checked and with everything that its result depends on.

use std::collections::BTreeMap;
use std::fmt;

use orders_core::files::Digest;
use orders_core::{Catalogue, Grid, MethodError, OrderingMethod};
use serde::{Deserialize, Serialize};

use super::judge::TrialModel;
use super::measure::SweepMeasure;

/// Goes up whenever the same settings give other results, or results are
/// written otherwise, so that old results are not taken for new ones.
pub(super) const FORMAT: u32 = 1;

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
    pub(super) fn parsed_method(&self, grid: Grid) -> Result<Box<dyn OrderingMethod>, MethodError> {
        let catalogue = Catalogue::standard();
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

/// The SHA-256 digest of a value's JSON.
pub(super) fn digest(value: &impl Serialize) -> Digest {
    let json = serde_json::to_vec(value).expect("plain data has a JSON form");
    let (digest, _) = Digest::of(json.as_slice()).expect("memory can be read");
    digest
}
