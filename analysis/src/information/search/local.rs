//! Search by exchanges, with kicks.

use orders_core::{Cell, OrderRng, Problem};

use super::super::covariance::Covariance;
use super::super::error::InformationError;
use super::super::measure::Information;
use super::exchanges::exchanges;

/// What counts as cheaper, in nats: more than rounding.
const SMALLEST_GAIN: f64 = 1e-9;

/// The most exchanges that are made at once.
const MOST_AT_ONCE: usize = 64;

/// Exchanges that a kick makes.
const KICK: u32 = 4;

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
    /// Added to the cost of a pass, it is the total correlation.
    offset: f64,
}

/// What a round did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SearchRound {
    /// The cost of the best order so far, in nats.
    pub best_nats: f64,
    /// Exchanges that were made; 0 at a local optimum.
    pub exchanged: usize,
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
        let mut search = Self {
            information,
            seed,
            rounds,
            best: start.to_vec(),
            best_nats,
            current: start.to_vec(),
            offset: 0.0,
        };
        search.offset = best_nats - search.pass(start).0;
        Ok(search)
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
    /// the current rayon pool.
    pub fn round(&mut self) -> SearchRound {
        let (cost, changes) = self.pass(&self.current);
        let gains = self.gains(&changes);
        let mut exchanged = gains.len();
        while exchanged > 0 {
            let mut next = self.current.clone();
            for &(a, b) in &gains[..exchanged] {
                next.swap(a, b);
            }
            let (next_cost, _) = self.pass(&next);
            if next_cost < cost - SMALLEST_GAIN {
                self.current = next;
                self.note(next_cost + self.offset);
                break;
            }
            exchanged /= 2;
        }
        if exchanged == 0 {
            self.kick();
        }
        self.rounds += 1;
        SearchRound {
            best_nats: self.best_nats,
            exchanged,
        }
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

    fn pass(&self, cells: &[Cell]) -> (f64, Vec<f64>) {
        let covariance = self.information.covariance_of(cells);
        let sizes = self.information.problem().group_sizes();
        let found = exchanges(covariance, sizes.as_slice());
        (found.cost, found.changes)
    }
}
