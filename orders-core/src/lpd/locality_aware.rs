//! The method, made of its four parts.

use super::farthest::FarthestPoints;
use super::fill::Fill;
use super::generator::Generator;
use super::groups::Groups;
use super::proximity::{EightNeighbours, NoProximity, Proximity, ProximityState};
use super::thresholds::{Chebyshev, Repulsion, Split, Threshold};
use super::walk::MAX_LEVELS;
use crate::grid::Grid;
use crate::method::{MethodError, OrderGenerator, OrderingMethod};
use crate::parameter::{ParameterError, ParameterKind, Parameters};
use crate::problem::Problem;

/// LPD's ordering: every group lies close to what is generated already
/// (proximity) and far from its own members (repulsion).
///
/// Source: LPD (arXiv 2507.01957, ICLR 2026), section 3.3, as released. In
/// every step,
///
/// 1. every free cell gets a proximity score `P` from what is generated;
/// 2. the split `S` parts the free cells into near and far;
/// 3. the near cells are walked over by falling score, ties in uniform random
///    order, and accepted unless the repulsion `R` says that a cell accepted in
///    this step repels them, until the group is full;
/// 4. a group that is still short is filled up by `F`.
///
/// Each of the four parts can be replaced. There is no special first step: with
/// nothing generated, all scores are 0, no cell is near (for a positive
/// threshold), and the fill takes a uniform random cell first. A first group of
/// one, as in all published sizes, is just that cell.
///
/// An order takes O(N^2 / 16) at worst for N cells.
///
/// ```
/// use orders_core::{Grid, GroupSizes, LocalityAware, OrderingMethod, Problem};
///
/// let grid = Grid::for_image(512, 16)?;
/// let sizes = GroupSizes::published(grid, 48).expect("a published row");
/// let problem = Problem::new(grid, sizes)?;
/// let order = LocalityAware::new(1.0, 4.0)?.order(&problem, 0, 0)?;
/// assert_eq!(order.groups().count(), 48);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct LocalityAware<P = EightNeighbours, S = Threshold, R = Chebyshev, F = FarthestPoints> {
    name: String,
    parameters: Parameters,
    parts: (P, S, R, F),
}

impl LocalityAware {
    /// LPD's proximity threshold tau where none is given, as published.
    pub const DEFAULT_PROXIMITY: f64 = 1.0;

    /// LPD's repulsion threshold rho where none is given: an eighth of the grid's side,
    /// rounded, where the side of a grid that is no square is the square root of its
    /// cells (of one frame's, for video).
    ///
    /// That gives the published values, 2 for 16 x 16 cells (256 px) and 4 for 32 x 32
    /// (512 px), and the same distance in the image, an eighth of it, for all other
    /// grids.
    ///
    /// ```
    /// use orders_core::{Grid, LocalityAware};
    ///
    /// assert_eq!(LocalityAware::default_repulsion(Grid::new(16, 16)?), 2.0);
    /// assert_eq!(LocalityAware::default_repulsion(Grid::new(32, 32)?), 4.0);
    /// assert_eq!(LocalityAware::default_repulsion(Grid::new(16, 64)?), 4.0);
    /// # Ok::<(), orders_core::GridError>(())
    /// ```
    pub fn default_repulsion(grid: Grid) -> f64 {
        ((grid.frame_cells() as f64).sqrt() / 8.0).round()
    }

    /// LPD with a proximity threshold tau and a repulsion threshold rho.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if one is NaN or negative. Infinity is
    /// allowed for both.
    pub fn new(proximity_threshold: f64, repulsion_threshold: f64) -> Result<Self, MethodError> {
        check_threshold("lpd", "proximity", proximity_threshold)?;
        check_threshold("lpd", "repulsion", repulsion_threshold)?;
        let parameters = Parameters::from([
            ("proximity".into(), proximity_threshold.into()),
            ("repulsion".into(), repulsion_threshold.into()),
        ]);
        let method = Self::of(EightNeighbours, proximity_threshold, repulsion_threshold);
        Ok(method.named("lpd", parameters))
    }

