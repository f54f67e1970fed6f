//! Optimal group sizes.

use orders_core::GroupSizes;

use super::cut_costs::CutCosts;
use super::error::InformationError;

/// What group sizes are to satisfy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SizesParams {
    /// The most cells of a group, from 1; `None` for no limit.
    pub largest: Option<usize>,
    /// Whether no group may be smaller than the one before it.
    pub non_decreasing: bool,
}

/// The cheapest group sizes for every number of steps up to a limit.
///
/// ```
/// use orders_analysis::information::{
///     Covariance, Loss, OptimalSizes, OrderSource, SizesParams, mean_cut_costs,
/// };
/// use orders_core::methods::Halton;
/// use orders_core::{Grid, GroupSizes, Problem};
///
/// let grid = Grid::new(16, 16)?;
/// let problem = Problem::new(grid, GroupSizes::published(grid, 20).expect("published"))?;
/// let covariance = Covariance::of_field(&"exp:5".parse()?, grid)?;
/// let halton = Halton { roll: false, scramble: false, ..Halton::default() };
/// let orders = OrderSource::Method { method: &halton, count: 1, seed: 0 };
/// let costs = mean_cut_costs(orders, &problem, &covariance, Loss::TotalCorrelation, &|_| {})?;
/// let optimal = OptimalSizes::new(&costs, 64, SizesParams::default())?;
///
/// // The published sizes cost 1.04 nats.
/// let (sizes, cost) = optimal.for_steps(20)?;
/// assert_eq!((sizes.steps(), sizes.cells()), (20, 256));
/// assert!(cost < 0.11);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OptimalSizes {
    cells: usize,
    params: SizesParams,
    /// By steps less 1: the least cost of all cells in so many groups.
    costs: Vec<f64>,
    choices: Choices,
}

/// What the last group of the best way to cut the first n cells into k groups
/// is.
#[derive(Clone, Debug)]
enum Choices {
    /// Its size, by k - 1 and n.
    Free(Vec<Vec<u32>>),
    /// Whether it has as many cells as it may, by k - 1, n and the most that it
    /// may have. If not, it is the best one with at most one less.
    NonDecreasing(Vec<Vec<u64>>),
}

impl OptimalSizes {
    /// Finds the cheapest sizes for 1 to `most_steps` steps, at most N, exactly,
    /// by dynamic programming: with `F_k(n)` the least cost of the first n cells in
    /// k groups and `c(j, n)` the cost of the group [j, n),
    ///
    /// ```text
    /// F_k(n) = min over j of F_{k-1}(j) + c(j, n)
    /// ```
    ///
    /// Of sizes that cost the same, those with the smaller last groups are
    /// taken. O(K N M) time for a largest group of M cells, O(K N) memory. If
    /// sizes must not decrease, the state also has the most cells m that the last
    /// group may have,
    ///
    /// ```text
    /// F_k(n, m) = min(F_k(n, m - 1), F_{k-1}(n - m, m) + c(n - m, n))
    /// ```
    ///
    /// which also takes O(K N M) time, and K N M / 8 bytes.
    ///
    /// # Errors
    ///
    /// [`InformationError::Steps`] if `most_steps` is 0, and
    /// [`InformationError::Largest`] if a group may have no cell.
    pub fn new(
        costs: &CutCosts,
        most_steps: usize,
        params: SizesParams,
    ) -> Result<Self, InformationError> {
        let cells = costs.cells();
        if most_steps == 0 {
            return Err(InformationError::Steps {
                steps: most_steps,
                cells,
            });
        }
        if params.largest == Some(0) {
            return Err(InformationError::Largest);
        }
        let most_steps = most_steps.min(cells);
        let largest = params.largest.unwrap_or(cells).min(cells);
        let (costs, choices) = if params.non_decreasing {
            non_decreasing(costs, most_steps, largest)
        } else {
            free(costs, most_steps, largest)
        };
        Ok(Self {
            cells,
            params,
            costs,
            choices,
        })
    }

    /// The most steps for which sizes were found.
    pub fn most_steps(&self) -> usize {
        self.costs.len()
    }

    /// The sizes for which a pass for each group and the costs together are least, over all
    /// numbers of steps, and that sum. With costs that are refusals, and one more pass that
    /// drafts the first group, it is the passes of exact decoding. O(K) time, as
    /// [`for_steps`](Self::for_steps).
    ///
    /// # Errors
    ///
    /// [`InformationError::NoSizes`] if there are too few steps for the largest group allowed.
    pub fn with_steps_counted(&self) -> Result<(GroupSizes, f64), InformationError> {
        let sum = |steps: usize| steps as f64 + self.costs[steps - 1];
        let best = (1..=self.most_steps()).min_by(|&a, &b| sum(a).total_cmp(&sum(b)));
        let steps = best.unwrap_or(1);
        Ok((self.for_steps(steps)?.0, sum(steps)))
    }

