//! What is done to each number by itself.

use super::vectorised;
use crate::cpu::functions::{gelu, gelu_slope};
use crate::lpd::DropoutMask;

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
