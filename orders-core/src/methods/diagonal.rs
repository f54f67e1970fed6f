//! Anti-diagonals (NAR, DiagD).

use super::fixed::{Fixed, FixedOrder};
use crate::grid::{Cell, Grid};
use crate::known::KnownCells;
use crate::method::MethodError;
use crate::parameter::{ParameterKind, Parameters};

/// Anti-diagonals: step s has the cells whose row + column is s. (NAR,
/// *Neighboring Autoregressive Modeling*, arXiv 2503.10696: cells by their
/// Manhattan distance from the first one.) Within a step, cells come in raster
/// order.
///
/// In a video each frame starts `delay` steps after the one before. With a
/// delay of 1, the default, step s has the cells whose frame + row + column is s,
/// which is NAR's order for video. With a delay of H rows it is that of DiagD
/// (*Diagonal Decoding*, arXiv 2503.14070): the diagonals of the frames stacked
/// one below the other, so that a frame starts before the one above it ends.
/// (So is [`RowParallel`](super::RowParallel) with a window of 1.) From H + W - 1
/// on, one frame follows the other.
///
/// Its own group sizes are the lengths of the diagonals, `H + W - 1` steps for
/// an image and `(T - 1) delay + H + W - 1` for video (fewer where a longer delay
/// leaves steps empty). The released program takes square grids only; this takes
/// any.
///
/// Not random: every order is the same. O(N log N), once for each generator.
///
/// ```
/// use orders_core::methods::Diagonal;
/// use orders_core::{Grid, KnownCells, OrderingMethod};
///
/// let known = KnownCells::none(Grid::new(3, 4)?);
/// let sizes = Diagonal::default().own_group_sizes(&known)?.expect("it has some");
/// assert_eq!(sizes.as_slice(), [1, 2, 3, 3, 2, 1]);
///
/// let known = KnownCells::none(Grid::video(2, 3, 4)?);
/// let sizes = Diagonal::delayed(3)?.own_group_sizes(&known)?.expect("it has some");
/// assert_eq!(sizes.as_slice(), [1, 2, 3, 4, 4, 4, 3, 2, 1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Diagonal {
    delay: u32,
}

impl Default for Diagonal {
    fn default() -> Self {
        Self { delay: 1 }
    }
}

impl Diagonal {
    /// Each frame starts `delay` steps after the one before.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if `delay` is 0.
    pub fn delayed(delay: u32) -> Result<Self, MethodError> {
        let kind = ParameterKind::WholeFrom(1);
        MethodError::check_parameter("diagonal", "delay", &kind, f64::from(delay))?;
        Ok(Self { delay })
    }

    fn step_from_cell(self, grid: Grid) -> impl Fn(Cell) -> u64 {
        move |cell| {
            let (row, column) = grid.position_from_cell(cell);
            let start = u64::from(grid.frame_from_cell(cell)) * u64::from(self.delay);
            start + u64::from(row + column)
        }
    }
}

impl Fixed for Diagonal {
    const NAME: &str = "diagonal";

    fn parameters(&self) -> Parameters {
        match self.delay {
            1 => Parameters::new(),
            delay => Parameters::from([("delay".into(), f64::from(delay).into())]),
        }
    }

    fn order(&self, known: &KnownCells) -> Result<FixedOrder, MethodError> {
        let step = self.step_from_cell(known.grid());
        Ok(FixedOrder::by_key(known, &step).with_groups(&step))
    }
}
