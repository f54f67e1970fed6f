//! Filling a group that the walk left short.

use super::classes::Classes;
use super::farthest::FarthestPointsState;
use crate::cell_set::{CellSet, cells_of_words};
use crate::grid::{Cell, Grid};
use crate::random::TieKeys;

/// Fills a group that the walk over the near cells left short. Replace it to
/// try another rule.
pub trait Fill: Clone + Send + Sync + 'static {
    /// Buffers for one thread.
    type State: FillState;

    /// Buffers for a grid.
    fn state(&self, grid: Grid) -> Self::State;
}

/// Does the work of a [`Fill`].
pub trait FillState: Send {
    /// Appends cells to `step.group` until it has `step.size` of them.
    fn fill(&mut self, step: FillStep<'_>);
}

/// A step as the fill finds it.
#[derive(Debug)]
pub struct FillStep<'a> {
    /// The cells of this step so far, in the order of acceptance.
    pub group: &'a mut Vec<Cell>,
    /// How many cells the group must have in the end: more than it has.
    pub size: usize,
    /// The cells to choose from: those that are free and not in the group. At
    /// least as many as are missing.
    pub candidates: &'a CellSet,
    /// The free cells by score.
    pub classes: &'a Classes,
    /// How many classes from the front are near; their candidates have been
    /// repelled.
    pub near_classes: usize,
    /// Breaks ties.
    pub keys: TieKeys,
}

impl FillStep<'_> {
    /// The classes in list order: far cells first, then repelled ones, each by
    /// falling score.
    pub fn list_order(&self) -> impl Iterator<Item = usize> + use<> {
        (self.near_classes..self.classes.scores().len()).chain(0..self.near_classes)
    }

    /// Appends all candidates in list order, ties by key.
    pub fn take_all(&mut self) {
        for class in self.list_order() {
            let class = self.classes.words(class).iter();
            let words = class.zip(self.candidates.words()).map(|(a, b)| a & b);
            let mut members: Vec<Cell> = cells_of_words((0..).zip(words)).collect();
            members.sort_unstable_by_key(|&cell| self.keys.key(cell));
            self.group.extend(members);
        }
    }
}

/// LPD's fill: farthest-point sampling. Again and again takes the candidate
/// whose smallest Euclidean distance to the cells of this step is largest.
///
/// Ties go to the earliest in the list of far cells, then repelled ones, each
/// by falling score; what still ties, to the smaller key. If the step has no
/// cell yet, the first is the candidate with the smallest key, whatever its
/// score. If no more candidates are left than missing, all are taken in list
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
