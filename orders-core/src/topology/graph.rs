//! A topology, and how it is made.

use std::fmt;
use std::sync::Arc;

use petgraph::Undirected;
use petgraph::graph::{Graph, IndexType};

use super::distances::{Distances, Norm, Paths, Positions};
use super::error::TopologyError;
use super::neighbours::{Neighbours, Scores};
use crate::grid::{Cell, Grid};

/// The nodes that an order goes over: which are neighbours, how much each
/// neighbour adds to a proximity score, and how far nodes lie apart.
///
/// Node i is cell i of the [`Grid`] of a [`Problem`](crate::Problem), which has
/// as many cells as there are nodes. For nodes that lie in no rows take
/// `Grid::new(1, n)`.
///
/// | made by | neighbours | score | repulsion | farthest points |
/// |---|---|---|---|---|
/// | [`lattice`](Self::lattice) | 8 around, 26 with frames | 1 / Euclidean distance | Chebyshev | Euclidean |
/// | [`from_coordinates`](Self::from_coordinates) | given edges | 1 / Euclidean length | a [`Norm`] | Euclidean |
/// | [`from_graph`](Self::from_graph) | given edges | 1 / given length | shortest path | shortest path |
///
/// A topology is checked when it is made. Cloning is cheap.
///
/// # Exactness
///
/// Where coordinates (for graphs: lengths) are whole numbers, squared distances
/// are too, and are kept exactly. All other distances are rounded to 32
/// significant bits, and so are the thresholds that they are compared with, so
/// that distances which differ by rounding errors only tie, as they should. The
/// same bits come out on every machine.
///
/// ```
/// use orders_core::Grid;
/// use orders_core::topology::Topology;
///
/// // Two frames of 4x4 cells, a frame counting as 2 cells.
/// let video = Topology::lattice(Grid::video(2, 4, 4)?, 2.0)?;
/// assert_eq!(video.nodes(), 32);
/// assert_eq!(video.squared_distance(0, 16 + 5), 1.0 + 1.0 + 2.0 * 2.0);
/// assert_eq!(video.repulsion_distance(0, 16 + 5), 2.0);
/// // Cell 0 has 3 neighbours in its frame and 4 in the next one.
/// assert_eq!(video.neighbours(0).count(), 7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Topology {
    inner: Arc<Inner>,
}

struct Inner {
    neighbours: Neighbours,
    distances: Distances,
    nodes: usize,
    lattice: Option<(Grid, f64)>,
}

impl Topology {
    /// The most nodes that a topology may have: 2^20.
    pub const MAX_NODES: usize = 1 << 20;

    /// The most nodes of a topology whose distances are path lengths: 2^12. All
    /// of them are kept, 8 bytes for each pair.
    pub const MAX_PATH_NODES: usize = 1 << 12;

    /// The most edges that a topology may have: 2^27.
    pub const MAX_EDGES: usize = 1 << 27;

    /// The smallest distance of two frames, in cells.
    pub const SMALLEST_FRAME_DISTANCE: f64 = 0.001;

    /// The largest distance of two frames, in cells.
    pub const LARGEST_FRAME_DISTANCE: f64 = 1_000_000.0;

    /// The largest coordinate and the longest edge; the shortest edge is one
    /// over this.
    pub const FARTHEST: f64 = 1e100;

