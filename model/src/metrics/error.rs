//! Why there is no metric.

use ndarray::ArrayView2;

/// Why a metric has no value. Rows and columns count from 0.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MetricsError {
    /// There are no columns.
    #[error("the features have no dimensions; they need at least 1")]
    NoDimensions,
    /// There are more columns than statistics are made of.
    #[error("there are {dimensions} dimensions; statistics take at most {most}")]
    TooManyDimensions {
        /// Columns there are.
        dimensions: usize,
        /// The most that are allowed.
        most: usize,
    },
    /// A feature, or a class score, is NaN or infinite.
    #[error("row {row}, column {column} is {value}; it must be a finite number")]
    NotFinite {
        /// The image.
        row: usize,
        /// The dimension.
        column: usize,
        /// The value.
        value: f64,
    },
    /// The distance is no number that can be written down.
    #[error("means or covariances are so large that their distance is no finite number")]
    Overflow,
    /// There are too few images.
    #[error("there are {count} images; at least {needed} are needed")]
    TooFew {
        /// Images given.
        count: u64,
        /// The fewest that are enough.
        needed: u64,
    },
    /// Two sets do not have the same features.
    #[error("one set has {first} dimensions and the other {second}; both must have the same")]
    Dimensions {
        /// Dimensions of the first.
        first: usize,
        /// Dimensions of the second.
        second: usize,
    },
    /// A covariance matrix does not fit its mean.
    #[error(
        "the covariance is {rows} x {columns} and the mean has {dimensions} entries; all three must be the same"
    )]
    CovarianceShape {
        /// Rows of the covariance.
        rows: usize,
        /// Columns of the covariance.
        columns: usize,
        /// Entries of the mean.
        dimensions: usize,
    },
    /// A covariance matrix is not symmetric.
    #[error(
        "entries ({row}, {column}) and ({column}, {row}) of the covariance differ; it must be symmetric"
    )]
    NotSymmetric {
        /// Row of the first of the two.
        row: usize,
        /// Its column.
        column: usize,
    },
    /// A covariance matrix has a negative eigenvalue that is not rounding.
    #[error("the covariance has the eigenvalue {smallest} beside {largest}; none may be negative")]
    NotACovariance {
        /// The smallest eigenvalue.
        smallest: f64,
        /// The largest.
        largest: f64,
    },
    /// An iteration did not converge.
    #[error("the eigenvalues of a covariance can't be found; is it scaled sensibly?")]
    NoConvergence,
    /// There are no splits, or more than images.
    #[error("{splits} splits are asked for; it must be from 1 to {count}, the number of images")]
    Splits {
        /// Splits asked for.
        splits: usize,
        /// Images given.
        count: usize,
    },
    /// There are no neighbours, or more than images.
    #[error(
        "neighbour {neighbours} is asked for; it must be from 1 to {most}, the images of the smaller set less one"
    )]
    Neighbours {
        /// The neighbour asked for.
        neighbours: usize,
        /// The last there is.
        most: usize,
    },
}

impl MetricsError {
    pub(super) fn check_finite<T: Copy + Into<f64>>(values: ArrayView2<'_, T>) -> Result<(), Self> {
        let mut values = values.indexed_iter().map(|(at, &value)| (at, value.into()));
        match values.find(|(_, value)| !value.is_finite()) {
            Some(((row, column), value)) => Err(Self::NotFinite { row, column, value }),
            None => Ok(()),
        }
    }

    pub(super) fn check_dimensions(first: usize, second: usize) -> Result<(), Self> {
        match first == second {
            true => Ok(()),
            false => Err(Self::Dimensions { first, second }),
        }
    }
}
