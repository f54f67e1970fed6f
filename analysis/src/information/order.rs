//! What an order costs.

use serde::Serialize;

/// The information that an order loses, if the cells of a group are generated
/// independently of each other, each from its exact distribution given the
/// context.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
