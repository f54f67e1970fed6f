//! Orders on topologies, held against the fast lattice method, a literal
//! implementation of the rules on any graph, brute force, and counts by hand.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod against_literal;
mod bounds;
mod conformance;
mod lattice;
mod literal;
mod problems;
mod refused;
mod video;
