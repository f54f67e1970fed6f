//! A covariance matrix, swept on the cells that are known.

/// The sweep operator's matrix A for the set S of cells that are known. With i and
/// j outside of S and k and l inside,
///
/// - `A_ij` is the covariance of i and j given S;
/// - `A_ik` is the coefficient of k in the regression of i on S;
/// - `-A_kl` is an entry of the inverse of the covariance of S.
///
/// Source: J. H. Goodnight, A tutorial on the SWEEP operator, The American
/// Statistician 33 (1979). Plain loops, which are rounded alike on every machine.
pub(super) struct Swept {
    size: usize,
    values: Vec<f64>,
}

impl Swept {
    /// Nothing known yet: the covariance itself, row after row.
    pub(super) fn new(size: usize, values: Vec<f64>) -> Self {
        Self { size, values }
    }

    pub(super) fn row(&self, index: usize) -> &[f64] {
        &self.values[index * self.size..][..self.size]
    }

    pub(super) fn at(&self, row: usize, column: usize) -> f64 {
        self.values[row * self.size + column]
    }

    /// Takes an index as known. O(N^2).
    pub(super) fn sweep(&mut self, index: usize) {
        let pivot_row = self.row(index).to_vec();
        let pivot = pivot_row[index];
        for (other, row) in self.values.chunks_exact_mut(self.size).enumerate() {
            let factor = pivot_row[other] / pivot;
            if other == index {
                row.iter_mut().for_each(|value| *value /= pivot);
                row[index] = -1.0 / pivot;
            } else {
                for (value, pivot_value) in row.iter_mut().zip(&pivot_row) {
                    *value -= factor * pivot_value;
                }
                row[index] = factor;
            }
        }
    }
}
