//! LPD's groups, as large as their dependence allows.

use super::error::SchedulerError;
use super::ranking::EntropyOfGroup;
use super::rule::{SchedulingRule, Task};
use super::spaced::spaced;
use crate::decoding::{Asked, Scheduler, Settled, entropy};
use crate::grid::{Cell, Grid};
use crate::lpd::groups::LpdGroups;
use crate::parameter::{ParameterKind, Parameters};
use crate::random::{OrderRng, TieKeys};

/// LPD's order of preference, with groups that end where an information budget is used
/// up, so that every image has its own number of steps.
///
/// In each step,
///
/// 1. the cells that LPD would generate now, if the group had the size of the *window*, are
///    asked: near cells by falling proximity score, ties in uniform random order, none
///    within the repulsion threshold of another; then farthest points, without those that
///    are within it;
/// 2. the longest prefix of them is revealed whose entropies sum to at most the *budget*,
///    without the largest; at least one cell.
///
/// The sum bounds the total correlation of the group (EB-Sampler, arXiv 2505.24857). Cells
/// of a group that lie apart depend on each other far less than it says, so the budget
/// that gives a wanted loss is larger than the loss: it is found by measuring.
///
/// Source of the preference: LPD (arXiv 2507.01957). O(N^2 / 16) a step at worst for N cells,
/// and the entropies of the window's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LpdAdaptive {
    proximity: f64,
    repulsion: f64,
    budget: f64,
    window: u32,
}

impl LpdAdaptive {
    /// The budget in nats where none is given: on the bundled model `nano`, images of 16x16
    /// cells then take 18 steps on average, about those of LPD's 20
    /// (`docs/src/schedulers.md`).
    pub const DEFAULT_BUDGET: f64 = 20.0;

    const NAME: &str = "lpd-adaptive";

    /// LPD's thresholds tau and rho, from 0; the budget in nats, from 0; the cells that a
    /// step asks about at most, from 1.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] unless they are.
    pub fn new(
        proximity: f64,
        repulsion: f64,
        budget: f64,
        window: u32,
    ) -> Result<Self, SchedulerError> {
        let kind = ParameterKind::NumberFrom(0.0);
        for (parameter, value) in [
            ("proximity", proximity),
            ("repulsion", repulsion),
            ("budget", budget),
        ] {
            SchedulerError::check_parameter(Self::NAME, parameter, &kind, value)?;
        }
        let kind = ParameterKind::WholeFrom(1);
        SchedulerError::check_parameter(Self::NAME, "window", &kind, f64::from(window))?;
        Ok(Self {
            proximity,
            repulsion,
            budget,
            window,
        })
    }

    /// The window where none is given: an eighth of the cells of the grid, at least 1. (LPD's
    /// repulsion lets 36 cells into a group of 16x16 at most.)
    pub fn default_window(grid: Grid) -> u32 {
        (grid.cells() as u32 / 8).max(1)
    }
}

impl SchedulingRule for LpdAdaptive {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn parameters(&self) -> Parameters {
        Parameters::from([
            ("proximity".into(), self.proximity.into()),
            ("repulsion".into(), self.repulsion.into()),
            ("budget".into(), self.budget.into()),
            ("window".into(), f64::from(self.window).into()),
        ])
    }

    fn is_random(&self) -> bool {
        true
    }

    fn scheduler(
        &self,
        task: &Task,
        seed: u64,
        index: u64,
    ) -> Result<Box<dyn Scheduler>, SchedulerError> {
        let grid = task.grid();
        if grid.frames() > 1 {
            return Err(SchedulerError::Grid {
                scheduler: Self::NAME.into(),
                grid,
                reason: "it is for one frame".into(),
            });
        }
        Ok(Box::new(State {
            rule: *self,
            groups: LpdGroups::of_lpd(grid, self.proximity, self.repulsion),
            generated: Vec::with_capacity(grid.cells()),
            rng: OrderRng::new(seed, index),
        }))
    }
}

struct State {
    rule: LpdAdaptive,
    groups: LpdGroups,
    generated: Vec<Cell>,
    rng: OrderRng,
}

impl Scheduler for State {
    fn candidates(&mut self, settled: &Settled<'_>) -> Vec<Cell> {
        self.generated.clear();
        self.generated.extend(settled.known().cells());
        self.generated.extend(settled.revealed());
        let keys = TieKeys::new(&mut self.rng);
        let size = settled.free_count().min(self.rule.window as usize);
        let group = self.groups.group_after(&self.generated, keys, size);
        let grid = settled.known().grid();
        let reach = self.rule.repulsion as u32;
        let apart = |a: Cell, b: Cell| grid.chebyshev_distance(a, b) > reach;
        spaced(group.iter().copied(), apart)
    }

    fn choose(&mut self, _: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        let mut group = EntropyOfGroup::default();
        let fits = |&(_, row): &(Cell, &[f32])| {
            group = group.with(entropy(row));
            group.bound() <= self.rule.budget
        };
        asked
            .rows()
            .take_while(fits)
            .map(|(cell, _)| cell)
            .collect()
    }
}
