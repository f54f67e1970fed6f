//! Group sizes: how many cells are generated in each step.

use std::fmt;
use std::sync::Arc;

use crate::grid::Grid;

/// The step schedule of an order: the number of cells in each group, first
/// step first.
///
/// There is at least one group and no group is empty. That the sizes sum to
/// the cells to be generated is checked where the two meet, in
/// [`Problem::new`](crate::Problem::new). Cloning is cheap.
///
/// Sizes come from four places: the lists that LPD was
/// [published](Self::published) with, a [`Shape`](crate::Shape) by formula, the
/// arithmetic of another [program](crate::sizes::ReleasedSizes), or [your own
/// numbers](Self::new). A [`SizesChoice`](crate::sizes::SizesChoice) says which.
///
/// ```
/// use orders_core::{Grid, GroupSizes};
///
/// let sizes = GroupSizes::published(Grid::new(16, 16)?, 20).expect("a published row");
/// assert_eq!(sizes.steps(), 20);
/// assert_eq!(sizes.cells(), 256);
/// assert_eq!(sizes.as_slice()[..4], [1, 2, 4, 5]);
/// # Ok::<(), orders_core::GridError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct GroupSizes {
    sizes: Arc<[u32]>,
}

impl GroupSizes {
    /// Group sizes from a list. O(K) for K steps.
    ///
    /// # Errors
    ///
    /// [`GroupSizesError::Empty`] without groups, [`GroupSizesError::Zero`]
    /// at the first empty group, [`GroupSizesError::TooLarge`] if the sum is
    /// over [`Grid::MAX_CELLS`].
    pub fn new(sizes: impl Into<Arc<[u32]>>) -> Result<Self, GroupSizesError> {
        let sizes = sizes.into();
        if sizes.is_empty() {
            return Err(GroupSizesError::Empty);
        }
        if let Some(index) = sizes.iter().position(|&size| size == 0) {
            return Err(GroupSizesError::Zero { step: index + 1 });
        }
        let sum = sizes.iter().map(|&size| u64::from(size)).sum();
        if sum > Grid::MAX_CELLS {
            return Err(GroupSizesError::TooLarge { sum });
        }
        Ok(Self { sizes })
    }

    /// The published LPD sizes for a grid and a number of steps, exactly;
    /// `None` where nothing was published.
    ///
    /// There are 9 rows for 16 x 16 cells (256 px: 8, 12, 16, 20, 24, 32, 64,
    /// 128 and 256 steps) and 14 for 32 x 32 (512 px: 32, 40, 48, 56, 64, 80,
    /// 96, 128, 160, 192, 224, 256, 512 and 1024 steps). Source: the group
    /// sizes released with LPD (arXiv 2507.01957).
    ///
    /// They follow [`Shape::Cosine`](crate::Shape::Cosine), whose
    /// documentation says where they differ from it.
    pub fn published(grid: Grid, steps: usize) -> Option<Self> {
        if grid.frames() > 1 || grid.height() != grid.width() {
            return None;
        }
        PUBLISHED
            .iter()
            .find(|row| row.side == grid.width() && row.steps == steps)
            .map(|row| Self {
                sizes: row
                    .runs
                    .iter()
                    .flat_map(|&(size, times)| std::iter::repeat_n(size, times))
                    .collect(),
            })
    }

    /// The step counts for which [`published`](Self::published) has sizes on
    /// this grid, smallest first.
    pub fn published_steps(grid: Grid) -> Vec<usize> {
        let is_square = |side| grid.frames() == 1 && [grid.width(), grid.height()] == [side; 2];
        let rows = PUBLISHED.iter().filter(|row| is_square(row.side));
        let mut steps: Vec<usize> = rows.map(|row| row.steps).collect();
        steps.sort_unstable();
        steps
    }

    /// Number of steps, K.
    #[inline]
    pub fn steps(&self) -> usize {
        self.sizes.len()
    }

    /// Number of cells over all groups.
    pub fn cells(&self) -> usize {
        self.sizes.iter().map(|&size| size as usize).sum()
    }

    /// The sizes, first step first.
    #[inline]
    pub fn as_slice(&self) -> &[u32] {
        &self.sizes
    }

    /// Cuts a list of cells into its groups.
    ///
    /// If the list is shorter than [`cells`](Self::cells), the groups end
    /// where it does; if it is longer, its end is in no group.
    pub fn groups<'a, T>(&'a self, mut cells: &'a [T]) -> impl Iterator<Item = &'a [T]> {
        self.sizes.iter().map(move |&size| {
            let (group, rest) = cells.split_at((size as usize).min(cells.len()));
            cells = rest;
            group
        })
    }
}

impl fmt::Debug for GroupSizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GroupSizes").field(&self.as_slice()).finish()
    }
}

/// Why [`GroupSizes`] could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum GroupSizesError {
    /// There is no group.
    #[error("the group sizes are empty; at least one step is needed")]
    Empty,
    /// A group has no cells.
    #[error("the group of step {step} has size 0; every group needs at least one cell")]
    Zero {
        /// The first step whose group is empty, counted from 1.
        step: usize,
    },
    /// The sum is over [`Grid::MAX_CELLS`].
    #[error("the group sizes sum to {sum}, more than {} cells", Grid::MAX_CELLS)]
    TooLarge { sum: u64 },
}

/// One published list, as (size, how often in a row) runs.
struct PublishedRow {
    side: u32,
    steps: usize,
    runs: &'static [(u32, usize)],
}

