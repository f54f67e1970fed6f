//! Group sizes by formula, for any number of cells and steps.

use std::collections::BinaryHeap;
use std::f64::consts::FRAC_PI_2;
use std::fmt;

use crate::grid::Grid;
use crate::group_sizes::GroupSizes;

/// A formula for group sizes.
///
/// A shape is a curve c(t) from c(0) = 0 to c(1) = 1, the share of cells that
/// are generated after the share t of the steps. Group k of K (counted from 1)
/// would have the real-valued size `N (c(k/K) - c((k-1)/K))`. The whole-number
/// sizes are the ones closest to those (least squares) among all that
///
/// - sum to N exactly, with no group empty, and
/// - start with the first group that [`FirstGroup`] asks for.
///
/// They never decrease for the increasing shapes: all but
/// [`OneByOne`](Self::OneByOne) and [`Power`](Self::Power) below 1. (With the
/// first group fixed by hand, this holds from the second group on.)
///
/// ```
/// use orders_core::{FirstGroup, Shape};
///
/// let sizes = Shape::Cosine.group_sizes(384, 12, FirstGroup::default())?;
/// assert_eq!(sizes.cells(), 384);
/// assert_eq!(sizes.as_slice()[0], 1);
/// # Ok::<(), orders_core::ShapeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// `c(t) = 1 - cos(pi t / 2)`: the share of cells still to come is
    /// `cos(pi t / 2)` (MaskGIT, arXiv 2202.04200, section 3.3; LPD).
    ///
    /// Of the 23 lists that LPD was [published](GroupSizes::published) with,
    /// this gives 8 exactly (with a first group of one): at 16 x 16 cells 12,
    /// 20, 64 and 256 steps, at 32 x 32 cells 32, 48, 128 and 1024 steps. The
    /// others were adjusted by hand: they differ by one token in some groups,
    /// and at 32 x 32 cells in 192 steps by two in the last.
    Cosine,
    /// `c(t) = 1 - arccos(t) / (pi / 2)` (Halton-MaskGIT, arXiv 2503.17076;
    /// ARPG, arXiv 2503.10568): the steepest end of all the shapes. Their
    /// programs round in other ways ([`ReleasedSizes`](crate::sizes::ReleasedSizes)).
    Arccos,
    /// Group k is proportional to k. (What the programs of MaskGIT and of
    /// Halton-MaskGIT call "linear" is a constant count: [`Uniform`](Self::Uniform).)
    Linear,
    /// `c(t) = t^p` for an exponent p > 0: 1 is uniform, 2 nearly linear, 3
    /// the cubic schedule of MaskGIT; below 1, groups decrease.
    Power(f64),
    /// All groups alike; with a remainder, the last groups are larger by one.
    /// ("linear" in the programs of MaskGIT and of Halton-MaskGIT.)
    Uniform,
    /// One cell a step. Needs as many steps as cells.
    OneByOne,
}

/// The size of the first group of a [`Shape`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstGroup {
    /// One cell, as in all published LPD sizes: there is no context yet to
    /// condition on.
    #[default]
    One,
    /// What the formula gives, at least 1.
    Formula,
}

impl Shape {
    /// The exponent of `power` where none is named: MaskGIT's cubic schedule.
    pub const DEFAULT_EXPONENT: f64 = 3.0;

    /// The names that [`from_name`](Self::from_name) knows.
    pub const NAMES: [&'static str; 6] = [
        "cosine",
        "arccos",
        "linear",
        "power",
        "uniform",
        "one-by-one",
    ];

    /// The shape of a name, or `None` for an unknown name. `power` takes an
    /// exponent behind a colon (`power:2.5`).
    ///
    /// # Errors
    ///
    /// [`ShapeError::Exponent`] if the exponent is no positive, finite number.
    pub fn from_name(name: &str) -> Result<Option<Self>, ShapeError> {
        Ok(Some(match name {
            "cosine" => Self::Cosine,
            "arccos" => Self::Arccos,
            "linear" => Self::Linear,
            "power" => Self::Power(Self::DEFAULT_EXPONENT),
            "uniform" => Self::Uniform,
            "one-by-one" => Self::OneByOne,
            _ => {
                let Some(exponent) = name.strip_prefix("power:") else {
                    return Ok(None);
                };
                let parsed = exponent
                    .parse()
                    .ok()
                    .filter(|&p: &f64| p > 0.0 && p.is_finite());
                Self::Power(parsed.ok_or_else(|| ShapeError::Exponent {
                    exponent: exponent.into(),
                })?)
            }
        }))
    }

