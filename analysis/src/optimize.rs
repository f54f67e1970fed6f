//! Group sizes, orders and thresholds that lose little on a Gaussian field: what is
//! asked for as a value, and found in one call.
//!
//! ```
//! use orders_analysis::information::{Covariance, OrderSource, SizesParams};
//! use orders_analysis::optimize::{self, SizesRequest};
//! use orders_core::methods::Raster;
//! use orders_core::{Grid, GroupSizes, Problem};
//!
//! let grid = Grid::new(1, 4)?;
//! let problem = Problem::new(grid, GroupSizes::new([2, 2])?)?;
//! let covariance = Covariance::of_field(&"exp:2".parse()?, grid)?;
//! let found = optimize::sizes(
//!     &SizesRequest {
//!         orders: OrderSource::Method { method: &Raster, count: 1, seed: 0 },
//!         problem: &problem,
//!         covariance: &covariance,
//!         params: SizesParams::default(),
//!         goal: optimize::Goal::Loss,
//!     },
//!     &|_| {},
//! )?;
//! assert_eq!(found.sizes.steps(), 2);
//! assert!(found.cost <= found.own_cost);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod local_search;

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use orders_core::{Catalogue, Cell, GroupSizes, ParameterValue, Parameters, Problem, Watch};
use serde::{Serialize, Serializer};

use crate::information::{
    Covariance, CutCosts, InformationError, Loss, OptimalSizes, OrderSearch, OrderSource,
    SizesParams, greedy_order_watched, mean_cut_costs, measure_batch,
};
use crate::statistics::MeanEstimate;

pub use local_search::{CostError, LocalSearch, LocalSearchError, LocalSearchParams, OrderCost};

/// Which group sizes are looked for.
#[derive(Clone, Copy)]
pub struct SizesRequest<'a> {
    /// The orders that are to be cut.
    pub orders: OrderSource<'a>,
    /// What is ordered, with the group sizes that orders are made with. As many steps
    /// are looked for.
    pub problem: &'a Problem,
    /// The covariance of the field.
    pub covariance: &'a Covariance,
    /// What the sizes are to satisfy.
    pub params: SizesParams,
    /// What is to be little.
    pub goal: Goal,
}

/// What is to be little.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Goal {
    /// The loss of generating groups at once, in nats.
    #[default]
    Loss,
    /// The passes of exact decoding, each of whose drafts are those of a group: one that
    /// drafts the first group, one for each group, and one for each refusal. The number
    /// of groups is free.
    Passes,
}

/// The cheapest sizes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OptimizedSizes {
    /// The sizes.
    pub sizes: GroupSizes,
    /// What orders cost with them in the mean, in nats or passes.
    pub cost: f64,
    /// What they cost with the sizes of the problem.
    pub own_cost: f64,
}

/// The group sizes that cost least in the mean over some orders, exactly: of as many steps
/// as the problem has, or, for passes, of any number.
/// `on_order` is told how many orders are measured.
///
/// As [`mean_cut_costs`] and [`OptimalSizes::new`] in time and memory, on the current
/// rayon pool. Costs are [rounded](crate::information::CutCosts::rounded) first.
///
/// # Errors
///
/// As [`mean_cut_costs`], [`OptimalSizes::new`] and [`OptimalSizes::for_steps`].
pub fn sizes(
    request: &SizesRequest<'_>,
    on_order: &(dyn Fn(u64) + Sync),
) -> Result<OptimizedSizes, InformationError> {
    let own = request.problem.group_sizes();
    let loss = match request.goal {
        Goal::Loss => Loss::TotalCorrelation,
        Goal::Passes => Loss::Refusals,
    };
    let (orders, covariance) = (request.orders, request.covariance);
    let costs = mean_cut_costs(orders, request.problem, covariance, loss, on_order)?;
    let costs = costs.rounded();
    match request.goal {
        Goal::Loss => sizes_of_costs(&costs, own, request.params),
        Goal::Passes => {
            let optimal = OptimalSizes::new(&costs, costs.cells(), request.params)?;
            let (sizes, cost) = optimal.with_steps_counted()?;
            Ok(OptimizedSizes {
                sizes,
                cost: 1.0 + cost,
                own_cost: 1.0 + own.steps() as f64 + costs.total(own),
            })
        }
    }
}

/// The group sizes that cost least, exactly, of as many steps as `own` has, where what
/// every way to cut is known already, as from an
/// [`InformationCurve`](crate::information::InformationCurve).
///
/// As [`OptimalSizes::new`] in time and memory.
///
/// # Errors
///
/// As [`OptimalSizes::new`] and [`OptimalSizes::for_steps`].
pub fn sizes_of_costs(
    costs: &CutCosts,
    own: &GroupSizes,
    params: SizesParams,
) -> Result<OptimizedSizes, InformationError> {
    let (sizes, cost) = OptimalSizes::new(costs, own.steps(), params)?.for_steps(own.steps())?;
    Ok(OptimizedSizes {
        sizes,
        cost,
        own_cost: costs.total(own),
    })
}

/// Which order is looked for.
#[derive(Clone, Debug)]
pub struct OrderRequest<'a> {
    /// What is ordered.
    pub problem: &'a Problem,
    /// The covariance of the field.
    pub covariance: &'a Covariance,
    /// Where the search starts.
    pub start: SearchStart,
    /// Seed of the search and of its start.
    pub seed: u64,
    /// Rounds at most.
    pub rounds: u64,
}

