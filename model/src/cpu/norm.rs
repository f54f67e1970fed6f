//! Layer norm.

use candle_core::{D, Result, Tensor};
use rayon::prelude::*;

use super::functions::{squares, sum, vectorised};
use super::product::with_numbers;

/// Rows that a thread takes at once.
const ROWS: usize = 8;

/// Layer norm over the last dimension.
pub(crate) fn layer_norm(
    x: &Tensor,
    weight: &Tensor,
    bias: &Tensor,
    epsilon: f32,
) -> Result<Tensor> {
    let width = x.dim(D::Minus1)?;
    let mut out = vec![0.0; x.elem_count()];
    with_numbers(x, |x| {
        with_numbers(weight, |weight| {
            with_numbers(bias, |bias| {
                out.par_chunks_mut(ROWS * width)
                    .zip(x.par_chunks(ROWS * width))
                    .for_each(|(out, x)| {
                        vectorised(
                            #[inline(always)]
                            || {
                                for (x, out) in x.chunks(width).zip(out.chunks_mut(width)) {
                                    norm_row(x, [weight, bias], epsilon, out);
                                }
                            },
                        );
                    });
                Ok(())
            })
        })
    })?;
    Tensor::from_vec(out, x.shape(), x.device())
}

/// Layer norm of a row; gives the mean, and what the distances from it are multiplied with.
#[inline(always)]
pub(crate) fn norm_row(
    x: &[f32],
    [weight, bias]: [&[f32]; 2],
    epsilon: f32,
    out: &mut [f32],
) -> (f32, f32) {
    let count = x.len() as f32;
    let mean = sum(x) / count;
    let scale = 1.0 / (squares(x, mean) / count + epsilon).sqrt();
    for (((out, &x), &weight), &bias) in out.iter_mut().zip(x).zip(weight).zip(bias) {
        *out = ((x - mean) * scale).mul_add(weight, bias);
    }
    (mean, scale)
}
