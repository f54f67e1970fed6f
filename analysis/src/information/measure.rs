//! Measuring orders.

use std::f64::consts::{E, TAU};
use std::sync::Arc;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use orders_core::{Cell, KnownCells, Order, Problem};
use serde::Serialize;

use super::cholesky::Cholesky;
use super::covariance::Covariance;
use super::cut_costs::{CutCosts, Loss};
use super::error::InformationError;
use super::refusals::refusal_probability;

/// The information that an order loses, if the cells of a group are generated
/// independently of each other, each from its exact distribution given the
/// context.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OrderInformation {
    /// The sum over the steps of their total correlation, in nats, from 0. It
    /// is the Kullback-Leibler divergence of what is generated from the field.
    pub total_correlation_nats: f64,
    /// Sum over all cells of the differential entropy of a cell at the moment
    /// when it is revealed, in nats: the entropy of the field, given the known
    /// cells, and the total correlation.
    pub entropy_nats: f64,
    /// The total correlation if all cells came in one step, in nats, given the
    /// known cells. It does not depend on the order.
    pub one_shot_total_correlation_nats: f64,
    /// Each group, first step first.
    pub steps: Vec<StepInformation>,
}

/// The information of one group at the moment when it is revealed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StepInformation {
    /// Cells of the group.
    pub size: u32,
    /// Total correlation of the group given its context, in nats, from 0: the sum
    /// of the entropies of its cells less the entropy of all together. A
    /// group of one has 0.
    pub total_correlation_nats: f64,
    /// Sum over the cells of the group of their differential entropy given the
    /// context, `1/2 ln(2 pi e v)` for a variance v, in nats. It is negative
    /// for small variances.
    pub entropy_nats: f64,
}

/// Measures the information of the orders of one problem on one Gaussian field.
/// Tables and buffers are made once and used for every order.
///
/// With the cells in generation order, let S = L L^T be their covariance given
/// the known cells. The variance that cell i keeps when the first j are known is
/// `v_i(j) = S_ii - sum_{t<j} L_it^2`, so that one Cholesky factor has the total
/// correlation of *every* group of consecutive cells: the group [j, k) costs
///
/// ```text
/// 1/2 sum_{j <= i < k} (ln v_i(j) - ln L_ii^2)  nats
/// ```
///
/// An order takes O(N^3) time for N free cells, of which the factor is all but
/// O(N^2); memory is O(N^2). Everything runs on the calling thread.
///
/// ```
/// use orders_analysis::information::{Covariance, Information};
/// use orders_core::methods::Random;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let grid = Grid::new(16, 16)?;
/// let problem = Problem::new(grid, GroupSizes::published(grid, 20).expect("published"))?;
/// let covariance = Covariance::of_field(&"exp:5".parse()?, grid)?;
/// let mut information = Information::new(&problem, &covariance)?;
///
/// let order = Random::default().order(&problem, 0, 0)?;
/// let measured = information.measure(order.cell_from_rank())?;
/// assert!((measured.one_shot_total_correlation_nats - 190.403).abs() < 0.001);
/// let lost = measured.entropy_nats - information.joint_entropy_nats();
/// assert!((lost - measured.total_correlation_nats).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Information {
    problem: Problem,
    /// The place of each cell of the grid among the free cells; for known ones it
    /// means nothing.
    place_from_cell: Arc<[u32]>,
    /// The covariance of the free cells given the known ones, row after row.
    covariance: Arc<[f64]>,
    joint_entropy: f64,
    one_shot: f64,
    cholesky: Cholesky,
    places: Vec<u32>,
    /// What is left of the variance of each cell, by rank.
    variances: Vec<f64>,
}

