//! Layer norm.

use candle_core::{D, Result, Tensor};
use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::functions::{squares, sum};
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
                        Arch::new().dispatch(Rows {
                            x,
                            out,
                            weight,
                            bias,
                            epsilon,
                        });
                    });
                Ok(())
            })
        })
    })?;
    Tensor::from_vec(out, x.shape(), x.device())
}

struct Rows<'a> {
    x: &'a [f32],
    out: &'a mut [f32],
    weight: &'a [f32],
    bias: &'a [f32],
    epsilon: f32,
}

impl WithSimd for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let width = self.weight.len();
        let count = width as f32;
        for (x, out) in self.x.chunks(width).zip(self.out.chunks_mut(width)) {
            let mean = sum(x) / count;
            let variance = squares(x, mean) / count;
            let scale = 1.0 / (variance + self.epsilon).sqrt();
            for (((out, &x), &weight), &bias) in
                out.iter_mut().zip(x).zip(self.weight).zip(self.bias)
            {
                *out = ((x - mean) * scale).mul_add(weight, bias);
            }
        }
    }
}
