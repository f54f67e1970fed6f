//! How few steps repulsion allows.

use std::cmp::Reverse;

use petgraph::algo::dsatur_coloring;
use petgraph::graph::{NodeIndex, UnGraph};

use super::error::TopologyError;
use super::graph::Topology;
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::order::Order;
use crate::order_error::OrderError;
use crate::problem::Problem;

/// The most edges that a graph made from a topology may have: 2^24, all pairs
/// of 5792 cells.
const MAX_PAIRS: usize = 1 << 24;

/// The graph of all cells in which those that repel each other at a repulsion
/// threshold rho are joined. Node i is cell i.
///
/// A group without a repulsion violation is a set of cells no two of which are
/// joined. To leave out known cells, take them out with
/// [`retain_nodes`](petgraph::graph::Graph::retain_nodes).
///
/// O(n^2) for n nodes.
///
/// # Errors
///
/// [`TopologyError::Radius`] if the threshold is negative or NaN,
/// [`TopologyError::TooManyEdges`] beyond 2^24 pairs.
///
/// ```
/// use orders_core::Grid;
/// use orders_core::topology::{Topology, conflict_graph};
///
/// let topology = Topology::lattice(Grid::new(3, 3)?, 1.0)?;
/// let conflicts = conflict_graph(&topology, 1.0)?;
/// assert_eq!((conflicts.node_count(), conflicts.edge_count()), (9, 20));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn conflict_graph(
    topology: &Topology,
    repulsion_threshold: f64,
) -> Result<UnGraph<Cell, ()>, TopologyError> {
    if repulsion_threshold.is_nan() || repulsion_threshold < 0.0 {
        let value = repulsion_threshold;
        return Err(TopologyError::Radius { value });
    }
    let cells = 0..topology.nodes() as Cell;
    let mut graph = UnGraph::default();
    for cell in cells.clone() {
        graph.add_node(cell);
    }
    for a in cells.clone() {
        for b in a + 1..cells.end {
            if topology.repels(a, b, repulsion_threshold) {
                if graph.edge_count() == MAX_PAIRS {
                    return Err(TopologyError::TooManyEdges { limit: MAX_PAIRS });
                }
                graph.add_edge(a.into(), b.into(), ());
            }
        }
    }
    Ok(graph)
}

/// Between how many steps the fewest lie in which all cells can be generated
/// without a repulsion violation. That number is the chromatic number of the
/// conflict graph, which is hard to find.
///
/// ```
/// use orders_core::topology::{StepBounds, Topology, conflict_graph};
/// use orders_core::{Grid, KnownCells};
///
/// // On a lattice of one frame, a window of (rho + 1)^2 cells is a clique.
/// let grid = Grid::new(6, 7)?;
/// let topology = Topology::lattice(grid, 1.0)?;
/// let bounds = StepBounds::new(&conflict_graph(&topology, 2.0)?);
/// assert_eq!((bounds.at_least(), bounds.at_most()), (9, 9));
///
/// // The colouring is an order in 9 steps without a violation.
/// let order = bounds.best().order(&KnownCells::none(grid))?;
/// assert_eq!(order.group_sizes().steps(), 9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepBounds {
    /// Cells that all repel each other, so that each needs a step of its own:
    /// the largest clique of up to 16 that are grown greedily, from the cells
    /// that have the most conflicts. In raster order.
    ///
    /// On a lattice without known cells it is a window of floor(rho) + 1 rows
    /// and columns, if the grid has as many: every clique lies in one, and one
    /// to which nothing can be added fills it.
    pub clique: Vec<Cell>,
    /// Each cell in raster order gets the first step in which it repels none.
    pub greedy: Colouring,
    /// Saturation first (Brelaz, *New methods to color the vertices of a
    /// graph*, CACM 22(4), 1979): next is the cell whose conflicts lie in the
    /// most steps already.
    pub dsatur: Colouring,
}

impl StepBounds {
    /// Bounds for a conflict graph, whose nodes carry their cells.
    ///
    /// Let n be the number of cells and E that of conflicts: O((n + E) log n).
    pub fn new(conflicts: &UnGraph<Cell, ()>) -> Self {
        Self {
            clique: largest_clique(conflicts),
            greedy: greedy(conflicts),
            dsatur: dsatur(conflicts),
        }
    }

    /// No order without violations has fewer steps: the size of the clique.
    pub fn at_least(&self) -> usize {
        self.clique.len()
    }

    /// There is an order without violations in so many steps: that of
    /// [`best`](Self::best).
    pub fn at_most(&self) -> usize {
        self.best().groups.len()
    }