    /// Group sizes of this shape for `cells` cells in `steps` steps.
    /// O(N log K) for N cells and K steps; the same bits on every machine.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Steps`] unless `1 <= steps <= cells`;
    /// [`ShapeError::NotOneByOne`] if [`OneByOne`](Self::OneByOne) is asked
    /// for with fewer steps than cells; [`ShapeError::TooLarge`] above
    /// [`Grid::MAX_CELLS`]; [`ShapeError::Exponent`] if that of
    /// [`Power`](Self::Power) is not positive and finite.
    pub fn group_sizes(
        self,
        cells: usize,
        steps: usize,
        first: FirstGroup,
    ) -> Result<GroupSizes, ShapeError> {
        ShapeError::check(cells, steps)?;
        if self == Self::OneByOne && steps != cells {
            return Err(ShapeError::NotOneByOne { steps, cells });
        }
        if let Self::Power(exponent) = self
            && !(exponent > 0.0 && exponent.is_finite())
        {
            return Err(ShapeError::Exponent {
                exponent: exponent.to_string(),
            });
        }
        let mut ideal: Vec<f64> = (1..=steps).map(|k| self.ideal(cells, steps, k)).collect();
        if self.is_increasing() {
            // Differences of curve values may fall by a rounding error.
            for k in 1..steps {
                ideal[k] = ideal[k].max(ideal[k - 1]);
            }
        }
        // A single group holds all cells, whatever its first size should be.
        let fixed = usize::from(first == FirstGroup::One && steps > 1);
        let mut sizes = vec![1u32; steps];
        spread(&mut sizes[fixed..], &ideal[fixed..], cells - steps);
        Ok(GroupSizes::new(sizes).expect("sizes are at least 1 and sum to at most MAX_CELLS"))
    }

    /// Whether no group is smaller than the one before it.
    fn is_increasing(self) -> bool {
        !matches!(self, Self::Power(exponent) if exponent < 1.0)
    }

    /// The real-valued size of group k of `steps`, counted from 1.
    fn ideal(self, cells: usize, steps: usize, k: usize) -> f64 {
        let (n, total, k) = (cells as f64, steps as f64, k as f64);
        match self {
            // A product is more accurate than the difference of curve values.
            Self::Cosine => {
                let quarter = FRAC_PI_2 / total;
                2.0 * n * libm::sin(quarter * (k - 0.5)) * libm::sin(quarter * 0.5)
            }
            Self::Arccos => n * (libm::acos((k - 1.0) / total) - libm::acos(k / total)) / FRAC_PI_2,
            Self::Linear => 2.0 * n * k / (total * (total + 1.0)),
            Self::Power(p) => n * (libm::pow(k / total, p) - libm::pow((k - 1.0) / total, p)),
            Self::Uniform | Self::OneByOne => n / total,
        }
    }
}

impl fmt::Display for Shape {
    /// The name that [`from_name`](Shape::from_name) knows; that of `power` has
    /// its exponent, unless it is [`DEFAULT_EXPONENT`](Shape::DEFAULT_EXPONENT).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cosine => f.write_str("cosine"),
            Self::Arccos => f.write_str("arccos"),
            Self::Linear => f.write_str("linear"),
            Self::Power(Self::DEFAULT_EXPONENT) => f.write_str("power"),
            Self::Power(exponent) => write!(f, "power:{exponent}"),
            Self::Uniform => f.write_str("uniform"),
            Self::OneByOne => f.write_str("one-by-one"),
        }
    }
}

/// Adds `extra` tokens to `sizes`, one at a time, each where the size lies
/// furthest below its ideal; among equals, to the latest.
///
/// Every such step lowers the sum of squared differences by the most, and the
/// sum is convex and separable, so the end is its minimum. If `ideal` does not
/// decrease, neither do the sizes: two that did would be closer if exchanged.
fn spread(sizes: &mut [u32], ideal: &[f64], extra: usize) {
    // The order of `f64::total_cmp`, as whole numbers.
    let lack = |size: u32, index: usize| {
        let bits = (ideal[index] - f64::from(size)).to_bits() as i64;
        (bits ^ ((bits >> 63) as u64 >> 1) as i64, index)
    };
    let lacks = (0..).zip(&*sizes).map(|(index, &size)| lack(size, index));
    let mut heap: BinaryHeap<(i64, usize)> = lacks.collect();
    for _ in 0..extra {
        let Some(mut top) = heap.peek_mut() else {
            return;
        };
        let (_, index) = *top;
        sizes[index] += 1;
        *top = lack(sizes[index], index);
    }
}

/// Why a [`Shape`] has no group sizes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum ShapeError {
    /// The number of steps is 0 or larger than the number of cells.
    #[error("{steps} steps cannot share {cells} cells; between 1 and {cells} steps are possible")]
    Steps { steps: usize, cells: usize },
    /// One cell a step needs as many steps as cells.
    #[error("one-by-one takes {cells} steps for {cells} cells, not {steps}")]
    NotOneByOne { steps: usize, cells: usize },
    /// More than [`Grid::MAX_CELLS`] cells.
    #[error("{cells} cells are more than {}", Grid::MAX_CELLS)]
    TooLarge { cells: usize },
    /// The exponent of `power` is not positive and finite.
    #[error("'{exponent}' is not an exponent for power; it takes a number above 0")]
    Exponent { exponent: String },
}

