//! A search for an order by nothing but what orders cost.

use std::error::Error;

use orders_core::{Cell, GroupSizes, Order, OrderError, OrderRng, Problem, ProblemError};

/// What counts as cheaper.
const SMALLEST_GAIN: f64 = 1e-12;
/// The most changes that make a candidate of the best order.
const MOST_CHANGES: u32 = 4;
/// One change in so many moves the border of two groups, where sizes are free.
const BORDERS: u32 = 4;

/// How a local search looks around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalSearchParams {
    /// Orders that a round tries, from 1.
    pub candidates: u64,
    /// Whether it matters in which sequence the cells of a group are, as it does for
    /// exact decoding.
    pub within_groups: bool,
    /// Whether group sizes are searched as well. There are as many groups as at the start.
    pub sizes: bool,
}

impl Default for LocalSearchParams {
    fn default() -> Self {
        Self {
            candidates: 8,
            within_groups: false,
            sizes: false,
        }
    }
}

/// A search for a cheap order that knows nothing but what orders cost: any-time, seeded,
/// and never worse than its start.
///
/// A [`round`](Self::round) makes a few candidates of the best order so far, each by one to
/// four random changes, asks what they cost, and keeps the cheapest one if it is cheaper. A
/// change lets two cells change places, or two groups that follow each other get a cell more
/// and less. Which candidates there are depends on the seed, the number of the round and
/// the best order.
///
/// ```
/// use orders_analysis::optimize::{LocalSearch, LocalSearchParams};
/// use orders_core::methods::Raster;
/// use orders_core::{Grid, GroupSizes, Order, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(4, 4)?, GroupSizes::new([4, 12])?)?;
/// // Cells of even numbers are to come first.
/// let mut cost = |orders: &[Order]| {
///     let odd = |order: &Order| order.cell_from_rank()[..4].iter().filter(|&c| c % 2 == 1).count();
///     Ok(orders.iter().map(|order| odd(order) as f64).collect())
/// };
/// let start = Raster.order(&problem, 0, 0)?;
/// let params = LocalSearchParams::default();
/// let mut search = LocalSearch::new(start, params, 0, 0, &mut cost)?;
/// assert_eq!(search.best_cost(), 2.0);
/// while search.best_cost() > 0.0 {
///     search.round(&mut cost)?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct LocalSearch {
    params: LocalSearchParams,
    seed: u64,
    rounds: u64,
    best: Order,
    best_cost: f64,
}

/// What orders cost, one number for each; less is better.
pub type OrderCost<'a> = dyn FnMut(&[Order]) -> Result<Vec<f64>, CostError> + 'a;

/// Why it is not known what orders cost.
pub type CostError = Box<dyn Error + Send + Sync>;

