//! Layer norm.

use crate::cpu::functions::{dot, squares, sum};

/// What the gradient needs to know of a row.
#[derive(Clone, Copy, Default)]
pub(super) struct RowStatistics {
    mean: f32,
    scale: f32,
}

/// Layer norm of each row, of as many numbers as there are weights.
pub(super) fn forward(
    x: &[f32],
    [weight, bias]: [&[f32]; 2],
    epsilon: f32,
    statistics: &mut [RowStatistics],
    out: &mut [f32],
) {
    let width = weight.len();
    super::vectorised(
        #[inline(always)]
        || {
            let count = width as f32;
            let rows = x.chunks(width).zip(out.chunks_mut(width));
            for ((x, out), statistics) in rows.zip(statistics) {
                let mean = sum(x) / count;
                let scale = 1.0 / (squares(x, mean) / count + epsilon).sqrt();
                *statistics = RowStatistics { mean, scale };
                for (((out, &x), &weight), &bias) in out.iter_mut().zip(x).zip(weight).zip(bias) {
                    *out = ((x - mean) * scale).mul_add(weight, bias);
                }
            }
        },
    );
}

/// Adds the gradient of the inputs to `gradient`, and those of weight and bias
/// to theirs. `out_gradient` is overwritten.
pub(super) fn add_gradients(
    x: &[f32],
    weight: &[f32],
    statistics: &[RowStatistics],
    out_gradient: &mut [f32],
    gradient: &mut [f32],
    [weight_gradient, bias_gradient]: [&mut [f32]; 2],
) {
    let width = weight.len();
    super::vectorised(
        #[inline(always)]
        || {
            let count = width as f32;
            let mut normed = vec![0.0; width];
            let rows = x.chunks(width).zip(out_gradient.chunks_mut(width));
            for (((x, out), gradient), row) in rows.zip(gradient.chunks_mut(width)).zip(statistics)
            {
                for (normed, x) in normed.iter_mut().zip(x) {
                    *normed = (x - row.mean) * row.scale;
                }
                for ((weight, bias), (out, normed)) in weight_gradient
                    .iter_mut()
                    .zip(&mut *bias_gradient)
                    .zip(out.iter().zip(&normed))
                {
                    *weight = out.mul_add(*normed, *weight);
                    *bias += out;
                }
                for (out, weight) in out.iter_mut().zip(weight) {
                    *out *= weight;
                }
                let mean = sum(out) / count;
                let along = dot(out, &normed) / count;
                for ((gradient, out), normed) in gradient.iter_mut().zip(&*out).zip(&normed) {
                    *gradient += row.scale * (out - mean - normed * along);
                }
            }
        },
    );
}
