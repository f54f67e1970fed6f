//! A greedy order.

use orders_core::{Cell, OrderRng, Problem, TieKeys};

use super::super::covariance::Covariance;
use super::super::error::InformationError;
use super::super::measure::Information;
use super::swept::Swept;

/// How much the entropy of a cell counts against what it shares with its group.
const WEIGHTS: [f64; 3] = [0.0, 0.5, 1.0];

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
    let mut information = Information::new(problem, covariance)?;
    let mut best: Option<(f64, Vec<Cell>)> = None;
    for (index, weight) in (0..).zip(WEIGHTS) {
        let cells = order(&information, weight, &mut OrderRng::new(seed, index));
        let cost = information.measure(&cells)?.total_correlation_nats;
        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
            best = Some((cost, cells));
        }
    }
    Ok(best.map(|(_, cells)| cells).unwrap_or_default())
}

fn order(information: &Information, weight: f64, rng: &mut OrderRng) -> Vec<Cell> {
    let cells = information.free_cells();
    let count = cells.len();
    let mut swept = Swept::new(count, information.covariance_of(&cells));
    let mut taken = vec![false; count];
    let mut ordered = Vec::with_capacity(count);
    for &size in information.problem().group_sizes().as_slice() {
        let context: Vec<f64> = (0..count).map(|place| swept.at(place, place)).collect();
        let keys = TieKeys::new(rng);
        for _ in 0..size {
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
    ordered
}
