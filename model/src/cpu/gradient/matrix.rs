//! Slices as matrices.

use faer::{MatMut, MatRef};

/// Rows of `columns` numbers whose beginnings are `stride` apart.
pub(super) fn rows(
    numbers: &[f32],
    count: usize,
    columns: usize,
    stride: usize,
) -> MatRef<'_, f32> {
    MatRef::from_row_major_slice_with_stride(numbers, count, columns, stride)
}

/// As [`rows`], to be written.
///
/// `from_row_major_slice_with_stride_mut` of faer 0.24.4 swaps the strides and so
/// reaches beyond the slice; the transpose of a column-major matrix does not.
pub(super) fn rows_mut(
    numbers: &mut [f32],
    count: usize,
    columns: usize,
    stride: usize,
) -> MatMut<'_, f32> {
    MatMut::from_column_major_slice_with_stride_mut(numbers, columns, count, stride).transpose_mut()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_where_they_are_said_to_be() {
        let mut numbers: Vec<f32> = (0..11).map(|number| number as f32).collect();
        assert_eq!(rows(&numbers, 3, 2, 4)[(2, 1)], 9.0);
        let mut matrix = rows_mut(&mut numbers, 3, 2, 4);
        matrix[(2, 0)] = -1.0;
        assert_eq!(numbers[8], -1.0);
    }
}
