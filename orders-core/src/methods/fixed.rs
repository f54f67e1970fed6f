//! Orders that are the same every time, with the known cells left out.

use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::method::{MethodError, OrderGenerator, OrderingMethod};
use crate::parameter::Parameters;
use crate::problem::Problem;
use crate::random::OrderRng;

/// A method of which every order is the same.
pub trait Fixed: Send + Sync {
    const NAME: &str;

    fn parameters(&self) -> Parameters {
        Parameters::new()
    }

    /// The order of the free cells of a grid.
    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError>;
}

impl<M: Fixed> OrderingMethod for M {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn parameters(&self) -> Parameters {
        Fixed::parameters(self)
    }

    fn is_random(&self) -> bool {
        false
    }

    fn own_group_sizes(&self, known: &KnownCells) -> Result<Option<GroupSizes>, MethodError> {
        Ok(Fixed::order(self, known)?.own_sizes)
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        Ok(Fixed::order(self, problem.known())?.into_generator())
    }
}

/// The free cells of a grid in an order that nothing random decides.
///
/// Methods say how they order the *whole* grid. Known cells are left out here,
/// and nowhere else.
pub struct FixedOrder {
    cells: Vec<Cell>,
    own_sizes: Option<GroupSizes>,
}

impl FixedOrder {
    /// The free ones of a list of all cells.
    pub(super) fn from_list(known: &KnownCells, all: impl IntoIterator<Item = Cell>) -> Self {
        let is_free = |cell: &Cell| !known.contains(*cell);
        let mut cells = Vec::with_capacity(known.free_count());
        cells.extend(all.into_iter().filter(is_free));
        let own_sizes = None;
        Self { cells, own_sizes }
    }

    /// Along a path through the first frame, which is walked forwards in every even
    /// frame and backwards in every odd one: from one frame to the next only the frame
    /// changes.
    pub(super) fn there_and_back(known: &KnownCells, first_frame: &[Cell]) -> Self {
        let grid = known.grid();
        let mut cells = Vec::with_capacity(grid.cells());
        for frame in 0..grid.frames() {
            let start = grid.cell_in_frame(frame, 0, 0);
            let path = first_frame.iter().map(|&cell| start + cell);
            if frame.is_multiple_of(2) {
                cells.extend(path);
            } else {
                cells.extend(path.rev());
            }
        }
        Self::from_list(known, cells)
    }

    /// The free cells from the smallest key to the largest, those with equal
    /// keys in raster order. O(N log N).
    pub(super) fn by_key<K: Ord>(known: &KnownCells, key_from_cell: impl Fn(Cell) -> K) -> Self {
        let mut cells: Vec<Cell> = known.free_cells().collect();
        cells.sort_by_cached_key(|&cell| key_from_cell(cell));
        let own_sizes = None;
        Self { cells, own_sizes }
    }

    /// The same order in groups, the runs of cells with the same step: a step without a
    /// free cell is none.
    pub(super) fn with_groups<S: PartialEq>(self, step_from_cell: impl Fn(Cell) -> S) -> Self {
        let in_one_step = |a: &Cell, b: &Cell| step_from_cell(*a) == step_from_cell(*b);
        let groups = self.cells.chunk_by(in_one_step);
        let sizes: Vec<u32> = groups.map(|group| group.len() as u32).collect();
        let sizes = GroupSizes::new(sizes).expect("some cell is free, and no run is empty");
        Self {
            own_sizes: Some(sizes),
            ..self
        }
    }

    /// Gives these cells every time. An order is a copy.
    pub(super) fn into_generator(self) -> Box<dyn OrderGenerator> {
        let cells = self.cells;
        Box::new(move |_: &mut OrderRng, out: &mut Vec<Cell>| out.extend_from_slice(&cells))
    }
}
