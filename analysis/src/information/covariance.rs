//! Covariances of all cells of a grid.

use std::sync::Arc;

use faer::linalg::triangular_inverse::invert_lower_triangular;
use faer::{Mat, MatRef, Par, Side};
use ndarray::ArrayView2;
use orders_core::{Cell, Grid};

use super::cholesky::Cholesky;

/// The covariance of the values at all cells of a grid: symmetric, finite and
/// positive definite, checked when it is built. Cloning is cheap.
///
/// "Positive definite" means here that the variance which a cell keeps when all
/// other cells are known is at least [`SMALLEST_SHARE`](Self::SMALLEST_SHARE) of
/// the mean variance. No pivot of any order is smaller than that, so every order
/// has a Cholesky factor, whose logarithms are good to about six digits at the
/// very limit and to twelve and more for fields such as `exp:5`.
///
/// ```
/// use orders_analysis::information::{Covariance, Field};
/// use orders_core::Grid;
///
/// let grid = Grid::new(16, 16)?;
/// let covariance = Covariance::of_field(&"exp:5".parse()?, grid)?;
/// assert_eq!(covariance.between(0, 0), 1.0);
/// assert!((covariance.between(0, 5) - (-1.0_f64).exp()).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Covariance {
    grid: Grid,
    /// Row after row; as it is symmetric, column after column as well.
    values: Arc<[f64]>,
}

impl Covariance {
    /// The most cells: a covariance of them takes 512 MiB.
    pub const MAX_CELLS: usize = 8192;

    /// How much of the mean variance a cell must keep when all others are
    /// known.
    pub const SMALLEST_SHARE: f64 = 1e-10;

    /// How far an entry may be from the one across the diagonal, as a share of the
    /// root of the two variances: a rounding of single precision.
    pub const SYMMETRY_TOLERANCE: f64 = 1e-6;

    /// A covariance from a matrix of shape [N, N] for a grid of N cells. Entries
    /// across the diagonal that differ within
    /// [`SYMMETRY_TOLERANCE`](Self::SYMMETRY_TOLERANCE) are replaced by
    /// their mean.
    ///
    /// O(N^3) time, O(N^2) memory, on this thread.
    ///
    /// # Errors
    ///
    /// [`CovarianceError`] with the first of its rules, in the order in which they
    /// are listed there, that the matrix breaks.
    pub fn new(grid: Grid, matrix: ArrayView2<'_, f64>) -> Result<Self, CovarianceError> {
        Self::with_shrinkage(grid, matrix, 0.0)
    }

    /// As [`new`](Self::new), of the matrix shrunk by an intensity s from 0 to 1
    /// towards a multiple of the identity: `(1 - s) S + s v I`, where v is the mean
    /// variance. Its form is that of O. Ledoit and M. Wolf, A well-conditioned
    /// estimator for large-dimensional covariance matrices, Journal of
    /// Multivariate Analysis 88 (2004), equation 2.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), and [`CovarianceError::Shrinkage`].
    pub fn with_shrinkage(
        grid: Grid,
        matrix: ArrayView2<'_, f64>,
        shrinkage: f64,
    ) -> Result<Self, CovarianceError> {
        check_cells(grid)?;
        let cells = grid.cells();
        if matrix.dim() != (cells, cells) {
            let (rows, columns) = matrix.dim();
            return Err(CovarianceError::Shape {
                rows,
                columns,
                grid,
                cells,
            });
        }
        Self::checked(grid, symmetric(matrix)?, shrinkage)
    }