    /// The cells of a grid, each with the 8 around it as neighbours; with
    /// several frames, the 26 around it in its own frame, the one before and
    /// the one after.
    ///
    /// One frame counts as `frame_distance` rows in all distances: scores,
    /// repulsion and farthest points. For one frame it does not matter, and
    /// everything is as in [`LocalityAware`](crate::LocalityAware). The larger
    /// it is, the less frames have to do with each other. At 1,000,000 each
    /// frame is in effect ordered by itself: what is generated in the next frame
    /// adds one millionth to a score, which only breaks ties, and frames do not
    /// repel each other. The group sizes they share.
    ///
    /// O(N) for N cells.
    ///
    /// # Errors
    ///
    /// [`TopologyError::TooManyNodes`]; [`TopologyError::FrameDistance`] unless
    /// it is a number from 0.001 to 1,000,000.
    pub fn lattice(grid: Grid, frame_distance: f64) -> Result<Self, TopologyError> {
        let allowed = Self::SMALLEST_FRAME_DISTANCE..=Self::LARGEST_FRAME_DISTANCE;
        if !allowed.contains(&frame_distance) {
            return Err(TopologyError::FrameDistance { frame_distance });
        }
        check_nodes(grid.cells(), Self::MAX_NODES)?;
        let cells = 0..grid.cells() as Cell;
        let positions = cells.clone().map(|cell| {
            let (row, column) = grid.position_from_cell(cell);
            [column, row, grid.frame_from_cell(cell)].map(f64::from)
        });
        let positions = Positions::new(positions.collect(), frame_distance, Norm::Maximum);
        let mut edges = Vec::new();
        for cell in cells {
            let near = later_neighbours(grid, cell);
            edges.extend(near.map(|other| (cell, other, weight(positions.squared(cell, other)))));
        }
        let neighbours = Neighbours::new(grid.cells(), &edges)?;
        let distances = Distances::Positions(positions);
        let lattice = Some((grid, frame_distance));
        Ok(Self::of(grid.cells(), neighbours, distances, lattice))
    }

    /// Nodes at coordinates (1 to 3 of them), joined by edges that name their
    /// two ends, each edge once.
    ///
    /// The length of an edge is the Euclidean distance of its ends, in the unit
    /// of the coordinates, and so are the proximity score, the sum of 1 /
    /// length, and both thresholds. `norm` is what repulsion measures.
    ///
    /// Let n be the number of nodes and E that of edges: O(n log n + E log E).
    ///
    /// # Errors
    ///
    /// [`TopologyError`] for no nodes or too many, coordinates that are no
    /// numbers or beyond [`FARTHEST`](Self::FARTHEST), two nodes at one place,
    /// edges that end nowhere, come twice, join a node with itself or are too
    /// short, and nodes without an edge.
    ///
    /// ```
    /// use orders_core::topology::{Norm, Topology};
    ///
    /// // A triangle with two more corners.
    /// let corners = [[0.0, 0.0], [4.0, 0.0], [0.0, 3.0], [4.0, 3.0]];
    /// let edges = [(0, 1), (1, 2), (2, 0), (1, 3)];
    /// let topology = Topology::from_coordinates(&corners, &edges, Norm::Euclidean)?;
    /// assert_eq!(topology.distance(1, 2), 5.0);
    /// assert_eq!(topology.neighbours(2).collect::<Vec<_>>(), [(0, 1.0 / 3.0), (1, 0.2)]);
    /// # Ok::<(), orders_core::topology::TopologyError>(())
    /// ```
    pub fn from_coordinates<const D: usize>(
        coordinates: &[[f64; D]],
        edges: &[(Cell, Cell)],
        norm: Norm,
    ) -> Result<Self, TopologyError> {
        const { assert!(D >= 1 && D <= 3, "nodes have 1 to 3 coordinates") };
        check_nodes(coordinates.len(), Self::MAX_NODES)?;
        let mut positions = vec![[0.0; 3]; coordinates.len()];
        for (node, coordinates) in coordinates.iter().enumerate() {
            for (axis, &value) in coordinates.iter().enumerate() {
                if !(-Self::FARTHEST..=Self::FARTHEST).contains(&value) {
                    return Err(TopologyError::Coordinate { node, axis, value });
                }
                // No difference between 0 and -0.
                positions[node][axis] = value + 0.0;
            }
        }
        check_places(&positions)?;
        check_edges(coordinates.len(), edges.iter().copied())?;
        let positions = Positions::new(positions, 1.0, norm);
        let mut weighted = Vec::with_capacity(edges.len());
        for &(a, b) in edges {
            let squared = positions.squared(a, b);
            check_length(a, b, squared.sqrt())?;
            weighted.push((a, b, weight(squared)));
        }
        let neighbours = Neighbours::new(coordinates.len(), &weighted)?;
        let distances = Distances::Positions(positions);
        Ok(Self::of(coordinates.len(), neighbours, distances, None))
    }

