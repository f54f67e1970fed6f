//! Better orders for a field and given group sizes.
//!
//! The cost of an order is `1/2 sum_g sum_{i in g} ln var(i | context of g)` up to a
//! constant, so only the step of each cell matters. Two searches work on it: a
//! greedy start, and exchanges of cells of different steps.

mod exchanges;
mod greedy;
mod local;
mod swept;

pub use greedy::greedy_order;
pub use local::{OrderSearch, SearchRound};
