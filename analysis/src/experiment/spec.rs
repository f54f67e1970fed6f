//! What a sweep file says.

use std::path::PathBuf;

use orders_core::sizes::SizesChoice;
use orders_core::{Grid, ParameterKind};
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

/// A declared space of trials, as a sweep file states it: axes, and how points
/// are taken from them. What its points are is found out by
/// [`Plan::new`](super::Plan::new).
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
/// Files of fields are read when the text is.
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
    /// Orders of each trial.
    pub orders: u64,
    pub(super) measures: Vec<MeasureEntry>,
    pub(super) design: Design,
    pub(super) methods: Vec<MethodAxes>,
    pub(super) grids: Vec<Grid>,
    pub(super) steps: Vec<usize>,
    pub(super) fields: Vec<Field>,
    pub(super) models: Vec<ModelChoice>,
    pub(super) samples: Option<SamplesChoice>,
    pub(super) clock: Option<ClockChoice>,
    pub(super) seeds: Vec<u64>,
}

/// A method with the axes that are its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MethodAxes {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) sizes: Vec<SizesChoice>,
    /// How tokens come about, as texts.
    pub(super) decodings: Vec<String>,
    /// Whether it is a rule that finds out itself how many cells a step reveals.
    pub(super) finds_steps: bool,
    pub(super) parameters: Vec<(String, Axis)>,
}

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
    /// The models that the file names, for each of which
    /// [`Plan::new`](super::Plan::new) wants a judge.
    pub fn models(&self) -> &[ModelChoice] {
        &self.models
    }

    /// The images that models are to generate, for which
    /// [`Plan::new`](super::Plan::new) wants a [sampler](super::Sampler) of each judge.
    pub fn samples(&self) -> Option<&SamplesChoice> {
        self.samples.as_ref()
    }

    /// How models are to be timed, for which [`Plan::new`](super::Plan::new) wants a
    /// [clock](super::Clock) of each judge.
    pub fn clock(&self) -> Option<&ClockChoice> {
        self.clock.as_ref()
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
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Axis {
    /// Some values, as texts that their [`ParameterKind`] reads.
    List(Vec<String>),
    /// All numbers from one to another.
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