impl Information {
    /// Tables for the orders of a problem. O(N^3) time for N cells of the grid,
    /// and as much memory as the covariance if cells are known.
    ///
    /// # Errors
    ///
    /// [`InformationError::Grid`] if the covariance is that of another grid.
    pub fn new(problem: &Problem, covariance: &Covariance) -> Result<Self, InformationError> {
        let (orders, grid) = (problem.grid(), covariance.grid());
        if orders != grid {
            return Err(InformationError::Grid {
                covariance: grid,
                orders,
            });
        }
        let known = problem.known();
        let mut place_from_cell = vec![0; grid.cells()];
        for (place, cell) in (0..).zip(free_cells(known)) {
            place_from_cell[cell as usize] = place;
        }
        let mut information = Self {
            problem: problem.clone(),
            place_from_cell: place_from_cell.into(),
            covariance: match known.count() {
                0 => Arc::clone(covariance.values()),
                _ => given_known(covariance, known).into(),
            },
            joint_entropy: 0.0,
            one_shot: 0.0,
            cholesky: Cholesky::new(problem.cells()),
            places: Vec::new(),
            variances: Vec::new(),
        };
        let cells: Vec<Cell> = free_cells(known).collect();
        information.factor(&cells);
        let marginal: f64 = information.variances.iter().copied().map(entropy).sum();
        information.joint_entropy = (0..cells.len())
            .map(|rank| entropy(information.pivot(rank)))
            .sum();
        information.one_shot = (marginal - information.joint_entropy).max(0.0);
        Ok(information)
    }

    /// What is ordered.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Differential entropy of all free cells together, given the known ones, in
    /// nats.
    pub fn joint_entropy_nats(&self) -> f64 {
        self.joint_entropy
    }

    /// The total correlation of all free cells, given the known ones, in nats:
    /// what it costs to generate all in one step.
    pub fn one_shot_total_correlation_nats(&self) -> f64 {
        self.one_shot
    }

    /// Measures an order of the problem, cut as its group sizes say: its cells,
    /// first generated first.
    ///
    /// # Errors
    ///
    /// [`InformationError::Order`] if the cells are no order of the problem.
    pub fn measure(&mut self, cells: &[Cell]) -> Result<OrderInformation, InformationError> {
        self.check(cells)?;
        let mut steps = Vec::with_capacity(self.problem.group_sizes().steps());
        self.measure_checked(cells, &mut steps);
        Ok(self.order_of(steps))
    }

    /// The reverse total correlation of each step of an order, in nats, from 0: the
    /// Kullback-Leibler divergence of the field from what is generated, for a group
    /// given its context,
    ///
    /// ```text
    /// 1/2 (tr(S^-1 D) - n) - TC
    /// ```
    ///
    /// with the conditional covariance S of the n cells, its diagonal D, and the total
    /// correlation TC of the step. It punishes what is generated and hardly ever seen,
    /// where TC punishes what is seen and hardly ever generated.
    ///
    /// O(N^3) time.
    ///
    /// # Errors
    ///
    /// As [`measure`](Self::measure).
    pub fn reverse_total_correlations_nats(
        &mut self,
        cells: &[Cell],
    ) -> Result<Vec<f64>, InformationError> {
        self.check(cells)?;
        self.factor(cells);
        let sizes = self.problem.group_sizes().clone();
        let mut start = 0;
        let mut column = Vec::new();
        let of_step = sizes.as_slice().iter().map(|&size| {
            let end = start + size as usize;
            let mut reverse = 0.0;
            // S = G G^T for the group's block G of the factor, so that (S^-1)_ii is the
            // sum of squares of column i of G^-1, which forward substitution finds.
            for first in start..end {
                column.clear();
                column.resize(end - first, 0.0);
                column[0] = 1.0;
                let mut of_inverse = 0.0;
                for rank in first..end {
                    let entries = &self.cholesky.column(rank)[rank..end];
                    let (value, below) = column[rank - first..].split_at_mut(1);
                    value[0] /= entries[0];
                    for (later, entry) in below.iter_mut().zip(&entries[1..]) {
                        *later -= entry * value[0];
                    }
                    of_inverse += value[0] * value[0];
                }
                let (variance, pivot) = (self.variances[first], self.pivot(first));
                reverse += 0.5 * (variance * of_inverse - 1.0 - (variance / pivot).ln());
            }
            for rank in start..end {
                self.reveal(rank, end);
            }
            start = end;
            // Rounding must not make a group of independent cells gain.
            reverse.max(0.0)
        });
        Ok(of_step.collect())
    }

