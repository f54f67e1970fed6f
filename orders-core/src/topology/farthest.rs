//! Farthest-point sampling on a topology.

use std::ops::ControlFlow;

use super::distances::{Distances, Paths, Positions, squared_span};
use super::graph::Topology;
use crate::grid::Cell;
use crate::method::Watch;
use crate::random::TieKeys;

/// Cells that are taken before somebody who watches is asked again.
pub(super) const CELLS_UNWATCHED: usize = 64;

/// What a group is to become.
#[derive(Clone, Copy)]
pub(super) struct Missing<'a> {
    /// So many cells.
    pub(super) size: usize,
    /// Whoever may end it.
    pub(super) watch: Watch<'a>,
}

/// A multiple of the length of all vectors.
const LANES: usize = 16;

/// The smallest squared distance of every candidate to the cells of the step.
/// The largest is the next to take. Nodes that are no candidates have a
/// negative one.
#[derive(Clone, Debug)]
pub(super) enum Farthest {
    /// Whole numbers below 2^24.
    Narrow(Values<f32>, Axes<f32, true>),
    /// Whole numbers below 2^53.
    Wide(Values<f64>, Axes<f64, true>),
    /// Numbers that are rounded.
    Rounded(Values<f64>, Axes<f64, false>),
    /// Read from a table.
    Table(Values<f64>, Topology),
}

impl Farthest {
    pub(super) fn new(topology: &Topology) -> Self {
        let nodes = topology.nodes();
        match topology.distances() {
            Distances::Positions(positions) => {
                let span = squared_span(&positions.positions, positions.stretch);
                if !positions.is_exact {
                    Self::Rounded(Values::new(nodes), Axes::new(positions))
                } else if span <= f64::from(1 << 24) {
                    Self::Narrow(Values::new(nodes), Axes::new(positions))
                } else {
                    Self::Wide(Values::new(nodes), Axes::new(positions))
                }
            }
            Distances::Paths(_) => Self::Table(Values::new(nodes), topology.clone()),
        }
    }

    /// Appends candidates to `group` until it has all its cells. Needs more
    /// candidates (the free cells) than are missing, and at least one cell in
    /// the group.
    #[inline(always)]
    pub(super) fn fill(
        &mut self,
        group: &mut Vec<Cell>,
        missing: Missing<'_>,
        is_free: &[bool],
        list: List<'_>,
    ) -> ControlFlow<()> {
        match self {
            Self::Narrow(values, axes) => values.fill(axes, group, missing, is_free, list),
            Self::Wide(values, axes) => values.fill(axes, group, missing, is_free, list),
            Self::Rounded(values, axes) => values.fill(axes, group, missing, is_free, list),
            Self::Table(values, topology) => match topology.distances() {
                Distances::Paths(paths) => values.fill(&paths, group, missing, is_free, list),
                Distances::Positions(_) => unreachable!("a table is made of paths"),
            },
        }
    }
}

/// A number that distances are kept in.
pub(super) trait Real: Copy + PartialOrd + Default + std::fmt::Debug {
    /// Larger than any distance.
    const UNKNOWN: Self;
    /// That of a node that is no candidate: smaller than any distance.
    const OUT: Self;
    fn of(value: f64) -> Self;
    fn squared(a: [Self; 3], b: [Self; 3], weight: Self) -> Self;
    fn rounded(self) -> Self;
}

macro_rules! real {
    ($type:ty, $rounded:expr) => {
        impl Real for $type {
            const UNKNOWN: Self = <$type>::INFINITY;
            const OUT: Self = -1.0;
            #[inline(always)]
            fn of(value: f64) -> Self {
                value as $type
            }
            #[inline(always)]
            fn squared(a: [Self; 3], b: [Self; 3], weight: Self) -> Self {
                let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
                x * x + y * y + z * z * weight
            }
            #[inline(always)]
            fn rounded(self) -> Self {
                $rounded(self)
            }
        }
    };
}

real!(f32, std::convert::identity);
real!(f64, super::distances::rounded);

/// Squared distances from one node to all others. (Functions, not closures: those
/// would not be compiled for the instruction set in use.)
trait Source<L> {
    /// A node as distances are measured from it.
    type Node: Copy;
    fn node(&self, node: Cell) -> Self::Node;
    /// Lowers the values of the nodes from `start` on to their squared
    /// distances from `node`, where those are smaller, and raises what stands
    /// at the same place of `largest` to them.
    fn lower(&self, node: Self::Node, start: usize, values: &mut [L], largest: &mut [L]);
}

/// Coordinates, one axis after the other.
#[derive(Clone, Debug)]
pub(super) struct Axes<L, const IS_EXACT: bool> {
    axes: [Vec<L>; 3],
    /// The square of how far 1 along the last axis counts.
    weight: L,
}

impl<L: Real, const IS_EXACT: bool> Axes<L, IS_EXACT> {
    fn new(positions: &Positions) -> Self {
        let all = positions.positions.iter();
        Self {
            axes: [0, 1, 2].map(|axis| all.clone().map(|place| L::of(place[axis])).collect()),
            weight: L::of(positions.stretch * positions.stretch),
        }
    }
}

impl<L: Real, const IS_EXACT: bool> Source<L> for Axes<L, IS_EXACT> {
    type Node = [L; 3];

    #[inline(always)]
    fn node(&self, node: Cell) -> [L; 3] {
        let [x, y, z] = &self.axes;
        [x[node as usize], y[node as usize], z[node as usize]]
    }

