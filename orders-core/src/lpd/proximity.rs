//! Principle 1, proximity: how close a free cell lies to what is generated.

use std::f64::consts::FRAC_1_SQRT_2;

use super::classes::Classes;
use crate::cell_set::{CellSet, WORDS_AT_ONCE};
use crate::grid::Grid;

/// A proximity score. Replace it to try another kernel.
pub trait Proximity: Clone + Send + Sync + 'static {
    /// Buffers for one thread.
    type State: ProximityState;

    /// Buffers for a grid.
    fn state(&self, grid: Grid) -> Self::State;
}

/// Does the work of a [`Proximity`].
pub trait ProximityState: Send {
    /// Sorts the free cells into classes of equal score, given the cells that
    /// are generated.
    fn classify(&mut self, context: &CellSet, free: &CellSet, classes: &mut Classes);
}

/// LPD's score: the sum of `1 / distance` over the generated cells among the 8
/// neighbours, so 1 for an edge neighbour and 1/sqrt(2) for a diagonal one. It
/// takes 25 values, from 0 to 4 + 4/sqrt(2).
///
/// Source: LPD (arXiv 2507.01957), section 3.3, as released. O(N) a step, with
/// 64 cells to a machine word.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EightNeighbours;

impl EightNeighbours {
    /// The score of a cell with so many generated edge neighbours and diagonal
    /// neighbours (0 to 4 each).
    pub fn score(edges: u32, diagonals: u32) -> f64 {
        f64::from(edges) + f64::from(diagonals) * FRAC_1_SQRT_2
    }
}

impl Proximity for EightNeighbours {
    type State = EightNeighboursState;

    fn state(&self, grid: Grid) -> EightNeighboursState {
        let mut counts: Vec<(u32, u32)> = (0..25).map(|i| (i / 5, i % 5)).collect();
        counts.sort_by(|a, b| Self::score(b.0, b.1).total_cmp(&Self::score(a.0, a.1)));
        let mut first_column = CellSet::empty(grid.cells());
        let mut last_column = CellSet::empty(grid.cells());
        for row in 0..grid.height() {
            first_column.insert(grid.cell_from_position(row, 0));
            last_column.insert(grid.cell_from_position(row, grid.width() - 1));
        }
        let words = first_column.words().len();
        let padded = || Padded::new(words, grid.width() as usize);
        EightNeighboursState {
            arch: pulp::Arch::new(),
            scores: counts.iter().map(|c| Self::score(c.0, c.1)).collect(),
            counts: counts
                .iter()
                .map(|c| (c.0 as usize, c.1 as usize))
                .collect(),
            width: grid.width() as usize,
            first_column,
            last_column,
            context: padded(),
            left: padded(),
            right: padded(),
        }
    }
}

/// Buffers of [`EightNeighbours`].
#[derive(Clone, Debug)]
pub struct EightNeighboursState {
    arch: pulp::Arch,
    scores: Vec<f64>,
    counts: Vec<(usize, usize)>,
    width: usize,
    first_column: CellSet,
    last_column: CellSet,
    context: Padded,
    left: Padded,
    right: Padded,
}

impl ProximityState for EightNeighboursState {
    fn classify(&mut self, context: &CellSet, free: &CellSet, classes: &mut Classes) {
        classes.restart(&self.scores);
        self.arch.dispatch(Classify {
            state: self,
            context: context.words(),
            free: free.words(),
            classes,
        });
    }
}

/// The arguments of a step, to be compiled for each instruction set.
struct Classify<'a> {
    state: &'a mut EightNeighboursState,
    context: &'a [u64],
    free: &'a [u64],
    classes: &'a mut Classes,
}