    /// The expected refusals of each step of an order when the field is decoded exactly:
    /// each group is drafted at once, each cell from its distribution given the context,
    /// and verified one by one. 0 for a group of one.
    ///
    /// A draft is refused with the total variation distance between the distribution that
    /// it was drawn from and the one given the cells of the group before it (speculative
    /// sampling; Y. Leviathan et al., ICML 2023, corollary 3.6), in the mean over the
    /// field. Exact within 1e-7 for each cell. O(N^3) time.
    ///
    /// # Errors
    ///
    /// As [`measure`](Self::measure).
    pub fn expected_refusals(&mut self, cells: &[Cell]) -> Result<Vec<f64>, InformationError> {
        self.check(cells)?;
        self.factor(cells);
        let sizes = self.problem.group_sizes().clone();
        let mut start = 0;
        let of_step = sizes.as_slice().iter().map(|&size| {
            let end = start + size as usize;
            // The first of a group was drawn from what it is held against.
            let refused = (start + 1..end)
                .map(|rank| refusal_probability(self.pivot(rank), self.variances[rank]));
            let refused = refused.sum();
            for rank in start..end {
                self.reveal(rank, end);
            }
            start = end;
            refused
        });
        Ok(of_step.collect())
    }

    /// The cost of every way to cut an order into groups: its cells, first
    /// generated first. The group sizes of the problem do not matter.
    ///
    /// # Errors
    ///
    /// As [`measure`](Self::measure).
    pub fn cut_costs(&mut self, cells: &[Cell], loss: Loss) -> Result<CutCosts, InformationError> {
        self.check(cells)?;
        let mut costs = CutCosts::zero(cells.len());
        self.add_cut_costs(cells, loss, &mut costs);
        Ok(costs)
    }

    /// The cells that are not known, in raster order.
    pub(super) fn free_cells(&self) -> Vec<Cell> {
        free_cells(self.problem.known()).collect()
    }

    /// The covariance of cells that are not known, given those that are, row after
    /// row.
    pub(super) fn covariance_of(&self, cells: &[Cell]) -> Vec<f64> {
        let count = self.problem.cells();
        let place = |cell: &Cell| self.place_from_cell[*cell as usize] as usize;
        let places: Vec<usize> = cells.iter().map(place).collect();
        let rows = places.iter().flat_map(|&row| {
            let row = &self.covariance[row * count..][..count];
            places.iter().map(move |&column| row[column])
        });
        rows.collect()
    }

    fn check(&self, cells: &[Cell]) -> Result<(), InformationError> {
        Order::new(self.problem.clone(), cells.to_vec())?;
        Ok(())
    }

    /// Appends the steps of an order that is known to be one.
    pub(super) fn measure_checked(&mut self, cells: &[Cell], steps: &mut Vec<StepInformation>) {
        self.factor(cells);
        let sizes = self.problem.group_sizes().clone();
        let mut start = 0;
        for &size in sizes.as_slice() {
            let end = start + size as usize;
            let at_reveal: f64 = self.variances[start..end]
                .iter()
                .copied()
                .map(entropy)
                .sum();
            let together: f64 = (start..end).map(|rank| entropy(self.pivot(rank))).sum();
            steps.push(StepInformation {
                size,
                // Rounding must not make a group of independent cells gain.
                total_correlation_nats: match size {
                    1 => 0.0,
                    _ => (at_reveal - together).max(0.0),
                },
                entropy_nats: at_reveal,
            });
            for rank in start..end {
                self.reveal(rank, end);
            }
            start = end;
        }
    }

