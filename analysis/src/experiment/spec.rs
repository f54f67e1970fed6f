//! What a sweep file says.

use std::path::{Path, PathBuf};

use orders_core::sizes::SizesChoice;
use orders_core::{Catalogue, Grid, ParameterKind};
use serde::Deserialize;
use toml::Value;

use super::measure::MeasureEntry;
use crate::information::Field;

/// The most trials of a plan, and the most shards.
pub const MOST_TRIALS: usize = 100_000;

/// The most orders of a trial.
pub const MOST_ORDERS: u64 = 100_000;

/// The most images that a trial generates.
pub(super) const MOST_SAMPLES: u64 = 1 << 24;

/// A declared space of trials: axes, and how points are taken from them. What its points
/// are is found out by [`Plan::new`](super::Plan::new). It is read from a sweep file
/// ([`read`](Self::read)), or put together by a program ([`new`](Self::new)).
///
/// The file is TOML:
///
/// ```toml
/// title = "Repulsion at 16x16"   # optional
/// orders = 100                   # orders of a trial; 100 if left out
/// grids = ["16x16"]
/// steps = [20, 32]
/// decoding = ["parallel"]        # the default; or "exact" as Drafts::of_text reads it
/// sizes = ["published"]          # the default; or shapes by formula ("cosine",
///                                # "power:2"), "optimal", "own", lists of sizes
/// fields = ["exp:5"]             # Gaussian fields, as Field::read reads them; none
///                                # if left out
/// models = ["nano"]              # models with held-out images; none if left out
/// seeds = [0]                    # the default
/// measures = ["proximity"]       # all if left out
///
/// [[methods]]
/// name = "lpd"
/// label = "LPD"                  # what figures call it; the name if left out
/// set = { repulsion = [0, 1, 2, 3, 4], proximity = 1 }
///
/// [[methods]]
/// name = "random"
/// sizes = ["published"]          # instead of the sizes above; decoding as well
///
/// [[methods]]
/// file = "best.json"             # an order file: order i is its row i, or its only one
/// sizes = ["own"]                # the default of files: those that its manifest states
///
/// [design]                       # the default is every combination
/// kind = "sobol"                 # "grid", "random" or "sobol"
/// points = 64
/// seed = 0
/// ```
///
/// Methods may be schedulers, which look at what a model says of each image; those that
/// find out themselves how many cells a step reveals have neither sizes nor steps.
///
/// In random and Sobol designs a parameter may be a range, `{ from = 0, to = 2 }`.
/// Files of fields are read when the text is, order files by whoever runs the sweep.
///
/// A model is a name, or a table of files (relative to where the program runs):
/// `{ checkpoint = "model.safetensors", tokens = "held-out.safetensors" }`, with
/// `config`, `background` and `name` where they are needed ([`ModelFiles`](super::ModelFiles)). Order i
/// of a trial is asked about held-out image i, for which one seed is taken.
///
/// Models generate images with `[samples]` ([`SamplesChoice`]), and are timed with
/// `[clock]` ([`ClockChoice`]).
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// What it is about; empty if the file does not say.
    pub title: String,
    /// Orders of each trial, which are of held-out images where models are asked.
    pub orders: u64,
    /// What is measured.
    pub measures: Vec<MeasureEntry>,
    pub(super) design: Design,
    /// The methods, in the order in which their points come.
    pub methods: Vec<MethodAxes>,
    pub(super) grids: Vec<Grid>,
    /// Numbers of steps, for sizes that are made for one.
    pub steps: Vec<usize>,
    pub(super) fields: Vec<Field>,
    /// The models, for each of which [`Plan::new`](super::Plan::new) wants a judge.
    pub models: Vec<ModelChoice>,
    /// The images that models are to generate, for which [`Plan::new`](super::Plan::new)
    /// wants a [sampler](super::Sampler) of each judge.
    pub samples: Option<SamplesChoice>,
    /// How models are to be timed, for which [`Plan::new`](super::Plan::new) wants a
    /// [clock](super::Clock) of each judge.
    pub clock: Option<ClockChoice>,
    /// Seeds of orders, and of what is generated.
    pub seeds: Vec<u64>,
}

/// A method, a scheduler or an order file, with the axes that are its own.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodAxes {
    pub(super) name: String,
    /// The order file that the orders are from, if they are from one.
    pub(super) file: Option<PathBuf>,
    /// What tables and figures call it.
    pub label: String,
    /// Its group sizes.
    pub sizes: Vec<SizesChoice>,
    /// How tokens come about, as [`Drafts::of_text`](orders_core::decoding::Drafts::of_text)
    /// reads it.
    pub decodings: Vec<String>,
    /// Whether it is a rule that finds out itself how many cells a step reveals.
    pub(super) finds_steps: bool,
    /// Parameters by name; those that are left out have their defaults.
    pub parameters: Vec<(String, Axis)>,
}

