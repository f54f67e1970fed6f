//! Cells that are sure, and were so a step before.

use super::error::SchedulerError;
use super::ranking::{kept_or_first, ranked};
use super::rule::{SchedulingRule, Task};
use crate::decoding::{Asked, Distributions, Scheduler, Settled, confidence, divergence};
use crate::grid::Cell;
use crate::parameter::{ParameterKind, Parameters};

/// All cells whose largest probability is above a threshold and whose distribution has
/// hardly changed since the step before: its Kullback-Leibler divergence from the earlier
/// one is below a bound. Most confident first; the most confident alone, if there are none.
/// In the first step, where there is nothing to compare with, none is stable.
///
/// Source: KLASS (arXiv 2511.05664), with a history of one step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stable {
    threshold: f64,
    kl: f64,
}

impl Stable {
    /// The published threshold of confidence.
    pub const DEFAULT_THRESHOLD: f64 = 0.9;
    /// The published bound of the divergence, in nats.
    pub const DEFAULT_KL: f64 = 0.01;

    const NAME: &str = "stable";

    /// With a threshold of confidence from 0 to 1 and a bound of the divergence in nats,
    /// from 0.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] unless they are.
    pub fn new(threshold: f64, kl: f64) -> Result<Self, SchedulerError> {
        let unit = ParameterKind::NumberBetween(0.0, 1.0);
        SchedulerError::check_parameter(Self::NAME, "threshold", &unit, threshold)?;
        let kind = ParameterKind::NumberFrom(0.0);
        SchedulerError::check_parameter(Self::NAME, "kl", &kind, kl)?;
        Ok(Self { threshold, kl })
    }
}

impl SchedulingRule for Stable {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn parameters(&self) -> Parameters {
        Parameters::from([
            ("threshold".into(), self.threshold.into()),
            ("kl".into(), self.kl.into()),
        ])
    }

    fn scheduler(&self, _: &Task, _: u64, _: u64) -> Result<Box<dyn Scheduler>, SchedulerError> {
        Ok(Box::new(State {
            rule: *self,
            cells: Vec::new(),
            before: Distributions::default(),
        }))
    }
}

struct State {
    rule: Stable,
    /// The cells of the step before, in raster order, and their distributions.
    cells: Vec<Cell>,
    before: Distributions,
}

impl Scheduler for State {
    fn choose(&mut self, _: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        let is_stable = |cell: Cell| {
            let place = asked.cells.binary_search(&cell);
            let before = self.cells.binary_search(&cell);
            place.ok().zip(before.ok()).is_some_and(|(place, before)| {
                let now = asked.distributions.row(place);
                divergence(now, self.before.row(before)) < self.rule.kl
            })
        };
        let ranked = ranked(asked, |_, row| confidence(row));
        let chosen = kept_or_first(&ranked, |confidence, cell| {
            confidence > self.rule.threshold && is_stable(cell)
        });
        self.cells = asked.cells.to_vec();
        self.before = asked.distributions.clone();
        chosen
    }
}
