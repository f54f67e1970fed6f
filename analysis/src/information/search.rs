//! Better orders for a field and given group sizes.
//!
//! The cost of an order is `1/2 sum_g sum_{i in g} ln var(i | context of g)` up to a
//! constant, so only the step of each cell matters. Two searches work on it: a
//! greedy start, and exchanges of cells of different steps.

use std::ops::ControlFlow;

use orders_core::{Cell, OrderRng, Problem, TieKeys, Watch};
use rayon::prelude::*;

use super::covariance::Covariance;
use super::error::InformationError;
use super::measure::Information;

/// What counts as cheaper, in nats: more than rounding.
const SMALLEST_GAIN: f64 = 1e-9;

/// The most exchanges that are made at once.
const MOST_AT_ONCE: usize = 64;

/// Exchanges that a kick makes.
const KICK: u32 = 4;

/// Orders of so many cells are watched cell by cell: what a cell takes is a millisecond.
const CELLS_WATCHED: usize = 1 << 10;

/// How much the entropy of a cell counts against what it shares with its group.
const WEIGHTS: [f64; 3] = [0.0, 0.5, 1.0];

/// A search for a cheap order of a problem on a field: any-time, seeded, and never
/// worse than its start.
///
/// A [`round`](Self::round) finds what *every* exchange of two cells of different
/// steps would change, makes the best of those that gain and have no cell in common,
/// and takes half of them back, and half again, if together they do not gain. Where
/// no exchange gains, the order is a local optimum; then a few random exchanges are
/// made to the best order so far, and the search goes on from there (iterated local
/// search: H. R. Lourenco, O. C. Martin and T. Stutzle, Handbook of Metaheuristics,
/// 2003, chapter 11).
///
/// After the same number of rounds from the same start with the same seed, the best
/// order is the same, for any number of threads.
///
/// ```
/// use orders_analysis::information::{Covariance, OrderSearch, greedy_order};
/// use orders_core::{Grid, GroupSizes, Problem};
///
/// let grid = Grid::new(6, 6)?;
/// let problem = Problem::new(grid, GroupSizes::new([1, 5, 12, 18])?)?;
/// let covariance = Covariance::of_field(&"exp:3".parse()?, grid)?;
/// let start = greedy_order(&problem, &covariance, 0)?;
/// let mut search = OrderSearch::new(&problem, &covariance, &start, 0, 0)?;
/// let at_start = search.best_nats();
/// for _ in 0..20 {
///     search.round();
/// }
/// assert!(search.best_nats() <= at_start);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OrderSearch {
    information: Information,
    seed: u64,
    rounds: u64,
    best: Vec<Cell>,
    best_nats: f64,
    /// Where the search is.
    current: Vec<Cell>,
    /// Added to the cost of a pass, it is the total correlation; known after the first
    /// pass, which is over the start.
    offset: Option<f64>,
}

impl OrderSearch {
    /// A search from an order, whose rounds are counted from `rounds`: 0, or what a
    /// search before this one came to. The seed's random choices depend on the count.
    ///
    /// # Errors
    ///
    /// As [`Information::new`] and [`Information::measure`].
    pub fn new(
        problem: &Problem,
        covariance: &Covariance,
        start: &[Cell],
        seed: u64,
        rounds: u64,
    ) -> Result<Self, InformationError> {
        let mut information = Information::new(problem, covariance)?;
        let best_nats = information.measure(start)?.total_correlation_nats;
        Ok(Self {
            information,
            seed,
            rounds,
            best: start.to_vec(),
            best_nats,
            current: start.to_vec(),
            offset: None,
        })
    }

    /// The best order so far: its cells, first generated first.
    pub fn best(&self) -> &[Cell] {
        &self.best
    }

    /// What it costs, in nats.
    pub fn best_nats(&self) -> f64 {
        self.best_nats
    }

