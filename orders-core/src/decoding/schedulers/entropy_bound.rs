//! As many cells as a bound of their dependence allows.

use super::error::SchedulerError;
use super::ranking::{EntropyOfGroup, ranked};
use super::rule::{SchedulingRule, Task};
use crate::decoding::{Asked, Scheduler, Settled, entropy};
use crate::grid::Cell;
use crate::parameter::{ParameterKind, Parameters};

/// By rising entropy, the longest prefix whose entropies sum to at most a budget, without
/// the largest; at least one cell. The sum bounds the total correlation of the group, which
/// is what drawing its cells independently costs.
///
/// Source: EB-Sampler (arXiv 2505.24857).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EntropyBound {
    budget: f64,
}

impl EntropyBound {
    /// The published budget, gamma, in nats.
    pub const DEFAULT_BUDGET: f64 = 0.1;

    const NAME: &str = "entropy-bound";

    /// With a budget in nats, from 0; with infinity, all cells are revealed at once.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] unless it is one.
    pub fn new(budget: f64) -> Result<Self, SchedulerError> {
        let kind = ParameterKind::NumberFrom(0.0);
        SchedulerError::check_parameter(Self::NAME, "budget", &kind, budget)?;
        Ok(Self { budget })
    }
}

impl SchedulingRule for EntropyBound {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn parameters(&self) -> Parameters {
        Parameters::from([("budget".into(), self.budget.into())])
    }

    fn scheduler(&self, _: &Task, _: u64, _: u64) -> Result<Box<dyn Scheduler>, SchedulerError> {
        Ok(Box::new(*self))
    }
}

impl Scheduler for EntropyBound {
    fn choose(&mut self, _: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        let ranked = ranked(asked, |_, row| -entropy(row));
        let mut group = EntropyOfGroup::default();
        let fits = |&&(score, _): &&(f64, Cell)| {
            group = group.with(-score);
            group.bound() <= self.budget
        };
        let cells = ranked.iter().take_while(fits).map(|&(_, cell)| cell);
        cells.collect()
    }
}
