//! Who says what comes next.

use super::distributions::Distributions;
use crate::grid::Cell;
use crate::known::KnownCells;
use crate::order::Order;

/// Says which cells of one sample come next, step after step.
///
/// In each step it names [`candidates`](Self::candidates); the decoder is asked about
/// them, all at once; and it [`choose`](Self::choose)s those that are revealed, whose
/// tokens are drawn from these answers. A scheduler belongs to one sample and may remember
/// what it saw.
pub trait Scheduler: Send {
    /// The cells that the decoder is asked about: free ones, each once. All free cells by
    /// default, in raster order.
    fn candidates(&mut self, settled: &Settled<'_>) -> Vec<Cell> {
        settled.free_cells().collect()
    }

    /// Which of the cells that were asked are revealed in this step, at least one, in the
    /// order in which they are recorded.
    fn choose(&mut self, settled: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell>;

    /// Whether it chooses all candidates, in their order. It need not by default.
    fn reveals_candidates(&self) -> bool {
        false
    }

    /// Whether it looks at tokens: then one is drawn for each cell that is asked, before it
    /// chooses, and those that are chosen keep theirs. The tokens then do not follow the
    /// distributions of the chosen cells, so that no likelihood can be had under it.
    fn looks_at_tokens(&self) -> bool {
        false
    }
}

/// What is settled of a sample.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    pub(super) known: &'a KnownCells,
    pub(super) is_settled: &'a [bool],
    pub(super) cells: &'a [Cell],
    pub(super) sizes: &'a [u32],
}

impl<'a> Settled<'a> {
    /// A sample at its start: only known cells are settled.
    pub fn at_start(known: &'a KnownCells) -> Self {
        Self {
            known,
            is_settled: known.mask(),
            cells: &[],
            sizes: &[],
        }
    }

    /// The cells that were known from the start; with them, the grid.
    pub fn known(&self) -> &KnownCells {
        self.known
    }

    /// Whether a cell is known or was revealed.
    pub fn is_settled(&self, cell: Cell) -> bool {
        self.is_settled[cell as usize]
    }

    /// The cells that have no token yet, in raster order.
    pub fn free_cells(&self) -> impl Iterator<Item = Cell> + '_ {
        (0..)
            .zip(self.is_settled)
            .filter_map(|(cell, settled)| (!settled).then_some(cell))
    }

    /// Number of cells that have no token yet.
    pub fn free_count(&self) -> usize {
        self.known.free_count() - self.cells.len()
    }

    /// The step that is under way, from 0.
    pub fn step(&self) -> usize {
        self.sizes.len()
    }

    /// The cells that were revealed, in their order; known ones are not among them.
    pub fn revealed(&self) -> &[Cell] {
        self.cells
    }

    /// How many cells each step revealed.
    pub fn sizes(&self) -> &[u32] {
        self.sizes
    }
}

/// The answers of a step.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The cells that were asked, as the scheduler named them.
    pub cells: &'a [Cell],
    /// A distribution for each of them.
    pub distributions: &'a Distributions,
    /// A token for each, if the scheduler [looks at them](Scheduler::looks_at_tokens).
    pub tokens: Option<&'a [u32]>,
}

impl<'a> Asked<'a> {
    /// The cells with their distributions.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = (Cell, &'a [f32])> + Clone + use<'a> {
        self.cells.iter().copied().zip(self.distributions.rows())
    }
}

/// An order that was made beforehand, as a scheduler: it looks at nothing.
#[derive(Clone, Debug)]
pub struct FixedOrder {
    order: Order,
}

impl FixedOrder {
    /// The groups of an order, one after the other.
    pub fn new(order: Order) -> Self {
        Self { order }
    }
}

impl Scheduler for FixedOrder {
    fn candidates(&mut self, settled: &Settled<'_>) -> Vec<Cell> {
        let group = self.order.groups().nth(settled.step());
        group.map(<[Cell]>::to_vec).unwrap_or_default()
    }

    fn choose(&mut self, _: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        asked.cells.to_vec()
    }

    fn reveals_candidates(&self) -> bool {
        true
    }
}