    /// Rounds so far.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    /// One round: O(N^3) time for each of its passes, of which most rounds have two, on
    /// the current rayon pool. Returns how many exchanges were made; 0 at a local optimum.
    pub fn round(&mut self) -> usize {
        self.round_watched(Watch::NONE).unwrap_or_default()
    }

    /// The same; whoever watches may end it, and then it is `None`, and the round was none.
    pub fn round_watched(&mut self, watch: Watch<'_>) -> Option<usize> {
        let (cost, changes) = self.pass(&self.current, watch)?;
        let offset = *self.offset.get_or_insert(self.best_nats - cost);
        let gains = self.gains(&changes);
        let mut exchanged = gains.len();
        while exchanged > 0 {
            let mut next = self.current.clone();
            for &(a, b) in &gains[..exchanged] {
                next.swap(a, b);
            }
            let (next_cost, _) = self.pass(&next, watch)?;
            if next_cost < cost - SMALLEST_GAIN {
                self.current = next;
                self.note(next_cost + offset);
                break;
            }
            exchanged /= 2;
        }
        if exchanged == 0 {
            self.kick();
        }
        // A count beyond all measure only chooses the random numbers.
        self.rounds = self.rounds.wrapping_add(1);
        Some(exchanged)
    }

    /// The exchanges that gain, the best first, no cell in two of them.
    fn gains(&self, changes: &[f64]) -> Vec<(usize, usize)> {
        let cells = self.current.len();
        let mut gains: Vec<(f64, usize)> = changes
            .iter()
            .enumerate()
            .filter(|(_, change)| **change < -SMALLEST_GAIN)
            .map(|(place, &change)| (change, place))
            .collect();
        gains.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut is_used = vec![false; cells];
        let mut chosen = Vec::new();
        for (_, place) in gains {
            let (a, b) = (place / cells, place % cells);
            if !is_used[a] && !is_used[b] {
                is_used[a] = true;
                is_used[b] = true;
                chosen.push((a, b));
            }
            if chosen.len() == MOST_AT_ONCE {
                break;
            }
        }
        chosen
    }

    /// Goes on from near the best order.
    fn kick(&mut self) {
        self.current.clone_from(&self.best);
        let mut rng = OrderRng::new(self.seed, self.rounds);
        let cells = self.current.len() as u32;
        for _ in 0..KICK {
            let (a, b) = (rng.below(cells), rng.below(cells));
            self.current.swap(a as usize, b as usize);
        }
    }

    /// Keeps the current order if it is the best so far.
    fn note(&mut self, estimate: f64) {
        if estimate < self.best_nats - SMALLEST_GAIN {
            self.best.clone_from(&self.current);
            self.best_nats = estimate;
        }
    }

    fn pass(&self, cells: &[Cell], watch: Watch<'_>) -> Option<(f64, Vec<f64>)> {
        let covariance = self.information.covariance_of(cells);
        let sizes = self.information.problem().group_sizes();
        exchanges(covariance, sizes.as_slice(), watch)
    }
}

/// An order that is made cell by cell: the next cell of a group is the one with
/// the largest
///
/// ```text
/// w ln var(i | context) - (ln var(i | context) - ln var(i | context and group so far))
/// ```
///
/// ties in random order. For w = 1 this is maximum entropy sampling (M. C. Shewry
/// and H. P. Wynn, Journal of Applied Statistics 14 (1987)); for w = 0 each cell
/// adds as little total correlation as it can. The weights 0, 1/2 and 1 are tried,
/// and the cheapest order is returned. O(N^3) time.
///
/// # Errors
///
/// [`InformationError::Grid`] if the covariance is that of another grid.
pub fn greedy_order(
    problem: &Problem,
    covariance: &Covariance,
    seed: u64,
) -> Result<Vec<Cell>, InformationError> {
    greedy_order_watched(problem, covariance, seed, &mut |_, _| {
        ControlFlow::Continue(())
    })
}

