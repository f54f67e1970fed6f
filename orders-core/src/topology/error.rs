//! Why there is no topology, or no graph of one.

use super::Topology;
use crate::grid::Cell;

/// Why a [`Topology`], or a graph that is derived from one, could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum TopologyError {
    /// There is nothing to order.
    #[error("the topology has no nodes; it takes at least 1")]
    NoNodes,
    /// More nodes than there may be.
    #[error("the topology has {nodes} nodes; at most {limit} are allowed")]
    TooManyNodes { nodes: usize, limit: usize },
    /// More edges than there may be.
    #[error("there are more than {limit} edges, which is the most that are allowed")]
    TooManyEdges { limit: usize },
    /// A coordinate is not a number, or too large.
    #[error(
        "coordinate {axis} of node {node} is {value}; coordinates go from {:e} to {:e}",
        -Topology::FARTHEST, Topology::FARTHEST
    )]
    Coordinate {
        /// The node, from 0.
        node: usize,
        /// Which coordinate, from 0.
        axis: usize,
        value: f64,
    },
    /// Two nodes lie at the same place.
    #[error("nodes {first} and {second} have the same coordinates; every node needs its own")]
    DuplicateNodes {
        first: Cell,
        /// A later node at the same place.
        second: Cell,
    },
    /// An edge ends at a node that does not exist.
    #[error("an edge ends at node {node}, but the nodes go from 0 to {}", nodes - 1)]
    UnknownNode { node: Cell, nodes: usize },
    /// An edge joins a node with itself.
    #[error("an edge joins node {node} with itself; edges join two different nodes")]
    SelfLoop { node: Cell },
    /// Two edges join the same nodes.
    #[error("two edges join nodes {first} and {second}; there may be one")]
    DuplicateEdge {
        /// The node with the smaller number.
        first: Cell,
        second: Cell,
    },
    /// The length of an edge is no positive number, or out of range.
    #[error(
        "the edge between nodes {first} and {second} is {length} long; lengths go from {:e} to {:e}",
        1.0 / Topology::FARTHEST, Topology::FARTHEST
    )]
    Length {
        first: Cell,
        second: Cell,
        length: f64,
    },
    /// A node without neighbours, which no score would ever reach.
    #[error(
        "node {node} has no neighbours; every node needs an edge (unless there is one node only)"
    )]
    Isolated { node: Cell },
    /// The distance of two frames is out of range.
    #[error(
        "a frame distance of {frame_distance} is not allowed; it takes a number from {} to {} cells",
        Topology::SMALLEST_FRAME_DISTANCE,
        Topology::LARGEST_FRAME_DISTANCE
    )]
    FrameDistance {
        /// The distance given, in cells.
        frame_distance: f64,
    },
    /// A threshold or a radius is negative or not a number.
    #[error("a distance of {value} is not allowed; it takes a number from 0")]
    Radius { value: f64 },
}
