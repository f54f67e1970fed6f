//! Rows of features.

use std::ops::Range;

use ndarray::{Array2, ArrayView2};

use super::error::MetricsError;

/// Features of n images in d dimensions: an n x d array of finite numbers, one
/// row for each image.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    /// In row-major layout.
    values: Array2<f32>,
}

impl Features {
    /// Takes features of shape [n, d], with n >= 0 and d >= 1. O(nd).
    ///
    /// # Errors
    ///
    /// [`MetricsError::NoDimensions`] or [`MetricsError::NotFinite`].
    pub fn new(values: Array2<f32>) -> Result<Self, MetricsError> {
        if values.ncols() == 0 {
            return Err(MetricsError::NoDimensions);
        }
        MetricsError::check_finite(values.view())?;
        let values = if values.is_standard_layout() {
            values
        } else {
            values.as_standard_layout().into_owned()
        };
        Ok(Self { values })
    }

    /// Number of images.
    pub fn count(&self) -> usize {
        self.values.nrows()
    }

    /// Number of features of each.
    pub fn dimensions(&self) -> usize {
        self.values.ncols()
    }

    /// The array, n x d.
    pub fn view(&self) -> ArrayView2<'_, f32> {
        self.values.view()
    }

    /// Some rows, one after the other.
    pub(super) fn rows(&self, rows: Range<usize>) -> &[f32] {
        let d = self.dimensions();
        let all = self.values.as_slice().unwrap_or(&[]);
        &all[rows.start * d..rows.end * d]
    }

    /// Whether another set has the same features, and both have at least
    /// `needed` images.
    pub(super) fn check_beside(&self, other: &Self, needed: usize) -> Result<(), MetricsError> {
        MetricsError::check_dimensions(self.dimensions(), other.dimensions())?;
        let count = self.count().min(other.count());
        if count < needed {
            return Err(MetricsError::TooFew {
                count: count as u64,
                needed: needed as u64,
            });
        }
        Ok(())
    }
}
