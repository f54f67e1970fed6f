//! Farthest-point sampling, many cells at once.

use super::distances::Distances;
use super::fill::{Fill, FillState, FillStep};
use super::lanes::{ByChunk, LANES, Lane};
use super::levels::{GENERATED, Levels};
use super::walk::CELLS_UNWATCHED;
use crate::grid::{Cell, Grid};

/// LPD's fill: farthest-point sampling. Again and again takes the candidate
/// whose smallest Euclidean distance to the cells of this step is largest; of
/// several, the earliest in the list.
///
/// If the step has no cell yet, the first is the candidate with the smallest
/// key. If no more candidates are left than missing, all are taken in list
/// order.
///
/// O(N g) to begin for a group of g cells, O(N) at worst for each cell taken.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FarthestPoints;

impl Fill for FarthestPoints {
    type State = FarthestPointsState;

    fn state(&self, grid: Grid) -> FarthestPointsState {
        FarthestPointsState::new(grid)
    }
}

/// Tables and buffers of [`FarthestPoints`].
///
/// Squared distances are whole numbers, in the narrowest lanes that hold them:
/// 16 bits suffice up to 182 x 182 cells, 32 bits for every grid but those of
/// more than 65,536 rows or columns.
#[derive(Clone, Debug)]
pub struct FarthestPointsState(AnyField);

#[derive(Clone, Debug)]
enum AnyField {
    Narrow(Distances<u16>),
    Wide(Distances<u32>),
    Widest(Distances<u64>),
}

impl FarthestPointsState {
    fn new(grid: Grid) -> Self {
        let farthest = grid.squared_distance(0, grid.cells() as Cell - 1);
        Self(if farthest <= u64::from(u16::MAX) {
            AnyField::Narrow(Distances::new(grid))
        } else if farthest <= u64::from(u32::MAX) {
            AnyField::Wide(Distances::new(grid))
        } else {
            AnyField::Widest(Distances::new(grid))
        })
    }
}

#[cfg(test)]
impl FarthestPointsState {
    pub(super) fn set_arch(&mut self, arch: pulp::Arch) {
        match &mut self.0 {
            AnyField::Narrow(distances) => distances.arch = arch,
            AnyField::Wide(distances) => distances.arch = arch,
            AnyField::Widest(distances) => distances.arch = arch,
        }
    }
}

impl FillState for FarthestPointsState {
    #[inline(always)]
    fn fill(&mut self, step: FillStep<'_>, group: &mut Vec<Cell>) {
        if step.candidates <= step.size - group.len() {
            let mut rest: Vec<Cell> = step.levels.free_cells().collect();
            rest.sort_unstable_by_key(|&cell| step.list_order(cell));
            group.extend(rest);
            return;
        }
        match &mut self.0 {
            AnyField::Narrow(distances) => fill(distances, step, group),
            AnyField::Wide(distances) => fill(distances, step, group),
            AnyField::Widest(distances) => fill(distances, step, group),
        }
    }
}

/// Needs more candidates than missing cells.
#[inline(always)]
fn fill<L: Lane>(distances: &mut Distances<L>, step: FillStep<'_>, group: &mut Vec<Cell>) {
    if group.is_empty() {
        group.extend(step.levels.first_free(step.keys));
    }
    if group.len() == step.size {
        return;
    }
    if distances.load(group, step.watch, step.levels).is_break() {
        return;
    }
    loop {
        let largest = distances.largest();
        let cell = earliest(distances, largest, step);
        group.push(cell);
        if group.len() == step.size {
            return;
        }
        if group.len().is_multiple_of(CELLS_UNWATCHED) && step.watch.ask().is_break() {
            return;
        }
        distances.take(cell, largest);
    }
}

/// Generated cells are no candidates.
impl ByChunk<bool> for Levels {
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> [bool; LANES] {
        let levels = *self.chunk(row, column);
        let mut is_generated = [false; LANES];
        for lane in 0..LANES {
            is_generated[lane] = levels[lane] >= GENERATED;
        }
        is_generated
    }
}

/// The cell of the largest distance that stands earliest in the list.
#[inline(always)]
fn earliest<L: Lane>(distances: &Distances<L>, largest: L, step: FillStep<'_>) -> Cell {
    let mut earliest = None;
    let mut first = None;
    distances.each_at(largest, |cell| {
        // A single one needs no place in the list.
        let Some(other) = earliest else {
            earliest = Some(cell);
            return;
        };
        let place = step.list_order(cell);
        if place < *first.get_or_insert_with(|| step.list_order(other)) {
            first = Some(place);
            earliest = Some(cell);
        }
    });
    earliest.expect("a chunk's largest distance is that of one of its cells")
}
