//! Orders measured in every way that needs no model: geometry, and what they lose on
//! a Gaussian field.
//!
//! ```
//! use orders_analysis::analyze::{AnalyzeRequest, analyze};
//! use orders_analysis::information::Covariance;
//! use orders_core::{Grid, GroupSizes, Problem};
//!
//! let grid = Grid::new(1, 3)?;
//! let problem = Problem::new(grid, GroupSizes::new([1, 2])?)?;
//! let covariance = Covariance::of_field(&"exp:5".parse()?, grid)?;
//! let orders = [vec![1, 0, 2], vec![0, 1, 2]];
//! let request = AnalyzeRequest { problem: &problem, orders: &orders, covariance: Some(&covariance), curve: None };
//! let analysis = analyze(&request, &|_| {})?;
//! // Given the cell between them, the outer ones say nothing of each other.
//! assert!(analysis.orders[0].total_correlation_nats < Some(1e-12));
//! assert_eq!(analysis.summary["smallest_pair"].mean, 1.5);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use orders_core::{Cell, Problem};
use rayon::prelude::*;
use serde::Serialize;

use crate::geometry::{
    Geometry, GeometryError, GeometryParams, GroupGeometry, Measure, OrderGeometry,
};
use crate::information::{Covariance, Information, InformationCurve, InformationError};
use crate::statistics::MeanEstimate;

/// What is to be measured.
#[derive(Clone, Copy, Debug)]
pub struct AnalyzeRequest<'a> {
    /// What is ordered.
    pub problem: &'a Problem,
    /// The cells of each order, first generated first.
    pub orders: &'a [Vec<Cell>],
    /// The covariance of a field on the grid; without one, geometry alone is
    /// measured.
    pub covariance: Option<&'a Covariance>,
    /// What a model says after every prefix of random orders; with it, what it loses by
    /// pairs of cells is predicted.
    pub curve: Option<&'a InformationCurve>,
}

/// Everything that was measured. Without a field, what is said of information is
/// `None`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Analysis {
    /// Entropy of the field on the free cells given the known ones, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joint_entropy_nats: Option<f64>,
    /// Each order.
    pub orders: Vec<OrderAnalysis>,
    /// By name, the mean over the orders of every measure of a whole order that has a
    /// value.
    pub summary: BTreeMap<&'static str, MeanEstimate>,
}

/// One order. The information is that of
/// [`OrderInformation`](crate::information::OrderInformation).
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct OrderAnalysis {
    /// The sum over the steps of their total correlation, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_correlation_nats: Option<f64>,
    /// Sum over the cells of their entropy at reveal, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy_nats: Option<f64>,
    /// The total correlation if all cells came in one step, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub one_shot_total_correlation_nats: Option<f64>,
    /// What a model loses by pairs of cells of the groups, in nats
    /// ([`InformationCurve::pair_losses`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair_loss_nats: Option<f64>,
    /// All groups together.
    pub geometry: GroupGeometry,
    /// Each group, first step first.
    pub steps: Vec<StepAnalysis>,
}

/// One group at the moment when it is revealed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct StepAnalysis {
    /// Cells of the group.
    pub size: u32,
    /// Total correlation of the group given its context, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_correlation_nats: Option<f64>,
    /// Sum over the cells of their entropy given the context, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entropy_nats: Option<f64>,
    /// What a model loses by pairs of its cells, in nats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair_loss_nats: Option<f64>,
    /// Where its cells lie.
    #[serde(flatten)]
    pub geometry: GroupGeometry,
}

/// Why nothing was measured.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AnalyzeError {
    /// The covariance is none for the problem.
    #[error(transparent)]
    Information(#[from] InformationError),
    /// The cells of an order are no order of the problem.
    #[error("order {index}")]
    Order {
        /// Its place among those given, from 0.
        index: usize,
        /// Why.
        source: GeometryError,
    },
}

