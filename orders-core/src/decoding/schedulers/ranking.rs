//! Cells in order of preference.

use crate::decoding::Asked;
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;

/// The cells that were asked, with a score each, largest first, ties by cell.
pub(super) fn ranked(
    asked: &Asked<'_>,
    mut score: impl FnMut(usize, &[f32]) -> f64,
) -> Vec<(f64, Cell)> {
    let rows = asked.rows().enumerate();
    let mut cells: Vec<(f64, Cell)> = rows
        .map(|(place, (cell, row))| (score(place, row), cell))
        .collect();
    cells.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    cells
}

/// The cells of a ranking that are kept; the first, if none is.
pub(super) fn kept_or_first(ranked: &[(f64, Cell)], keep: impl Fn(f64, Cell) -> bool) -> Vec<Cell> {
    let kept = ranked.iter().filter(|&&(score, cell)| keep(score, cell));
    let cells: Vec<Cell> = kept.map(|&(_, cell)| cell).collect();
    match ranked.first() {
        Some(&(_, first)) if cells.is_empty() => vec![first],
        _ => cells,
    }
}

/// How many cells a step reveals: so many that, with those of earlier steps, there are as
/// many as the sizes so far sum to. All that are left, where steps have run out.
pub(super) fn size_of_step(sizes: &GroupSizes, step: usize, revealed: usize) -> usize {
    let mut so_far = sizes.as_slice().iter().map(|&size| size as usize);
    let target: usize = so_far.by_ref().take(step + 1).sum();
    target - revealed.min(target)
}

/// How much the entropies of the cells of a group sum to, without the largest: a bound of
/// their total correlation, in nats (arXiv 2505.24857). It never falls when a cell joins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct EntropyOfGroup {
    sum: f64,
    largest: f64,
}

impl EntropyOfGroup {
    /// The group with one more cell, of this entropy.
    pub(super) fn with(self, entropy: f64) -> Self {
        Self {
            sum: self.sum + entropy,
            largest: self.largest.max(entropy),
        }
    }

    pub(super) fn bound(self) -> f64 {
        self.sum - self.largest
    }
}
