//! The loop over steps.

use std::ops::ControlFlow;

use super::fill::FillState;
use super::groups::{Fault, Groups};
use super::proximity::ProximityState;
use super::thresholds::Split;
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
    groups: Groups<P, S, F>,
    arch: pulp::Arch,
}

impl<P: ProximityState, S: Split, F: FillState> Generator<P, S, F> {
    pub(super) fn new(problem: &Problem, groups: Groups<P, S, F>) -> Self {
        Self {
            known: problem.known().cells().collect(),
            group_sizes: problem.group_sizes().clone(),
            groups,
            arch: pulp::Arch::new(),
        }
    }
}

#[cfg(test)]
impl<P: ProximityState, S: Split> Generator<P, S, super::FarthestPointsState> {
    /// The same generator for an instruction set that the machine has.
    pub(super) fn on(mut self, arch: pulp::Arch) -> Self {
        self.arch = arch;
        self.groups.set_arch(arch);
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
        self.groups.restart(&self.known);
        let total = self.group_sizes.cells();
        let mut free = total;
        for &size in self.group_sizes.as_slice() {
            if total >= CELLS_WATCHED {
                watch.ask()?;
            }
            let size = size as usize;
            let keys = TieKeys::new(rng);
            let fault = self.groups.choose(keys, size, free, watch)?.err();
            cells.extend_from_slice(self.groups.group());
            match fault {
                None => {}
                // What there is so far is no order, and is reported as such.
                Some(Fault::Size) => return ControlFlow::Continue(()),
                // Of full length, so that the report names the cell.
                Some(Fault::NoCandidate(cell)) => {
                    cells.resize(total, cell);
                    return ControlFlow::Continue(());
                }
            }
            free -= size;
            self.groups.reveal();
        }
        ControlFlow::Continue(())
    }
}