/// Measures orders, each of whose geometry is that of the usual
/// [parameters](GeometryParams::for_grid), and takes means over them. `on_order` is
/// told how many are done.
///
/// Work is spread over the current rayon pool; the result does not depend on the
/// number of threads. O(N^2) time for each order of N cells, O(N^3) with a field.
///
/// # Errors
///
/// [`AnalyzeError::Information`] if the covariance is that of another grid,
/// [`AnalyzeError::Order`] at the first order that is none.
pub fn analyze(
    request: &AnalyzeRequest<'_>,
    on_order: &(dyn Fn(u64) + Sync),
) -> Result<Analysis, AnalyzeError> {
    let problem = request.problem;
    let params = GeometryParams::for_grid(problem.grid());
    let geometry = Geometry::new(problem, params).expect("the usual parameters are in range");
    let information = request.covariance;
    let information = information.map(|covariance| Information::new(problem, covariance));
    let information = information.transpose()?;
    let done = AtomicU64::new(0);
    let measured: Vec<Result<OrderAnalysis, AnalyzeError>> = request
        .orders
        .par_iter()
        .enumerate()
        .map_init(
            || (geometry.clone(), information.clone()),
            |(geometry, information), (index, cells)| {
                let measured = geometry.measure(cells);
                let measured = measured.map_err(|source| AnalyzeError::Order { index, source })?;
                let pairs = request.curve.map(|curve| curve.pair_losses(problem, cells));
                let pairs = pairs.transpose()?;
                let order = order_analysis(measured, information.as_mut(), pairs, cells)?;
                on_order(done.fetch_add(1, Ordering::Relaxed) + 1);
                Ok(order)
            },
        )
        .collect();
    // The first order that is none is named, whichever thread met it.
    let orders: Vec<OrderAnalysis> = measured.into_iter().collect::<Result<_, _>>()?;
    Ok(Analysis {
        joint_entropy_nats: information.as_ref().map(Information::joint_entropy_nats),
        summary: summary(&orders),
        orders,
    })
}

fn order_analysis(
    geometry: OrderGeometry,
    information: Option<&mut Information>,
    pairs: Option<Vec<f64>>,
    cells: &[Cell],
) -> Result<OrderAnalysis, InformationError> {
    let lost = information.map(|i| i.measure(cells)).transpose()?;
    let lost = lost.as_ref();
    let step = |(index, geometry): (usize, GroupGeometry)| {
        let lost = lost.map(|lost| lost.steps[index]);
        StepAnalysis {
            size: geometry.cells,
            total_correlation_nats: lost.map(|lost| lost.total_correlation_nats),
            entropy_nats: lost.map(|lost| lost.entropy_nats),
            pair_loss_nats: pairs.as_ref().map(|pairs| pairs[index]),
            geometry,
        }
    };
    Ok(OrderAnalysis {
        total_correlation_nats: lost.map(|lost| lost.total_correlation_nats),
        entropy_nats: lost.map(|lost| lost.entropy_nats),
        one_shot_total_correlation_nats: lost.map(|lost| lost.one_shot_total_correlation_nats),
        pair_loss_nats: pairs.as_ref().map(|pairs| pairs.iter().sum()),
        geometry: geometry.total,
        steps: geometry.steps.into_iter().enumerate().map(step).collect(),
    })
}

/// What a summary calls the loss by pairs.
const PAIR_LOSS: &str = "pair_loss_nats";

/// The mean over the orders of every measure of a whole order.
fn summary(orders: &[OrderAnalysis]) -> BTreeMap<&'static str, MeanEstimate> {
    let mean = |value: &dyn Fn(&OrderAnalysis) -> Option<f64>| {
        MeanEstimate::of(&orders.iter().filter_map(value).collect::<Vec<f64>>())
    };
    let information = [
        (
            "total_correlation_nats",
            mean(&|order| order.total_correlation_nats),
        ),
        ("entropy_nats", mean(&|order| order.entropy_nats)),
        (
            "one_shot_total_correlation_nats",
            mean(&|order| order.one_shot_total_correlation_nats),
        ),
        (PAIR_LOSS, mean(&|order| order.pair_loss_nats)),
    ];
    let geometry = Measure::ALL.map(|measure| {
        let mean = mean(&|order| order.geometry.value(measure));
        (measure.name(), mean)
    });
    let all = information.into_iter().chain(geometry);
    all.filter_map(|(name, mean)| Some((name, mean?))).collect()
}
