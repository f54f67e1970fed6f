//! Linear layers: y = x W^T + b, with W of shape (outputs, inputs).

use faer::linalg::matmul::matmul;
use faer::{Accum, Par};

use super::matrix::{rows, rows_mut};

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
        super::vectorised(
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
