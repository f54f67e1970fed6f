//! Orders of a line, on the line that raster order makes of the grid.

use super::fixed::{Fixed, FixedOrder};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::MethodError;
use crate::parameter::{ParameterKind, Parameters};

/// Midpoints, level by level, as a binary search visits a list: of all cells
/// in raster order, first the middle one; then the middles of the two halves
/// beside it, then those of the four parts that are left, and so on. The middle
/// of the cells from a to b is `floor((a + b) / 2)`. Within a level cells come
/// in raster order. The line of a video goes on from frame to frame.
///
/// Its own group sizes are the levels: 1, 2, 4, ... cells, and what is left in
/// the last; `floor(log2 N) + 1` steps for N cells.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::BinarySearch;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(1, 8)?, GroupSizes::new([1, 2, 4, 1])?)?;
/// let order = BinarySearch.order(&problem, 0, 0)?;
/// assert_eq!(order.cell_from_rank(), [3, 1, 5, 0, 2, 4, 6, 7]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct BinarySearch;

impl Fixed for BinarySearch {
    const NAME: &str = "binary-search";

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let level = |cell| search_level(known.grid().cells(), cell);
        Ok(FixedOrder::by_key(known, level).with_groups(level))
    }
}

/// How many middles a search among `count` cells looks at before this one.
fn search_level(count: usize, cell: Cell) -> u32 {
    let (mut begin, mut end) = (0, count);
    let mut level = 0;
    loop {
        // Of the cells from `begin` to `end - 1`.
        let middle = (begin + end - 1) / 2;
        match (cell as usize).cmp(&middle) {
            std::cmp::Ordering::Less => end = middle,
            std::cmp::Ordering::Greater => begin = middle + 1,
            std::cmp::Ordering::Equal => return level,
        }
        level += 1;
    }
}

/// The dilated unmasking schedule (DUS, arXiv 2506.19037), exactly as published
/// for text: blocks of B places one after the other, each in O(log B) steps of
/// places far from each other.
///
/// Blocks are consecutive stretches of B cells of the raster line, which in a
/// video goes on from frame to frame. Place i of a block, counted from 0, comes
/// with the first of the strides `floor(B / a)`, `floor(B / a^2)`, ... that
/// divides it; places that none divides come last, and if the last level has
/// fewer places than the one before, both are one. B = 32 and a = 2 make levels
/// of 2, 2, 4, 8 and 16 cells. Within a level cells come in raster order. If N is no multiple
/// of B, the last block has those places of a whole one that exist.
///
/// Its own group sizes are the levels of each block.
///
/// Not random: every order is the same. O(N log N), once for each generator.
/// [`Bayer`](super::Bayer) is the idea on a plane: all of the grid at once.
///
/// ```
/// use orders_core::methods::Dus;
/// use orders_core::{Grid, KnownCells, OrderingMethod};
///
/// let known = KnownCells::none(Grid::new(8, 8)?);
/// let sizes = Dus::new(32, 2)?.own_group_sizes(&known)?.expect("it has some");
/// assert_eq!(sizes.as_slice(), [2, 2, 4, 8, 16, 2, 2, 4, 8, 16]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dus {
    block: u32,
    base: u32,
}

impl Dus {
    /// Blocks of `block` cells, and strides that shrink by the factor `base`.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] unless `block` is from 1 to
    /// [`Grid::MAX_CELLS`] and `base` at least 2.
    pub fn new(block: u32, base: u32) -> Result<Self, MethodError> {
        for (parameter, kind, value) in [
            (
                "block",
                ParameterKind::NumberBetween(1.0, Grid::MAX_CELLS as f64),
                block,
            ),
            ("base", ParameterKind::WholeFrom(2), base),
        ] {
            MethodError::check_parameter("dus", parameter, &kind, f64::from(value))?;
        }
        Ok(Self { block, base })
    }

    /// The level of each place in a block.
    fn level_from_place(self) -> Vec<u8> {
        let shorter = |&stride: &u32| Some(stride / self.base);
        let strides = std::iter::successors(shorter(&self.block), shorter);
        let strides: Vec<u32> = strides.take_while(|&stride| stride > 0).collect();

        let last = strides.len() as u8;
        let mut levels = vec![last; self.block as usize];
        for (level, &stride) in (0..last).zip(&strides).rev() {
            let places = levels.iter_mut().step_by(stride as usize);
            places.for_each(|place| *place = level);
        }
        let count = |level| levels.iter().filter(|&&other| other == level).count();
        let last = levels.iter().copied().max().unwrap_or(0);
        if last > 0 && count(last) < count(last - 1) {
            let merged = levels.iter_mut().filter(|level| **level == last);
            merged.for_each(|level| *level -= 1);
        }
        levels
    }

    fn step_from_cell(self) -> impl Fn(Cell) -> (u32, u8) {
        let levels = self.level_from_place();
        move |cell| {
            let (block, place) = (cell / self.block, cell % self.block);
            (block, levels[place as usize])
        }
    }
}

impl Fixed for Dus {
    const NAME: &str = "dus";

    fn parameters(&self) -> Parameters {
        Parameters::from([
            ("block".into(), f64::from(self.block).into()),
            ("base".into(), f64::from(self.base).into()),
        ])
    }

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let step = self.step_from_cell();
        Ok(FixedOrder::by_key(known, &step).with_groups(&step))
    }
}
