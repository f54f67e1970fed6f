//! Linear layers: y = x W^T + b, with W of shape (outputs, inputs).

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};

use crate::cpu::vectorised;

/// Inputs and outputs of a linear layer.
#[derive(Clone, Copy)]
pub(super) struct Linear {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

impl Linear {
    /// Outputs for rows of inputs. Without a bias, it is empty.
    pub(super) fn forward(self, x: &[f32], weight: &[f32], bias: &[f32], y: &mut [f32]) {
        let Self { inputs, outputs } = self;
        let count = x.len() / inputs;
        let accum = if bias.is_empty() {
            Accum::Replace
        } else {
            for y in y.chunks_mut(outputs) {
                y.copy_from_slice(bias);
            }
            Accum::Add
        };
        let weight = rows(weight, outputs, inputs, inputs);
        let (x, y) = (
            rows(x, count, inputs, inputs),
            rows_mut(y, count, outputs, outputs),
        );
        matmul(y, accum, x, weight.transpose(), 1.0, Par::Seq);
    }

    /// The gradient of the inputs from that of the outputs.
    pub(super) fn inputs_gradient(self, y: &[f32], weight: &[f32], x: &mut [f32]) {
        let Self { inputs, outputs } = self;
        let count = y.len() / outputs;
        let weight = rows(weight, outputs, inputs, inputs);
        let (y, x) = (
            rows(y, count, outputs, outputs),
            rows_mut(x, count, inputs, inputs),
        );
        matmul(x, Accum::Replace, y, weight, 1.0, Par::Seq);
    }

    /// Adds to the gradients of weight and bias. Without a bias, it is empty.
    pub(super) fn add_gradients(self, x: &[f32], y: &[f32], weight: &mut [f32], bias: &mut [f32]) {
        let Self { inputs, outputs } = self;
        let count = y.len() / outputs;
        let weight = rows_mut(weight, outputs, inputs, inputs);
        let (x, y_rows) = (
            rows(x, count, inputs, inputs),
            rows(y, count, outputs, outputs),
        );
        matmul(weight, Accum::Add, y_rows.transpose(), x, 1.0, Par::Seq);
        vectorised(
            #[inline(always)]
            || {
                for y in y.chunks(outputs) {
                    for (bias, y) in bias.iter_mut().zip(y) {
                        *bias += y;
                    }
                }
            },
        );
    }
}

/// The product of two matrices, times a factor, into a third one or added to it.
pub(super) fn multiply(
    out: MatMut<'_, f32>,
    accum: Accum,
    [a, b]: [MatRef<'_, f32>; 2],
    factor: f32,
) {
    matmul(out, accum, a, b, factor, Par::Seq);
}

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