    /// The nodes of a graph whose edges have lengths. How far two nodes lie
    /// apart is the length of the shortest path between them, infinite if there
    /// is none: with all lengths 1, the number of hops.
    ///
    /// The proximity score is the sum of 1 / length, so with lengths of 1 the
    /// number of generated neighbours.
    ///
    /// Let n be the number of nodes and E that of edges: O(n E log n) time, on
    /// the threads of the rayon pool, and O(n^2) memory.
    ///
    /// # Errors
    ///
    /// [`TopologyError`] for no nodes or more than
    /// [`MAX_PATH_NODES`](Self::MAX_PATH_NODES), edges that come twice, join a
    /// node with itself or have a length that is not a positive number, and
    /// nodes without an edge.
    ///
    /// ```
    /// use orders_core::topology::Topology;
    /// use orders_core::topology::petgraph::graph::UnGraph;
    ///
    /// // A ring of six.
    /// let edges = (0..6).map(|node| (node, (node + 1) % 6, 1.0));
    /// let ring = Topology::from_graph(&UnGraph::<(), f64>::from_edges(edges))?;
    /// assert_eq!(ring.distance(0, 4), 2.0);
    /// # Ok::<(), orders_core::topology::TopologyError>(())
    /// ```
    pub fn from_graph<N, Ix: IndexType>(
        graph: &Graph<N, f64, Undirected, Ix>,
    ) -> Result<Self, TopologyError> {
        let nodes = graph.node_count();
        check_nodes(nodes, Self::MAX_PATH_NODES)?;
        let edges = graph.raw_edges().iter().map(|edge| {
            let [a, b] = [edge.source(), edge.target()].map(|end| end.index() as Cell);
            (a, b, edge.weight)
        });
        check_edges(nodes, edges.clone().map(|(a, b, _)| (a, b)))?;
        let edges: Vec<_> = edges.collect();
        let mut weighted = Vec::with_capacity(edges.len());
        for &(a, b, length) in &edges {
            check_length(a, b, length)?;
            weighted.push((a, b, 1.0 / length));
        }
        let neighbours = Neighbours::new(nodes, &weighted)?;
        let distances = Distances::Paths(Paths::new(nodes, &edges));
        Ok(Self::of(nodes, neighbours, distances, None))
    }

    fn of(
        nodes: usize,
        neighbours: Neighbours,
        distances: Distances,
        lattice: Option<(Grid, f64)>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                neighbours,
                distances,
                nodes,
                lattice,
            }),
        }
    }

    /// Number of nodes.
    #[inline]
    pub fn nodes(&self) -> usize {
        self.inner.nodes
    }

    /// Number of edges.
    pub fn edges(&self) -> usize {
        self.inner.neighbours.edges()
    }

    /// The grid and the frame distance, if it is a lattice.
    pub fn as_lattice(&self) -> Option<(Grid, f64)> {
        self.inner.lattice
    }

    /// The neighbours of a node in rising order, each with what it adds to the
    /// proximity score once it is generated: 1 / length.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn neighbours(&self, node: Cell) -> impl Iterator<Item = (Cell, f64)> + '_ {
        self.inner.neighbours.of(node)
    }

    /// Distance of two nodes, as farthest-point sampling measures it: Euclidean,
    /// or the length of the shortest path.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn distance(&self, a: Cell, b: Cell) -> f64 {
        self.inner.distances.distance(a, b)
    }

    /// The square of [`distance`](Self::distance). (Where they are not whole
    /// numbers, both are rounded, each for itself.)
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn squared_distance(&self, a: Cell, b: Cell) -> f64 {
        self.inner.distances.squared(a, b)
    }

    /// Distance of two nodes, as repulsion measures it: Chebyshev on a lattice,
    /// the [`Norm`] asked for with coordinates, or the length of the shortest
    /// path.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn repulsion_distance(&self, a: Cell, b: Cell) -> f64 {
        self.inner.distances.repulsion(a, b)
    }

    /// Whether two nodes repel each other: their
    /// [`repulsion_distance`](Self::repulsion_distance) is at most the
    /// repulsion threshold rho. At 0 no two nodes do.
    ///
    /// # Panics
    ///
    /// If there is no such node.
    pub fn repels(&self, a: Cell, b: Cell, repulsion_threshold: f64) -> bool {
        let reach = self.inner.distances.reach(repulsion_threshold);
        a != b && reach > 0.0 && self.repulsion_distance(a, b) <= reach
    }

    pub(super) fn distances(&self) -> &Distances {
        &self.inner.distances
    }

    /// Scores while nothing is generated.
    pub(crate) fn scores(&self) -> Scores {
        Scores::new(&self.inner.neighbours)
    }

    /// Generates a node: its neighbours score higher.
    #[inline(always)]
    pub(crate) fn generate(&self, scores: &mut Scores, node: Cell) {
        scores.generate(&self.inner.neighbours, node);
    }
}

