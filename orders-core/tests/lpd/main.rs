//! LPD against what it is held to: a literal implementation of its rules, the
//! orders that were released with it, and orders pinned here.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod against_literal;
mod batches;
mod conformance;
mod distribution;
mod features;
mod golden;
mod group_sizes;
mod known;
mod limits;
mod literal;
mod parts;
mod permutation;
mod released;
mod sizes;