    #[inline(always)]
    fn lower(&self, node: [L; 3], start: usize, values: &mut [L], largest: &mut [L]) {
        let [x, y, z] = &self.axes;
        let places = x[start..].iter().zip(&y[start..]).zip(&z[start..]);
        for ((value, largest), ((&x, &y), &z)) in values.iter_mut().zip(largest).zip(places) {
            let squared = L::squared([x, y, z], node, self.weight);
            let squared = if IS_EXACT { squared } else { squared.rounded() };
            *value = smaller(*value, squared);
            *largest = larger(*largest, *value);
        }
    }
}

impl<'a> Source<f64> for &'a Paths {
    type Node = &'a [f64];

    #[inline(always)]
    fn node(&self, node: Cell) -> &'a [f64] {
        self.row(node)
    }

    #[inline(always)]
    fn lower(&self, row: &'a [f64], start: usize, values: &mut [f64], largest: &mut [f64]) {
        let squares = &row[start..];
        for ((value, largest), &squared) in values.iter_mut().zip(largest).zip(squares) {
            *value = smaller(*value, squared);
            *largest = larger(*largest, *value);
        }
    }
}

/// The values of [`Farthest`], and the largest of every few of them.
///
/// Nodes that lie a stride apart belong together, not neighbours: then all loops
/// go along slices, one element after the other, which compilers turn into
/// vector instructions, and nothing is ever compared within a vector.
#[derive(Clone, Debug)]
pub(super) struct Values<L> {
    nearest: Vec<L>,
    /// As many as the stride: entry i is the largest of the values i, i +
    /// stride, i + 2 strides, and so on.
    largest: Vec<L>,
}

impl<L: Real> Values<L> {
    fn new(nodes: usize) -> Self {
        // Long enough for vectors, and short enough to be looked through.
        let stride = (4 * nodes.isqrt()).next_multiple_of(LANES);
        Self {
            nearest: vec![L::OUT; nodes],
            largest: vec![L::OUT; stride],
        }
    }

    #[inline(always)]
    fn fill(
        &mut self,
        source: &impl Source<L>,
        group: &mut Vec<Cell>,
        missing: Missing<'_>,
        is_free: &[bool],
        list: List<'_>,
    ) -> ControlFlow<()> {
        for (nearest, &is_free) in self.nearest.iter_mut().zip(is_free) {
            *nearest = if is_free { L::UNKNOWN } else { L::OUT };
        }
        for (index, &cell) in group.iter().enumerate() {
            if index % CELLS_UNWATCHED == CELLS_UNWATCHED - 1 {
                missing.watch.ask()?;
            }
            self.approach(source, cell);
        }
        loop {
            let largest = largest_of(&self.largest);
            let cell = self.earliest(largest, list);
            group.push(cell);
            if group.len() == missing.size {
                return ControlFlow::Continue(());
            }
            if group.len().is_multiple_of(CELLS_UNWATCHED) {
                missing.watch.ask()?;
            }
            self.nearest[cell as usize] = L::OUT;
            self.approach(source, cell);
        }
    }

    /// Lowers all values to the squared distance from `cell`, where that is
    /// smaller.
    #[inline(always)]
    fn approach(&mut self, source: &impl Source<L>, cell: Cell) {
        let node = source.node(cell);
        let stride = self.largest.len();
        self.largest.fill(L::OUT);
        for (part, nearest) in self.nearest.chunks_mut(stride).enumerate() {
            source.lower(node, part * stride, nearest, &mut self.largest);
        }
    }

    /// The candidate of the largest value that stands earliest in the list.
    #[inline(always)]
    fn earliest(&self, largest: L, list: List<'_>) -> Cell {
        let mut earliest = 0;
        let mut smallest = (u64::MAX, u64::MAX);
        let stride = self.largest.len();
        for (first, of_all) in self.largest.iter().enumerate() {
            if *of_all != largest {
                continue;
            }
            for cell in (first..self.nearest.len()).step_by(stride) {
                if self.nearest[cell] != largest {
                    continue;
                }
                // Most are told apart without their keys.
                let place = list.places[cell];
                if place <= smallest.0 {
                    let cell = cell as Cell;
                    let full = (place, list.keys.key(cell));
                    if full <= smallest {
                        (smallest, earliest) = (full, cell);
                    }
                }
            }
        }
        earliest
    }
}

/// The list that a group is filled from.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'a> {
    /// Where each node stands, up to ties: smaller is earlier.
    pub(super) places: &'a [u64],
    /// Breaks ties.
    pub(super) keys: TieKeys,
}

impl List<'_> {
    /// Sorts nodes into list order.
    #[inline(always)]
    pub(super) fn order(&self, cell: Cell) -> (u64, u64) {
        (self.places[cell as usize], self.keys.key(cell))
    }
}

/// The largest of some values.
#[inline(always)]
fn largest_of<L: Real>(values: &[L]) -> L {
    // No comparison waits for all those before it.
    let mut largest = [L::OUT; LANES];
    for values in values.chunks(LANES) {
        for (largest, &value) in largest.iter_mut().zip(values) {
            *largest = larger(*largest, value);
        }
    }
    largest.into_iter().fold(L::OUT, larger)
}

/// The larger one, by a comparison, which vectors do as it is.
#[inline(always)]
fn larger<L: Real>(a: L, b: L) -> L {
    if b > a { b } else { a }
}

/// The smaller one, likewise.
#[inline(always)]
fn smaller<L: Real>(a: L, b: L) -> L {
    if b < a { b } else { a }
}
