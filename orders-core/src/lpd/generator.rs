//! The loop over steps.

use std::ops::ControlFlow;

use super::fill::{FillState, FillStep};
use super::levels::Levels;
use super::proximity::ProximityState;
use super::thresholds::{Repulsion, Split};
use super::walk::Walk;
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::method::{OrderGenerator, Watch};
use crate::problem::Problem;
use crate::random::{OrderRng, TieKeys};

/// Orders of so many cells are watched in every step. A step of smaller ones takes no
/// longer than asking does.
const CELLS_WATCHED: usize = 1 << 14;

/// Makes LPD orders of one problem; all its buffers are reused.
pub(super) struct Generator<P, S, F> {
    known: Vec<Cell>,
    group_sizes: GroupSizes,
    proximity: P,
    split: S,
    walk: Walk,
    fill: F,
    levels: Levels,
    group: Vec<Cell>,
    arch: pulp::Arch,
}

impl<P: ProximityState, S, F> Generator<P, S, F> {
    pub(super) fn new(
        problem: &Problem,
        proximity: P,
        split: S,
        repulsion: &impl Repulsion,
        fill: F,
    ) -> Self {
        let grid = problem.grid();
        Self {
            known: problem.known().cells().collect(),
            group_sizes: problem.group_sizes().clone(),
            walk: Walk::new(grid, proximity.scores().len(), repulsion),
            proximity,
            split,
            fill,
            levels: Levels::new(grid),
            group: Vec::new(),
            arch: pulp::Arch::new(),
        }
    }
}

#[cfg(test)]
impl<P, S> Generator<P, S, super::FarthestPointsState> {
    /// The same generator for an instruction set that the machine has.
    pub(super) fn on(mut self, arch: pulp::Arch) -> Self {
        self.arch = arch;
        self.walk.set_arch(arch);
        self.fill.set_arch(arch);
        self
    }
}

impl<P: ProximityState, S: Split, F: FillState> OrderGenerator for Generator<P, S, F> {
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
/// and run in the best that the machine has. All give the same cells: there are
/// only whole numbers in it.
struct Run<'a, P, S, F> {
    generator: &'a mut Generator<P, S, F>,
    rng: &'a mut OrderRng,
    cells: &'a mut Vec<Cell>,
    watch: Watch<'a>,
}

impl<P: ProximityState, S: Split, F: FillState> pulp::NullaryFnOnce for Run<'_, P, S, F> {
    type Output = ControlFlow<()>;

    #[inline(always)]
    fn call(self) -> ControlFlow<()> {
        self.generator.run(self.rng, self.cells, self.watch)
    }
}

impl<P: ProximityState, S: Split, F: FillState> Generator<P, S, F> {
    #[inline(always)]
    fn run(
        &mut self,
        rng: &mut OrderRng,
        cells: &mut Vec<Cell>,
        watch: Watch<'_>,
    ) -> ControlFlow<()> {
        self.levels.clear();
        for &cell in &self.known {
            self.levels.generate(cell);
        }
        if !self.known.is_empty() {
            self.proximity.reveal(&self.known, &mut self.levels);
        }
        let total = self.group_sizes.cells();
        let mut free = total;
        for &size in self.group_sizes.as_slice() {
            if total >= CELLS_WATCHED {
                watch.ask()?;
            }
            let size = size as usize;
            let keys = TieKeys::new(rng);
            let scores = self.proximity.scores();
            let near_from = self.split.near_from(scores).min(scores.len());

            self.group.clear();
            self.walk
                .run(&self.levels, near_from, keys, size, &mut self.group, watch)?;
            let accepted = self.group.len();
            for &cell in &self.group {
                self.levels.generate(cell);
            }
            if accepted < size {
                let step = FillStep {
                    size,
                    levels: &self.levels,
                    candidates: free - accepted,
                    near_from: near_from as u32,
                    keys,
                    watch,
                };
                self.fill.fill(step, &mut self.group);
                // A fill that was ended has left the group short.
                if self.group.len() < size {
                    watch.ask()?;
                }
                // A wrong fill of the user's own: what there is so far is no
                // order, and is reported as such.
                if self.group.len() != size {
                    cells.extend_from_slice(&self.group);
                    return ControlFlow::Continue(());
                }
                for &cell in &self.group[accepted..] {
                    let is_candidate =
                        (cell as usize) < self.levels.grid().cells() && self.levels.is_free(cell);
                    if !is_candidate {
                        // Of full length, so that the report names the cell.
                        cells.extend_from_slice(&self.group);
                        cells.resize(total, cell);
                        return ControlFlow::Continue(());
                    }
                    self.levels.generate(cell);
                }
            }
            free -= size;
            self.proximity.reveal(&self.group, &mut self.levels);
            cells.extend_from_slice(&self.group);
        }
        ControlFlow::Continue(())
    }
}
