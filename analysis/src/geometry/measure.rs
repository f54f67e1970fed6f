//! Measuring an order.

use orders_core::{Cell, Grid, Order, Problem};
use serde::Serialize;

use super::context::{NearestRevealed, Neighbours, Support};
use super::discrepancy::CentredDiscrepancy;
use super::group::{GroupGeometry, Measure};
use super::params::{GeometryError, GeometryParams};

/// The geometry of an order.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderGeometry {
    /// Each group, first step first.
    pub steps: Vec<GroupGeometry>,
    /// All groups together.
    pub total: GroupGeometry,
}

impl OrderGeometry {
    /// The mean of a measure over the steps in which it has a value, each step
    /// weighing the same, however large its group; `None` if it has none.
    ///
    /// It tells orders apart where the total can't. Of two neighbouring cells
    /// that are not in the same group, one always finds the other in its
    /// context. So the total proximity, times the cells, is the sum of
    /// `1 / distance` over all pairs of neighbours that are not generated
    /// together, whatever the order, and coverage and support behave alike.
    /// What differs is when.
    pub fn mean_over_steps(&self, measure: Measure) -> Option<f64> {
        let values = || self.steps.iter().filter_map(|step| step.value(measure));
        let count = values().count();
        (count > 0).then(|| values().sum::<f64>() / count as f64)
    }
}

/// Measures the orders of one problem. Tables and buffers are made once and
/// used for every order.
///
/// An order takes O(N^2) time for N cells of the grid; memory is O(N).
///
/// ```
/// use orders_analysis::geometry::{Geometry, GeometryParams};
/// use orders_core::{Grid, GroupSizes, KnownCells, Problem};
///
/// // A row of four cells, whose first one is known.
/// let grid = Grid::new(1, 4)?;
/// let known = KnownCells::new(grid, [0])?;
/// let problem = Problem::with_known(known, GroupSizes::new([1, 2])?)?;
/// let mut geometry = Geometry::new(&problem, GeometryParams::for_grid(grid))?;
///
/// let measured = geometry.measure(&[2, 1, 3])?;
/// assert_eq!(measured.steps[0].nearest_context, Some(2.0));
/// assert_eq!(measured.steps[0].mean_pair, None);
/// assert_eq!(measured.steps[1].nearest_context, Some(1.0));
/// assert_eq!(measured.steps[1].mean_pair, Some(2.0));
/// assert_eq!(measured.total.nearest_context, Some(4.0 / 3.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Geometry {
    problem: Problem,
    params: GeometryParams,
    /// The support that each cell would have from all others.
    whole_support: Vec<f64>,
    /// With the known cells revealed: how every order starts.
    start: Revealed,
    revealed: Revealed,
    is_violating: Vec<bool>,
}

impl Geometry {
    /// Tables for the orders of a problem. O(N^2) for N cells of the grid.
    ///
    /// # Errors
    ///
    /// [`GeometryError::RepulsionThreshold`] or
    /// [`GeometryError::SupportRange`] if a parameter is out of its range.
    pub fn new(problem: &Problem, params: GeometryParams) -> Result<Self, GeometryError> {
        params.check()?;
        let grid = problem.grid();
        let nothing = Support::new(grid, params.support_range);
        let mut everything = nothing.clone();
        (0..grid.cells() as Cell).for_each(|cell| everything.reveal(cell));
        let mut start = Revealed {
            is_revealed: vec![false; grid.cells()],
            any: false,
            nearest: NearestRevealed::new(grid),
            support: nothing,
            discrepancy: CentredDiscrepancy::new(grid),
        };
        problem.known().cells().for_each(|cell| start.reveal(cell));
        Ok(Self {
            problem: problem.clone(),
            params,
            whole_support: everything.sums().to_vec(),
            revealed: start.clone(),
            start,
            is_violating: Vec::new(),
        })
    }

    /// Measures an order: its cells, first generated first.
    ///
    /// # Errors
    ///
    /// [`GeometryError::Order`] if the cells are no order of the problem.
    pub fn measure(&mut self, cells: &[Cell]) -> Result<OrderGeometry, GeometryError> {
        let order = Order::new(self.problem.clone(), cells.to_vec())?;
        let mut steps = Vec::with_capacity(self.problem.group_sizes().steps());
        let total = self.measure_checked(order.cell_from_rank(), &mut steps);
        Ok(OrderGeometry { steps, total })
    }

    /// Appends the steps of an order that is known to be one to `steps`, and
    /// returns the total.
    pub(super) fn measure_checked(
        &mut self,
        cells: &[Cell],
        steps: &mut Vec<GroupGeometry>,
    ) -> GroupGeometry {
        self.revealed.reset_to(&self.start);
        let mut total = Sums::default();
        let mut discrepancies = 0.0;
        let sizes = self.problem.group_sizes().clone();
        for group in sizes.groups(cells) {
            let sums = self.sums(group);
            group.iter().for_each(|&cell| self.revealed.reveal(cell));
            let discrepancy = self.revealed.discrepancy.value();
            discrepancies += discrepancy;
            total.add(&sums);
            steps.push(sums.geometry(discrepancy));
        }
        total.geometry(discrepancies / sizes.steps() as f64)
    }

