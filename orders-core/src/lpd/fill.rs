//! Filling a group that the walk left short.

use std::cmp::Reverse;

use super::levels::Levels;
use crate::grid::{Cell, Grid};
use crate::method::Watch;
use crate::random::TieKeys;

/// Fills a group that the walk over the near cells left short. Replace it to
/// try another rule.
///
/// ```
/// use orders_core::lpd::{Fill, FillState, FillStep};
/// use orders_core::{Cell, Grid, GroupSizes, LocalityAware, OrderingMethod, Problem};
///
/// /// The first candidates of the list.
/// #[derive(Clone)]
/// struct ListOrder;
///
/// impl Fill for ListOrder {
///     type State = Self;
///
///     fn state(&self, _: Grid) -> Self {
///         Self
///     }
/// }
///
/// impl FillState for ListOrder {
///     fn fill(&mut self, step: FillStep<'_>, group: &mut Vec<Cell>) {
///         let mut list: Vec<Cell> = step.levels.free_cells().collect();
///         list.sort_by_key(|&cell| step.list_order(cell));
///         group.extend(&list[..step.size - group.len()]);
///     }
/// }
///
/// let problem = Problem::new(Grid::new(8, 8)?, GroupSizes::new([4, 60])?)?;
/// let method = LocalityAware::new(1.0, 1.0)?
///     .with_fill(ListOrder)
///     .named("list-order", Default::default());
/// assert_eq!(method.order(&problem, 0, 0)?.groups().count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Fill: Clone + Send + Sync + 'static {
    /// Tables and buffers for one thread.
    type State: FillState;

    /// Tables and buffers for a grid.
    fn state(&self, grid: Grid) -> Self::State;
}

/// Does the work of a [`Fill`].
pub trait FillState: Send {
    /// Appends candidates to `group`, which has fewer than `step.size` cells,
    /// until it has as many. It must leave the cells that are there as they
    /// are.
    ///
    /// A group of another size, and cells that are no candidates, make a broken
    /// order, which is reported as [`MethodError::Broken`].
    ///
    /// [`MethodError::Broken`]: crate::MethodError::Broken
    fn fill(&mut self, step: FillStep<'_>, group: &mut Vec<Cell>);
}

/// A step as the fill finds it.
///
/// Its candidates are the cells that are neither generated nor in the group, at
/// least as many as the group lacks. The list of candidates begins with the far
/// cells, followed by the near ones (all repelled by then), each by falling
/// score, ties by key.
#[derive(Clone, Copy, Debug)]
pub struct FillStep<'a> {
    /// How many cells the group must have in the end.
    pub size: usize,
    /// The level of every cell. Generated are those of earlier steps and of
    /// this one so far.
    pub levels: &'a Levels,
    /// How many candidates there are.
    pub candidates: usize,
    /// The first level that is near.
    pub near_from: u32,
    /// Breaks ties.
    pub keys: TieKeys,
    /// Whoever may end the order. A fill that takes long asks now and then, and returns
    /// with a group that is short if the answer is to end it.
    pub watch: Watch<'a>,
}

impl FillStep<'_> {
    /// Sorts candidates into list order: a smaller value stands earlier.
    #[inline(always)]
    pub fn list_order(&self, cell: Cell) -> impl Ord + use<> {
        let level = self.levels.level(cell);
        let near = level >= self.near_from;
        (near, Reverse(level), self.keys.key(cell))
    }
}
