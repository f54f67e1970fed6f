//! Cells that are known before anything is generated.

use std::sync::Arc;

use crate::grid::{Cell, Grid};

/// The cells of a grid that are known from the start, as in inpainting,
/// outpainting, editing and resuming. All others are *free*: they are to be
/// generated, and an order is one of them.
///
/// Known cells are context in every step. At least one cell is free. Cloning
/// is cheap.
///
/// ```
/// use orders_core::{Grid, KnownCells};
///
/// // The upper row of a 2x3 grid is there already.
/// let known = KnownCells::new(Grid::new(2, 3)?, [0, 1, 2])?;
/// assert_eq!(known.free_count(), 3);
/// assert_eq!(known.free_cells().collect::<Vec<_>>(), [3, 4, 5]);
/// assert!(known.contains(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct KnownCells {
    grid: Grid,
    is_known: Arc<[bool]>,
    count: usize,
}

impl KnownCells {
    /// No cell of the grid is known. O(N) for N cells.
    pub fn none(grid: Grid) -> Self {
        Self {
            grid,
            is_known: vec![false; grid.cells()].into(),
            count: 0,
        }
    }

    /// The cells of a list, in any order, each once. O(N) for N cells.
    ///
    /// # Errors
    ///
    /// [`KnownCellsError::OutOfRange`] or [`KnownCellsError::Repeated`] at the first
    /// entry that is no cell of the grid or comes again,
    /// [`KnownCellsError::NoneFree`] if every cell is known.
    pub fn new(grid: Grid, cells: impl IntoIterator<Item = Cell>) -> Result<Self, KnownCellsError> {
        let mut is_known = vec![false; grid.cells()];
        for (index, cell) in cells.into_iter().enumerate() {
            let slot = is_known
                .get_mut(cell as usize)
                .ok_or(KnownCellsError::OutOfRange { index, cell, grid })?;
            if std::mem::replace(slot, true) {
                return Err(KnownCellsError::Repeated { index, cell });
            }
        }
        Self::from_mask(grid, is_known)
    }

    /// The cells at which a mask is true. The mask has an entry for each cell.
    ///
    /// # Errors
    ///
    /// [`KnownCellsError::Length`] if it has more or fewer entries than the
    /// grid has cells, [`KnownCellsError::NoneFree`] if all are true.
    pub fn from_mask(
        grid: Grid,
        is_known: impl Into<Arc<[bool]>>,
    ) -> Result<Self, KnownCellsError> {
        let is_known = is_known.into();
        if is_known.len() != grid.cells() {
            return Err(KnownCellsError::Length {
                length: is_known.len(),
                grid,
            });
        }
        let count = is_known.iter().filter(|&&known| known).count();
        if count == grid.cells() {
            return Err(KnownCellsError::NoneFree { grid });
        }
        Ok(Self {
            grid,
            is_known,
            count,
        })
    }

    /// The grid.
    #[inline]
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// Number of known cells.
    #[inline]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Number of free cells: at least 1.
    #[inline]
    pub fn free_count(&self) -> usize {
        self.is_known.len() - self.count
    }

    /// Whether a cell is known.
    ///
    /// # Panics
    ///
    /// If the cell is not on the grid.
    #[inline]
    pub fn contains(&self, cell: Cell) -> bool {
        self.is_known[cell as usize]
    }

    /// One entry for each cell: whether it is known.
    #[inline]
    pub fn mask(&self) -> &[bool] {
        &self.is_known
    }

    /// The known cells, in raster order.
    pub fn cells(&self) -> impl Iterator<Item = Cell> + '_ {
        self.where_known_is(true)
    }

    /// The free cells, in raster order.
    pub fn free_cells(&self) -> impl Iterator<Item = Cell> + '_ {
        self.where_known_is(false)
    }

    fn where_known_is(&self, value: bool) -> impl Iterator<Item = Cell> + '_ {
        let cells = (0..).zip(self.is_known.iter());
        cells.filter_map(move |(cell, &known)| (known == value).then_some(cell))
    }
}

impl std::fmt::Debug for KnownCells {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KnownCells")
            .field("grid", &self.grid)
            .field("cells", &self.cells().collect::<Vec<_>>())
            .finish()
    }
}

/// Why there are no [`KnownCells`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum KnownCellsError {
    /// An entry is no cell of the grid.
    #[error(
        "known cell {cell} (entry {index}) is not on the {grid} grid, whose cells go from 0 to {}",
        grid.cells() - 1
    )]
    OutOfRange {
        /// Place of the entry, from 0.
        index: usize,
        cell: Cell,
        grid: Grid,
    },
    /// A cell comes a second time.
    #[error("known cell {cell} (entry {index}) is listed twice; a list has each cell once")]
    Repeated {
        /// Place of its second entry, from 0.
        index: usize,
        cell: Cell,
    },
    /// The mask has more or fewer entries than the grid has cells.
    #[error("the mask has {length} entries, but a {grid} grid has {} cells", grid.cells())]
    Length { length: usize, grid: Grid },
    /// Nothing is left to generate.
    #[error("all {} cells of the {grid} grid are known; at least one must be free", grid.cells())]
    NoneFree { grid: Grid },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_no_known_cells_is_refused() {
        let grid = Grid::new(2, 2).unwrap();
        assert_eq!(
            KnownCells::new(grid, [0, 4]).unwrap_err(),
            KnownCellsError::OutOfRange {
                index: 1,
                cell: 4,
                grid
            }
        );
        assert_eq!(
            KnownCells::new(grid, [3, 0, 3]).unwrap_err(),
            KnownCellsError::Repeated { index: 2, cell: 3 }
        );
        assert_eq!(
            KnownCells::new(grid, [3, 2, 1, 0]).unwrap_err(),
            KnownCellsError::NoneFree { grid }
        );
        assert_eq!(
            KnownCells::from_mask(grid, [true, false, true]).unwrap_err(),
            KnownCellsError::Length { length: 3, grid }
        );
    }

    #[test]
    fn lists_and_masks_agree() {
        let grid = Grid::new(2, 2).unwrap();
        let list = KnownCells::new(grid, [3, 0]).unwrap();
        let mask = KnownCells::from_mask(grid, [true, false, false, true]).unwrap();
        assert_eq!(list, mask);
        assert_eq!(list.cells().collect::<Vec<_>>(), [0, 3]);
        assert_eq!((list.count(), list.free_count()), (2, 2));
        assert_eq!(KnownCells::none(grid), KnownCells::new(grid, []).unwrap());
    }
}
