//! Locality-aware Parallel Decoding (LPD): orders in which every group lies
//! close to what is already generated and far from its own members.

mod classes;
mod farthest;
mod fill;
mod generator;
mod proximity;
mod repulsion;
mod split;

pub use classes::Classes;
pub use farthest::FarthestPointsState;
pub use fill::{FarthestPoints, Fill, FillState, FillStep};
pub use generator::LocalityAware;
pub use proximity::{
    EightNeighbours, EightNeighboursState, NoProximity, Proximity, ProximityState,
};
pub use repulsion::{Chebyshev, ChebyshevState, Repulsion, RepulsionState};
pub use split::{Split, Threshold};
