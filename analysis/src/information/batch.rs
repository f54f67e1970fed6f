//! Many orders: each measured, and what they cost in the mean.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};

use orders_core::{
    BatchError, Cell, MethodError, Order, OrderRng, OrderingMethod, Problem, stream_batch,
};
use rayon::prelude::*;

use super::covariance::Covariance;
use super::cut_costs::{CutCosts, Loss};
use super::error::InformationError;
use super::measure::{Information, OrderInformation, StepInformation};
use crate::workers::Workers;

/// Sums are made in this many parts, whatever the number of threads, so that
/// they are always rounded alike.
const PARTS: u64 = 8;

/// Makes orders `0..count` of a method and hands the information of each to
/// `take`, with its index, in this order.
///
/// Work is spread over the current rayon pool. What is handed out depends on the
/// arguments only, not on the number of threads; memory is O(N^2) for each
/// thread and does not grow with `count`.
///
/// ```
/// use orders_analysis::information::{Covariance, measure_batch};
/// use orders_core::{Catalogue, Grid, GroupSizes, Problem};
///
/// let grid = Grid::for_image(256, 16)?;
/// let problem = Problem::new(grid, GroupSizes::published(grid, 20).expect("published"))?;
/// let covariance = Covariance::of_field(&"exp:5".parse()?, grid)?;
/// let lpd = Catalogue::standard().method("lpd", grid, &Default::default())?;
/// let mut costs = Vec::new();
/// measure_batch(lpd.as_ref(), &problem, &covariance, 8, 0, |_, order| {
///     costs.push(order.total_correlation_nats);
/// })?;
/// let mean = costs.iter().sum::<f64>() / 8.0;
/// assert!((0.5..0.8).contains(&mean));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// As [`Information::new`], and [`InformationError::Method`] with what the
/// method's generator gives.
pub fn measure_batch(
    method: &dyn OrderingMethod,
    problem: &Problem,
    covariance: &Covariance,
    count: u64,
    seed: u64,
    mut take: impl FnMut(u64, &OrderInformation) + Send,
) -> Result<(), InformationError> {
    let workers = Workers::new(Information::new(problem, covariance)?);
    let encode = |_: u64, cells: &[Cell], out: &mut Vec<StepInformation>| {
        workers.with(|information| information.measure_checked(cells, out));
    };
    let steps = problem.group_sizes().steps();
    let mut index = 0;
    let write = |_: u64, chunk: &[StepInformation]| -> Result<(), Infallible> {
        for order in chunk.chunks_exact(steps) {
            take(index, &workers.prototype.order_of(order.to_vec()));
            index += 1;
        }
        Ok(())
    };
    stream_batch(method, problem, count, seed, encode, write).map_err(|error| match error {
        BatchError::Method(error) => error.into(),
        BatchError::Write(never) => match never {},
    })
}

/// Orders that a mean is over.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum OrderSource<'a> {
    /// Orders `0..count` of a method. The group sizes of the problem have a part in
    /// them only if the method looks at them.
    Method {
        /// The method.
        method: &'a dyn OrderingMethod,
        /// Number of orders.
        count: u64,
        /// Their seed.
        seed: u64,
    },
    /// Orders that are there already: the cells of each, first generated first.
    Listed(&'a [Vec<Cell>]),
}

/// The mean cost of every group of consecutive cells over some orders. `on_order` is
/// told how many are measured.
///
/// Work is spread over the current rayon pool; the result is the same for any
/// number of threads. O(n N^3) time for n orders; O(N^2) memory for each thread.
///
/// # Errors
///
/// As [`measure_batch`]; [`InformationError::NoOrders`] if there are none, and
/// [`InformationError::Order`] if a listed one is no order of the problem.
pub fn mean_cut_costs(
    orders: OrderSource<'_>,
    problem: &Problem,
    covariance: &Covariance,
    loss: Loss,
    on_order: &(dyn Fn(u64) + Sync),
) -> Result<CutCosts, InformationError> {
    let count = match orders {
        OrderSource::Method { count, .. } => count,
        OrderSource::Listed(orders) => orders.len() as u64,
    };
    if count == 0 {
        return Err(InformationError::NoOrders);
    }
    let workers = Workers::new(Information::new(problem, covariance)?);
    let zero = || CutCosts::zero(problem.cells());
    let done = AtomicU64::new(0);
    let sum = |part: u64| {
        let mut costs = zero();
        let indices = (part..count).step_by(PARTS as usize);
        workers.with(|information| {
            orders.for_each(problem, indices, |cells| {
                information.add_cut_costs(cells, loss, &mut costs);
                on_order(done.fetch_add(1, Ordering::Relaxed) + 1);
            })
        })?;
        Ok(costs)
    };
    let parts: Vec<Result<CutCosts, InformationError>> =
        (0..PARTS.min(count)).into_par_iter().map(sum).collect();
    let mut costs = zero();
    for part in parts {
        costs.add_costs(&part?);
    }
    costs.divide(count as f64);
    Ok(costs)
}

impl OrderSource<'_> {
    /// Hands the orders of some indices on.
    fn for_each(
        self,
        problem: &Problem,
        indices: impl Iterator<Item = u64>,
        mut take: impl FnMut(&[Cell]),
    ) -> Result<(), InformationError> {
        match self {
            Self::Listed(orders) => {
                for index in indices {
                    let order = Order::new(problem.clone(), orders[index as usize].clone())?;
                    take(order.cell_from_rank());
                }
            }
            Self::Method { method, seed, .. } => {
                let mut generator = method.generator(problem)?;
                for index in indices {
                    let mut cells = Vec::with_capacity(problem.cells());
                    generator.generate(&mut OrderRng::new(seed, index), &mut cells);
                    let order = Order::new(problem.clone(), cells);
                    let order = order.map_err(|source| MethodError::Broken {
                        method: method.name().into(),
                        index,
                        source,
                    })?;
                    take(order.cell_from_rank());
                }
            }
        }
        Ok(())
    }
}
