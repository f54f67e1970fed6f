//! The choice of a group, given what is generated.

use std::ops::ControlFlow;

use super::farthest::{FarthestPoints, FarthestPointsState};
use super::fill::{Fill, FillState, FillStep};
use super::levels::Levels;
use super::proximity::{EightNeighbours, EightNeighboursState, Proximity, ProximityState};
use super::thresholds::{Chebyshev, Repulsion, Split, Threshold};
use super::walk::Walk;
use crate::grid::{Cell, Grid};
use crate::method::Watch;
use crate::random::TieKeys;

/// Chooses groups on one grid, one after the other; all buffers are reused.
pub(crate) struct Groups<P, S, F> {
    proximity: P,
    split: S,
    walk: Walk,
    fill: F,
    levels: Levels,
    group: Vec<Cell>,
}

/// What is wrong with a group: a fill of the user's own made it.
pub(super) enum Fault {
    /// It has another size than it must have.
    Size,
    /// It has a cell that is no candidate.
    NoCandidate(Cell),
}

impl<P: ProximityState, S: Split, F: FillState> Groups<P, S, F> {
    pub(super) fn new(
        grid: Grid,
        proximity: P,
        split: S,
        repulsion: &impl Repulsion,
        fill: F,
    ) -> Self {
        Self {
            walk: Walk::new(grid, proximity.scores().len(), repulsion),
            proximity,
            split,
            fill,
            levels: Levels::new(grid),
            group: Vec::new(),
        }
    }

    /// Back to a grid of which only some cells are generated.
    #[inline(always)]
    pub(super) fn restart(&mut self, generated: &[Cell]) {
        self.levels.clear();
        for &cell in generated {
            self.levels.generate(cell);
        }
        if !generated.is_empty() {
            self.proximity.reveal(generated, &mut self.levels);
        }
    }

    /// Chooses the next group, of `size` cells out of `free` that are not generated. It
    /// may be ended, and is short then.
    #[inline(always)]
    pub(super) fn choose(
        &mut self,
        keys: TieKeys,
        size: usize,
        free: usize,
        watch: Watch<'_>,
    ) -> ControlFlow<(), Result<(), Fault>> {
        let scores = self.proximity.scores();
        let near_from = self.split.near_from(scores).min(scores.len());
        self.group.clear();
        self.walk
            .run(&self.levels, near_from, keys, size, &mut self.group, watch)?;
        let accepted = self.group.len();
        for &cell in &self.group {
            self.levels.generate(cell);
        }
        if accepted == size {
            return ControlFlow::Continue(Ok(()));
        }
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
        if self.group.len() != size {
            return ControlFlow::Continue(Err(Fault::Size));
        }
        for &cell in &self.group[accepted..] {
            let is_candidate =
                (cell as usize) < self.levels.grid().cells() && self.levels.is_free(cell);
            if !is_candidate {
                return ControlFlow::Continue(Err(Fault::NoCandidate(cell)));
            }
            self.levels.generate(cell);
        }
        ControlFlow::Continue(Ok(()))
    }

    /// The group that was chosen last.
    #[inline(always)]
    pub(super) fn group(&self) -> &[Cell] {
        &self.group
    }

    /// Makes the group that was chosen last count in the scores.
    #[inline(always)]
    pub(super) fn reveal(&mut self) {
        self.proximity.reveal(&self.group, &mut self.levels);
    }
}

/// Chooses groups by LPD's own parts.
pub(crate) type LpdGroups = Groups<EightNeighboursState, Threshold, FarthestPointsState>;

impl LpdGroups {
    /// By a proximity threshold and a repulsion threshold from 0.
    pub(crate) fn of_lpd(grid: Grid, proximity_threshold: f64, repulsion_threshold: f64) -> Self {
        let split = Threshold {
            proximity_threshold,
        };
        let repulsion = Chebyshev {
            repulsion_threshold,
        };
        let (proximity, fill) = (EightNeighbours.state(grid), FarthestPoints.state(grid));
        Self::new(grid, proximity, split, &repulsion, fill)
    }

    /// The group of `size` cells that follows when some are generated: at most as many as
    /// are left.
    pub(crate) fn group_after(
        &mut self,
        generated: &[Cell],
        keys: TieKeys,
        size: usize,
    ) -> &[Cell] {
        let free = self.levels.grid().cells() - generated.len();
        pulp::Arch::new().dispatch(|| {
            self.restart(generated);
            // Nobody ends it, and the fill is LPD's.
            let _ = self.choose(keys, size, free, Watch::NONE);
        });
        &self.group
    }
}

#[cfg(test)]
impl<P, S> Groups<P, S, FarthestPointsState> {
    pub(super) fn set_arch(&mut self, arch: pulp::Arch) {
        self.walk.set_arch(arch);
        self.fill.set_arch(arch);
    }
}
