//! Mean and covariance of features.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rayon::prelude::*;

use super::error::MetricsError;
use super::features::Features;

/// The most dimensions: four times those of the Inception of FID. Roots of larger covariances
/// take hours.
pub(super) const MOST_DIMENSIONS: usize = 8192;

/// Rows whose products are summed at once.
const BLOCK_ROWS: usize = 512;

/// Rows of the covariance that a thread works on at once.
const TILE_ROWS: usize = 128;

/// The largest relative difference of entries that should be equal by symmetry:
/// files may hold 32-bit numbers.
const ASYMMETRY: f64 = 1e-5;

/// Mean and covariance of the features of a set of images: what the field
/// exchanges as `mu` and `sigma`.
///
/// With x_1 to x_n the features,
///
/// ```text
/// mu = 1/n sum_i x_i,    sigma = 1/(n - 1) sum_i (x_i - mu) (x_i - mu)^T
/// ```
///
/// in double precision, as `numpy.mean(x, axis=0)` and `numpy.cov(x,
/// rowvar=False)` give them (M. Heusel et al., *GANs Trained by a Two Time-Scale
/// Update Rule Converge to a Local Nash Equilibrium*, NeurIPS 2017, and the
/// programs that followed it).
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    mean: Array1<f64>,
    covariance: Array2<f64>,
    count: Option<u64>,
}

impl Statistics {
    /// Statistics of features, of two images at least. O(n d^2) time for n
    /// images in d dimensions, O(d^2) memory.
    ///
    /// # Errors
    ///
    /// [`MetricsError::TooFew`].
    pub fn of(features: &Features) -> Result<Self, MetricsError> {
        let mut running = RunningStatistics::new(features.dimensions())?;
        running.add(features.view())?;
        running.finish()
    }

    /// Statistics that were computed elsewhere: a mean of d entries and a
    /// covariance of d x d, with the number of images if it is known.
    ///
    /// Of entries (i, j) and (j, i), which may differ by rounding, the mean is
    /// taken.
    ///
    /// # Errors
    ///
    /// [`MetricsError`] if shapes do not fit, an entry is not finite, or the
    /// covariance is not symmetric within 1e-5 of its largest entry. Whether
    /// it has negative eigenvalues is found out when it is used.
    pub fn new(
        mean: Array1<f64>,
        mut covariance: Array2<f64>,
        count: Option<u64>,
    ) -> Result<Self, MetricsError> {
        let (rows, columns) = covariance.dim();
        let dimensions = mean.len();
        check_dimensions(dimensions)?;
        if [rows, columns] != [dimensions; 2] {
            return Err(MetricsError::CovarianceShape {
                rows,
                columns,
                dimensions,
            });
        }
        MetricsError::check_finite(mean.view().insert_axis(Axis(0)))?;
        MetricsError::check_finite(covariance.view())?;
        let largest = covariance.iter().fold(0.0_f64, |max, v| max.max(v.abs()));
        for row in 0..dimensions {
            for column in 0..row {
                let (a, b) = (covariance[[row, column]], covariance[[column, row]]);
                if (a - b).abs() > ASYMMETRY * largest {
                    return Err(MetricsError::NotSymmetric { row, column });
                }
                let both = a + (b - a) / 2.0;
                covariance[[row, column]] = both;
                covariance[[column, row]] = both;
            }
        }
        Ok(Self {
            mean,
            covariance,
            count,
        })
    }

    /// The mean, of d entries.
    pub fn mean(&self) -> ArrayView1<'_, f64> {
        self.mean.view()
    }

    /// The covariance, d x d, symmetric.
    pub fn covariance(&self) -> ArrayView2<'_, f64> {
        self.covariance.view()
    }

    /// Number of features.
    pub fn dimensions(&self) -> usize {
        self.mean.len()
    }

    /// Number of images, if it is known: files of other programs do not say it.
    pub fn count(&self) -> Option<u64> {
        self.count
    }
}

/// [`Statistics`] of features that come in parts.
///
/// How the rows are cut into parts makes no difference, not even in the last
/// bit. Blocks of 512 rows are centred on their own mean and merged (T. Chan,
/// G. Golub and R. LeVeque, *Updating Formulae and a Pairwise Algorithm for
/// Computing Sample Variances*, 1979), so that nothing cancels where the mean
/// is far from zero. O(d^2) memory.
///
/// ```
/// use ndarray::array;
/// use orders_model::metrics::RunningStatistics;
///
/// let mut running = RunningStatistics::new(1)?;
/// running.add(array![[1.0], [2.0]].view())?;
/// running.add(array![[6.0]].view())?;
/// let statistics = running.finish()?;
/// assert_eq!(statistics.mean()[0], 3.0);
/// assert_eq!(statistics.covariance()[[0, 0]], 7.0);
/// # Ok::<(), orders_model::metrics::MetricsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RunningStatistics {
    dimensions: usize,
    /// Rows that are not in the sums yet.
    block: Vec<f64>,
    count: u64,
    mean: Vec<f64>,
    /// Sum of products of what is left of rows after the mean; the lower
    /// triangle counts.
    scatter: Vec<f64>,
}

