//! Measuring many orders.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use orders_core::{BatchError, Cell, OrderingMethod, Problem, stream_batch};

use super::group::GroupGeometry;
use super::measure::{Geometry, OrderGeometry};
use super::params::{GeometryError, GeometryParams};

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
    let prototype = Geometry::new(problem, params)?;
    let idle = Mutex::new(Vec::new());
    let encode = |_: u64, cells: &[Cell], out: &mut Vec<GroupGeometry>| {
        let geometry = lock(&idle).pop();
        let mut geometry = geometry.unwrap_or_else(|| prototype.clone());
        let total = geometry.measure_checked(cells, out);
        out.push(total);
        lock(&idle).push(geometry);
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

fn lock(idle: &Mutex<Vec<Geometry>>) -> MutexGuard<'_, Vec<Geometry>> {
    // The list is whole at every moment, also after a panic elsewhere.
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
