//! Means over many orders.

use orders_core::{Cell, MethodError, Order, OrderRng, OrderingMethod, Problem};
use rayon::prelude::*;

use super::batch::Workers;
use super::covariance::Covariance;
use super::curve::InformationCurve;
use super::cut_costs::CutCosts;
use super::error::InformationError;
use super::measure::Information;

/// Sums are made in this many parts, whatever the number of threads, so that
/// they are always rounded alike.
const PARTS: u64 = 8;

/// The mean cost of every group of consecutive cells over orders `0..count` of a
/// method, which the group sizes of the problem have a part in only if the method
/// looks at them.
///
/// Work is spread over the current rayon pool; the result is the same for any
/// number of threads. O(count N^3) time; O(N^2) memory for each thread.
///
/// # Errors
///
/// As [`measure_batch`](super::measure_batch), and
/// [`InformationError::NoOrders`] if `count` is 0.
pub fn mean_cut_costs(
    method: &dyn OrderingMethod,
    problem: &Problem,
    covariance: &Covariance,
    count: u64,
    seed: u64,
) -> Result<CutCosts, InformationError> {
    let orders = Orders::OfMethod(method, seed);
    let zero = || CutCosts::zero(problem.cells());
    let mut costs = sum(
        orders,
        problem,
        covariance,
        count,
        zero,
        |information, cells, costs| {
            information.add_cut_costs(cells, costs);
        },
    )?;
    costs.divide(count as f64);
    Ok(costs)
}

/// As [`mean_cut_costs`], over orders that are there already: the cells of each,
/// first generated first.
///
/// # Errors
///
/// As [`mean_cut_costs`], and [`InformationError::Order`] if one is no order of
/// the problem.
pub fn mean_cut_costs_of(
    orders: &[Vec<Cell>],
    problem: &Problem,
    covariance: &Covariance,
) -> Result<CutCosts, InformationError> {
    let count = orders.len() as u64;
    let orders = Orders::Listed(orders);
    let zero = || CutCosts::zero(problem.cells());
    let mut costs = sum(
        orders,
        problem,
        covariance,
        count,
        zero,
        |information, cells, costs| {
            information.add_cut_costs(cells, costs);
        },
    )?;
    costs.divide(count as f64);
    Ok(costs)
}

/// The mean entropy of a cell that is not known yet, over orders `0..count` of a
/// method. Of [`Random`](orders_core::methods::Random) it is the information
/// curve of the field.
///
/// # Errors
///
/// As [`mean_cut_costs`].
pub fn information_curve(
    method: &dyn OrderingMethod,
    problem: &Problem,
    covariance: &Covariance,
    count: u64,
    seed: u64,
) -> Result<InformationCurve, InformationError> {
    let orders = Orders::OfMethod(method, seed);
    let zero = || InformationCurve::zero(problem.cells());
    let mut curve = sum(
        orders,
        problem,
        covariance,
        count,
        zero,
        |information, cells, curve| {
            information.add_to_curve(cells, curve);
        },
    )?;
    curve.divide(count as f64);
    Ok(curve)
}

/// What can be summed.
trait Sum: Send {
    fn add(&mut self, other: &Self);
}

impl Sum for CutCosts {
    fn add(&mut self, other: &Self) {
        self.add_costs(other);
    }
}

impl Sum for InformationCurve {
    fn add(&mut self, other: &Self) {
        self.add_curve(other);
    }
}

/// Where orders come from.
#[derive(Clone, Copy)]
enum Orders<'a> {
    OfMethod(&'a dyn OrderingMethod, u64),
    Listed(&'a [Vec<Cell>]),
}

impl Orders<'_> {
    /// Hands those with the indices on.
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
            Self::OfMethod(method, seed) => {
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

fn sum<T: Sum>(
    orders: Orders<'_>,
    problem: &Problem,
    covariance: &Covariance,
    count: u64,
    zero: impl Fn() -> T + Sync,
    add: impl Fn(&mut Information, &[Cell], &mut T) + Sync,
) -> Result<T, InformationError> {
    if count == 0 {
        return Err(InformationError::NoOrders);
    }
    let workers = Workers::new(Information::new(problem, covariance)?);
    let parts: Vec<Result<T, InformationError>> = (0..PARTS.min(count))
        .into_par_iter()
        .map(|part| {
            let mut total = zero();
            let indices = (part..count).step_by(PARTS as usize);
            workers.with(|information| {
                orders.for_each(problem, indices, |cells| {
                    add(information, cells, &mut total)
                })
            })?;
            Ok(total)
        })
        .collect();
    let mut total = zero();
    for part in parts {
        total.add(&part?);
    }
    Ok(total)
}