    /// The sums of a group that is about to be revealed.
    fn sums(&mut self, group: &[Cell]) -> Sums {
        let grid = self.problem.grid();
        let revealed = &self.revealed;
        let threshold = self.params.repulsion_threshold;
        let mut sums = Sums {
            cells: group.len() as u32,
            pairs: Pairs::new(grid, group, threshold, &mut self.is_violating),
            ..Sums::default()
        };
        for &cell in group {
            let neighbours = Neighbours::new(grid, &revealed.is_revealed, cell);
            sums.proximity += neighbours.proximity();
            if revealed.any {
                sums.with_context += 1;
                sums.nearest += revealed.nearest.distance(cell);
            }
            if grid.cells() > 1 {
                sums.with_neighbours += 1;
                sums.support += revealed.support.sum(cell) / self.whole_support[cell as usize];
                sums.edge_coverage += neighbours.edge_coverage();
                sums.coverage += neighbours.coverage();
            }
        }
        sums
    }
}

/// All that is kept of the cells revealed so far.
#[derive(Clone, Debug)]
struct Revealed {
    is_revealed: Vec<bool>,
    any: bool,
    nearest: NearestRevealed,
    support: Support,
    discrepancy: CentredDiscrepancy,
}

impl Revealed {
    fn reset_to(&mut self, start: &Self) {
        self.is_revealed.copy_from_slice(&start.is_revealed);
        self.any = start.any;
        self.nearest.reset_to(&start.nearest);
        self.support.reset_to(&start.support);
        self.discrepancy.reset_to(&start.discrepancy);
    }

    fn reveal(&mut self, cell: Cell) {
        self.is_revealed[cell as usize] = true;
        self.any = true;
        self.nearest.reveal(cell);
        self.support.reveal(cell);
        self.discrepancy.reveal(cell);
    }
}

/// Sums over cells, of which a [`GroupGeometry`] has the means.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    cells: u32,
    proximity: f64,
    /// Cells that had context, and the sum of their distances to it.
    with_context: u32,
    nearest: f64,
    /// Cells that have neighbours on the grid, and sums over them.
    with_neighbours: u32,
    support: f64,
    edge_coverage: f64,
    coverage: f64,
    pairs: Pairs,
}

impl Sums {
    fn add(&mut self, other: &Self) {
        self.cells += other.cells;
        self.proximity += other.proximity;
        self.with_context += other.with_context;
        self.nearest += other.nearest;
        self.with_neighbours += other.with_neighbours;
        self.support += other.support;
        self.edge_coverage += other.edge_coverage;
        self.coverage += other.coverage;
        self.pairs.add(&other.pairs);
    }

    fn geometry(&self, discrepancy: f64) -> GroupGeometry {
        let mean = |sum: f64, count: u64| (count > 0).then(|| sum / count as f64);
        let of_neighbours = |sum: f64| mean(sum, self.with_neighbours.into());
        let cells = f64::from(self.cells);
        GroupGeometry {
            cells: self.cells,
            proximity: self.proximity / cells,
            nearest_context: mean(self.nearest, self.with_context.into()),
            support: of_neighbours(self.support),
            edge_coverage: of_neighbours(self.edge_coverage),
            neighbour_coverage: of_neighbours(self.coverage),
            smallest_pair: self
                .pairs
                .smallest_squared
                .map(|squared| (squared as f64).sqrt()),
            mean_pair: mean(self.pairs.distance, self.pairs.count),
            violations: self.pairs.violations,
            violating_share: self.pairs.violating as f64 / cells,
            discrepancy,
        }
    }
}

/// Sums over the pairs of a group's cells.
#[derive(Clone, Copy, Debug, Default)]
struct Pairs {
    /// Number of pairs.
    count: u64,
    /// Sum of their distances, in cells.
    distance: f64,
    /// The smallest distance, squared.
    smallest_squared: Option<u64>,
    /// Pairs within the repulsion threshold.
    violations: u64,
    /// Cells in such a pair.
    violating: u64,
}

impl Pairs {
    /// Looks at all pairs: O(m^2) for m cells. `is_violating` is scratch space.
    fn new(
        grid: Grid,
        group: &[Cell],
        repulsion_threshold: f64,
        is_violating: &mut Vec<bool>,
    ) -> Self {
        let mut pairs = Self::default();
        is_violating.clear();
        is_violating.resize(group.len(), false);
        for (i, &a) in group.iter().enumerate() {
            for (j, &b) in group.iter().enumerate().take(i) {
                let squared = grid.squared_distance(a, b);
                pairs.count += 1;
                pairs.distance += (squared as f64).sqrt();
                pairs.smallest_squared = Some(
                    pairs
                        .smallest_squared
                        .map_or(squared, |smallest| smallest.min(squared)),
                );
                if f64::from(grid.chebyshev_distance(a, b)) <= repulsion_threshold {
                    pairs.violations += 1;
                    is_violating[i] = true;
                    is_violating[j] = true;
                }
            }
        }
        pairs.violating = is_violating.iter().filter(|&&violating| violating).count() as u64;
        pairs
    }

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.distance += other.distance;
        let smallest = [self.smallest_squared, other.smallest_squared];
        self.smallest_squared = smallest.into_iter().flatten().min();
        self.violations += other.violations;
        self.violating += other.violating;
    }
}
