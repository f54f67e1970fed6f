//! Locality-aware Parallel Decoding (LPD): orders in which every group lies
//! close to what is already generated and far from its own members.
//!
//! [`LocalityAware`] is the method. Its four parts are values that can be
//! replaced: [`Proximity`], [`Split`], [`Repulsion`] and [`Fill`].
//!
//! # The algorithm
//!
//! For each step, with N cells on the grid:
//!
//! 1. `generator.rs` draws the step's [`TieKeys`](crate::TieKeys), and `groups.rs`
//!    asks the split (`thresholds.rs`) which levels are near.
//! 2. *Score.* Every cell has a level, a whole number that stands for its score
//!    (`levels.rs`). The proximity (`proximity.rs`) changes levels only next to
//!    cells that were generated.
//! 3. *Walk* (`walk.rs`, `ranks.rs`). Every near cell gets a rank: its level, highest
//!    first, above some bits of its key. Again and again the cell of the
//!    smallest rank is accepted, and all that it repels (`thresholds.rs`) loses
//!    its rank. The walk ends when the group is full or no rank is left.
//! 4. *Fill* (`fill.rs`, `farthest.rs`, `distances.rs`). If the group is short, the rest comes
//!    from farthest-point sampling: every candidate has the smallest squared
//!    distance to the group, the largest of these is taken, and the chunks that
//!    it can have changed are brought up to date.
//!
//! Ranks and distances lie in chunks of 16 lanes, compiled for each instruction
//! set (`lanes.rs`), and the best value of every chunk is kept, so that finding
//! the best cell looks at N / 16 values. All buffers are reused.
//!
//! # Why this is LPD's distribution
//!
//! LPD, as published, shuffles the candidates, sorts them by score without
//! disturbing ties, and walks over the list.
//!
//! - *Keys are a shuffle.* The keys of a step are distinct and independent of
//!   all that came before, and sorted by key, any set of cells is in uniform
//!   random order. So sorting by score, then by key, gives the sorted list's
//!   distribution: in each class of equal scores a uniform permutation,
//!   independent of the other classes and of other steps. All comparisons of a
//!   step use the same keys, so walk and fill see one and the same list.
//! - *Smallest rank is next in the list.* Ranks sort by level, hence by score,
//!   then by the high bits of the key; among equal ranks the whole keys decide.
//!   The list's next cell that no accepted cell repels is therefore the one of
//!   smallest rank that is left. Cells that were repelled are passed over by
//!   the walk whatever comes after, so dropping them at once changes nothing.
//! - *No near cell is left unwalked when a fill happens.* The walk stops with a
//!   full group, and then there is no fill, or with no cell left to accept, and
//!   then every near cell is accepted or repelled. So the fill's list is: far
//!   cells, then repelled ones, each by falling score, ties by key.
//!   [`FillStep::list_order`] says which of two stands earlier without making
//!   the list.
//! - *The first pick is uniform.* Where the group is empty, the smallest key of
//!   all candidates is at each of them with equal probability. Later picks of
//!   this step use the same keys to break ties between other cells. Which cell
//!   has the smallest key says nothing about the order of the others, so
//!   they are still in uniform order.
//!
//! "Uniform" is as good as the keys are: 64 bits seeded for each step (see
//! [`TieKeys`](crate::TieKeys)), tested on small sets of cells. For the same
//! keys, the orders are cell by cell those of a literal implementation, which
//! the tests have.

pub(crate) mod distances;
mod farthest;
mod fill;
mod generator;
pub(crate) mod groups;
#[cfg(test)]
mod instruction_sets;
pub(crate) mod lanes;
mod levels;
mod locality_aware;
pub(crate) mod proximity;
pub(crate) mod ranks;
mod thresholds;
mod walk;

pub use farthest::{FarthestPoints, FarthestPointsState};
pub use fill::{Fill, FillState, FillStep};
pub use levels::Levels;
pub use locality_aware::LocalityAware;
pub use proximity::{
    EightNeighbours, EightNeighboursState, NoProximity, Proximity, ProximityState,
};
pub use thresholds::{Chebyshev, Repulsion, Split, Threshold};