    /// The cheapest sizes for a number of steps, and what they cost. O(K)
    /// time, or O(K + M) if sizes do not decrease.
    ///
    /// # Errors
    ///
    /// [`InformationError::Steps`] if the number is not from 1 to
    /// [`most_steps`](Self::most_steps), and [`InformationError::NoSizes`] if
    /// there are too few steps for the largest group allowed.
    pub fn for_steps(&self, steps: usize) -> Result<(GroupSizes, f64), InformationError> {
        let out_of_range = || InformationError::Steps {
            steps,
            cells: self.most_steps(),
        };
        let cost = *self
            .costs
            .get(steps.wrapping_sub(1))
            .ok_or_else(out_of_range)?;
        let largest = self.params.largest.unwrap_or(self.cells).min(self.cells);
        if cost.is_infinite() {
            return Err(InformationError::NoSizes {
                steps,
                largest,
                cells: self.cells,
            });
        }
        let mut sizes = Vec::with_capacity(steps);
        let (mut end, mut most) = (self.cells, largest);
        for step in (0..steps).rev() {
            let size = match &self.choices {
                Choices::Free(sizes) => sizes[step][end] as usize,
                Choices::NonDecreasing(bits) => {
                    most = most.min(end);
                    while !bit(&bits[step], end * (largest + 1) + most) {
                        most -= 1;
                    }
                    most
                }
            };
            sizes.push(size as u32);
            end -= size;
        }
        sizes.reverse();
        let sizes = GroupSizes::new(sizes).map_err(|_| out_of_range())?;
        Ok((sizes, cost))
    }
}

fn bit(bits: &[u64], place: usize) -> bool {
    bits[place / 64] >> (place % 64) & 1 == 1
}

fn free(costs: &CutCosts, most_steps: usize, largest: usize) -> (Vec<f64>, Choices) {
    let cells = costs.cells();
    let mut totals = Vec::with_capacity(most_steps);
    let mut choices = Vec::with_capacity(most_steps);
    let mut before = vec![f64::INFINITY; cells + 1];
    before[0] = 0.0;
    for _ in 0..most_steps {
        let mut best = vec![f64::INFINITY; cells + 1];
        let mut sizes = vec![0; cells + 1];
        // Later starts, which mean smaller groups, come last and win ties.
        for (start, &so_far) in before[..cells].iter().enumerate() {
            if so_far.is_infinite() {
                continue;
            }
            let row = &costs.row(start)[..largest.min(cells - start)];
            let ends = start + 1..start + 1 + row.len();
            let best = best[ends.clone()].iter_mut().zip(&mut sizes[ends]);
            for ((best, chosen), (cost, size)) in best.zip(row.iter().zip(1..)) {
                let total = so_far + cost;
                if total <= *best {
                    (*best, *chosen) = (total, size);
                }
            }
        }
        totals.push(best[cells]);
        choices.push(sizes);
        before = best;
    }
    (totals, Choices::Free(choices))
}

fn non_decreasing(costs: &CutCosts, most_steps: usize, largest: usize) -> (Vec<f64>, Choices) {
    let cells = costs.cells();
    let width = largest + 1;
    let mut totals = Vec::with_capacity(most_steps);
    let mut choices = Vec::with_capacity(most_steps);
    // By n and m. No cells in no groups cost nothing.
    let mut before = vec![f64::INFINITY; (cells + 1) * width];
    before[..width].fill(0.0);
    let mut best = vec![f64::INFINITY; (cells + 1) * width];
    for _ in 0..most_steps {
        best.fill(f64::INFINITY);
        let mut bits = vec![0_u64; ((cells + 1) * width).div_ceil(64)];
        for end in 1..=cells {
            let row = end * width;
            for most in 1..=largest {
                let smaller = best[row + most - 1];
                best[row + most] = smaller;
                if most <= end {
                    let start = end - most;
                    let total = before[start * width + most] + costs.row(start)[most - 1];
                    if total < smaller {
                        best[row + most] = total;
                        bits[(row + most) / 64] |= 1 << ((row + most) % 64);
                    }
                }
            }
        }
        totals.push(best[cells * width + largest]);
        choices.push(bits);
        std::mem::swap(&mut before, &mut best);
    }
    (totals, Choices::NonDecreasing(choices))
}
