//! Orders on any topology: video, hexagons, superpixels, sets of tokens with
//! holes; and what repulsion makes of them as a graph.
//!
//! - [`Topology`]: nodes, their neighbours, and distances. Made from a lattice
//!   with frames, from coordinates and edges, from a graph with lengths, or from a
//!   [file](Topology::from_json).
//! - [`GraphLocalityAware`]: LPD on it.
//! - [`Conformance::on`](crate::Conformance::on): whether LPD could have given
//!   an order on it.
//! - [`conflict_graph`] and [`StepBounds`]: how few steps repulsion allows.
//!
//! Graphs are those of [petgraph], whose algorithms apply to them as they are.
//!
//! ```
//! use orders_core::topology::{GraphLocalityAware, Norm, Topology};
//! use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
//!
//! // A 4x4 lattice with a hole: the tokens of a region of any shape.
//! let cells: Vec<[f64; 2]> = (0..16)
//!     .filter(|cell| ![5, 6].contains(cell))
//!     .map(|cell| [f64::from(cell % 4), f64::from(cell / 4)])
//!     .collect();
//! let mut edges = Vec::new();
//! for a in 0..cells.len() {
//!     for b in a + 1..cells.len() {
//!         let [x, y] = [0, 1].map(|axis: usize| (cells[a][axis] - cells[b][axis]).abs());
//!         if x.max(y) <= 1.0 {
//!             edges.push((a as u32, b as u32));
//!         }
//!     }
//! }
//! let topology = Topology::from_coordinates(&cells, &edges, Norm::Maximum)?;
//! let method = GraphLocalityAware::new(topology, 1.0, 1.0)?;
//!
//! // Node i is cell i of a grid with as many cells.
//! let problem = Problem::new(Grid::new(1, 14)?, GroupSizes::new([1, 3, 10])?)?;
//! assert_eq!(method.order(&problem, 0, 0)?.groups().count(), 3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod conflicts;
mod distances;
mod error;
mod farthest;
mod file;
mod generator;
mod graph;
mod locality_aware;
mod near;
mod neighbours;

pub use conflicts::{Colouring, StepBounds, conflict_graph};
pub use distances::Norm;
pub use error::TopologyError;
pub use file::GraphFileError;
pub use graph::Topology;
pub use locality_aware::GraphLocalityAware;
pub(crate) use locality_aware::check_grid;
pub(crate) use neighbours::Scores;
/// The library whose graphs a topology is made from, and conflicts are given as.
pub use petgraph;