const fn row(side: u32, steps: usize, runs: &'static [(u32, usize)]) -> PublishedRow {
    PublishedRow { side, steps, runs }
}

#[rustfmt::skip]
const PUBLISHED: [PublishedRow; 23] = [
    row(16, 256, &[(1, 256)]),
    row(16, 128, &[(1, 41), (2, 46), (3, 41)]),
    row(16, 64, &[(1, 10), (2, 7), (3, 7), (4, 9), (5, 11), (6, 20)]),
    row(16, 32, &[(1, 2), (2, 2), (3, 2), (4, 1), (5, 2), (6, 2), (7, 2), (8, 2), (9, 2), (10, 3), (11, 4), (12, 8)]),
    row(16, 24, &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1), (10, 1), (11, 2), (12, 1), (13, 1), (14, 3), (15, 2), (16, 3), (17, 2)]),
    row(16, 20, &[(1, 1), (2, 1), (4, 1), (5, 1), (7, 1), (8, 1), (10, 1), (11, 1), (12, 1), (14, 1), (15, 1), (16, 1), (17, 1), (18, 2), (19, 2), (20, 3)]),
    row(16, 16, &[(1, 1), (4, 1), (6, 1), (8, 1), (11, 1), (13, 1), (15, 1), (17, 1), (19, 1), (20, 1), (22, 1), (23, 1), (24, 3), (25, 1)]),
    row(16, 12, &[(1, 1), (7, 1), (11, 1), (15, 1), (19, 1), (22, 1), (25, 1), (28, 1), (30, 1), (32, 1), (33, 2)]),
    row(16, 8, &[(1, 1), (15, 1), (24, 1), (32, 1), (40, 1), (45, 1), (49, 1), (50, 1)]),
    row(32, 1024, &[(1, 1024)]),
    row(32, 512, &[(1, 162), (2, 188), (3, 162)]),
    row(32, 256, &[(1, 39), (2, 28), (3, 31), (4, 34), (5, 44), (6, 80)]),
    row(32, 224, &[(1, 32), (2, 21), (3, 21), (4, 24), (5, 27), (6, 37), (7, 62)]),
    row(32, 192, &[(1, 22), (2, 15), (3, 16), (4, 16), (5, 19), (6, 21), (7, 27), (8, 55), (10, 1)]),
    row(32, 160, &[(1, 15), (2, 11), (3, 10), (4, 12), (5, 12), (6, 13), (7, 14), (8, 17), (9, 23), (10, 33)]),
    row(32, 128, &[(1, 10), (2, 6), (3, 7), (4, 7), (5, 7), (6, 7), (7, 8), (8, 9), (9, 9), (10, 11), (11, 14), (12, 26), (13, 7)]),
    row(32, 96, &[(1, 5), (2, 4), (3, 4), (4, 4), (5, 3), (6, 4), (7, 4), (8, 5), (9, 4), (10, 4), (11, 6), (12, 5), (13, 6), (14, 7), (15, 8), (16, 13), (17, 10)]),
    row(32, 80, &[(1, 4), (2, 2), (3, 3), (4, 2), (5, 3), (6, 3), (7, 2), (8, 3), (9, 3), (10, 3), (11, 3), (12, 3), (13, 3), (14, 4), (15, 4), (16, 4), (17, 6), (18, 6), (19, 7), (20, 12)]),
    row(32, 64, &[(1, 2), (2, 2), (3, 2), (4, 1), (5, 2), (6, 2), (7, 1), (8, 2), (9, 2), (10, 2), (11, 1), (12, 2), (13, 2), (14, 2), (15, 2), (16, 2), (17, 2), (18, 3), (19, 2), (20, 3), (21, 3), (22, 3), (23, 5), (24, 6), (25, 8)]),
    row(32, 56, &[(1, 2), (2, 1), (3, 1), (4, 2), (5, 1), (6, 1), (7, 1), (8, 2), (9, 1), (10, 1), (11, 2), (12, 1), (13, 1), (14, 2), (15, 1), (16, 2), (17, 1), (18, 2), (19, 2), (20, 1), (21, 2), (22, 2), (23, 2), (24, 2), (25, 3), (26, 3), (27, 5), (28, 6), (29, 3)]),
    row(32, 48, &[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1), (9, 1), (10, 1), (11, 1), (12, 1), (13, 1), (14, 1), (15, 1), (16, 1), (17, 1), (18, 1), (19, 1), (20, 1), (21, 1), (22, 1), (23, 2), (24, 1), (25, 1), (26, 2), (27, 1), (28, 2), (29, 2), (30, 2), (31, 2), (32, 3), (33, 7), (34, 1)]),
    row(32, 40, &[(1, 1), (2, 1), (4, 1), (6, 1), (7, 1), (9, 1), (10, 1), (12, 1), (13, 1), (15, 1), (16, 1), (18, 1), (19, 1), (20, 1), (22, 1), (23, 1), (24, 1), (26, 1), (27, 1), (28, 1), (29, 1), (30, 1), (31, 1), (32, 1), (33, 1), (34, 1), (35, 2), (36, 1), (37, 2), (38, 2), (39, 3), (40, 4)]),
    row(32, 32, &[(1, 1), (4, 1), (6, 1), (9, 1), (11, 1), (13, 1), (16, 1), (18, 1), (20, 1), (23, 1), (25, 1), (27, 1), (29, 1), (31, 1), (33, 1), (35, 1), (36, 1), (38, 1), (40, 1), (41, 1), (42, 1), (44, 1), (45, 1), (46, 1), (47, 1), (48, 2), (49, 2), (50, 3)]),
];