/// Why a search does not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalSearchError {
    /// It is not known what orders cost.
    #[error("it is not known what an order costs")]
    Cost(#[source] CostError),
    /// There is not a number for each order.
    #[error("{found} costs were given for {orders} orders, each of which must be a number")]
    Costs {
        /// Orders that were asked about.
        orders: usize,
        /// Numbers that came back.
        found: usize,
    },
    /// A candidate is none.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// A candidate is none.
    #[error(transparent)]
    Problem(#[from] ProblemError),
}

impl LocalSearch {
    /// A search from an order, whose rounds are counted from `rounds`: 0, or what a search
    /// before this one came to.
    ///
    /// # Errors
    ///
    /// [`LocalSearchError`] if it is not known what the start costs.
    pub fn new(
        start: Order,
        params: LocalSearchParams,
        seed: u64,
        rounds: u64,
        cost: &mut OrderCost<'_>,
    ) -> Result<Self, LocalSearchError> {
        let costs = costs(cost, std::slice::from_ref(&start))?;
        Ok(Self {
            params,
            seed,
            rounds,
            best: start,
            best_cost: costs[0],
        })
    }

    /// The best order so far, with its group sizes.
    pub fn best(&self) -> &Order {
        &self.best
    }

    /// What it costs.
    pub fn best_cost(&self) -> f64 {
        self.best_cost
    }

    /// Rounds so far.
    pub fn rounds(&self) -> u64 {
        self.rounds
    }

    /// One round. Returns whether a candidate was cheaper.
    ///
    /// # Errors
    ///
    /// [`LocalSearchError`]; the round was none then.
    pub fn round(&mut self, cost: &mut OrderCost<'_>) -> Result<bool, LocalSearchError> {
        let mut rng = OrderRng::new(self.seed, self.rounds);
        let candidates = (0..self.params.candidates.max(1)).map(|_| self.candidate(&mut rng));
        let mut candidates: Vec<Order> = candidates.collect::<Result<_, _>>()?;
        let costs = costs(cost, &candidates)?;
        let best = (0..costs.len()).min_by(|&a, &b| costs[a].total_cmp(&costs[b]));
        let gained = best.filter(|&best| costs[best] < self.best_cost - SMALLEST_GAIN);
        if let Some(best) = gained {
            self.best_cost = costs[best];
            self.best = candidates.swap_remove(best);
        }
        // A count beyond all measure only chooses the random numbers.
        self.rounds = self.rounds.wrapping_add(1);
        Ok(gained.is_some())
    }

    fn candidate(&self, rng: &mut OrderRng) -> Result<Order, LocalSearchError> {
        let mut cells = self.best.cell_from_rank().to_vec();
        let mut sizes = self.best.group_sizes().as_slice().to_vec();
        for _ in 0..=rng.below(MOST_CHANGES) {
            match self.params.sizes && rng.below(BORDERS) == 0 {
                true => move_border(&mut sizes, rng),
                false => self.exchange(&mut cells, &sizes, rng),
            }
        }
        let known = self.best.known().clone();
        let sizes = GroupSizes::new(sizes).expect("no group is left without a cell");
        let problem = Problem::with_known(known, sizes)?;
        Ok(Order::new(problem, cells)?)
    }

    /// Lets two cells change places; of different groups, unless the sequence matters.
    fn exchange(&self, cells: &mut [Cell], sizes: &[u32], rng: &mut OrderRng) {
        let count = cells.len() as u32;
        if count < 2 || (sizes.len() < 2 && !self.params.within_groups) {
            return;
        }
        let (a, group) = {
            let rank = rng.below(count);
            (rank, group_of(sizes, rank))
        };
        let b = match self.params.within_groups {
            true => (a + 1 + rng.below(count - 1)) % count,
            false => {
                // One of the cells that are not of the group.
                let other = rng.below(count - (group.end - group.start));
                if other < group.start {
                    other
                } else {
                    other + (group.end - group.start)
                }
            }
        };
        cells.swap(a as usize, b as usize);
    }
}

/// The ranks of the group that has a rank.
fn group_of(sizes: &[u32], rank: u32) -> std::ops::Range<u32> {
    let mut start = 0;
    for &size in sizes {
        if rank < start + size {
            return start..start + size;
        }
        start += size;
    }
    start..start
}

/// Gives a group one cell of the next one, or the other way round; nothing if that would
/// leave a group without cells.
fn move_border(sizes: &mut [u32], rng: &mut OrderRng) {
    if sizes.len() < 2 {
        return;
    }
    let left = rng.below(sizes.len() as u32 - 1) as usize;
    let (from, to) = match rng.below(2) {
        0 => (left, left + 1),
        _ => (left + 1, left),
    };
    if sizes[from] > 1 {
        sizes[from] -= 1;
        sizes[to] += 1;
    }
}

/// What orders cost, a number for each.
fn costs(cost: &mut OrderCost<'_>, orders: &[Order]) -> Result<Vec<f64>, LocalSearchError> {
    let costs = cost(orders).map_err(LocalSearchError::Cost)?;
    match costs.len() == orders.len() && costs.iter().all(|cost| cost.is_finite()) {
        true => Ok(costs),
        false => Err(LocalSearchError::Costs {
            orders: orders.len(),
            found: costs.len(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use orders_core::methods::Raster;
    use orders_core::{Grid, OrderingMethod};

    use super::*;

    fn start() -> Order {
        let sizes = GroupSizes::new([1, 3, 5, 7]).unwrap();
        let problem = Problem::new(Grid::new(4, 4).unwrap(), sizes).unwrap();
        Raster.order(&problem, 0, 0).unwrap()
    }

    /// Cells of high numbers are to come early, and the first group is to be large.
    fn cost(orders: &[Order]) -> Result<Vec<f64>, CostError> {
        let of = |order: &Order| {
            let ranks = order.cell_from_rank().iter().zip(0..);
            let sum: i32 = ranks.map(|(&cell, rank)| cell as i32 * rank).sum();
            f64::from(sum) - 100.0 * f64::from(order.group_sizes().as_slice()[0])
        };
        Ok(orders.iter().map(of).collect())
    }

    #[test]
    fn a_search_gains_and_goes_on_as_if_never_interrupted() {
        let params = LocalSearchParams {
            sizes: true,
            within_groups: true,
            ..LocalSearchParams::default()
        };
        let mut whole = LocalSearch::new(start(), params, 7, 0, &mut cost).unwrap();
        let at_start = whole.best_cost();
        let mut last = at_start;
        for _ in 0..40 {
            let gained = whole.round(&mut cost).unwrap();
            assert_eq!(gained, whole.best_cost() < last);
            last = whole.best_cost();
        }
        assert!(last < at_start - 200.0);
        assert!(whole.best().group_sizes().as_slice()[0] > 1);
        assert_eq!(whole.best().group_sizes().steps(), 4);

        let mut first = LocalSearch::new(start(), params, 7, 0, &mut cost).unwrap();
        for _ in 0..15 {
            first.round(&mut cost).unwrap();
        }
        let mut second =
            LocalSearch::new(first.best().clone(), params, 7, first.rounds(), &mut cost).unwrap();
        for _ in 15..40 {
            second.round(&mut cost).unwrap();
        }
        assert_eq!(second.best(), whole.best());
        assert_eq!(second.rounds(), 40);
    }

    #[test]
    fn exchanges_are_of_different_groups() {
        let search = LocalSearch::new(start(), LocalSearchParams::default(), 0, 0, &mut cost);
        let search = search.unwrap();
        let sizes = [1, 3, 5, 7];
        for index in 0..500 {
            let mut cells: Vec<Cell> = (0..16).collect();
            search.exchange(&mut cells, &sizes, &mut OrderRng::new(1, index));
            let moved: Vec<u32> = (0..16)
                .filter(|&rank| cells[rank as usize] != rank)
                .collect();
            assert_eq!(moved.len(), 2);
            assert_ne!(group_of(&sizes, moved[0]), group_of(&sizes, moved[1]));
        }
    }

    #[test]
    fn costs_that_are_none_end_it() {
        let mut broken = |orders: &[Order]| Ok(vec![f64::NAN; orders.len()]);
        let found = LocalSearch::new(start(), LocalSearchParams::default(), 0, 0, &mut broken);
        assert!(matches!(
            found,
            Err(LocalSearchError::Costs {
                orders: 1,
                found: 1
            })
        ));
    }
}