impl MethodAxes {
    /// A method or scheduler of a catalogue, by its name and with its defaults, in usual
    /// sizes, decoded in parallel.
    pub fn named(name: impl Into<String>, catalogue: &Catalogue) -> Self {
        let name = name.into();
        let rule = catalogue.scheduler_entry(&name);
        Self {
            label: name.clone(),
            file: None,
            sizes: vec![SizesChoice::Usual],
            decodings: vec![PARALLEL.to_owned()],
            finds_steps: rule.is_some_and(|rule| !rule.needs().group_sizes),
            parameters: Vec::new(),
            name,
        }
    }

    /// Whether it is a rule that finds out itself how many cells a step reveals, so that it
    /// has no sizes.
    pub fn finds_steps(&self) -> bool {
        self.finds_steps
    }

    /// The orders of a file ([`ListedOrders`](super::ListedOrders)), in the group sizes
    /// that its manifest states, decoded in parallel. `name` is what it is called.
    pub fn of_file(name: impl Into<String>, file: impl Into<PathBuf>) -> Self {
        let name = name.into();
        Self {
            label: name.clone(),
            file: Some(file.into()),
            sizes: vec![SizesChoice::Own],
            decodings: vec![PARALLEL.to_owned()],
            finds_steps: false,
            parameters: Vec::new(),
            name,
        }
    }
}

/// What parallel decoding is called.
pub const PARALLEL: &str = "parallel";

/// How points are taken from the axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Design {
    /// Every combination.
    Grid,
    /// So many, each drawn uniformly.
    Random { points: u32, seed: u64 },
    /// So many points of an Owen-scrambled Sobol sequence.
    Sobol { points: u32, seed: u32 },
}

impl Spec {
    /// Every combination of axes on a grid, of which there are none yet: no methods, steps
    /// or measures, no model; one order a trial, seed 0.
    pub fn new(title: impl Into<String>, grid: Grid) -> Self {
        Self {
            title: title.into(),
            orders: 1,
            measures: Vec::new(),
            design: Design::Grid,
            methods: Vec::new(),
            grids: vec![grid],
            steps: Vec::new(),
            fields: Vec::new(),
            models: Vec::new(),
            samples: None,
            clock: None,
            seeds: vec![0],
        }
    }

    /// The order files that methods are from, for each of which
    /// [`Plan::new`](super::Plan::new) wants [listed orders](super::ListedOrders).
    pub fn order_files(&self) -> impl Iterator<Item = &Path> {
        self.methods
            .iter()
            .filter_map(|method| method.file.as_deref())
    }

    /// The grids.
    pub fn grids(&self) -> &[Grid] {
        &self.grids
    }
}

/// Images that models generate, and what judges them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplesChoice {
    /// Number of images, as many of each class.
    pub count: u64,
    /// Scale of classifier-free guidance; 1, which is none, if the file does not say.
    #[serde(default = "one")]
    pub cfg: f64,
    /// The feature network: its name; the bundled classifier if the file does not say.
    pub network: Option<String>,
    /// Its weights; those that are bundled if the file does not say.
    pub weights: Option<PathBuf>,
    /// Features or statistics of real images; half of the held-out ones that are bundled
    /// if the file does not say.
    pub real: Option<PathBuf>,
    /// What turns tokens into images: weights, or a codebook.
    pub tokenizer: Option<PathBuf>,
    /// Its sizes.
    pub tokenizer_config: Option<PathBuf>,
}

/// How models are timed.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockChoice {
    /// Images of a batch; 8 if the file does not say.
    #[serde(default = "eight")]
    pub batch: usize,
    /// Timed runs; 3 if the file does not say.
    #[serde(default = "three")]
    pub runs: usize,
    /// Scale of classifier-free guidance; 1, which is none, if the file does not say.
    #[serde(default = "one")]
    pub cfg: f64,
}

impl SamplesChoice {
    /// So many images, without guidance, judged by what is bundled.
    pub fn new(count: u64) -> Self {
        Self {
            count,
            cfg: one(),
            network: None,
            weights: None,
            real: None,
            tokenizer: None,
            tokenizer_config: None,
        }
    }
}

impl Default for ClockChoice {
    /// 3 runs of 8 images, without guidance.
    fn default() -> Self {
        Self {
            batch: eight(),
            runs: three(),
            cfg: one(),
        }
    }
}

fn one() -> f64 {
    1.0
}

fn three() -> usize {
    3
}

fn eight() -> usize {
    8
}

