//! What models say of orders.

use orders_core::{Cell, Grid, Problem};
use serde::{Deserialize, Serialize};

use super::error::{JudgeError, TrialError};

/// A model with held-out images that says how likely they are: order i of a trial is
/// asked about image i, so that order i of every trial is asked about the same image.
///
/// This crate knows no models. Whoever runs a sweep brings one for each that its
/// file names ([`Spec::models`](super::Spec::models)).
pub trait Judge: Sync {
    /// What its answers depend on, all of it.
    fn model(&self) -> &TrialModel;

    /// The grid of its images.
    fn grid(&self) -> Grid;

    /// Number of its images.
    fn images(&self) -> u64;

    /// What it says of an image, counted from 0, whose cells are generated in the
    /// order `cells` and in the groups of `problem`. The answer depends on nothing
    /// else, whatever the number of threads.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from answering.
    fn judge(&self, problem: &Problem, image: u64, cells: &[Cell])
    -> Result<Judgement, JudgeError>;
}

/// What a model says of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The parallel negative log-likelihood of each cell of the grid, in raster
    /// order: what its token costs given the groups before its own, in nats.
    pub nats: Vec<f64>,
    /// Whether each cell shows something, in raster order; `None` if the model does
    /// not say which token is background ([`TrialModel::background`]).
    pub is_foreground: Option<Vec<bool>>,
}

/// The model of a trial, as far as its results depend on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialModel {
    /// What tables and figures call it.
    pub name: String,
    /// The SHA-256 digest of its file of weights.
    pub weights_sha256: String,
    /// The SHA-256 digest of its sizes.
    pub config_sha256: String,
    /// The SHA-256 digest of the held-out images, as tokens, and of their classes.
    pub tokens_sha256: String,
    /// The token that is background, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub background: Option<u32>,
}

/// Nats of the groups of an image, and of all of it.
pub(super) struct Judged {
    pub(super) steps: Vec<Nats>,
    pub(super) total: Nats,
}

/// Nats of some cells.
#[derive(Clone, Copy, Default)]
pub(super) struct Nats {
    pub(super) all: Mean,
    /// Of the cells that show something.
    pub(super) foreground: Mean,
}

#[derive(Clone, Copy, Default)]
pub(super) struct Mean {
    sum: f64,
    count: u32,
}

impl Judged {
    /// Asks a judge about an image.
    pub(super) fn new(
        judge: &dyn Judge,
        problem: &Problem,
        image: u64,
        cells: &[Cell],
    ) -> Result<Self, TrialError> {
        let judgement = judge.judge(problem, image, cells);
        let failed = |source| TrialError::Judge { image, source };
        let Judgement {
            nats,
            is_foreground,
        } = judgement.map_err(failed)?;
        let expected = problem.grid().cells();
        let is_whole = |length: usize| length == expected;
        if !is_whole(nats.len()) || !is_foreground.as_ref().is_none_or(|f| is_whole(f.len())) {
            return Err(failed("it does not say something of every cell".into()));
        }
        // A NaN would be taken for a value that there is none of.
        if let Some(cell) = nats.iter().position(|nats| !nats.is_finite()) {
            let reason = format!("its likelihood of cell {cell} is no number");
            return Err(failed(reason.into()));
        }
        let mut judged = Self {
            steps: Vec::with_capacity(problem.group_sizes().steps()),
            total: Nats::default(),
        };
        for group in problem.group_sizes().groups(cells) {
            let mut step = Nats::default();
            for &cell in group {
                let cell = cell as usize;
                let is_foreground = is_foreground.as_ref().is_some_and(|f| f[cell]);
                step.add(nats[cell], is_foreground);
                judged.total.add(nats[cell], is_foreground);
            }
            judged.steps.push(step);
        }
        Ok(judged)
    }
}

impl Nats {
    fn add(&mut self, nats: f64, is_foreground: bool) {
        self.all.add(nats);
        if is_foreground {
            self.foreground.add(nats);
        }
    }
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    /// `None` of nothing.
    pub(super) fn value(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / f64::from(self.count))
    }
}
