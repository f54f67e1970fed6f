//! A topology in a JSON file.

use petgraph::graph::UnGraph;
use serde::Deserialize;

use super::distances::Norm;
use super::error::TopologyError;
use super::graph::{Topology, check_nodes};
use crate::grid::Cell;

/// What a graph file says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GraphFile {
    nodes: usize,
    edges: Vec<EdgeEntry>,
    coordinates: Option<Vec<Vec<f64>>>,
}

/// Two ends, and maybe a length.
#[derive(Deserialize)]
#[serde(untagged)]
enum EdgeEntry {
    Plain([Cell; 2]),
    Long(Cell, Cell, f64),
}

impl EdgeEntry {
    fn ends(&self) -> (Cell, Cell) {
        match *self {
            Self::Plain([a, b]) | Self::Long(a, b, _) => (a, b),
        }
    }
}

/// Why a graph file can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum GraphFileError {
    /// It is no JSON of this form.
    #[error(
        "it is no graph, such as {{\"nodes\": 3, \"edges\": [[0, 1], [1, 2, 0.5]]}} with edges of two nodes and maybe a length"
    )]
    Form(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There are not as many coordinates as nodes.
    #[error("it has {nodes} nodes and {coordinates} coordinates; every node needs some")]
    Coordinates {
        nodes: usize,
        /// Entries of `coordinates`.
        coordinates: usize,
    },
    /// A node has too few or too many coordinates.
    #[error("node {node} has {found} coordinates; all nodes have 1, 2 or 3, and as many each")]
    Axes {
        /// The node, from 0.
        node: usize,
        /// Its coordinates.
        found: usize,
    },
    /// Lengths of edges where coordinates say how long they are.
    #[error("the edge between nodes {first} and {second} has a length, but coordinates say it")]
    Length { first: Cell, second: Cell },
    /// There is no such topology.
    #[error(transparent)]
    Topology(#[from] TopologyError),
}

impl Topology {
    /// The topology of a JSON text: a number of nodes, edges of two nodes each (counted
    /// from 0), and either lengths as third entries of edges (1 where there is none), or
    /// coordinates of all nodes.
    ///
    /// With coordinates, all distances are Euclidean ([`from_coordinates`]); without,
    /// they are those along the shortest path ([`from_graph`]).
    ///
    /// ```
    /// use orders_core::topology::Topology;
    ///
    /// let ring = r#"{"nodes": 4, "edges": [[0, 1], [1, 2], [2, 3], [3, 0, 2.5]]}"#;
    /// assert_eq!(Topology::from_json(ring.as_bytes())?.distance(0, 2), 2.0);
    /// # Ok::<(), orders_core::topology::GraphFileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`GraphFileError`]: a text of another form, or what there can't be a topology of.
    ///
    /// [`from_coordinates`]: Self::from_coordinates
    /// [`from_graph`]: Self::from_graph
    pub fn from_json(text: &[u8]) -> Result<Self, GraphFileError> {
        let file: GraphFile =
            serde_json::from_slice(text).map_err(|error| GraphFileError::Form(error.into()))?;
        match &file.coordinates {
            None => file.with_lengths(),
            Some(coordinates) => match coordinates.first().map_or(0, Vec::len) {
                1 => file.at::<1>(coordinates),
                2 => file.at::<2>(coordinates),
                _ => file.at::<3>(coordinates),
            },
        }
    }
}

impl GraphFile {
    fn with_lengths(&self) -> Result<Topology, GraphFileError> {
        // Before as many nodes are made as the file says.
        check_nodes(self.nodes, Topology::MAX_PATH_NODES)?;
        let mut graph = UnGraph::<(), f64>::default();
        let nodes: Vec<_> = (0..self.nodes).map(|_| graph.add_node(())).collect();
        for edge in &self.edges {
            let (a, b) = edge.ends();
            let node = |node: Cell| {
                let unknown = TopologyError::UnknownNode {
                    node,
                    nodes: self.nodes,
                };
                nodes.get(node as usize).copied().ok_or(unknown)
            };
            let length = match edge {
                EdgeEntry::Plain(_) => 1.0,
                EdgeEntry::Long(.., length) => *length,
            };
            graph.add_edge(node(a)?, node(b)?, length);
        }
        Ok(Topology::from_graph(&graph)?)
    }

    fn at<const D: usize>(&self, coordinates: &[Vec<f64>]) -> Result<Topology, GraphFileError> {
        if coordinates.len() != self.nodes {
            return Err(GraphFileError::Coordinates {
                nodes: self.nodes,
                coordinates: coordinates.len(),
            });
        }
        let place = |(node, place): (usize, &Vec<f64>)| {
            let found = place.len();
            <[f64; D]>::try_from(place.as_slice()).map_err(|_| GraphFileError::Axes { node, found })
        };
        let places: Vec<[f64; D]> = coordinates
            .iter()
            .enumerate()
            .map(place)
            .collect::<Result<_, _>>()?;
        let mut edges = Vec::with_capacity(self.edges.len());
        for edge in &self.edges {
            let (first, second) = edge.ends();
            if let EdgeEntry::Long(..) = edge {
                return Err(GraphFileError::Length { first, second });
            }
            edges.push((first, second));
        }
        Ok(Topology::from_coordinates(
            &places,
            &edges,
            Norm::Euclidean,
        )?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_and_lengths_are_read() {
        let square = r#"{"nodes": 4, "edges": [[0, 1], [1, 2], [2, 3]],
            "coordinates": [[0, 0], [3, 0], [3, 4], [0, 4]]}"#;
        let square = Topology::from_json(square.as_bytes()).unwrap();
        assert_eq!((square.distance(0, 2), square.distance(0, 3)), (5.0, 4.0));
        let path = r#"{"nodes": 3, "edges": [[0, 1, 0.5], [1, 2]]}"#;
        let path = Topology::from_json(path.as_bytes()).unwrap();
        assert_eq!(path.distance(0, 2), 1.5);
    }

    #[test]
    fn what_is_no_graph_is_refused() {
        let at = |places| format!(r#"{{"nodes": 2, "edges": [[0, 1]], "coordinates": {places}}}"#);
        let twice = at("[[0], [1]]").replace("[0, 1]", "[0, 1, 2]");
        for (text, expected) in [
            ("[]", "it is no graph"),
            // Found by fuzzing.
            (
                r#"{"nodes": 0, "edges": [[0, 1], [1, 2, 2.5]]}"#,
                "the topology has no nodes",
            ),
            (r#"{"nodes": 2}"#, "it is no graph"),
            (r#"{"nodes": 2, "edges": [[0]]}"#, "it is no graph"),
            (r#"{"nodes": 2, "edges": [[0, -1]]}"#, "it is no graph"),
            (
                r#"{"nodes": 99999999999, "edges": []}"#,
                "the topology has 99999999999 nodes",
            ),
            (r#"{"nodes": 0, "edges": []}"#, "the topology has no nodes"),
            (
                r#"{"nodes": 2, "edges": [[0, 2]]}"#,
                "an edge ends at node 2",
            ),
            (
                r#"{"nodes": 2, "edges": [[0, 1, -1]]}"#,
                "the edge between nodes 0 and 1 is -1 long",
            ),
            (&at("[]"), "it has 2 nodes and 0 coordinates"),
            (&at("[[0, 0], [1]]"), "node 1 has 1 coordinates"),
            (&at("[[], []]"), "node 0 has 0 coordinates"),
            (&twice, "the edge between nodes 0 and 1 has a length"),
        ] {
            let error = Topology::from_json(text.as_bytes()).unwrap_err();
            assert!(error.to_string().starts_with(expected), "{text}: {error}");
        }
    }
}