impl fmt::Debug for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Topology");
        debug.field("nodes", &self.nodes());
        debug.field("edges", &self.edges());
        if let Some((grid, frame_distance)) = self.as_lattice() {
            debug.field("grid", &grid);
            debug.field("frame_distance", &frame_distance);
        }
        debug.finish_non_exhaustive()
    }
}

/// 1 / length. The root is taken last, so that a squared length of 2 gives
/// 1/sqrt(2) to the last bit.
fn weight(squared_length: f64) -> f64 {
    (1.0 / squared_length).sqrt()
}

/// The neighbours of a cell that come after it.
fn later_neighbours(grid: Grid, cell: Cell) -> impl Iterator<Item = Cell> {
    let around = |at: u32, count: u32| at.saturating_sub(1)..=(at + 1).min(count - 1);
    let (row, column) = grid.position_from_cell(cell);
    let frame = grid.frame_from_cell(cell);
    let frames = frame..=(frame + 1).min(grid.frames() - 1);
    frames
        .flat_map(move |frame| around(row, grid.height()).map(move |row| (frame, row)))
        .flat_map(move |(frame, row)| {
            let columns = around(column, grid.width());
            columns.map(move |column| grid.cell_in_frame(frame, row, column))
        })
        .filter(move |&other| other > cell)
}

pub(super) fn check_nodes(nodes: usize, limit: usize) -> Result<(), TopologyError> {
    if nodes == 0 {
        return Err(TopologyError::NoNodes);
    }
    if nodes > limit {
        return Err(TopologyError::TooManyNodes { nodes, limit });
    }
    Ok(())
}

/// Whether every node has a place of its own.
fn check_places(positions: &[[f64; 3]]) -> Result<(), TopologyError> {
    let mut nodes: Vec<Cell> = (0..positions.len() as Cell).collect();
    nodes.sort_by(|&a, &b| {
        let (a, b) = (&positions[a as usize], &positions[b as usize]);
        let mut axes = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
        axes.find(|order| order.is_ne())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut pairs = nodes.windows(2);
    match pairs.find(|pair| positions[pair[0] as usize] == positions[pair[1] as usize]) {
        None => Ok(()),
        Some(pair) => Err(TopologyError::DuplicateNodes {
            first: pair[0],
            second: pair[1],
        }),
    }
}

/// Whether every edge joins two nodes that no other edge joins.
fn check_edges(
    nodes: usize,
    edges: impl ExactSizeIterator<Item = (Cell, Cell)>,
) -> Result<(), TopologyError> {
    if edges.len() > Topology::MAX_EDGES {
        return Err(TopologyError::TooManyEdges {
            limit: Topology::MAX_EDGES,
        });
    }
    let mut ends = Vec::with_capacity(edges.len());
    for (a, b) in edges {
        if let Some(node) = [a, b].into_iter().find(|&node| node as usize >= nodes) {
            return Err(TopologyError::UnknownNode { node, nodes });
        }
        if a == b {
            return Err(TopologyError::SelfLoop { node: a });
        }
        ends.push((a.min(b), a.max(b)));
    }
    ends.sort_unstable();
    match ends.windows(2).find(|pair| pair[0] == pair[1]) {
        None => Ok(()),
        Some(pair) => Err(TopologyError::DuplicateEdge {
            first: pair[0].0,
            second: pair[0].1,
        }),
    }
}

fn check_length(first: Cell, second: Cell, length: f64) -> Result<(), TopologyError> {
    if (1.0 / Topology::FARTHEST..=Topology::FARTHEST).contains(&length) {
        return Ok(());
    }
    Err(TopologyError::Length {
        first,
        second,
        length,
    })
}
