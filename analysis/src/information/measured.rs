//! Fields that are measured on images.

use std::sync::Arc;

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};
use ndarray::{ArrayView2, ArrayView3, Axis};
use orders_core::{Cell, Grid, GridError};

use super::covariance::{
    Covariance, CovarianceError, check_cells as check_grid, check_variances, symmetric,
};

/// Patches whose products are added at once.
const BLOCK: usize = 1024;

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
/// let mut patches = Array3::<f64>::zeros((500, 2, 3));
/// for mut patch in patches.outer_iter_mut() {
///     let common = rng.uniform();
///     patch.mapv_inplace(|_| common + rng.uniform());
/// }
/// let field = MeasuredField::from_patches(patches.view(), true)?;
/// let covariance = Covariance::of_measured(&field, Grid::new(2, 2)?, 0.0)?;
/// assert_eq!(covariance.between(0, 0), 1.0);
/// assert!((covariance.between(0, 3) - 0.5).abs() < 0.1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MeasuredField {
    pub(super) entries: Entries,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entries {
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
        check_varied(patches, stationary)?;
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

impl Covariance {
    /// The covariance of a measured field on a grid, shrunk as
    /// [`with_shrinkage`](Self::with_shrinkage) does. All variances are 1.
    ///
    /// # Errors
    ///
    /// [`CovarianceError::TooLarge`]; [`CovarianceError::Shape`],
    /// [`CovarianceError::OtherPatches`] or [`CovarianceError::BeyondOffsets`] if the
    /// field was not measured for such a grid;
    /// [`CovarianceError::NotPositiveDefinite`] with the shrinkage that helps; and
    /// [`CovarianceError::Shrinkage`].
    pub fn of_measured(
        field: &MeasuredField,
        grid: Grid,
        shrinkage: f64,
    ) -> Result<Self, CovarianceError> {
        check_grid(grid)?;
        Self::checked(grid, field.correlations(grid)?, shrinkage)
    }
}

fn check_cells(cells: usize) -> Result<(), MeasuredError> {
    if cells > Covariance::MAX_CELLS {
        return Err(MeasuredError::TooLarge { cells });
    }
    Ok(())
}

/// Whether what must vary does: every cell, or of a stationary field any value. A variance
/// that was computed can't tell, since means are rounded.
fn check_varied(patches: ArrayView3<'_, f64>, stationary: bool) -> Result<(), MeasuredError> {
    let value = 0.0;
    if stationary {
        let first = patches.first();
        return match patches.iter().all(|value| Some(value) == first) {
            true => Err(MeasuredError::Constant { variance: value }),
            false => Ok(()),
        };
    }
    let first = patches.index_axis(Axis(0), 0);
    let mut varied = vec![false; first.len()];
    for patch in patches.outer_iter() {
        for ((varied, value), first) in varied.iter_mut().zip(patch).zip(first) {
            *varied |= value != first;
        }
    }
    match varied.iter().position(|varied| !varied) {
        Some(cell) => Err(CovarianceError::Variance { cell, value }.into()),
        None => Ok(()),
    }
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

/// The correlations of two cells at every offset (dy, dx) that a grid of some
/// height H and width W has, 0 <= dy < H and -W < dx < W. That at (-dy, -dx) is the
/// same.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offsets {
    height: usize,
    width: usize,
    /// dy x (dx + W - 1).
    values: Vec<f64>,
}

impl Offsets {
    /// Those of a field that is the same mirrored, from an array of H x W
    /// correlations for dy, dx >= 0.
    pub(super) fn mirrored(values: &[f64], height: usize, width: usize) -> Self {
        let rows = values.chunks_exact(width);
        let rows = rows.flat_map(|row| row[1..].iter().rev().chain(row).copied());
        Self {
            height,
            width,
            values: rows.collect(),
        }
    }

    /// The mean moments of all pairs of cells at each offset, as shares of those
    /// at offset (0, 0).
    fn from_moments(moments: &[f64], height: usize, width: usize) -> Result<Self, MeasuredError> {
        let mut offsets = Self {
            height,
            width,
            values: vec![0.0; height * (2 * width - 1)],
        };
        let mut counts = vec![0_u32; offsets.values.len()];
        let cells = height * width;
        for (a, row) in moments.chunks_exact(cells).enumerate() {
            for (b, moment) in row.iter().enumerate() {
                let place = offsets.place((a / width, a % width), (b / width, b % width));
                offsets.values[place] += moment;
                counts[place] += 1;
            }
        }
        for (value, count) in offsets.values.iter_mut().zip(counts) {
            *value /= f64::from(count);
        }
        let variance = offsets.values[width - 1];
        if !(variance > 0.0 && variance.is_finite()) {
            return Err(MeasuredError::Constant { variance });
        }
        offsets
            .values
            .iter_mut()
            .for_each(|value| *value /= variance);
        Ok(offsets)
    }

    /// Where the correlation of two cells is, given their rows and columns.
    fn place(&self, a: (usize, usize), b: (usize, usize)) -> usize {
        // The later row of the two comes second.
        let (a, b) = if b.0 < a.0 { (b, a) } else { (a, b) };
        (b.0 - a.0) * (2 * self.width - 1) + (b.1 + self.width - 1 - a.1)
    }

    /// The correlations of every two cells of a grid, row after row.
    fn correlations(&self, grid: Grid) -> Result<Vec<f64>, CovarianceError> {
        let (height, width) = (grid.height() as usize, grid.width() as usize);
        if grid.frames() > 1 || height > self.height || width > self.width {
            return Err(CovarianceError::BeyondOffsets {
                height: self.height,
                width: self.width,
                grid,
            });
        }
        let position = |cell: Cell| {
            let (row, column) = grid.position_from_cell(cell);
            (row as usize, column as usize)
        };
        let cells = 0..grid.cells() as Cell;
        let pairs = cells
            .clone()
            .flat_map(|a| cells.clone().map(move |b| (position(a), position(b))));
        Ok(pairs.map(|(a, b)| self.values[self.place(a, b)]).collect())
    }
}

/// What values are taken relative to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Centre {
    /// The mean of their cell over all patches.
    OfEachCell,
    /// The mean of all cells of all patches.
    OfAll,
}

