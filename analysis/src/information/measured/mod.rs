//! Fields that are measured on images.

mod error;
mod file;
mod moments;
mod offsets;
mod photos;

use std::sync::Arc;

use ndarray::{ArrayView2, ArrayView3};
use orders_core::Grid;

use super::covariance::{Covariance, check_variances, symmetric};
use super::error::CovarianceError;
use moments::{Centre, second_moments};
use offsets::Offsets;

pub use error::{MeasuredError, MeasuredFileError, MeasuredReadError};
pub use file::FieldFile;

/// The correlations of a field that was measured: those of every two cells of one
/// grid, or those of every two cells at an offset, on any grid up to a size.
///
/// Variances are 1, so that entropies can be compared with those of other fields.
/// Total correlation does not depend on the scale of a cell, nor does it change
/// with this. [`Covariance::of_measured`] is the covariance on a grid. Cloning is
/// cheap.
///
/// ```
/// use ndarray::Array3;
/// use orders_analysis::information::{Covariance, MeasuredField};
/// use orders_core::{Grid, OrderRng};
///
/// // 500 patches of 2x3 cells, each cell the sum of a common part and its own.
/// let mut rng = OrderRng::new(0, 0);
/// let mut uniform = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
/// let mut patches = Array3::<f64>::zeros((500, 2, 3));
/// for mut patch in patches.outer_iter_mut() {
///     let common = uniform();
///     patch.mapv_inplace(|_| common + uniform());
/// }
/// let field = MeasuredField::from_patches(patches.view(), true)?;
/// let covariance = Covariance::of_measured(&field, Grid::new(2, 2)?, 0.0)?;
/// assert_eq!(covariance.between(0, 0), 1.0);
/// assert!((covariance.between(0, 3) - 0.5).abs() < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredField {
    entries: Entries,
}

#[derive(Clone, Debug, PartialEq)]
enum Entries {
    /// Of every two cells, row after row, for any grid of so many cells.
    Cells { cells: usize, values: Arc<[f64]> },
    /// Of every two cells of one grid, row after row.
    Patches { grid: Grid, values: Arc<[f64]> },
    /// By offset.
    Offsets(Arc<Offsets>),
}

impl MeasuredField {
    /// A field from patches of images, an array [n, H, W] of n patches of HxW
    /// cells.
    ///
    /// Not stationary: each cell has its own mean over the patches, and the
    /// covariance of two cells is the mean of the products of what they are above
    /// theirs; it is for HxW grids. Stationary: all cells have one mean, and the
    /// covariance of two cells at an offset (dy, dx) is the mean over all such
    /// pairs of all patches; it is for grids of at most H rows and W columns.
    /// Offsets that differ in the sign of both parts are one, (dy, dx) and
    /// (dy, -dx) are two. Covariances are then divided by the roots of the
    /// variances.
    ///
    /// The estimate is not made positive definite: of fewer patches than cells it
    /// is not, and a stationary one need not be. [`Covariance::of_measured`] says
    /// so and how much shrinkage helps.
    ///
    /// O(n N^2) time and O(N^2) memory for N = HW cells, on this thread.
    ///
    /// # Errors
    ///
    /// [`MeasuredError::TooFew`] for fewer than two patches,
    /// [`MeasuredError::Grid`] or [`MeasuredError::TooLarge`] if their shape is no
    /// grid that has covariances, [`MeasuredError::NotFinite`] at the first value
    /// that is not, [`MeasuredError::Constant`] if nothing varies,
    /// [`MeasuredError::Covariance`] if a cell does not vary, or squares are beyond
    /// the largest number.
    pub fn from_patches(
        patches: ArrayView3<'_, f64>,
        stationary: bool,
    ) -> Result<Self, MeasuredError> {
        let (count, height, width) = patches.dim();
        let side = |cells: usize| u32::try_from(cells).unwrap_or(u32::MAX);
        let grid = Grid::new(side(height), side(width))?;
        let cells = grid.cells();
        check_cells(cells)?;
        if count < 2 {
            return Err(MeasuredError::TooFew { patches: count });
        }
        if let Some(((patch, row, column), &value)) =
            patches.indexed_iter().find(|(_, value)| !value.is_finite())
        {
            return Err(MeasuredError::NotFinite {
                patch,
                row,
                column,
                value,
            });
        }
        let entries = if stationary {
            let moments = second_moments(patches, Centre::OfAll);
            Entries::Offsets(Offsets::from_moments(&moments, height, width)?.into())
        } else {
            let mut values = second_moments(patches, Centre::OfEachCell);
            to_correlations(&mut values, cells)?;
            let values = values.into();
            Entries::Patches { grid, values }
        };
        Ok(Self { entries })
    }

    /// A field from a covariance or a matrix of correlations of shape [N, N], for
    /// grids of N cells in raster order. It is divided by the roots of its
    /// variances.
    ///
    /// # Errors
    ///
    /// [`MeasuredError::NotSquare`], [`MeasuredError::TooLarge`], and
    /// [`MeasuredError::Covariance`] if an entry is not finite, a pair of entries
    /// not symmetric within
    /// [`SYMMETRY_TOLERANCE`](Covariance::SYMMETRY_TOLERANCE), or a variance not
    /// positive.
    pub fn from_covariance(matrix: ArrayView2<'_, f64>) -> Result<Self, MeasuredError> {
        let (rows, columns) = matrix.dim();
        if rows != columns || rows == 0 {
            return Err(MeasuredError::NotSquare { rows, columns });
        }
        check_cells(rows)?;
        let mut values = symmetric(matrix)?;
        to_correlations(&mut values, rows)?;
        let values = values.into();
        let entries = Entries::Cells {
            cells: rows,
            values,
        };
        Ok(Self { entries })
    }

    /// The correlations of every two cells of a grid, row after row.
    pub(super) fn correlations(&self, grid: Grid) -> Result<Vec<f64>, CovarianceError> {
        match &self.entries {
            Entries::Cells { cells, values } if *cells == grid.cells() => Ok(values.to_vec()),
            Entries::Cells { cells, .. } => Err(CovarianceError::Shape {
                rows: *cells,
                columns: *cells,
                grid,
                cells: grid.cells(),
            }),
            Entries::Patches { grid: own, values } if *own == grid => Ok(values.to_vec()),
            Entries::Patches { grid: own, .. } => Err(CovarianceError::OtherPatches {
                patches: *own,
                grid,
            }),
            Entries::Offsets(offsets) => offsets.correlations(grid),
        }
    }
}

fn check_cells(cells: usize) -> Result<(), MeasuredError> {
    if cells > Covariance::MAX_CELLS {
        return Err(MeasuredError::TooLarge { cells });
    }
    Ok(())
}

/// Divides a symmetric matrix by the roots of its variances.
fn to_correlations(values: &mut [f64], cells: usize) -> Result<(), CovarianceError> {
    check_variances(values, cells)?;
    let roots: Vec<f64> = values.iter().step_by(cells + 1).map(|v| v.sqrt()).collect();
    for (row, entries) in values.chunks_exact_mut(cells).enumerate() {
        for (column, value) in entries.iter_mut().enumerate() {
            // The same for both entries of a pair.
            let (first, second) = (roots[row.min(column)], roots[row.max(column)]);
            *value = match row == column {
                true => 1.0,
                false => *value / first / second,
            };
            if !value.is_finite() {
                let value = *value;
                return Err(CovarianceError::NotFinite { row, column, value });
            }
        }
    }
    Ok(())
}
