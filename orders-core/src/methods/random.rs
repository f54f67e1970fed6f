//! Uniform random order, of all cells or part by part.

use crate::grid::Cell;
use crate::method::{MethodError, OrderGenerator, OrderingMethod};
use crate::parameter::{ParameterKind, Parameters};
use crate::problem::Problem;
use crate::random::OrderRng;

/// A uniform random permutation for each order (MAR, arXiv 2406.11838;
/// RandAR, arXiv 2412.01827), or one for each batch of consecutive orders, as
/// the program released with ARPG (arXiv 2503.10568) has for each batch of
/// images. O(N).
///
/// ```
/// use orders_core::methods::Random;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(4, 4)?, GroupSizes::new([16])?)?;
/// let each = Random::default();
/// let shared = Random::in_batches_of(8)?;
/// assert_eq!(shared.order(&problem, 0, 7)?, each.order(&problem, 0, 0)?);
/// assert_eq!(shared.order(&problem, 0, 8)?, each.order(&problem, 0, 1)?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Random {
    batch: u32,
}

impl Default for Random {
    fn default() -> Self {
        Self { batch: 1 }
    }
}

impl Random {
    /// Orders `batch * b` to `batch * b + batch - 1` are all the one that
    /// `Random::default()` has at index b.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if `batch` is 0.
    pub fn in_batches_of(batch: u32) -> Result<Self, MethodError> {
        let kind = ParameterKind::WholeFrom(1);
        MethodError::check_parameter("random", "batch", &kind, f64::from(batch))?;
        Ok(Self { batch })
    }
}

impl OrderingMethod for Random {
    fn name(&self) -> &str {
        "random"
    }

    fn parameters(&self) -> Parameters {
        match self.batch {
            1 => Parameters::new(),
            batch => Parameters::from([("batch".into(), f64::from(batch).into())]),
        }
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let batch = u64::from(self.batch);
        let cells: Vec<Cell> = problem.known().free_cells().collect();
        Ok(Box::new(move |rng: &mut OrderRng, out: &mut Vec<Cell>| {
            out.extend_from_slice(&cells);
            if batch == 1 {
                rng.shuffle(out);
            } else {
                rng.of_index(rng.index() / batch).shuffle(out);
            }
        }))
    }
}

/// First the cells in even rows and even columns (counted from 0), then all
/// others, each part in uniform random order for each order: the order by which
/// RandAR (arXiv 2412.01827, resolution extrapolation) makes images larger than
/// it was trained on, a coarse image first. Every frame of a video is the same.
///
/// Random. O(N).
///
/// ```
/// use orders_core::methods::Hierarchical;
/// use orders_core::{Grid, GroupSizes, OrderingMethod, Problem};
///
/// let problem = Problem::new(Grid::new(3, 4)?, GroupSizes::new([4, 8])?)?;
/// let order = Hierarchical.order(&problem, 0, 0)?;
/// let mut coarse = order.cell_from_rank()[..4].to_vec();
/// coarse.sort();
/// assert_eq!(coarse, [0, 2, 8, 10]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Hierarchical;

impl OrderingMethod for Hierarchical {
    fn name(&self) -> &str {
        "hierarchical"
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let grid = problem.grid();
        let is_coarse = |cell: &Cell| {
            let (row, column) = grid.position_from_cell(*cell);
            row % 2 == 0 && column % 2 == 0
        };
        let free = problem.known().free_cells();
        let (coarse, fine): (Vec<Cell>, Vec<Cell>) = free.partition(is_coarse);
        Ok(Box::new(move |rng: &mut OrderRng, out: &mut Vec<Cell>| {
            for part in [&coarse, &fine] {
                let start = out.len();
                out.extend_from_slice(part);
                rng.shuffle(&mut out[start..]);
            }
        }))
    }
}