/// The mean over n patches of the products of every two cells, relative to their
/// centre: N x N, row after row, symmetric.
///
/// O(n N^2) time. Sums are made in one order, whatever the number of threads.
fn second_moments(patches: ArrayView3<'_, f64>, centre: Centre) -> Vec<f64> {
    let (count, height, width) = patches.dim();
    let cells = height * width;
    let mut means = vec![0.0; cells];
    for patch in patches.outer_iter() {
        for (mean, value) in means.iter_mut().zip(patch) {
            *mean += value / count as f64;
        }
    }
    if centre == Centre::OfAll {
        let mean = means.iter().map(|mean| mean / cells as f64).sum();
        means.fill(mean);
    }

    let mut sums: Mat<f64> = Mat::zeros(cells, cells);
    let mut block = Vec::with_capacity(BLOCK.min(count) * cells);
    for patches in patches.axis_chunks_iter(Axis(0), BLOCK) {
        block.clear();
        for patch in patches.outer_iter() {
            block.extend(patch.iter().zip(&means).map(|(value, mean)| value - mean));
        }
        let columns = MatRef::from_column_major_slice(&block, cells, patches.len_of(Axis(0)));
        let rows = columns.transpose();
        matmul(&mut sums, Accum::Add, columns, rows, 1.0, Par::Seq);
    }
    let mut moments = vec![0.0; cells * cells];
    for column in 0..cells {
        for (row, sum) in sums.col_as_slice(column).iter().enumerate().skip(column) {
            let moment = sum / count as f64;
            moments[row * cells + column] = moment;
            moments[column * cells + row] = moment;
        }
    }
    moments
}

/// Why arrays are no measured field.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say what fields are")]
pub enum MeasuredError {
    /// There are too few patches.
    #[error(
        "{}; a covariance needs at least 2",
        match patches {
            0 => "there are no patches".to_owned(),
            patches => format!("there is only {patches} patch"),
        }
    )]
    TooFew { patches: usize },
    /// The sides of the patches are no grid.
    #[error("the patches are no grids of cells: {0}")]
    Grid(#[from] GridError),
    /// There are too many cells.
    #[error(
        "there are {cells} cells; covariances have at most {}",
        Covariance::MAX_CELLS
    )]
    TooLarge { cells: usize },
    /// A value is NaN or infinite.
    #[error(
        "patch {patch} has {value} at row {row}, column {column}; values must be finite numbers"
    )]
    NotFinite {
        /// The patch, from 0.
        patch: usize,
        /// The row, from 0.
        row: usize,
        /// The column, from 0.
        column: usize,
        value: f64,
    },
    /// All values are the same, or too large to be squared.
    #[error("the variance of all values is {variance}; it must be positive and finite")]
    Constant { variance: f64 },
    /// The matrix is not square.
    #[error("the covariance has {rows} rows and {columns} columns; it must be square")]
    NotSquare { rows: usize, columns: usize },
    /// Entries are those of no covariance.
    #[error(transparent)]
    Covariance(#[from] CovarianceError),
}
