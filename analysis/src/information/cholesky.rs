//! Cholesky factors in a buffer that is used again and again.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::cholesky::llt::factor::{
    LltError, LltParams, LltRegularization, cholesky_in_place, cholesky_in_place_scratch,
};
use faer::{MatMut, MatRef, Par, Spec};

/// Columns do not start a power of two apart, where they would share a few
/// lines of the cache.
const PADDING: usize = 8;

/// A symmetric matrix that becomes its lower Cholesky factor, column after
/// column.
pub(super) struct Cholesky {
    dimension: usize,
    stride: usize,
    columns: Vec<f64>,
    scratch: MemBuffer,
}

impl Cholesky {
    pub(super) fn new(dimension: usize) -> Self {
        let stride = dimension + PADDING;
        let needed = cholesky_in_place_scratch::<f64>(dimension, Par::Seq, params());
        Self {
            dimension,
            stride,
            columns: vec![0.0; stride * dimension],
            scratch: MemBuffer::new(needed),
        }
    }

    /// A column, of which the matrix takes the entries from the diagonal on.
    pub(super) fn column_mut(&mut self, column: usize) -> &mut [f64] {
        let start = column * self.stride;
        &mut self.columns[start..start + self.dimension]
    }

    /// A column of the factor; the entries above the diagonal mean nothing.
    pub(super) fn column(&self, column: usize) -> &[f64] {
        let start = column * self.stride;
        &self.columns[start..start + self.dimension]
    }

    /// Factors the matrix in place, on this thread. O(N^3).
    ///
    /// # Errors
    ///
    /// The first column whose pivot is not positive.
    pub(super) fn factor(&mut self) -> Result<(), usize> {
        let (dimension, stride) = (self.dimension, self.stride);
        let matrix = MatMut::from_column_major_slice_with_stride_mut(
            &mut self.columns,
            dimension,
            dimension,
            stride,
        );
        let stack = MemStack::new(&mut self.scratch);
        cholesky_in_place(
            matrix,
            LltRegularization::default(),
            Par::Seq,
            stack,
            params(),
        )
        .map(|_| ())
        .map_err(|LltError::NonPositivePivot { index }| index)
    }

    /// The factor, or what is to become one.
    pub(super) fn matrix(&self) -> MatRef<'_, f64> {
        MatRef::from_column_major_slice_with_stride(
            &self.columns,
            self.dimension,
            self.dimension,
            self.stride,
        )
    }
}

impl Clone for Cholesky {
    /// Another buffer of the same size, empty.
    fn clone(&self) -> Self {
        Self::new(self.dimension)
    }
}

impl std::fmt::Debug for Cholesky {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cholesky")
            .field("dimension", &self.dimension)
            .finish_non_exhaustive()
    }
}

fn params() -> Spec<LltParams, f64> {
    Spec::default()
}