impl ShapeError {
    /// Whether so many cells can be shared by so many steps.
    pub(crate) fn check(cells: usize, steps: usize) -> Result<(), Self> {
        if cells as u64 > Grid::MAX_CELLS {
            return Err(Self::TooLarge { cells });
        }
        if steps == 0 || steps > cells {
            return Err(Self::Steps { steps, cells });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shapes() -> impl Strategy<Value = Shape> {
        prop_oneof![
            Just(Shape::Cosine),
            Just(Shape::Arccos),
            Just(Shape::Linear),
            Just(Shape::Uniform),
            (0.05f64..6.0).prop_map(Shape::Power),
            (1u32..5).prop_map(|exponent| Shape::Power(exponent.into())),
        ]
    }

    proptest! {
        #[test]
        fn sizes_hold_their_promises(
            shape in shapes(), cells in 1usize..3000, part in 0.0f64..1.0, formula: bool,
        ) {
            let steps = 1 + (part * (cells - 1) as f64) as usize;
            let first = if formula { FirstGroup::Formula } else { FirstGroup::One };
            let sizes = shape.group_sizes(cells, steps, first).unwrap();
            let list = sizes.as_slice();
            prop_assert_eq!(list.len(), steps);
            prop_assert_eq!(sizes.cells(), cells);
            if first == FirstGroup::One && steps > 1 {
                prop_assert_eq!(list[0], 1);
            }
            if shape.is_increasing() {
                prop_assert!(list.is_sorted(), "{:?}", list);
            }
        }

        #[test]
        fn no_exchange_of_a_token_comes_closer(
            shape in shapes(), cells in 2usize..200, part in 0.0f64..1.0,
        ) {
            let steps = 2 + (part * (cells - 2) as f64) as usize;
            let sizes = shape.group_sizes(cells, steps, FirstGroup::Formula).unwrap();
            let list = sizes.as_slice();
            let off = |i: usize, change: f64| {
                (f64::from(list[i]) + change - shape.ideal(cells, steps, i + 1)).powi(2)
            };
            for from in (0..steps).filter(|&i| list[i] > 1) {
                for to in (0..steps).filter(|&i| i != from) {
                    let now = off(from, 0.0) + off(to, 0.0);
                    let then = off(from, -1.0) + off(to, 1.0);
                    prop_assert!(now <= then + 1e-9);
                }
            }
        }
    }

    #[test]
    fn curves_are_what_the_docs_say() {
        let sum = |shape: Shape, k: usize| -> f64 {
            (1..=k).map(|j| shape.ideal(1000, 10, j)).sum::<f64>() / 1000.0
        };
        for k in 1..=10 {
            let t = k as f64 / 10.0;
            let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{k}: {a} {b}");
            close(sum(Shape::Cosine, k), 1.0 - (FRAC_PI_2 * t).cos());
            close(sum(Shape::Arccos, k), 1.0 - t.acos() / FRAC_PI_2);
            close(sum(Shape::Power(2.5), k), t.powf(2.5));
            close(sum(Shape::Linear, k), t * (10.0 * t + 1.0) / 11.0);
            close(sum(Shape::Uniform, k), t);
        }
    }

    #[test]
    fn power_1_is_uniform() {
        for (cells, steps) in [(24, 5), (1024, 48), (1000, 7)] {
            let sizes = |shape: Shape| {
                shape
                    .group_sizes(cells, steps, FirstGroup::Formula)
                    .unwrap()
            };
            let (power, uniform) = (sizes(Shape::Power(1.0)), sizes(Shape::Uniform));
            assert!(power.as_slice().is_sorted());
            assert_eq!(power, uniform);
        }
    }

    #[test]
    fn bad_requests_are_refused() {
        let sizes = |shape: Shape, cells, steps| shape.group_sizes(cells, steps, FirstGroup::One);
        for steps in [0, 17] {
            let error = ShapeError::Steps { steps, cells: 16 };
            assert_eq!(sizes(Shape::Cosine, 16, steps), Err(error));
        }
        let (steps, cells) = (15, 16);
        let error = ShapeError::NotOneByOne { steps, cells };
        assert_eq!(sizes(Shape::OneByOne, 16, 15), Err(error));
        assert!(matches!(
            sizes(Shape::Power(f64::NAN), 16, 4),
            Err(ShapeError::Exponent { .. })
        ));
        assert!(matches!(
            Shape::from_name("power:-1"),
            Err(ShapeError::Exponent { .. })
        ));
        assert_eq!(Shape::from_name("sine"), Ok(None));
        for name in Shape::NAMES {
            assert!(Shape::from_name(name).unwrap().is_some(), "{name}");
        }
        assert_eq!(sizes(Shape::OneByOne, 3, 3).unwrap().as_slice(), [1, 1, 1]);
        assert_eq!(sizes(Shape::Uniform, 7, 1).unwrap().as_slice(), [7]);
    }
}
