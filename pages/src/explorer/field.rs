//! The covariances of a field, as short as they can be written.

use orders_core::{Cell, Grid};
use serde::Serialize;

use crate::document::packed;
use crate::error::PageError;

/// The covariances of every two cells of a grid.
///
/// Those of a stationary field are written by lag, which takes O(N) room for N cells;
/// others in full.
#[derive(Clone, Debug, Serialize)]
pub struct FieldTable {
    name: String,
    #[serde(skip)]
    grid: Grid,
    kind: Kind,
    /// f64 in base64.
    values: String,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// By frames, rows and columns from the earlier cell to the later one: T x (2H - 1) x
    /// (2W - 1), the first for a lag of (0, 1 - H, 1 - W).
    Lags,
    /// The lower triangle, row after row, with the diagonal.
    Triangle,
}

impl FieldTable {
    /// The most cells of a field that is not stationary: 5.6 MB of text.
    pub const MOST_CELLS: usize = 1024;

    /// A field by its name and the covariance of two cells, which has to be symmetric.
    ///
    /// O(N^2) time for N cells.
    ///
    /// # Errors
    ///
    /// [`PageError::NotStationary`] if two pairs of cells that lie alike have not the very
    /// same covariance, and there are more than [`MOST_CELLS`](Self::MOST_CELLS).
    pub fn new(
        name: impl Into<String>,
        grid: Grid,
        covariance: impl Fn(Cell, Cell) -> f64,
    ) -> Result<Self, PageError> {
        let cells = grid.cells();
        let (kind, values) = match by_lag(grid, &covariance) {
            Some(values) => (Kind::Lags, packed(values.iter().map(|v| v.to_le_bytes()))),
            None if cells > Self::MOST_CELLS => {
                return Err(PageError::NotStationary {
                    grid,
                    cells,
                    most: Self::MOST_CELLS,
                });
            }
            None => {
                let rows = 0..cells as Cell;
                let pairs = rows.flat_map(|a| (0..=a).map(move |b| (a, b)));
                let values = pairs.map(|(a, b)| covariance(a, b).to_le_bytes());
                (Kind::Triangle, packed(values))
            }
        };
        Ok(Self {
            name: name.into(),
            grid,
            kind,
            values,
        })
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }
}

/// The covariance at each lag; `None` if it does not only depend on that.
fn by_lag(grid: Grid, covariance: &impl Fn(Cell, Cell) -> f64) -> Option<Vec<f64>> {
    let (height, width) = (grid.height() as usize, grid.width() as usize);
    let (rows, columns) = (2 * height - 1, 2 * width - 1);
    let mut values: Vec<Option<f64>> = vec![None; grid.frames() as usize * rows * columns];
    let position = |cell: Cell| {
        let (row, column) = grid.position_from_cell(cell);
        (row as usize, column as usize)
    };
    for a in 0..grid.cells() as Cell {
        let (row, column) = position(a);
        for b in a..grid.cells() as Cell {
            let (other_row, other_column) = position(b);
            let frames = (grid.frame_from_cell(b) - grid.frame_from_cell(a)) as usize;
            let down = other_row + height - 1 - row;
            let right = other_column + width - 1 - column;
            let value = covariance(a, b);
            let known = values[(frames * rows + down) * columns + right].get_or_insert(value);
            if known.to_bits() != value.to_bits() {
                return None;
            }
        }
    }
    // Of one frame, no later cell lies above: the page asks for none.
    Some(values.into_iter().map(Option::unwrap_or_default).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stationary_fields_are_short_and_others_are_whole() {
        let grid = Grid::new(8, 8).expect("a grid");
        let of_distance = |a, b| 1.0 / (1.0 + grid.squared_distance(a, b) as f64);
        let short = FieldTable::new("a", grid, of_distance).expect("a table");
        assert!(matches!(short.kind, Kind::Lags));
        assert_eq!(short.values.len(), (15 * 15 * 8_usize).div_ceil(3) * 4);

        let uneven = |a: Cell, b: Cell| of_distance(a, b) + f64::from(u8::from(a == 9 && b == 9));
        let whole = FieldTable::new("b", grid, uneven).expect("a table");
        assert!(matches!(whole.kind, Kind::Triangle));
        assert_eq!(whole.values.len(), (64 * 65 / 2 * 8_usize).div_ceil(3) * 4);

        let grid = Grid::new(33, 32).expect("a grid");
        let refused = FieldTable::new("c", grid, |a, b| f64::from(a * b));
        assert!(matches!(
            refused,
            Err(PageError::NotStationary { cells: 1056, .. })
        ));
    }
}