    /// An order of its steps.
    pub(super) fn order_of(&self, steps: Vec<StepInformation>) -> OrderInformation {
        let correlations = steps.iter().map(|step| step.total_correlation_nats);
        let entropies = steps.iter().map(|step| step.entropy_nats);
        OrderInformation {
            total_correlation_nats: correlations.sum(),
            entropy_nats: entropies.sum(),
            one_shot_total_correlation_nats: self.one_shot,
            steps,
        }
    }

    /// Adds the costs of all groups of an order that is known to be one.
    pub(super) fn add_cut_costs(&mut self, cells: &[Cell], loss: Loss, costs: &mut CutCosts) {
        self.factor(cells);
        let pivots: Vec<f64> = (0..cells.len()).map(|rank| self.pivot(rank)).collect();
        for start in 0..cells.len() {
            costs.add_row(loss, start, &self.variances[start..], &pivots[start..]);
            self.reveal(start, start + 1);
        }
    }

    /// Factors the covariance in the order of the cells, and sets the variances to
    /// those before any is revealed.
    fn factor(&mut self, cells: &[Cell]) {
        let count = self.problem.cells();
        self.places.clear();
        let places = cells
            .iter()
            .map(|&cell| self.place_from_cell[cell as usize]);
        self.places.extend(places);
        self.variances.clear();
        for (rank, &place) in self.places.iter().enumerate() {
            let row = &self.covariance[place as usize * count..][..count];
            let column = &mut self.cholesky.column_mut(rank)[rank..];
            for (entry, &other) in column.iter_mut().zip(&self.places[rank..]) {
                *entry = row[other as usize];
            }
            self.variances.push(row[place as usize]);
        }
        self.cholesky
            .factor()
            .expect("a covariance has a factor in every order");
    }

    /// The variance that the cell of a rank keeps when all before it are known.
    fn pivot(&self, rank: usize) -> f64 {
        let root = self.cholesky.column(rank)[rank];
        root * root
    }

    /// Takes the cell of a rank as known, for the cells of the ranks from `from`
    /// on.
    fn reveal(&mut self, rank: usize, from: usize) {
        let column = &self.cholesky.column(rank)[from..];
        for (variance, entry) in self.variances[from..].iter_mut().zip(column) {
            *variance -= entry * entry;
        }
    }
}

/// Differential entropy of a normal variable of this variance, in nats.
fn entropy(variance: f64) -> f64 {
    0.5 * (TAU * E * variance).ln()
}

fn free_cells(known: &KnownCells) -> impl Iterator<Item = Cell> {
    let mask = known.mask().iter();
    (0..)
        .zip(mask)
        .filter(|(_, known)| !**known)
        .map(|(cell, _)| cell)
}

/// The covariance of the free cells given the known ones, row after row. With the
/// known cells first, it is F F^T for the lower right part F of the factor.
fn given_known(covariance: &Covariance, known: &KnownCells) -> Vec<f64> {
    let cells: Vec<Cell> = known.cells().chain(free_cells(known)).collect();
    let mut cholesky = Cholesky::new(cells.len());
    for (rank, &cell) in cells.iter().enumerate() {
        let row = covariance.row(cell);
        for (entry, &other) in cholesky.column_mut(rank).iter_mut().zip(&cells) {
            *entry = row[other as usize];
        }
    }
    cholesky
        .factor()
        .expect("a covariance has a factor in every order");
    let (count, free) = (known.count(), known.free_count());
    let mut factor: Mat<f64> = Mat::zeros(free, free);
    for column in 0..free {
        let entries = &cholesky.column(count + column)[count + column..];
        factor.col_as_slice_mut(column)[column..].copy_from_slice(entries);
    }
    let mut product: Mat<f64> = Mat::zeros(free, free);
    matmul(
        &mut product,
        Accum::Replace,
        &factor,
        factor.transpose(),
        1.0,
        Par::Seq,
    );
    let columns = (0..free).flat_map(|column| product.col_as_slice(column).to_vec());
    columns.collect()
}
