//! The group sizes of published programs.

use std::f64::consts::FRAC_PI_2;
use std::fmt;

use crate::group_sizes::GroupSizes;
use crate::shape::ShapeError;

/// The group sizes that a published program reveals cells in, exactly, for any
/// number N of cells and K of steps.
///
/// All of them follow a curve as a [`Shape`](crate::Shape) does, but each rounds
/// in its own way, and a shape gives none of them. Step t is counted from 1. A
/// program reveals at least one cell in every step; below, "floor" is what its
/// formula gives before that.
///
/// They are the programs' own arithmetic, in the programs' precision and order
/// of operations; a count may differ by one from what a machine computes whose
/// cosine rounds in another way.
///
/// ```
/// use orders_core::sizes::ReleasedSizes;
///
/// let sizes = ReleasedSizes::Halton.group_sizes(256, 32)?;
/// assert_eq!(sizes.as_slice()[..8], [5, 5, 5, 5, 5, 5, 5, 6]);
/// assert_eq!(sizes.as_slice()[29..], [14, 17, 41]);
/// # Ok::<(), orders_core::ShapeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReleasedSizes {
    /// Halton-MaskGIT (arXiv 2503.17076): after step t, `floor(N (1 - arccos(t/K)
    /// / (pi/2)))` cells, in single precision. The first group is no smaller than
    /// the formula says.
    Halton,
    /// RandAR (arXiv 2412.01827): one cell in the first step; after a later step
    /// t, `floor(N (1 - cos(pi/2 t/K)) + 1)` cells, at most N. A single step is
    /// made two.
    RandAr,
    /// ARPG (arXiv 2503.10568) with its cosine schedule: after step t, `floor(N
    /// cos(pi/2 t/K))` cells are left, at least one before the last step.
    Arpg,
    /// ARPG with its arccos schedule, which its best figures (in 64 steps) were
    /// made with: after step t, `floor(N arccos(t/K) / (pi/2))` cells are left, at
    /// least one before the last step.
    ArpgArccos,
    /// MAR (arXiv 2406.11838): the rule of [`Arpg`](Self::Arpg).
    Mar,
}

impl ReleasedSizes {
    /// All of them, with the names that are written for them.
    pub const ALL: [(&'static str, Self); 5] = [
        ("released:halton", Self::Halton),
        ("released:randar", Self::RandAr),
        ("released:arpg", Self::Arpg),
        ("released:arpg-arccos", Self::ArpgArccos),
        ("released:mar", Self::Mar),
    ];

    /// The sizes for `cells` cells in `steps` steps. O(K).
    ///
    /// There are `steps` of them, but for [`RandAr`](Self::RandAr) in one step,
    /// and for so many cells that single precision can't count them.
    ///
    /// # Errors
    ///
    /// [`ShapeError::Steps`] unless `1 <= steps <= cells`,
    /// [`ShapeError::TooLarge`] above [`Grid::MAX_CELLS`](crate::Grid::MAX_CELLS).
    pub fn group_sizes(self, cells: usize, steps: usize) -> Result<GroupSizes, ShapeError> {
        ShapeError::check(cells, steps)?;
        let mut sizes = Vec::with_capacity(steps);
        let (mut step, mut revealed) = (0, 0);
        while revealed < cells {
            step += 1;
            let next = self.revealed(cells, steps, step);
            let next = next.clamp(revealed + 1, cells);
            sizes.push((next - revealed) as u32);
            revealed = next;
        }
        Ok(GroupSizes::new(sizes).expect("sizes are at least 1 and sum to at most MAX_CELLS"))
    }

    /// How many of the cells the formula reveals in the first `step` steps.
    fn revealed(self, cells: usize, steps: usize, step: usize) -> usize {
        let (n, total, t) = (cells as f64, steps as f64, step as f64);
        let all_but = |left: f64| match step < steps {
            true => (cells - left as usize).min(cells - 1),
            false => cells,
        };
        match self {
            Self::Halton => {
                let share = 1.0 - libm::acosf((t / total) as f32) / FRAC_PI_2 as f32;
                (share * cells as f32) as usize
            }
            Self::RandAr if step == 1 => 1,
            Self::RandAr => ((1.0 - libm::cos(FRAC_PI_2 * t / total)) * n + 1.0) as usize,
            Self::Arpg | Self::Mar => all_but(n * libm::cos(FRAC_PI_2 * t / total)),
            Self::ArpgArccos => all_but(n * (libm::acos(t / total) / FRAC_PI_2)),
        }
    }
}

impl fmt::Display for ReleasedSizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = Self::ALL.iter().filter(|(_, sizes)| sizes == self);
        names.try_for_each(|(name, _)| f.write_str(name))
    }
}
