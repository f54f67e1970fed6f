//! What every group of consecutive cells costs.

use orders_core::GroupSizes;

use super::refusals::refusal_probability;

/// What a group of cells costs that is generated at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// Its total correlation given the cells before it, in nats: what parallel decoding
    /// loses.
    #[default]
    TotalCorrelation,
    /// The drafts of it that are refused when the field is decoded exactly, in the mean:
    /// what exact decoding pays, beside a pass for each group.
    Refusals,
}

/// What every group [j, k) of consecutive cells of an order costs, given the cells before
/// it, by a [`Loss`]; or the mean of many orders.
///
/// O(N^2) memory for N cells: 8 N (N + 1) / 2 bytes.
#[derive(Clone, Debug, PartialEq)]
pub struct CutCosts {
    cells: usize,
    /// Row j has the costs of [j, j + 1), [j, j + 2), ..., [j, N).
    costs: Vec<f64>,
}

impl CutCosts {
    pub(super) fn zero(cells: usize) -> Self {
        Self {
            cells,
            costs: vec![0.0; cells * (cells + 1) / 2],
        }
    }

    /// Number of cells, N.
    pub fn cells(&self) -> usize {
        self.cells
    }

    /// The cost of the group from rank `start` up to but without rank `end`. A group of
    /// one costs 0.
    ///
    /// # Panics
    ///
    /// Unless start < end <= N.
    pub fn cost(&self, start: usize, end: usize) -> f64 {
        assert!(
            start < end && end <= self.cells,
            "ranks {start} to {end} are no group of {} cells",
            self.cells
        );
        self.row(start)[end - start - 1]
    }

    /// What groups of these sizes cost together.
    ///
    /// # Panics
    ///
    /// If they are more than N cells.
    pub fn total(&self, sizes: &GroupSizes) -> f64 {
        let mut start = 0;
        let costs = sizes.as_slice().iter().map(|&size| {
            let end = start + size as usize;
            let cost = self.cost(start, end);
            start = end;
            cost
        });
        costs.sum()
    }

    /// These costs, each rounded to a multiple of 2^-30 (about 1e-9).
    ///
    /// Processors with other vector instructions differ in the last digits of
    /// costs. Where two ways to cut cost the same, which happens where an order
    /// has symmetries, those digits would choose; of rounded costs, which sum
    /// without error, all choose the same way. Sizes that are optimal for rounded
    /// costs cost at most K 2^-30 nats more than the best for K steps.
    #[must_use]
    pub fn rounded(mut self) -> Self {
        const QUANTA: f64 = (1_u64 << 30) as f64;
        for cost in &mut self.costs {
            *cost = (*cost * QUANTA).round() / QUANTA;
        }
        self
    }

    /// The costs of the groups from `start` on, by size less 1.
    pub(super) fn row(&self, start: usize) -> &[f64] {
        let begin = self.begin(start);
        &self.costs[begin..begin + self.cells - start]
    }

    fn begin(&self, start: usize) -> usize {
        start * self.cells - start * start.saturating_sub(1) / 2
    }

    /// Adds the costs of the groups that begin at `start`, from the variances
    /// of all cells from there on when those before it are known, and the
    /// variances when all before each cell are.
    pub(super) fn add_row(&mut self, loss: Loss, start: usize, variances: &[f64], pivots: &[f64]) {
        let begin = self.begin(start);
        let row = &mut self.costs[begin..begin + self.cells - start];
        // The first cell of a group has both variances alike, up to rounding.
        let mut cost = 0.0;
        let pairs = variances.iter().zip(pivots);
        for (entry, (variance, pivot)) in row.iter_mut().zip(pairs).skip(1) {
            cost += match loss {
                Loss::TotalCorrelation => (0.5 * (variance / pivot).ln()).max(0.0),
                Loss::Refusals => refusal_probability(*pivot, *variance),
            };
            *entry += cost;
        }
    }

    /// Sets the costs of the groups that begin at `start`, from those of their cells.
    pub(super) fn set_row(&mut self, start: usize, of_cells: impl Iterator<Item = f64>) {
        let begin = self.begin(start);
        let row = &mut self.costs[begin..begin + self.cells - start];
        let mut cost = 0.0;
        for (entry, of_cell) in row.iter_mut().zip(of_cells) {
            cost += of_cell;
            *entry = cost;
        }
    }

    /// Adds the costs of another order.
    pub(super) fn add_costs(&mut self, other: &Self) {
        for (cost, other) in self.costs.iter_mut().zip(&other.costs) {
            *cost += other;
        }
    }

    pub(super) fn divide(&mut self, count: f64) {
        self.costs.iter_mut().for_each(|cost| *cost /= count);
    }
}