/// Where a search starts.
#[derive(Clone, Debug)]
pub enum SearchStart {
    /// At the [greedy order](crate::information::greedy_order).
    Greedy,
    /// At an order.
    Order {
        /// Its cells, first generated first.
        cells: Vec<Cell>,
        /// Rounds that led to it: 0, or what a search before this one came to.
        rounds: u64,
    },
}

/// The best order that was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct OptimizedOrder {
    /// Its cells, first generated first.
    pub cells: Vec<Cell>,
    /// What it costs, in nats.
    pub nats: f64,
    /// What the start cost.
    pub start_nats: f64,
    /// Rounds so far, those before the start included.
    pub rounds: u64,
}

/// How far a search came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchProgress {
    /// So many cells of a greedy start are chosen, of so many in all.
    Start {
        /// Cells that are chosen.
        cells: u64,
        /// Cells that there are to choose.
        of: u64,
    },
    /// So many rounds are done.
    Rounds(u64),
}

/// Searches for an order that costs little ([`OrderSearch`]), on the current rayon
/// pool. `on_progress` is told how far it came, again and again and from any thread, and
/// may end the search; what was found in whole rounds by then is the result.
///
/// # Errors
///
/// [`InformationError::Grid`] if the covariance is that of another grid,
/// [`InformationError::Order`] if the start is no order of the problem,
/// [`InformationError::Stopped`] if it was ended before there was a start.
pub fn order(
    request: &OrderRequest<'_>,
    on_progress: &mut (dyn FnMut(SearchProgress) -> ControlFlow<()> + Send),
) -> Result<OptimizedOrder, InformationError> {
    let (problem, covariance, seed) = (request.problem, request.covariance, request.seed);
    let (start, rounds) = match &request.start {
        SearchStart::Greedy => {
            let on_cell = &mut |cells, of| on_progress(SearchProgress::Start { cells, of });
            (greedy_order_watched(problem, covariance, seed, on_cell)?, 0)
        }
        SearchStart::Order { cells, rounds } => (cells.clone(), *rounds),
    };
    let on_progress = Mutex::new(on_progress);
    let mut search = OrderSearch::new(problem, covariance, &start, seed, rounds)?;
    let start_nats = search.best_nats();
    for round in 0..request.rounds {
        let goes_on = || {
            let mut on_progress = on_progress.lock().unwrap_or_else(PoisonError::into_inner);
            on_progress(SearchProgress::Rounds(round))
        };
        if search.round_watched(Watch::new(&goes_on)).is_none() {
            break;
        }
    }
    Ok(OptimizedOrder {
        cells: search.best().to_vec(),
        nats: search.best_nats(),
        start_nats,
        rounds: search.rounds(),
    })
}

/// Which thresholds of LPD are tried.
#[derive(Clone, Copy, Debug)]
pub struct ThresholdsRequest<'a> {
    /// What is ordered.
    pub problem: &'a Problem,
    /// The covariance of the field.
    pub covariance: &'a Covariance,
    /// Proximity thresholds, in 1/cells, from 0.
    pub proximity: &'a [f64],
    /// Repulsion thresholds, in cells, from 0.
    pub repulsion: &'a [f64],
    /// Orders for each pair of thresholds, from 1.
    pub orders: u64,
    /// Seed of the orders, the same for every pair.
    pub seed: u64,
}

/// What orders cost with a pair of thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ThresholdsCost {
    /// The proximity threshold.
    #[serde(serialize_with = "as_parameter")]
    pub proximity: f64,
    /// The repulsion threshold.
    #[serde(serialize_with = "as_parameter")]
    pub repulsion: f64,
    /// Mean total correlation over the orders, in nats.
    pub total_correlation_nats: f64,
    /// Lower end of its 95 % interval; `None` where there is none, as for one order.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// A threshold may be infinite, which JSON has no number for.
fn as_parameter<S: Serializer>(threshold: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    ParameterValue::from(*threshold).serialize(serializer)
}

/// What LPD costs with every pair of thresholds: proximity thresholds as they are
/// listed, and for each all repulsion thresholds. `on_pair` is told how many pairs
/// are done.
///
/// As [`measure_batch`] in time and memory for each pair, on the current rayon pool.
///
/// # Errors
///
/// As [`measure_batch`]; [`InformationError::Method`] if a threshold is out of its
/// range, [`InformationError::NoOrders`] if there are to be none.
pub fn thresholds(
    request: &ThresholdsRequest<'_>,
    on_pair: &(dyn Fn(u64) + Sync),
) -> Result<Vec<ThresholdsCost>, InformationError> {
    let ThresholdsRequest {
        problem,
        covariance,
        orders,
        seed,
        ..
    } = *request;
    let catalogue = Catalogue::standard();
    let mut all = Vec::new();
    for &proximity in request.proximity {
        for &repulsion in request.repulsion {
            let parameters = Parameters::from([
                ("proximity".into(), proximity.into()),
                ("repulsion".into(), repulsion.into()),
            ]);
            let lpd = catalogue.method("lpd", problem.grid(), &parameters)?;
            let mut costs = Vec::new();
            measure_batch(
                lpd.as_ref(),
                problem,
                covariance,
                orders,
                seed,
                |_, order| {
                    costs.push(order.total_correlation_nats);
                },
            )?;
            let mean = MeanEstimate::of(&costs).ok_or(InformationError::NoOrders)?;
            all.push(ThresholdsCost {
                proximity,
                repulsion,
                total_correlation_nats: mean.mean,
                low: mean.low,
                high: mean.high,
            });
            on_pair(all.len() as u64);
        }
    }
    Ok(all)
}
