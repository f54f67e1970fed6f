//! How far nodes lie apart.

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};
use rayon::prelude::*;

use super::near::Near;
use crate::grid::Cell;

/// The distance that repulsion measures between nodes that have coordinates.
/// (Farthest-point sampling always measures the Euclidean one.)
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norm {
    /// The largest difference of a coordinate: Chebyshev distance, as LPD has
    /// it. What a node repels is a square, or a cube.
    Maximum,
    /// Euclidean distance. What a node repels is a disc, or a ball.
    Euclidean,
}

/// Distances between any two nodes.
#[derive(Clone, Debug)]
pub(super) enum Distances {
    Positions(Positions),
    Paths(Paths),
}

/// Distances by coordinates.
#[derive(Clone, Debug)]
pub(super) struct Positions {
    pub(super) positions: Vec<[f64; 3]>,
    /// How far 1 along the last axis counts.
    pub(super) stretch: f64,
    pub(super) norm: Norm,
    /// Whether squared distances are whole numbers that an f64 holds exactly.
    /// All others are [`rounded`].
    pub(super) is_exact: bool,
}

impl Positions {
    pub(super) fn new(positions: Vec<[f64; 3]>, stretch: f64, norm: Norm) -> Self {
        let whole = positions.iter().flatten().all(|x| x.fract() == 0.0);
        let is_exact = whole
            && stretch.fract() == 0.0
            && squared_span(&positions, stretch) <= (1_u64 << 53) as f64;
        Self {
            positions,
            stretch,
            norm,
            is_exact,
        }
    }

    #[inline(always)]
    pub(super) fn squared(&self, a: Cell, b: Cell) -> f64 {
        let [x, y, z] = self.differences(a, b);
        let squared = x * x + y * y + z * z * (self.stretch * self.stretch);
        if self.is_exact {
            squared
        } else {
            rounded(squared)
        }
    }

    #[inline(always)]
    fn maximum(&self, a: Cell, b: Cell) -> f64 {
        let largest = self.exact_maximum(a, b);
        if self.is_exact {
            largest
        } else {
            rounded(largest)
        }
    }

    /// The largest difference of a coordinate, not rounded.
    #[inline(always)]
    fn exact_maximum(&self, a: Cell, b: Cell) -> f64 {
        let [x, y, z] = self.differences(a, b).map(f64::abs);
        largest(largest(x, y), z * self.stretch)
    }

    fn euclidean(&self, a: Cell, b: Cell) -> f64 {
        let distance = self.squared(a, b).sqrt();
        if self.is_exact {
            distance
        } else {
            rounded(distance)
        }
    }

    #[inline(always)]
    fn differences(&self, a: Cell, b: Cell) -> [f64; 3] {
        let (a, b) = (self.positions[a as usize], self.positions[b as usize]);
        [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
    }
}

/// The squared distance between opposite corners of the box around all
/// positions: no squared distance is larger.
pub(super) fn squared_span(positions: &[[f64; 3]], stretch: f64) -> f64 {
    let span = |axis: usize| {
        let values = positions.iter().map(|position| position[axis]);
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        high - low
    };
    span(0).powi(2) + span(1).powi(2) + (span(2) * stretch).powi(2)
}

/// Lengths of shortest paths.
#[derive(Clone, Debug)]
pub(super) struct Paths {
    /// Squared lengths, row after row.
    squared: Vec<f64>,
    nodes: usize,
    is_exact: bool,
}

impl Paths {
    /// The shortest paths between all nodes, by Dijkstra's algorithm from each,
    /// given the ends and the lengths of the edges. Infinite where there is
    /// none.
    pub(super) fn new(nodes: usize, edges: &[(Cell, Cell, f64)]) -> Self {
        let mut graph = UnGraph::<(), f64>::with_capacity(nodes, edges.len());
        for _ in 0..nodes {
            graph.add_node(());
        }
        graph.extend_with_edges(edges);
        let longest = edges
            .iter()
            .fold(0.0, |longest: f64, edge| longest.max(edge.2));
        let is_exact = edges.iter().all(|edge| edge.2.fract() == 0.0)
            && longest * nodes as f64 <= f64::from(1 << 26);

        let mut squared = vec![f64::INFINITY; nodes * nodes];
        let rows = squared.par_chunks_mut(nodes).enumerate();
        rows.for_each(|(node, row)| {
            let lengths = dijkstra(&graph, NodeIndex::new(node), None, |edge| *edge.weight());
            for (other, squared) in row.iter_mut().enumerate().skip(node) {
                if let Some(&length) = lengths.get(&NodeIndex::new(other)) {
                    let length = if is_exact { length } else { rounded(length) };
                    *squared = length * length;
                }
            }
        });
        // The same path backwards may sum up to another last bit.
        for node in 0..nodes {
            for other in 0..node {
                squared[node * nodes + other] = squared[other * nodes + node];
            }
        }
        Self {
            squared,
            nodes,
            is_exact,
        }
    }