/// The same. `on_cell` is told again and again how many cells are chosen, and of how many
/// in all, and may end it.
///
/// # Errors
///
/// As [`greedy_order`], and [`InformationError::Stopped`].
pub fn greedy_order_watched(
    problem: &Problem,
    covariance: &Covariance,
    seed: u64,
    on_cell: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Vec<Cell>, InformationError> {
    let mut information = Information::new(problem, covariance)?;
    let mut best: Option<(f64, Vec<Cell>)> = None;
    let count = problem.cells() as u64;
    for (index, weight) in (0..).zip(WEIGHTS) {
        let mut on_cell = |cells: usize| {
            let all = WEIGHTS.len() as u64 * count;
            on_cell(index * count + cells as u64, all)
        };
        let rng = &mut OrderRng::new(seed, index);
        let cells = greedy(&information, weight, rng, &mut on_cell);
        let cells = cells.ok_or(InformationError::Stopped)?;
        let cost = information.measure(&cells)?.total_correlation_nats;
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, cells));
        }
    }
    Ok(best.map(|(_, cells)| cells).unwrap_or_default())
}

/// An order for a weight; `None` if it was ended.
fn greedy(
    information: &Information,
    weight: f64,
    rng: &mut OrderRng,
    on_cell: &mut dyn FnMut(usize) -> ControlFlow<()>,
) -> Option<Vec<Cell>> {
    let cells = information.free_cells();
    let count = cells.len();
    let mut swept = Swept::new(count, information.covariance_of(&cells));
    let mut taken = vec![false; count];
    let mut ordered = Vec::with_capacity(count);
    for &size in information.problem().group_sizes().as_slice() {
        let context: Vec<f64> = (0..count).map(|place| swept.at(place, place)).collect();
        let keys = TieKeys::new(rng);
        for _ in 0..size {
            if on_cell(ordered.len()).is_break() {
                return None;
            }
            let score = |place: usize| {
                let before = libm::log(context[place]);
                weight * before - (before - libm::log(swept.at(place, place)))
            };
            // Scores that differ by rounding only tie.
            let scored = (0..count)
                .filter(|&place| !taken[place])
                .map(|place| ((score(place) * 1e9).round(), place));
            let best = scored.max_by(|a, b| {
                let tie = || keys.key(b.1 as Cell).cmp(&keys.key(a.1 as Cell));
                a.0.total_cmp(&b.0).then_with(tie)
            });
            if let Some((_, place)) = best {
                taken[place] = true;
                ordered.push(cells[place]);
                swept.sweep(place);
            }
        }
    }
    Some(ordered)
}

/// The cost of an order, `1/2 sum ln var` at reveal, and by how much every exchange of
/// two of its cells changes it, in nats: by the rank of the earlier cell and the rank
/// of the later one, 0 for cells of the same step.
///
/// One pass over the steps. `covariance` is that of the cells in order, row after
/// row. O(N^3) time, O(N^2) memory, on the current rayon pool; the result does not
/// depend on its threads. `None` if whoever watches ended it.
///
/// Let a be of step s and b of a later step t, and S the context of a step u. If
/// they change places,
///
/// - in step s, b stands in place of a, with the same context;
/// - in steps u from s + 1 to t, the context is S without a and with b, and in step t
///   a stands in place of b.
///
/// With the swept matrix A of S and `v = -1/A_aa`, the variance of a without itself
/// in S, a cell i keeps given S without a and with b
///
/// ```text
/// A_ii + A_ia^2 v - (A_ib + A_ia A_ba v)^2 / (A_bb + A_ba^2 v)
/// ```
fn exchanges(covariance: Vec<f64>, sizes: &[u32], watch: Watch<'_>) -> Option<(f64, Vec<f64>)> {
    let cells: usize = sizes.iter().map(|&size| size as usize).sum();
    let mut swept = Swept::new(cells, covariance);
    let mut changes = vec![0.0; cells * cells];
    let mut cost = 0.0;
    let mut start = 0;
    let is_ended = || cells >= CELLS_WATCHED && watch.ask().is_break();
    for &size in sizes {
        if watch.ask().is_break() {
            return None;
        }
        let end = start + size as usize;
        let variances: Vec<f64> = (0..cells).map(|i| swept.at(i, i)).collect();
        let logs: Vec<f64> = variances
            .iter()
            .enumerate()
            .map(|(i, &variance)| if i < start { 0.0 } else { libm::log(variance) })
            .collect();
        cost += 0.5 * logs[start..end].iter().sum::<f64>();
        changes
            .par_chunks_exact_mut(cells)
            .enumerate()
            .take(end)
            .for_each(|(a, changes)| {
                if is_ended() {
                    return;
                }
                if a < start {
                    let found = context_change(&swept, a, start, end);
                    for (b, change) in (start..cells).zip(found) {
                        changes[b] += change;
                    }
                } else {
                    for b in end..cells {
                        changes[b] += 0.5 * (logs[b] - logs[a]);
                    }
                }
            });
        for index in start..end {
            if is_ended() {
                return None;
            }
            swept.sweep(index);
        }
        start = end;
    }
    Some((cost, changes))
}

