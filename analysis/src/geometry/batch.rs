//! Many orders: each measured, and their means.

use std::collections::BTreeMap;
use std::convert::Infallible;

use orders_core::{BatchError, Cell, OrderingMethod, Problem, stream_batch};
use serde::Serialize;

use super::group::{GroupGeometry, Measure};
use super::measure::{Geometry, OrderGeometry};
use super::params::{GeometryError, GeometryParams};
use crate::statistics::Running;
use crate::workers::Workers;

/// Makes orders `0..count` of a method and hands the geometry of each to
/// `take`, with its index, in this order.
///
/// Work is spread over the current rayon pool. What is handed out depends on
/// the arguments only, not on the number of threads; memory does not grow with
/// `count`.
///
/// ```
/// use orders_analysis::geometry::{GeometryParams, GeometrySummary, Measure, measure_batch};
/// use orders_core::methods::Random;
/// use orders_core::{Grid, GroupSizes, Problem};
///
/// let grid = Grid::for_image(256, 16)?;
/// let problem = Problem::new(grid, GroupSizes::published(grid, 20).expect("published"))?;
/// let mut summary = GeometrySummary::new(&problem);
/// measure_batch(&Random::default(), &problem, GeometryParams::for_grid(grid), 50, 0, |_, order| {
///     summary.add(order);
/// })?;
/// let first = summary.step(0, Measure::NearestContext).expect("a step");
/// assert_eq!(first.count(), 0); // Nothing is generated before the first step.
/// assert_eq!(summary.total(Measure::Proximity).count(), 50);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`Geometry::new`], and [`GeometryError::Method`] with what the method's
/// generator gives.
pub fn measure_batch(
    method: &dyn OrderingMethod,
    problem: &Problem,
    params: GeometryParams,
    count: u64,
    seed: u64,
    mut take: impl FnMut(u64, &OrderGeometry) + Send,
) -> Result<(), GeometryError> {
    let workers = Workers::new(Geometry::new(problem, params)?);
    let encode = |_: u64, cells: &[Cell], out: &mut Vec<GroupGeometry>| {
        let total = workers.with(|geometry| geometry.measure_checked(cells, out));
        out.push(total);
    };

    // Each order is its steps and its total.
    let steps = problem.group_sizes().steps();
    let mut index = 0;
    let write = |_: u64, chunk: &[GroupGeometry]| -> Result<(), Infallible> {
        for order in chunk.chunks_exact(steps + 1) {
            let geometry = OrderGeometry {
                steps: order[..steps].to_vec(),
                total: order[steps],
            };
            take(index, &geometry);
            index += 1;
        }
        Ok(())
    };
    stream_batch(method, problem, count, seed, encode, write).map_err(|error| match error {
        BatchError::Method(error) => error.into(),
        BatchError::Write(never) => match never {},
    })
}

/// Means over many orders of every measure, for each step and in total.
///
/// Each mean is over the orders in which the measure has a value, and says how
/// many these are. Memory is O(K) for K steps, whatever the number of orders.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GeometrySummary {
    orders: u64,
    steps: Vec<BTreeMap<Measure, Running>>,
    total: BTreeMap<Measure, Running>,
}

impl GeometrySummary {
    /// Nothing yet, for the orders of a problem.
    pub fn new(problem: &Problem) -> Self {
        let empty = BTreeMap::from(Measure::ALL.map(|measure| (measure, Running::default())));
        Self {
            orders: 0,
            steps: vec![empty.clone(); problem.group_sizes().steps()],
            total: empty,
        }
    }

    /// Adds an order. Its steps beyond those of the problem, if it is of
    /// another one, are left out.
    pub fn add(&mut self, order: &OrderGeometry) {
        self.orders += 1;
        for (running, step) in self.steps.iter_mut().zip(&order.steps) {
            add(running, step);
        }
        add(&mut self.total, &order.total);
    }

    /// Orders added so far.
    pub fn orders(&self) -> u64 {
        self.orders
    }

    /// Steps of an order.
    pub fn steps(&self) -> usize {
        self.steps.len()
    }

    /// A measure of a step, counted from 0; `None` if there is no such step.
    pub fn step(&self, step: usize, measure: Measure) -> Option<&Running> {
        self.steps.get(step).map(|measures| &measures[&measure])
    }

    /// A measure of whole orders.
    pub fn total(&self, measure: Measure) -> &Running {
        &self.total[&measure]
    }
}

fn add(measures: &mut BTreeMap<Measure, Running>, group: &GroupGeometry) {
    for (&measure, running) in measures {
        if let Some(value) = group.value(measure) {
            running.add(value);
        }
    }
}
