//! Locality-aware Parallel Decoding (LPD): orders in which every group lies
//! close to what is already generated and far from its own members.

mod farthest;
mod fill;
mod generator;
#[cfg(test)]
mod instruction_sets;
mod lanes;
mod levels;
mod locality_aware;
mod proximity;
mod repulsion;
mod split;
mod walk;

pub use farthest::FarthestPointsState;
pub use fill::{FarthestPoints, Fill, FillState, FillStep};
pub use levels::Levels;
pub use locality_aware::LocalityAware;
pub use proximity::{
    EightNeighbours, EightNeighboursState, NoProximity, Proximity, ProximityState,
};
pub use repulsion::{Chebyshev, Repulsion};
pub use split::{Split, Threshold};