/// For every b from `start` on: what the group [start, end) costs more if its
/// context has b in place of a, and, if b is of the group, the group has a in
/// place of b.
fn context_change(swept: &Swept, a: usize, start: usize, end: usize) -> Vec<f64> {
    let of_a = &swept.row(a)[start..];
    let variance = -1.0 / swept.at(a, a);
    let count = of_a.len();
    let of_b: Vec<f64> = (start..start + count).map(|b| swept.at(b, b)).collect();
    // 1 / the variance of b given the context without a.
    let inverse: Vec<f64> = of_a
        .iter()
        .zip(&of_b)
        .map(|(slope, own)| 1.0 / (own + slope * slope * variance))
        .collect();
    let mut ratios = vec![1.0; count];
    for i in start..end {
        let row = &swept.row(i)[start..];
        let slope = swept.at(i, a);
        let own = of_b[i - start];
        let without_a = own + slope * slope * variance;
        let step = slope * variance;
        let scale = 1.0 / own;
        let kept = ratios[i - start];
        for b in 0..count {
            let shared = row[b] + step * of_a[b];
            ratios[b] *= (without_a - shared * shared * inverse[b]) * scale;
        }
        // b itself is replaced by a, whose variance is v A_bb / var(b).
        ratios[i - start] = kept * variance * inverse[i - start];
    }
    ratios.iter().map(|&ratio| 0.5 * libm::log(ratio)).collect()
}

/// The sweep operator's matrix A for the set S of cells that are known. With i and
/// j outside of S and k and l inside,
///
/// - `A_ij` is the covariance of i and j given S;
/// - `A_ik` is the coefficient of k in the regression of i on S;
/// - `-A_kl` is an entry of the inverse of the covariance of S.
///
/// Source: J. H. Goodnight, A tutorial on the SWEEP operator, The American
/// Statistician 33 (1979). Plain loops, which are rounded alike on every machine.
struct Swept {
    size: usize,
    values: Vec<f64>,
}

impl Swept {
    /// Nothing known yet: the covariance itself, row after row.
    fn new(size: usize, values: Vec<f64>) -> Self {
        Self { size, values }
    }

    fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.size..][..self.size]
    }

    fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    /// Takes an index as known. O(N^2).
    fn sweep(&mut self, index: usize) {
        let pivot_row = self.row(index).to_vec();
        let pivot = pivot_row[index];
        for (other, row) in self.values.chunks_exact_mut(self.size).enumerate() {
            let factor = pivot_row[other] / pivot;
            if other == index {
                row.iter_mut().for_each(|value| *value /= pivot);
                row[index] = -1.0 / pivot;
            } else {
                for (value, pivot_value) in row.iter_mut().zip(&pivot_row) {
                    *value -= factor * pivot_value;
                }
                row[index] = factor;
            }
        }
    }
}
