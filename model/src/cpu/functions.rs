//! Elementary functions, the same bits on every machine.
//!
//! They are built from operations that IEEE 754 rounds exactly, and are inlined
//! into functions that are compiled for an instruction set.

use pulp::Arch;

/// Runs a loop compiled for the widest instruction set there is. The closure must
/// be `#[inline(always)]`.
#[inline(always)]
pub(crate) fn vectorised(run: impl FnOnce()) {
    Arch::new().dispatch(run);
}

/// Numbers that are summed side by side.
const LANES: usize = 16;

/// e to the power of x for x up to 88, within 2 units in the last place; below
/// -87 it stays at e^-87, about 1.6e-38.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // Adding this rounds to a whole number, which is then in the low bits.
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23
    // ln 2 in two parts, of which the first has few bits.
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let x = if x < -87.0 { -87.0 } else { x };
    let rounded = x.mul_add(std::f32::consts::LOG2_E, ROUND);
    let n = rounded - ROUND;
    let r = n.mul_add(-LN_2_LOW, n.mul_add(-LN_2_HIGH, x));
    // Taylor's series; |r| <= ln 2 / 2 makes its next term 5e-9.
    let mut series = 1.0 / 5040.0;
    for coefficient in [
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ] {
        series = r.mul_add(series, coefficient);
    }
    let power = f32::from_bits((rounded.to_bits() << 23).wrapping_add(0x3F80_0000));
    series * power
}

/// GELU, exact form: x times the normal distribution's probability below x.
#[inline(always)]
pub(crate) fn gelu(x: f32) -> f32 {
    let tail = tail(x).0 * x;
    if x < 0.0 { tail } else { x - tail }
}

/// The derivative of [`gelu`].
#[inline(always)]
pub(crate) fn gelu_slope(x: f32) -> f32 {
    const FRAC_1_SQRT_2PI: f32 = 0.398_942_3;
    let (tail, bell) = tail(x);
    let below = if x < 0.0 { tail } else { 1.0 - tail };
    (x * FRAC_1_SQRT_2PI).mul_add(bell, below)
}

/// The normal distribution's probability beyond |x|, and e^(-x^2 / 2).
#[inline(always)]
fn tail(x: f32) -> (f32, f32) {
    // erfc(z) = t p(t) exp(-z^2) with t = 1 / (1 + 0.4 z), for z >= 0: p is
    // fitted with least largest relative error, 4.4e-8, on 0 <= z <= 8.
    const P: [f32; 9] = [
        0.036_359_9,
        -0.115_968_52,
        0.032_347_9,
        0.148_780_66,
        0.036_349_84,
        0.212_575_64,
        0.196_772_71,
        0.227_194_11,
        0.225_587_8,
    ];
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / 0.4f32.mul_add(z, 1.0);
    let mut p = P[0];
    for &coefficient in &P[1..] {
        p = t.mul_add(p, coefficient);
    }
    let bell = exp(-z * z);
    (0.5 * t * p * bell, bell)
}

/// The sum of numbers: 16 sums side by side, added up in pairs.
#[inline(always)]
pub(crate) fn sum(numbers: &[f32]) -> f32 {
    folded(numbers, 0.0, |sum, x| sum + x, |a, b| a + b)
}

/// The sum of squares of the distances from `middle`.
#[inline(always)]
pub(crate) fn squares(numbers: &[f32], middle: f32) -> f32 {
    let add = |sum: f32, x: f32| (x - middle).mul_add(x - middle, sum);
    folded(numbers, 0.0, add, |a, b| a + b)
}

/// The sum of products.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a_chunks, a_rest) = a.as_chunks::<LANES>();
    let (b_chunks, b_rest) = b.as_chunks::<LANES>();
    for (a, b) in a_chunks.iter().zip(b_chunks) {
        for lane in 0..LANES {
            lanes[lane] = a[lane].mul_add(b[lane], lanes[lane]);
        }
    }
    for (lane, (a, b)) in a_rest.iter().zip(b_rest).enumerate() {
        lanes[lane] = a.mul_add(*b, lanes[lane]);
    }
    joined(lanes, |a, b| a + b)
}

/// The largest number; minus infinity if there is none.
#[inline(always)]
pub(crate) fn largest(numbers: &[f32]) -> f32 {
    let larger = |a: f32, b: f32| if b > a { b } else { a };
    folded(numbers, f32::NEG_INFINITY, larger, larger)
}

#[inline(always)]
fn folded(
    numbers: &[f32],
    first: f32,
    add: impl Fn(f32, f32) -> f32,
    join: impl Fn(f32, f32) -> f32,
) -> f32 {
    let mut lanes = [first; LANES];
    let (chunks, rest) = numbers.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            lanes[lane] = add(lanes[lane], chunk[lane]);
        }
    }
    for (lane, &x) in rest.iter().enumerate() {
        lanes[lane] = add(lanes[lane], x);
    }
    joined(lanes, join)
}

/// Lanes taken together in pairs.
#[inline(always)]
fn joined(mut lanes: [f32; LANES], join: impl Fn(f32, f32) -> f32) -> f32 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = join(lanes[lane], lanes[lane + half]);
        }
        half /= 2;
    }
    lanes[0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_within_two_units_in_the_last_place() {
        for i in 0..1_000_000 {
            let x = -87.0 + i as f32 * (175.0 / 1_000_000.0);
            let exact = f64::from(x).exp();
            let error = (f64::from(exp(x)) - exact).abs() / exact;
            assert!(error < 2.4e-7, "{x}: {error}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
        assert!(exp(f32::NAN).is_nan());
    }

    /// Against the integral of the normal density, by Simpson's rule.
    #[test]
    fn gelu_is_exact() {
        let density = |x: f64| (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        for i in -80..=80 {
            let x = f64::from(i) / 16.0;
            let pieces = 2000;
            let width = x.abs() / f64::from(pieces);
            let integral: f64 = (0..pieces)
                .map(|piece| {
                    let a = f64::from(piece) * width;
                    (density(a) + 4.0 * density(a + width / 2.0) + density(a + width)) * width / 6.0
                })
                .sum();
            let probability = 0.5 + integral.copysign(x);
            let error = (f64::from(gelu(x as f32)) - x * probability).abs();
            assert!(error <= 2e-7 * x.abs().max(1e-3), "{x}: {error}");
            let slope = probability + x * density(x);
            assert!(
                (f64::from(gelu_slope(x as f32)) - slope).abs() < 3e-7,
                "{x}"
            );
        }
        assert_eq!(gelu(0.0), 0.0);
        assert_eq!(gelu(30.0), 30.0);
        assert!(gelu(-30.0).abs() < 1e-30);
    }

    #[test]
    fn sums_and_largest_take_all_numbers() {
        for count in [0, 1, 15, 16, 17, 100] {
            let numbers: Vec<f32> = (0..count).map(|i| i as f32).collect();
            let exact: f32 = numbers.iter().sum();
            assert_eq!(sum(&numbers), exact);
            let last = numbers.last().copied().unwrap_or(f32::NEG_INFINITY);
            assert_eq!(largest(&numbers), last);
        }
        assert_eq!(squares(&[1.0, 5.0], 3.0), 8.0);
        assert_eq!(dot(&[1.0, 5.0], &[3.0, -2.0]), -7.0);
        assert_eq!(dot(&[1.0; 17], &[2.0; 17]), 34.0);
    }
}
