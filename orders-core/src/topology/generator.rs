//! The loop over steps.

use std::ops::ControlFlow;

use super::farthest::{CELLS_UNWATCHED, Farthest, List, Missing};
use super::graph::Topology;
use super::near::Near;
use super::neighbours::Scores;
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::method::{OrderGenerator, Watch};
use crate::problem::Problem;
use crate::random::{OrderRng, TieKeys};

/// What LPD is made with.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    pub(super) proximity_threshold: f64,
    pub(super) repulsion_threshold: f64,
    /// Whether nodes have scores; without, all are 0.
    pub(super) has_scores: bool,
}

/// Makes LPD orders of one problem on a topology; all its buffers are reused.
pub(super) struct Generator {
    topology: Topology,
    rules: Rules,
    /// The threshold of repulsion, as distances are compared with it.
    reach: f64,
    group_sizes: GroupSizes,
    farthest: Farthest,
    is_free: Vec<bool>,
    scores: Scores,
    /// Both of them as they are when an order begins.
    is_free_at_first: Vec<bool>,
    scores_at_first: Scores,
    near: Near,
    /// Where each node stands in the list of the fill, up to ties.
    places: Vec<u64>,
    group: Vec<Cell>,
    arch: pulp::Arch,
}

impl Generator {
    pub(super) fn new(topology: Topology, rules: Rules, problem: &Problem) -> Self {
        let mut scores = topology.scores();
        if rules.has_scores {
            for cell in problem.known().cells() {
                topology.generate(&mut scores, cell);
            }
        }
        let is_free: Vec<bool> = problem.known().mask().iter().map(|known| !known).collect();
        Self {
            rules,
            reach: topology.distances().reach(rules.repulsion_threshold),
            group_sizes: problem.group_sizes().clone(),
            farthest: Farthest::new(&topology),
            is_free_at_first: is_free.clone(),
            is_free,
            scores_at_first: scores.clone(),
            scores,
            near: Near::default(),
            places: vec![0; topology.nodes()],
            group: Vec::new(),
            arch: pulp::Arch::new(),
            topology,
        }
    }
}

impl OrderGenerator for Generator {
    fn generate(&mut self, rng: &mut OrderRng, cells: &mut Vec<Cell>) {
        // Nobody ends it.
        let _ = self.generate_watched(rng, cells, Watch::NONE);
    }

    fn generate_watched(
        &mut self,
        rng: &mut OrderRng,
        cells: &mut Vec<Cell>,
        watch: Watch<'_>,
    ) -> ControlFlow<()> {
        self.arch.dispatch(Run {
            generator: self,
            rng,
            cells,
            watch,
        })
    }
}

/// The making of one order, compiled for each instruction set that pulp knows
/// and run in the best that the machine has. All give the same cells: every
/// number is computed by the same operations, each rounded for itself.
struct Run<'a> {
    generator: &'a mut Generator,
    rng: &'a mut OrderRng,
    cells: &'a mut Vec<Cell>,
    watch: Watch<'a>,
}

impl pulp::NullaryFnOnce for Run<'_> {
    type Output = ControlFlow<()>;

    #[inline(always)]
    fn call(self) -> ControlFlow<()> {
        self.generator.run(self.rng, self.cells, self.watch)
    }
}

impl Generator {
    #[inline(always)]
    fn run(
        &mut self,
        rng: &mut OrderRng,
        cells: &mut Vec<Cell>,
        watch: Watch<'_>,
    ) -> ControlFlow<()> {
        self.is_free.copy_from_slice(&self.is_free_at_first);
        self.scores.copy_from(&self.scores_at_first);
        let mut free = self.group_sizes.cells();
        for step in 0..self.group_sizes.steps() {
            if free >= CELLS_UNWATCHED {
                watch.ask()?;
            }
            let size = self.group_sizes.as_slice()[step] as usize;
            let keys = TieKeys::new(rng);
            self.group.clear();
            self.walk(keys, size, watch)?;
            let accepted = self.group.len();
            for &cell in &self.group {
                self.is_free[cell as usize] = false;
            }
            if accepted < size {
                self.fill(keys, size, free - accepted, watch)?;
                for &cell in &self.group[accepted..] {
                    self.is_free[cell as usize] = false;
                }
            }
            free -= size;
            if self.rules.has_scores {
                for &cell in &self.group {
                    self.topology.generate(&mut self.scores, cell);
                }
            }
            cells.extend_from_slice(&self.group);
        }
        ControlFlow::Continue(())
    }

    /// Accepts near cells by rank until the group has `size` cells or all that
    /// are left are repelled.
    #[inline(always)]
    fn walk(&mut self, keys: TieKeys, size: usize, watch: Watch<'_>) -> ControlFlow<()> {
        self.near.clear();
        let cells = self.is_free.iter().zip(self.scores.as_slice());
        for (cell, (&is_free, &score)) in (0..).zip(cells) {
            if is_free && score >= self.rules.proximity_threshold {
                self.near.add(cell, score, keys.key(cell));
            }
        }
        // A threshold of 0 repels nothing.
        if self.reach == 0.0 {
            self.group.extend(self.near.take(size));
            return ControlFlow::Continue(());
        }
        while let Some(cell) = self.near.first() {
            self.group.push(cell);
            if self.group.len() == size {
                break;
            }
            if self.group.len().is_multiple_of(CELLS_UNWATCHED) {
                watch.ask()?;
            }
            let distances = self.topology.distances();
            distances.drop_repelled(cell, self.reach, &mut self.near);
        }
        ControlFlow::Continue(())
    }

    /// Fills the group up to `size` cells, by farthest-point sampling from so
    /// many candidates.
    #[inline(always)]
    fn fill(
        &mut self,
        keys: TieKeys,
        size: usize,
        candidates: usize,
        watch: Watch<'_>,
    ) -> ControlFlow<()> {
        let takes_all = candidates <= size - self.group.len();
        if !takes_all && self.group.is_empty() {
            let first = free_cells(&self.is_free).min_by_key(|&cell| keys.key(cell));
            let first = first.expect("there are more candidates than missing cells");
            self.group.push(first);
            if size == 1 {
                return ControlFlow::Continue(());
            }
            self.is_free[first as usize] = false;
        }
        let tau = self.rules.proximity_threshold;
        for (place, &score) in self.places.iter_mut().zip(self.scores.as_slice()) {
            // The far ones first, then the near ones, each by falling score: the
            // bits of numbers from 0 are in the order of the numbers, below 2^63.
            let near = u64::from(score >= tau) << 63;
            *place = near | ((u64::MAX >> 1) - score.to_bits());
        }
        let list = List {
            places: &self.places,
            keys,
        };
        if takes_all {
            let accepted = self.group.len();
            self.group.extend(free_cells(&self.is_free));
            self.group[accepted..].sort_unstable_by_key(|&cell| list.order(cell));
        } else {
            let missing = Missing { size, watch };
            self.farthest
                .fill(&mut self.group, missing, &self.is_free, list)?;
        }
        ControlFlow::Continue(())
    }
}

fn free_cells(is_free: &[bool]) -> impl Iterator<Item = Cell> + '_ {
    let cells = (0..).zip(is_free);
    cells.filter_map(|(cell, &is_free)| is_free.then_some(cell))
}