    /// The colouring with the fewest steps; of two, the greedy one.
    pub fn best(&self) -> &Colouring {
        if self.dsatur.groups.len() < self.greedy.groups.len() {
            &self.dsatur
        } else {
            &self.greedy
        }
    }
}

/// Cells in groups, in each of which no cell repels another.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Colouring {
    /// The groups, largest first; of equal size, that of the first cell first.
    /// Each is in raster order and has a cell at least.
    pub groups: Vec<Vec<Cell>>,
}

impl Colouring {
    fn new(colours: usize, colour_from_cell: impl Iterator<Item = (Cell, usize)>) -> Self {
        let mut groups = vec![Vec::new(); colours];
        for (cell, colour) in colour_from_cell {
            groups[colour].push(cell);
        }
        groups.retain(|group| !group.is_empty());
        for group in &mut groups {
            group.sort_unstable();
        }
        groups.sort_by_key(|group| (Reverse(group.len()), group[0]));
        Self { groups }
    }

    /// The order of these groups, of the cells that are not known.
    ///
    /// # Errors
    ///
    /// [`OrderError`] unless the groups have exactly the free cells: make the
    /// conflict graph of the same grid, without the known cells.
    pub fn order(&self, known: &KnownCells) -> Result<Order, OrderError> {
        let cells: Vec<Cell> = self.groups.iter().flatten().copied().collect();
        let wrong_length = OrderError::Length {
            length: cells.len(),
            cells: known.free_count(),
        };
        // No group is empty, so the sizes can fail in their sum only.
        let sizes: Vec<u32> = self.groups.iter().map(|group| group.len() as u32).collect();
        let problem = GroupSizes::new(sizes)
            .ok()
            .and_then(|sizes| Problem::with_known(known.clone(), sizes).ok())
            .ok_or(wrong_length)?;
        Order::new(problem, cells)
    }
}

/// First fit, in the order of the nodes. O(n + E).
fn greedy(graph: &UnGraph<Cell, ()>) -> Colouring {
    let mut colour_from_node = vec![usize::MAX; graph.node_count()];
    // The last node that found each colour taken.
    let mut taken_by = vec![usize::MAX; graph.node_count()];
    let mut colours = 0;
    for node in graph.node_indices() {
        for neighbour in graph.neighbors(node) {
            let colour = colour_from_node[neighbour.index()];
            if colour != usize::MAX {
                taken_by[colour] = node.index();
            }
        }
        let is_free = |&colour: &usize| taken_by[colour] != node.index();
        let colour = (0..colours).find(is_free).unwrap_or(colours);
        colours = colours.max(colour + 1);
        colour_from_node[node.index()] = colour;
    }
    let cells = graph.node_indices().zip(&colour_from_node);
    Colouring::new(colours, cells.map(|(node, &colour)| (graph[node], colour)))
}

fn dsatur(graph: &UnGraph<Cell, ()>) -> Colouring {
    let (colour_from_node, colours) = dsatur_coloring(graph);
    let cells = graph.node_indices();
    Colouring::new(
        colours,
        cells.map(|node| (graph[node], colour_from_node[&node])),
    )
}

/// How many cells cliques are grown from.
const CLIQUE_STARTS: usize = 16;

fn largest_clique(graph: &UnGraph<Cell, ()>) -> Vec<Cell> {
    let degree: Vec<usize> = graph
        .node_indices()
        .map(|node| graph.neighbors(node).count())
        .collect();
    let by_degree = |node: &NodeIndex| (Reverse(degree[node.index()]), node.index());
    let mut starts: Vec<NodeIndex> = graph.node_indices().collect();
    starts.sort_unstable_by_key(by_degree);

    let mut largest = Vec::new();
    for &start in starts.iter().take(CLIQUE_STARTS) {
        let mut candidates: Vec<NodeIndex> = graph.neighbors(start).collect();
        candidates.sort_unstable_by_key(by_degree);
        // How many of the clique each node conflicts with.
        let mut conflicts = vec![0; graph.node_count()];
        let mut clique: Vec<NodeIndex> = Vec::new();
        for node in std::iter::once(start).chain(candidates) {
            if conflicts[node.index()] == clique.len() {
                clique.push(node);
                for neighbour in graph.neighbors(node) {
                    conflicts[neighbour.index()] += 1;
                }
            }
        }
        if clique.len() > largest.len() {
            largest = clique;
        }
    }
    let mut cells: Vec<Cell> = largest.into_iter().map(|node| graph[node]).collect();
    cells.sort_unstable();
    cells
}
