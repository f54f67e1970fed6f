//! Measuring many orders.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use orders_core::{BatchError, Cell, OrderingMethod, Problem, stream_batch};

use super::covariance::Covariance;
use super::error::InformationError;
use super::measure::Information;
use super::order::{OrderInformation, StepInformation};

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
    stream_batch(method, problem, count, seed, encode, write).map_err(method_error)
}

fn method_error(error: BatchError<Infallible>) -> InformationError {
    match error {
        BatchError::Method(error) => error.into(),
        BatchError::Write(never) => match never {},
    }
}

/// Calculators that no thread is using, so that there are never more than
/// threads.
pub(super) struct Workers {
    pub(super) prototype: Information,
    idle: Mutex<Vec<Information>>,
}

impl Workers {
    pub(super) fn new(prototype: Information) -> Self {
        Self {
            prototype,
            idle: Mutex::default(),
        }
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Information) -> T) -> T {
        let idle = self.idle().pop();
        let mut information = idle.unwrap_or_else(|| self.prototype.clone());
        let result = work(&mut information);
        self.idle().push(information);
        result
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Information>> {
        // The list is whole at every moment, also after a panic elsewhere.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