/// What a parameter is varied over.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq)]
pub enum Axis {
    /// Some values, as texts that their [`ParameterKind`] reads.
    List(Vec<String>),
    /// All numbers from one to another, for designs that draw points.
    #[expect(missing_docs, reason = "named as they are")]
    Range { from: f64, to: f64 },
}

impl Axis {
    /// The axis that a value of a sweep file states: a value, a list, or, where
    /// `is_drawn`, a range.
    pub(super) fn new(
        name: &str,
        value: &Value,
        kind: &ParameterKind,
        is_drawn: bool,
    ) -> Result<Self, String> {
        match value {
            Value::Array(values) if values.is_empty() => Err(format!(
                "{name} is an empty list; at least one value is needed"
            )),
            Value::Array(values) => {
                let mut texts = Vec::new();
                for value in values {
                    let text = text(name, value, kind)?;
                    if texts.contains(&text) {
                        return Err(format!("{name} lists {text} twice"));
                    }
                    texts.push(text);
                }
                Ok(Self::List(texts))
            }
            Value::Table(table) => {
                let number = |key| match table.get(key)? {
                    Value::Integer(number) => Some(*number as f64),
                    Value::Float(number) => Some(*number),
                    _ => None,
                };
                let (Some(from), Some(to), 2) = (number("from"), number("to"), table.len()) else {
                    return Err(format!(
                        "{name} is {value}; a range has two numbers, {{ from = 0, to = 2 }}"
                    ));
                };
                if !is_drawn {
                    return Err(format!(
                        "{name} is a range, which random and sobol designs take; a grid design takes lists"
                    ));
                }
                let is_continuous = matches!(
                    kind,
                    ParameterKind::NumberFrom(_) | ParameterKind::NumberBetween(..)
                );
                if !is_continuous {
                    return Err(format!(
                        "{name} is a range, but it takes {kind}; list its values"
                    ));
                }
                let is_fine = |end: f64| end.is_finite() && kind.allows(&end.into());
                if !(is_fine(from) && is_fine(to) && from < to) {
                    return Err(format!(
                        "{name} goes from {from} to {to}; it must rise, and it takes {kind}"
                    ));
                }
                Ok(Self::Range { from, to })
            }
            value => Ok(Self::List(vec![text(name, value, kind)?])),
        }
    }

    /// Number of values in a list; `None` for a range.
    pub(super) fn count(&self) -> Option<usize> {
        match self {
            Self::List(values) => Some(values.len()),
            Self::Range { .. } => None,
        }
    }
}

/// A value as text, if the parameter takes it.
fn text(name: &str, value: &Value, kind: &ParameterKind) -> Result<String, String> {
    let text = match value {
        Value::Boolean(flag) => flag.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(word) => word.clone(),
        other => return Err(format!("{name} is {other}; it takes {kind}")),
    };
    match kind.parse(&text) {
        // 2 and 2.0 are one value.
        Some(parsed) => Ok(parsed.to_string()),
        None => Err(format!("{name} is {text}; it takes {kind}")),
    }
}

/// A model that a sweep file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelChoice {
    /// One that whoever runs the sweep knows by its name, with its held-out images
    /// and the token that is their background.
    Named(String),
    /// One from files.
    Files(ModelFiles),
}

/// The files of a model, relative to where the program runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFiles {
    /// What tables and figures call it; the path of the weights if the file does not
    /// say.
    pub name: Option<String>,
    /// Its weights.
    pub checkpoint: PathBuf,
    /// Its sizes; if the file does not say, those beside the weights.
    pub config: Option<PathBuf>,
    /// Held-out images as tokens, with their classes.
    pub tokens: PathBuf,
    /// The token that is background.
    pub background: Option<u32>,
}

impl ModelChoice {
    /// The model that a value of a sweep file states.
    pub(super) fn new(value: &Value) -> Result<Self, String> {
        match value {
            Value::String(name) => Ok(Self::Named(name.clone())),
            Value::Table(_) => {
                let files = value.clone().try_into();
                let files = files
                    .map_err(|error: toml::de::Error| error.message().trim().replace('\n', " "))?;
                Ok(Self::Files(files))
            }
            other => Err(format!(
                "{other} is neither a name nor a table with checkpoint and tokens"
            )),
        }
    }

    /// What tables and figures call it.
    pub fn name(&self) -> String {
        match self {
            Self::Named(name) => name.clone(),
            Self::Files(files) => match &files.name {
                Some(name) => name.clone(),
                None => files.checkpoint.display().to_string(),
            },
        }
    }

    /// Whether it is known which token is background.
    pub(super) fn has_background(&self) -> bool {
        match self {
            Self::Named(_) => true,
            Self::Files(files) => files.background.is_some(),
        }
    }
}