fn check_dimensions(dimensions: usize) -> Result<(), MetricsError> {
    match dimensions {
        0 => Err(MetricsError::NoDimensions),
        1..=MOST_DIMENSIONS => Ok(()),
        dimensions => Err(MetricsError::TooManyDimensions {
            dimensions,
            most: MOST_DIMENSIONS,
        }),
    }
}

impl RunningStatistics {
    /// Nothing yet, of features with this many dimensions.
    ///
    /// # Errors
    ///
    /// [`MetricsError::NoDimensions`], [`MetricsError::TooManyDimensions`].
    pub fn new(dimensions: usize) -> Result<Self, MetricsError> {
        check_dimensions(dimensions)?;
        Ok(Self {
            dimensions,
            block: Vec::with_capacity(BLOCK_ROWS * dimensions),
            count: 0,
            mean: vec![0.0; dimensions],
            scatter: vec![0.0; dimensions * dimensions],
        })
    }

    /// Takes features of shape [n, d] in.
    ///
    /// # Errors
    ///
    /// [`MetricsError::Dimensions`] or [`MetricsError::NotFinite`]; nothing is
    /// taken in then.
    pub fn add(&mut self, features: ArrayView2<'_, f32>) -> Result<(), MetricsError> {
        MetricsError::check_dimensions(self.dimensions, features.ncols())?;
        MetricsError::check_finite(features)?;
        for row in features.rows() {
            self.block.extend(row.iter().map(|&value| f64::from(value)));
            if self.block.len() == BLOCK_ROWS * self.dimensions {
                self.merge_block();
            }
        }
        Ok(())
    }

    /// The statistics of all rows.
    ///
    /// # Errors
    ///
    /// [`MetricsError::TooFew`] if there are fewer than two rows.
    pub fn finish(mut self) -> Result<Statistics, MetricsError> {
        if !self.block.is_empty() {
            self.merge_block();
        }
        if self.count < 2 {
            return Err(MetricsError::TooFew {
                count: self.count,
                needed: 2,
            });
        }
        let d = self.dimensions;
        let degrees = (self.count - 1) as f64;
        let covariance = Array2::from_shape_fn((d, d), |(row, column)| {
            let (row, column) = (row.max(column), row.min(column));
            self.scatter[row * d + column] / degrees
        });
        Ok(Statistics {
            mean: self.mean.into(),
            covariance,
            count: Some(self.count),
        })
    }

    fn merge_block(&mut self) {
        let d = self.dimensions;
        let rows = self.block.len() / d;
        let mut block_mean = vec![0.0; d];
        for row in self.block.chunks_exact(d) {
            for (sum, value) in block_mean.iter_mut().zip(row) {
                *sum += value;
            }
        }
        for sum in &mut block_mean {
            *sum /= rows as f64;
        }
        for row in self.block.chunks_exact_mut(d) {
            for (value, mean) in row.iter_mut().zip(&block_mean) {
                *value -= mean;
            }
        }
        let (before, new) = (self.count as f64, rows as f64);
        let shift: Vec<f64> = block_mean
            .iter()
            .zip(&self.mean)
            .map(|(b, m)| b - m)
            .collect();
        let weight = before * new / (before + new);
        let centred = MatRef::from_row_major_slice(&self.block, rows, d);
        let tiles = self.scatter.par_chunks_mut(TILE_ROWS * d).enumerate();
        tiles.for_each(|(tile, scatter)| {
            let first = tile * TILE_ROWS;
            let height = scatter.len() / d;
            // Up to the diagonal; what lies above it follows by symmetry.
            let width = first + height;
            for (row, scatter) in scatter.chunks_exact_mut(d).enumerate() {
                let factor = weight * shift[first + row];
                for (sum, shift) in scatter[..width].iter_mut().zip(&shift) {
                    *sum += factor * shift;
                }
            }
            let tile = MatMut::from_row_major_slice_mut(scatter, height, d);
            matmul(
                tile.subcols_mut(0, width),
                Accum::Add,
                centred.subcols(first, height).transpose(),
                centred.subcols(0, width),
                1.0,
                Par::Seq,
            );
        });
        for (mean, shift) in self.mean.iter_mut().zip(&shift) {
            *mean += shift * new / (before + new);
        }
        self.count += rows as u64;
        self.block.clear();
    }
}
