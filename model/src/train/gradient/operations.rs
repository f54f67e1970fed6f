//! What is done between products, and its gradients: layer norm, activations,
//! dropout, the loss.

use crate::cpu::{dot, exp, gelu, gelu_slope, largest, norm_row, sum, vectorised};
use crate::lpd::DropoutMask;

/// What the gradient needs to know of a row.
#[derive(Clone, Copy, Default)]
pub(super) struct RowStatistics {
    mean: f32,
    scale: f32,
}

/// Layer norm of each row, of as many numbers as there are weights.
pub(super) fn norm(
    x: &[f32],
    parameters: [&[f32]; 2],
    epsilon: f32,
    statistics: &mut [RowStatistics],
    out: &mut [f32],
) {
    let width = parameters[0].len();
    vectorised(
        #[inline(always)]
        || {
            let rows = x.chunks(width).zip(out.chunks_mut(width));
            for ((x, out), statistics) in rows.zip(statistics) {
                let (mean, scale) = norm_row(x, parameters, epsilon, out);
                *statistics = RowStatistics { mean, scale };
            }
        },
    );
}

/// Adds the gradient of the inputs to `gradient`, and those of weight and bias
/// to theirs. `out_gradient` is overwritten.
pub(super) fn add_norm_gradients(
    x: &[f32],
    weight: &[f32],
    statistics: &[RowStatistics],
    out_gradient: &mut [f32],
    gradient: &mut [f32],
    [weight_gradient, bias_gradient]: [&mut [f32]; 2],
) {
    let width = weight.len();
    vectorised(
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

/// x += y, after dropout.
pub(super) fn add(x: &mut [f32], y: &[f32], mask: Option<DropoutMask>) {
    with_factors(
        y,
        x,
        mask,
        #[inline(always)]
        |y, x, factor| *x += y * factor,
    );
}

/// y = x, after dropout.
pub(super) fn dropped(x: &[f32], y: &mut [f32], mask: Option<DropoutMask>) {
    with_factors(
        x,
        y,
        mask,
        #[inline(always)]
        |x, y, factor| *y = x * factor,
    );
}

/// y = GELU of x, after dropout.
pub(super) fn activate(x: &[f32], y: &mut [f32], mask: Option<DropoutMask>) {
    with_factors(
        x,
        y,
        mask,
        #[inline(always)]
        |x, y, factor| *y = gelu(x) * factor,
    );
}

/// From the gradient of what [`activate`] gave, that of what it got.
pub(super) fn activate_gradient(x: &[f32], gradient: &mut [f32], mask: Option<DropoutMask>) {
    with_factors(
        x,
        gradient,
        mask,
        #[inline(always)]
        |x, gradient, factor| {
            *gradient *= gelu_slope(x) * factor;
        },
    );
}

/// Calls `change` with each number of x, the one of y at its place, and the factor
/// of dropout.
#[inline(always)]
fn with_factors(
    x: &[f32],
    y: &mut [f32],
    mask: Option<DropoutMask>,
    change: impl Fn(f32, &mut f32, f32),
) {
    vectorised(
        #[inline(always)]
        || match mask {
            None => {
                for (x, y) in x.iter().zip(y) {
                    change(*x, y, 1.0);
                }
            }
            Some(mask) => {
                for ((x, y), place) in x.iter().zip(y).zip(0..) {
                    change(*x, y, mask.factor(place));
                }
            }
        },
    );
}

/// The sum of -log p of the targets, in nats; `logits`, rows of `vocabulary`
/// numbers, become `weight` times its gradient.
pub(super) fn cross_entropy(
    logits: &mut [f32],
    vocabulary: usize,
    targets: &[u32],
    weight: f32,
) -> f64 {
    let mut total = 0.0;
    vectorised(
        #[inline(always)]
        || {
            for (logits, &target) in logits.chunks_mut(vocabulary).zip(targets) {
                let target = target as usize;
                let top = largest(logits);
                let of_target = logits[target] - top;
                for logit in logits.iter_mut() {
                    *logit = exp(*logit - top);
                }
                let all = sum(logits);
                let factor = weight / all;
                for logit in logits.iter_mut() {
                    *logit *= factor;
                }
                logits[target] -= weight;
                total += f64::from(all.ln() - of_target);
            }
        },
    );
    total
}

/// Sets the length; what is in it is not of interest.
pub(super) fn resize(numbers: &mut Vec<f32>, length: usize) {
    numbers.resize(length, 0.0);
}
