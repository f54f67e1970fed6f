//! LPD on a topology.

use super::generator::{Generator, Rules};
use super::graph::Topology;
use crate::method::{MethodError, OrderGenerator, OrderingMethod};
use crate::parameter::{ParameterKind, Parameters};
use crate::problem::Problem;

/// LPD's ordering on any [`Topology`]: every group lies close to what is
/// generated already (proximity) and far from its own members (repulsion).
///
/// The rules are those of [`LocalityAware`](crate::LocalityAware): proximity
/// score, split at tau, walk with repulsion at rho, fill by farthest-point
/// sampling. What a neighbour is and how far nodes lie apart, the topology says.
/// The random decisions are drawn in the same way, so that on a lattice of one
/// frame every order is the same, cell by cell. `LocalityAware` is faster there
/// and has replaceable parts; this one takes everything else: video,
/// hexagons, superpixels, sets of tokens with holes.
///
/// An order takes O(N) for each cell and O(N log N) for each step at worst, so
/// O(N^2) for N nodes.
///
/// ```
/// use orders_core::topology::{GraphLocalityAware, Topology};
/// use orders_core::{FirstGroup, Grid, OrderingMethod, Problem, Shape};
///
/// // A video of 4 frames. The next frame counts as 2 cells.
/// let grid = Grid::video(4, 8, 8)?;
/// let sizes = Shape::Cosine.group_sizes(grid.cells(), 16, FirstGroup::One)?;
/// let problem = Problem::new(grid, sizes)?;
/// let method = GraphLocalityAware::new(Topology::lattice(grid, 2.0)?, 1.0, 2.0)?;
/// assert_eq!(method.order(&problem, 0, 0)?.groups().count(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct GraphLocalityAware {
    name: String,
    parameters: Parameters,
    topology: Topology,
    rules: Rules,
}

impl GraphLocalityAware {
    /// LPD with a proximity threshold tau and a repulsion threshold rho.
    ///
    /// Its name is `lpd` on a lattice, which makes the orders of the method of
    /// this name, and `graph-lpd` on any other topology.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if one is NaN or negative. Infinity is
    /// allowed for both.
    pub fn new(
        topology: Topology,
        proximity_threshold: f64,
        repulsion_threshold: f64,
    ) -> Result<Self, MethodError> {
        let rules = Rules {
            proximity_threshold,
            repulsion_threshold,
            has_scores: true,
        };
        let parameters = [
            ("proximity", proximity_threshold),
            ("repulsion", repulsion_threshold),
        ];
        Self::of("lpd", topology, rules, &parameters)
    }

    /// LPD's principle 1 alone: as LPD with a repulsion threshold of 0, where a
    /// node repels no other. Named `proximity` or `graph-proximity`.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if the threshold is NaN or negative.
    pub fn proximity_only(
        topology: Topology,
        proximity_threshold: f64,
    ) -> Result<Self, MethodError> {
        let rules = Rules {
            proximity_threshold,
            repulsion_threshold: 0.0,
            has_scores: true,
        };
        let parameters = [("proximity", proximity_threshold)];
        Self::of("proximity", topology, rules, &parameters)
    }

    /// LPD's principle 2 alone: every group is filled by farthest-point
    /// sampling, from a uniform random node on, whatever is generated already.
    /// Named `farthest` or `graph-farthest`.
    pub fn farthest_points(topology: Topology) -> Self {
        let rules = Rules {
            proximity_threshold: f64::INFINITY,
            repulsion_threshold: 0.0,
            has_scores: false,
        };
        Self::unchecked("farthest", topology, rules, &[])
    }

    fn of(
        name: &str,
        topology: Topology,
        rules: Rules,
        parameters: &[(&str, f64)],
    ) -> Result<Self, MethodError> {
        let method = Self::unchecked(name, topology, rules, parameters);
        let kind = ParameterKind::NumberFrom(0.0);
        for &(parameter, value) in parameters {
            MethodError::check_parameter(&method.name, parameter, &kind, value)?;
        }
        Ok(method)
    }

    fn unchecked(name: &str, topology: Topology, rules: Rules, parameters: &[(&str, f64)]) -> Self {
        let mut parameters: Parameters = parameters
            .iter()
            .map(|&(name, value)| (name.into(), value.into()))
            .collect();
        let name = match topology.as_lattice() {
            Some((grid, frame_distance)) => {
                if grid.frames() > 1 {
                    parameters.insert("frame-distance".into(), frame_distance.into());
                }
                name.into()
            }
            None => format!("graph-{name}"),
        };
        Self {
            name,
            parameters,
            topology,
            rules,
        }
    }

    /// The same ordering under another name, and with other parameters to
    /// report.
    pub fn named(self, name: impl Into<String>, parameters: Parameters) -> Self {
        Self {
            name: name.into(),
            parameters,
            ..self
        }
    }

    /// The topology.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }
}

impl OrderingMethod for GraphLocalityAware {
    fn name(&self) -> &str {
        &self.name
    }

    fn parameters(&self) -> Parameters {
        self.parameters.clone()
    }

    /// A generator for a problem on a grid with a cell for each node. A lattice
    /// takes its own grid only.
    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        check_grid(&self.topology, problem, &self.name)?;
        Ok(Box::new(Generator::new(
            self.topology.clone(),
            self.rules,
            problem,
        )))
    }
}

/// Fails unless the cells of the problem are the nodes of the topology.
pub(crate) fn check_grid(
    topology: &Topology,
    problem: &Problem,
    method: &str,
) -> Result<(), MethodError> {
    let grid = problem.grid();
    let (nodes, cells) = (topology.nodes(), grid.cells());
    let reason = match topology.as_lattice() {
        Some((lattice, _)) if lattice != grid => format!("its topology is a {lattice} lattice"),
        None if nodes != cells => format!(
            "the topology has {nodes} nodes, but the grid has {cells} cells; there must be as many"
        ),
        _ => return Ok(()),
    };
    Err(MethodError::Grid {
        method: method.into(),
        grid,
        reason,
    })
}