    #[inline(always)]
    fn squared(&self, a: Cell, b: Cell) -> f64 {
        self.row(a)[b as usize]
    }

    /// The squared lengths of the paths from a node.
    #[inline(always)]
    pub(super) fn row(&self, node: Cell) -> &[f64] {
        &self.squared[node as usize * self.nodes..][..self.nodes]
    }
}

impl Distances {
    /// Squared distance as farthest-point sampling measures it.
    #[inline]
    pub(super) fn squared(&self, a: Cell, b: Cell) -> f64 {
        match self {
            Self::Positions(positions) => positions.squared(a, b),
            Self::Paths(paths) => paths.squared(a, b),
        }
    }

    /// Distance as farthest-point sampling measures it.
    pub(super) fn distance(&self, a: Cell, b: Cell) -> f64 {
        match self {
            Self::Positions(positions) => positions.euclidean(a, b),
            // The root of a square is the number itself.
            Self::Paths(paths) => paths.squared(a, b).sqrt(),
        }
    }

    /// Distance as repulsion measures it.
    pub(super) fn repulsion(&self, a: Cell, b: Cell) -> f64 {
        match self {
            Self::Positions(positions) => match positions.norm {
                Norm::Maximum => positions.maximum(a, b),
                Norm::Euclidean => positions.euclidean(a, b),
            },
            Self::Paths(_) => self.distance(a, b),
        }
    }

    /// The largest distance that is within a threshold: the threshold itself, or what distances close to it are
    /// rounded to.
    pub(super) fn reach(&self, threshold: f64) -> f64 {
        let is_exact = match self {
            Self::Positions(positions) => positions.is_exact,
            Self::Paths(paths) => paths.is_exact,
        };
        if is_exact {
            threshold
        } else {
            rounded(threshold)
        }
    }

    /// Drops all cells that `from` repels, itself among them. `reach` is that
    /// of the threshold.
    #[inline(always)]
    pub(super) fn drop_repelled(&self, from: Cell, reach: f64, near: &mut Near) {
        match self {
            Self::Positions(positions) => match positions.norm {
                // Without the branch for what is rounded.
                Norm::Maximum if positions.is_exact => {
                    near.keep(|cell| positions.exact_maximum(from, cell) > reach);
                }
                Norm::Maximum => near.keep(|cell| positions.maximum(from, cell) > reach),
                Norm::Euclidean => near.keep(|cell| positions.euclidean(from, cell) > reach),
            },
            Self::Paths(paths) => {
                let row = paths.row(from);
                near.keep(|cell| row[cell as usize].sqrt() > reach);
            }
        }
    }
}

/// A positive number rounded to 32 significant bits, so that distances which
/// are equal but for rounding errors become the same number.
#[inline(always)]
pub(super) fn rounded(value: f64) -> f64 {
    const DROPPED: u32 = 53 - 32;
    if !value.is_finite() {
        return value;
    }
    let bits = value.to_bits() + (1 << (DROPPED - 1));
    f64::from_bits(bits >> DROPPED << DROPPED)
}

/// The larger one. (`f64::max` pays for NaN.)
#[inline(always)]
fn largest(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_joins_what_differs_by_rounding_only() {
        assert_eq!(rounded(0.1 + 0.2), rounded(0.3));
        assert_eq!(rounded(3.0f64.sqrt() * 3.0f64.sqrt()), 3.0);
        assert_ne!(rounded(1.0 + 1e-9), 1.0);
        for value in [0.0, 1.0, 0.5, 123_456_789.0, f64::INFINITY] {
            assert_eq!(rounded(value), value);
        }
        let relative = (rounded(std::f64::consts::PI) / std::f64::consts::PI - 1.0).abs();
        assert!(relative < 2.0f64.powi(-32), "{relative}");
    }
}