    /// LPD's principle 1 alone: as LPD with a repulsion threshold of 0, where a
    /// cell repels no other.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if the threshold is NaN or negative.
    pub fn proximity_only(proximity_threshold: f64) -> Result<Self, MethodError> {
        check_threshold("proximity", "proximity", proximity_threshold)?;
        let parameters = Parameters::from([("proximity".into(), proximity_threshold.into())]);
        let method = Self::of(EightNeighbours, proximity_threshold, 0.0);
        Ok(method.named("proximity", parameters))
    }
}

impl LocalityAware<NoProximity> {
    /// LPD's principle 2 alone: every group is filled by farthest-point
    /// sampling, from a uniform random cell on, whatever is generated already.
    pub fn farthest_points() -> Self {
        Self::of(NoProximity, f64::INFINITY, 0.0).named("farthest", Parameters::new())
    }
}

/// Fails unless a threshold is a number from 0.
fn check_threshold(method: &str, parameter: &str, value: f64) -> Result<(), MethodError> {
    let kind = ParameterKind::NumberFrom(0.0);
    MethodError::check_parameter(method, parameter, &kind, value)
}

impl<P> LocalityAware<P> {
    /// A method that has no name yet.
    fn of(proximity: P, proximity_threshold: f64, repulsion_threshold: f64) -> Self {
        let split = Threshold {
            proximity_threshold,
        };
        let repulsion = Chebyshev {
            repulsion_threshold,
        };
        Self {
            name: String::new(),
            parameters: Parameters::new(),
            parts: (proximity, split, repulsion, FarthestPoints),
        }
    }
}

impl<P, S, R, F> LocalityAware<P, S, R, F> {
    /// The same ordering under another name, and with other parameters to
    /// report.
    pub fn named(self, name: impl Into<String>, parameters: Parameters) -> Self {
        Self {
            name: name.into(),
            parameters,
            ..self
        }
    }

    /// The same ordering with another proximity score. Give it a name of its
    /// own with [`named`](Self::named).
    pub fn with_proximity<Q: Proximity>(self, proximity: Q) -> LocalityAware<Q, S, R, F> {
        self.with_parts(|(_, split, repulsion, fill)| (proximity, split, repulsion, fill))
    }

    /// The same ordering with another split.
    pub fn with_split<Q: Split>(self, split: Q) -> LocalityAware<P, Q, R, F> {
        self.with_parts(|(proximity, _, repulsion, fill)| (proximity, split, repulsion, fill))
    }

    /// The same ordering with another repulsion.
    pub fn with_repulsion<Q: Repulsion>(self, repulsion: Q) -> LocalityAware<P, S, Q, F> {
        self.with_parts(|(proximity, split, _, fill)| (proximity, split, repulsion, fill))
    }

    /// The same ordering with another fill.
    pub fn with_fill<Q: Fill>(self, fill: Q) -> LocalityAware<P, S, R, Q> {
        self.with_parts(|(proximity, split, repulsion, _)| (proximity, split, repulsion, fill))
    }

    fn with_parts<P2, S2, R2, F2>(
        self,
        change: impl FnOnce((P, S, R, F)) -> (P2, S2, R2, F2),
    ) -> LocalityAware<P2, S2, R2, F2> {
        LocalityAware {
            name: self.name,
            parameters: self.parameters,
            parts: change(self.parts),
        }
    }
}

impl<P: Proximity, S: Split, R: Repulsion, F: Fill> OrderingMethod for LocalityAware<P, S, R, F> {
    fn name(&self) -> &str {
        &self.name
    }

    fn parameters(&self) -> Parameters {
        self.parameters.clone()
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let grid = problem.grid();
        if grid.frames() > 1 {
            return Err(MethodError::Grid {
                method: self.name.clone(),
                grid,
                reason: "these parts are for one frame".into(),
            });
        }
        let (proximity, split, repulsion, fill) = &self.parts;
        let proximity = proximity.state(grid);
        let level_count = proximity.scores().len();
        if !(1..=MAX_LEVELS).contains(&level_count) {
            return Err(MethodError::Parameter(ParameterError::Value {
                of: format!("method {}", self.name),
                parameter: "levels".into(),
                value: (level_count as f64).into(),
                allowed: "1 to 2^31 - 1".into(),
            }));
        }
        let (split, fill) = (split.clone(), fill.state(grid));
        let groups = Groups::new(grid, proximity, split, repulsion, fill);
        Ok(Box::new(Generator::new(problem, groups)))
    }
}