    /// Values that are finite and symmetric, shrunk and then checked.
    pub(super) fn checked(
        grid: Grid,
        mut values: Vec<f64>,
        shrinkage: f64,
    ) -> Result<Self, CovarianceError> {
        if !(0.0..=1.0).contains(&shrinkage) {
            return Err(CovarianceError::Shrinkage { value: shrinkage });
        }
        let cells = grid.cells();
        check_variances(&values, cells)?;
        let variance = mean_variance(&values, cells);
        if shrinkage > 0.0 {
            for (place, value) in values.iter_mut().enumerate() {
                *value *= 1.0 - shrinkage;
                if place % (cells + 1) == 0 {
                    *value += shrinkage * variance;
                }
            }
        }
        let needed = Self::SMALLEST_SHARE * variance;
        let ends_at = match smallest_kept(&values, cells) {
            Ok(kept) if kept >= needed => {
                let values = values.into();
                return Ok(Self { grid, values });
            }
            Ok(_) => None,
            Err(cell) => Some(cell),
        };
        let eigenvalue = smallest_eigenvalue(&values, cells);
        // Of what is shrunk by s, it is (1 - s) eigenvalue + s variance.
        let more = ((needed - eigenvalue) / (variance - eigenvalue)).clamp(0.0, 1.0);
        Err(CovarianceError::NotPositiveDefinite {
            cell: ends_at,
            eigenvalue,
            variance,
            needed,
            // Both shrinkages in one, and twice what would just do.
            shrinkage: (shrinkage + (1.0 - shrinkage) * 2.0 * more.max(f64::EPSILON)).min(1.0),
        })
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The covariance of two cells; of a cell with itself, its variance.
    ///
    /// # Panics
    ///
    /// If one of them is not on the grid.
    pub fn between(&self, a: Cell, b: Cell) -> f64 {
        self.row(a)[b as usize]
    }

    /// The covariances of a cell with all cells.
    pub(super) fn row(&self, cell: Cell) -> &[f64] {
        let cells = self.grid.cells();
        &self.values[cell as usize * cells..][..cells]
    }

    /// All entries, row after row.
    pub(super) fn values(&self) -> &Arc<[f64]> {
        &self.values
    }
}

pub(super) fn check_cells(grid: Grid) -> Result<(), CovarianceError> {
    let cells = grid.cells();
    if cells > Covariance::MAX_CELLS {
        return Err(CovarianceError::TooLarge { grid, cells });
    }
    Ok(())
}

/// The entries of a square matrix, which must be finite and symmetric within
/// [`Covariance::SYMMETRY_TOLERANCE`]: of each pair, the mean.
pub(super) fn symmetric(matrix: ArrayView2<'_, f64>) -> Result<Vec<f64>, CovarianceError> {
    let cells = matrix.nrows();
    if let Some(((row, column), &value)) =
        matrix.indexed_iter().find(|(_, value)| !value.is_finite())
    {
        return Err(CovarianceError::NotFinite { row, column, value });
    }
    let mut values = vec![0.0; cells * cells];
    for row in 0..cells {
        for column in 0..=row {
            let (value, transposed) = (matrix[[row, column]], matrix[[column, row]]);
            let scale = (matrix[[row, row]] * matrix[[column, column]]).abs().sqrt();
            if (value - transposed).abs() > Covariance::SYMMETRY_TOLERANCE * scale {
                return Err(CovarianceError::NotSymmetric {
                    row,
                    column,
                    value,
                    transposed,
                });
            }
            // Half of each, since the sum of both could overflow.
            let mean = value / 2.0 + transposed / 2.0;
            values[row * cells + column] = mean;
            values[column * cells + row] = mean;
        }
    }
    Ok(values)
}

pub(super) fn check_variances(values: &[f64], cells: usize) -> Result<(), CovarianceError> {
    for (cell, &value) in values.iter().step_by(cells + 1).enumerate() {
        if value <= 0.0 {
            return Err(CovarianceError::Variance { cell, value });
        }
    }
    Ok(())
}

fn mean_variance(values: &[f64], cells: usize) -> f64 {
    let variances = values.iter().step_by(cells + 1);
    variances.map(|variance| variance / cells as f64).sum()
}

/// The smallest variance that a cell keeps when all others are known, which is
/// 1 / (S^-1)_ii for the cell i; or where the factorisation ends.
fn smallest_kept(values: &[f64], cells: usize) -> Result<f64, usize> {
    let mut cholesky = Cholesky::new(cells);
    for column in 0..cells {
        let row = &values[column * cells..][..cells];
        cholesky.column_mut(column).copy_from_slice(row);
    }
    cholesky.factor()?;
    // S^-1 = L^-T L^-1, so its diagonal has the squared norms of the columns.
    let mut inverse: Mat<f64> = Mat::zeros(cells, cells);
    invert_lower_triangular(inverse.as_mut(), cholesky.matrix(), Par::Seq);
    let norms = (0..cells).map(|column| {
        let column = &inverse.col_as_slice(column)[column..];
        column.iter().map(|value| value * value).sum::<f64>()
    });
    Ok(norms.map(|norm| 1.0 / norm).fold(f64::INFINITY, f64::min))
}

/// Only for the message of an error.
fn smallest_eigenvalue(values: &[f64], cells: usize) -> f64 {
    let matrix = MatRef::from_column_major_slice(values, cells, cells);
    let eigenvalues = matrix.self_adjoint_eigenvalues(Side::Lower);
    eigenvalues.map_or(f64::NAN, |eigenvalues| {
        eigenvalues.first().copied().unwrap_or(f64::NAN)
    })
}

/// Why a matrix is no covariance of a grid.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum CovarianceError {
    /// The grid is too large.
    #[error(
        "a {grid} grid has {cells} cells; covariances have at most {}",
        Covariance::MAX_CELLS
    )]
    TooLarge { grid: Grid, cells: usize },
    /// The matrix has another size.
    #[error(
        "the covariance has {rows} rows and {columns} columns; a {grid} grid needs {cells} of each"
    )]
    Shape {
        rows: usize,
        columns: usize,
        grid: Grid,
        cells: usize,
    },
    /// The field was measured on patches of another grid.
    #[error(
        "the field was measured on patches of {patches} cells, and the grid is {grid}; a stationary one serves all smaller grids"
    )]
    OtherPatches { patches: Grid, grid: Grid },
    /// The field was not measured at all offsets of the grid.
    #[error(
        "the field was measured for grids of one frame with at most {height}x{width} cells, and the grid is {grid}"
    )]
    BeyondOffsets {
        /// The most rows.
        height: usize,
        /// The most columns.
        width: usize,
        grid: Grid,
    },
    /// An entry is NaN or infinite.
    #[error("the covariance of cells {row} and {column} is {value}; it must be a finite number")]
    NotFinite {
        /// The row of the entry, a cell.
        row: usize,
        /// Its column, a cell.
        column: usize,
        value: f64,
    },
    /// The matrix is not symmetric.
    #[error(
        "the covariance of cells {row} and {column} is {value}, but that of {column} and {row} is {transposed}; it must be symmetric"
    )]
    NotSymmetric {
        /// The row of the entry, a cell.
        row: usize,
        /// Its column, a cell.
        column: usize,
        value: f64,
        /// The value on the other side of the diagonal.
        transposed: f64,
    },
    /// A variance is not positive.
    #[error("the variance of cell {cell} is {value}; it must be positive")]
    Variance { cell: usize, value: f64 },
    /// The matrix is not positive definite, or so little that f64 can't tell.
    #[error(
        "the covariance is not positive definite: {}, its smallest eigenvalue is {eigenvalue:.3e}, and a mean variance of {variance:.3e} asks for at least {needed:.3e}; shrinking it by {shrinkage:.1e} or more makes it so",
        match cell {
            Some(cell) => format!("the factorisation ends at cell {cell}"),
            None => "some cell is all but determined by the others".to_owned(),
        }
    )]
    NotPositiveDefinite {
        /// Where the factorisation in raster order ends, if it does.
        cell: Option<usize>,
        eigenvalue: f64,
        /// The mean variance of a cell.
        variance: f64,
        /// What the smallest eigenvalue must be at least.
        needed: f64,
        /// The intensity of shrinkage that suffices.
        shrinkage: f64,
    },
    /// The shrinkage is out of its range.
    #[error("the shrinkage is {value}; it must be a number from 0 to 1")]
    Shrinkage { value: f64 },
}