impl pulp::NullaryFnOnce for Classify<'_> {
    type Output = ();

    /// Counts the generated neighbours of all cells, many at a time, in sets
    /// of cells shifted by one row or column.
    #[inline(always)]
    fn call(self) {
        let state = self.state;
        let words = self.context.len();
        state.context.words_mut().copy_from_slice(self.context);

        // The generated neighbour in the column before, and the one after.
        let context = &state.context;
        let pieces = state
            .left
            .pieces_mut()
            .iter_mut()
            .zip(state.right.pieces_mut());
        let (first, _) = state.first_column.words().as_chunks::<WORDS_AT_ONCE>();
        let (last, _) = state.last_column.words().as_chunks::<WORDS_AT_ONCE>();
        for (i, (left, right)) in pieces.enumerate() {
            let (before, after) = (context.before(1, i), context.after(1, i));
            for j in 0..WORDS_AT_ONCE {
                left[j] = before[j] & !first[i][j];
                right[j] = after[j] & !last[i][j];
            }
        }

        let (left, right, width) = (&state.left, &state.right, state.width);
        let (free, _) = self.free.as_chunks::<WORDS_AT_ONCE>();
        let sets = self.classes.pieces_mut();
        let pieces = words / WORDS_AT_ONCE;
        for i in 0..pieces {
            let edges = count_of_four(
                context.before(width, i),
                context.after(width, i),
                left.before(0, i),
                right.before(0, i),
            );
            let diagonals = count_of_four(
                left.before(width, i),
                left.after(width, i),
                right.before(width, i),
                right.after(width, i),
            );
            for (class, &(e, d)) in state.counts.iter().enumerate() {
                let mut set = free[i];
                for j in 0..WORDS_AT_ONCE {
                    set[j] &= edges[e][j] & diagonals[d][j];
                }
                sets[class * pieces + i] = set;
            }
        }
    }
}

type Piece = [u64; WORDS_AT_ONCE];

/// For each bit place: which of the counts 0 to 4 the four bits make. A
/// carry-save adder.
#[inline(always)]
fn count_of_four(a: Piece, b: Piece, c: Piece, d: Piece) -> [Piece; 5] {
    let mut counts = [[0; WORDS_AT_ONCE]; 5];
    for j in 0..WORDS_AT_ONCE {
        let (ab, cd) = (a[j] ^ b[j], c[j] ^ d[j]);
        let ones = ab ^ cd;
        let four = a[j] & b[j] & c[j] & d[j];
        let twos = ((a[j] & b[j]) ^ (c[j] & d[j]) ^ (ab & cd)) & !four;
        counts[0][j] = !(ones | twos | four);
        counts[1][j] = ones & !twos;
        counts[2][j] = twos & !ones;
        counts[3][j] = ones & twos;
        counts[4][j] = four;
    }
    counts
}

/// The words of a set with zeros on both sides, wide enough for a shift by one
/// row.
#[derive(Clone, Debug)]
struct Padded {
    words: Vec<u64>,
    padding: usize,
}

impl Padded {
    fn new(words: usize, width: usize) -> Self {
        let padding = (width / 64 + 2).next_multiple_of(WORDS_AT_ONCE);
        Self {
            words: vec![0; words + 2 * padding],
            padding,
        }
    }

    #[inline(always)]
    fn words_mut(&mut self) -> &mut [u64] {
        let end = self.words.len() - self.padding;
        &mut self.words[self.padding..end]
    }

    #[inline(always)]
    fn pieces_mut(&mut self) -> &mut [Piece] {
        self.words_mut().as_chunks_mut().0
    }

    #[inline(always)]
    fn load(&self, start: usize) -> Piece {
        *self.words[start..]
            .first_chunk()
            .expect("the padding is wide enough")
    }

    /// Piece i of the set moved up by `distance` cells: cell c is there if
    /// `c - distance` is here.
    #[inline(always)]
    fn before(&self, distance: usize, i: usize) -> Piece {
        let start = self.padding + i * WORDS_AT_ONCE - distance / 64;
        let (low, high) = (self.load(start - 1), self.load(start));
        let up = distance % 64;
        // Two shifts, so that neither is by 64.
        std::array::from_fn(|j| low[j] >> 1 >> (63 - up) | high[j] << up)
    }

    /// Piece i of the set moved down by `distance` cells: cell c is there if
    /// `c + distance` is here.
    #[inline(always)]
    fn after(&self, distance: usize, i: usize) -> Piece {
        let start = self.padding + i * WORDS_AT_ONCE + distance / 64;
        let (low, high) = (self.load(start), self.load(start + 1));
        let down = distance % 64;
        std::array::from_fn(|j| low[j] >> down | high[j] << 1 << (63 - down))
    }
}

/// No score at all: every cell stands at 0, in one class. With a positive
/// threshold no cell is near, which leaves the fill alone: principle 2 only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NoProximity;

impl Proximity for NoProximity {
    type State = Self;

    fn state(&self, _: Grid) -> Self {
        Self
    }
}

impl ProximityState for NoProximity {
    fn classify(&mut self, _: &CellSet, free: &CellSet, classes: &mut Classes) {
        classes.restart(&[0.0]);
        classes.words_mut(0).copy_from_slice(free.words());
    }
}
