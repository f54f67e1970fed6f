//! Cells that are revealed at once, apart from each other.

use super::error::SchedulerError;
use super::rule::{SchedulingRule, Task};
use crate::decoding::{Asked, Scheduler, Settled};
use crate::grid::Cell;
use crate::parameter::{ParameterKind, Parameters};

/// What another rule would reveal, without the cells that are too close: its cells are
/// gone through in their order, and one is kept if its Chebyshev distance from all that are
/// kept is larger than the repulsion. Cells that are left out are chosen from again in
/// later steps. A repulsion below 1 leaves none out.
///
/// It is LPD's repulsion (arXiv 2507.01957); on a line, DUS (arXiv 2506.19037) spaces so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spaced<R> {
    rule: R,
    repulsion: f64,
}

impl<R: SchedulingRule> Spaced<R> {
    /// The name of the parameter.
    pub const REPULSION: &str = "repulsion";

    /// A rule with a repulsion from 0.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] unless it is one.
    pub fn new(rule: R, repulsion: f64) -> Result<Self, SchedulerError> {
        let kind = ParameterKind::NumberFrom(0.0);
        SchedulerError::check_parameter(rule.name(), Self::REPULSION, &kind, repulsion)?;
        Ok(Self { rule, repulsion })
    }
}

impl<R: SchedulingRule> SchedulingRule for Spaced<R> {
    fn name(&self) -> &str {
        self.rule.name()
    }

    fn parameters(&self) -> Parameters {
        let mut parameters = self.rule.parameters();
        parameters.insert(Self::REPULSION.into(), self.repulsion.into());
        parameters
    }

    fn needs_group_sizes(&self) -> bool {
        self.rule.needs_group_sizes()
    }

    fn is_random(&self) -> bool {
        self.rule.is_random()
    }

    fn looks_at_tokens(&self) -> bool {
        self.rule.looks_at_tokens()
    }

    fn scheduler(
        &self,
        task: &Task,
        seed: u64,
        index: u64,
    ) -> Result<Box<dyn Scheduler>, SchedulerError> {
        Ok(Box::new(State {
            scheduler: self.rule.scheduler(task, seed, index)?,
            // Distances are whole numbers; the cast saturates.
            reach: self.repulsion as u32,
        }))
    }
}

struct State {
    scheduler: Box<dyn Scheduler>,
    reach: u32,
}

impl Scheduler for State {
    fn candidates(&mut self, settled: &Settled<'_>) -> Vec<Cell> {
        self.scheduler.candidates(settled)
    }

    fn choose(&mut self, settled: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        let cells = self.scheduler.choose(settled, asked);
        if self.reach == 0 {
            return cells;
        }
        let grid = settled.known().grid();
        spaced(cells, |a, b| grid.chebyshev_distance(a, b) > self.reach)
    }

    fn looks_at_tokens(&self) -> bool {
        self.scheduler.looks_at_tokens()
    }
}

/// The cells that are apart from all that are kept before them. O(n k) for k kept of n.
pub(super) fn spaced(
    cells: impl IntoIterator<Item = Cell>,
    apart: impl Fn(Cell, Cell) -> bool,
) -> Vec<Cell> {
    let mut kept: Vec<Cell> = Vec::new();
    for cell in cells {
        if kept.iter().all(|&other| apart(cell, other)) {
            kept.push(cell);
        }
    }
    kept
}
