//! What a sweep file says.

use std::str::FromStr;

use orders_core::Grid;

use super::axis::Axis;
use super::error::SpecError;
use super::measure::SweepMeasure;
use super::models::ModelChoice;
use super::read_spec::read_spec;
use super::sizes::SizesChoice;
use crate::information::Field;

/// The most orders of a trial.
pub const MOST_ORDERS: u64 = 100_000;

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
/// sizes = ["published"]          # instead of the sizes above
///
/// [design]                       # the default is every combination
/// kind = "sobol"                 # "grid", "random" or "sobol"
/// points = 64
/// seed = 0
/// ```
///
/// In random and Sobol designs a parameter may be a range, `{ from = 0, to = 2 }`.
/// Files of fields are read when the text is.
///
/// A model is a name, or a table of files (relative to where the program runs):
/// `{ checkpoint = "model.safetensors", tokens = "held-out.safetensors" }`, with
/// `config`, `background` and `name` where they are needed ([`ModelFiles`](super::ModelFiles)). Order i
/// of a trial is asked about held-out image i, for which one seed is taken.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// What it is about; empty if the file does not say.
    pub title: String,
    /// Orders of each trial.
    pub orders: u64,
    pub(super) measures: Vec<SweepMeasure>,
    pub(super) design: Design,
    pub(super) methods: Vec<MethodAxes>,
    pub(super) grids: Vec<Grid>,
    pub(super) steps: Vec<usize>,
    pub(super) fields: Vec<Field>,
    pub(super) models: Vec<ModelChoice>,
    pub(super) seeds: Vec<u64>,
}

/// A method with the axes that are its own.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MethodAxes {
    pub(super) name: String,
    pub(super) label: String,
    pub(super) sizes: Vec<SizesChoice>,
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
    /// [`Plan::with_judges`](super::Plan::with_judges) wants a judge.
    pub fn models(&self) -> &[ModelChoice] {
        &self.models
    }
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Self, SpecError> {
        read_spec(text)
    }
}
