//! The near cells of a step.

use std::cmp::Reverse;

use crate::grid::Cell;

/// A cell with its rank: falling score, then key. (The bits of numbers from 0
/// are in the order of the numbers.)
type Ranked = (Reverse<u64>, u64, Cell);

/// The near cells of a step that can still be accepted, and which is the first
/// by rank. They are in no order: a step takes few of them, and what it takes
/// makes most others drop out, so sorting them all would be wasted.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    cells: Vec<Ranked>,
    first: Option<Ranked>,
}

impl Near {
    pub(super) fn clear(&mut self) {
        self.cells.clear();
        self.first = None;
    }

    /// Adds a cell with a score from 0 on.
    #[inline(always)]
    pub(super) fn add(&mut self, cell: Cell, score: f64, key: u64) {
        let ranked = (Reverse(score.to_bits()), key, cell);
        self.cells.push(ranked);
        if self.first.is_none_or(|first| ranked < first) {
            self.first = Some(ranked);
        }
    }

    /// The first cell by rank.
    pub(super) fn first(&self) -> Option<Cell> {
        self.first.map(|(_, _, cell)| cell)
    }

    /// Drops the cells for which `is_kept` does not hold.
    #[inline(always)]
    pub(super) fn keep(&mut self, is_kept: impl Fn(Cell) -> bool) {
        let mut first: Option<Ranked> = None;
        let mut kept = 0;
        for index in 0..self.cells.len() {
            let ranked = self.cells[index];
            // Written in any case, so that there is no branch to mispredict.
            self.cells[kept] = ranked;
            let is_kept = is_kept(ranked.2);
            kept += usize::from(is_kept);
            if is_kept && first.is_none_or(|first| ranked < first) {
                first = Some(ranked);
            }
        }
        self.cells.truncate(kept);
        self.first = first;
    }

    /// Up to `size` cells, the first by rank, in this order.
    pub(super) fn take(&mut self, size: usize) -> impl Iterator<Item = Cell> + '_ {
        let size = size.min(self.cells.len());
        if size > 0 && size < self.cells.len() {
            self.cells.select_nth_unstable(size - 1);
        }
        let taken = &mut self.cells[..size];
        taken.sort_unstable();
        taken.iter().map(|&(_, _, cell)| cell)
    }
}
