//! The replay of an order, step by step.

use super::fill::Fill;
use super::graph::GraphReplay;
use super::violation::{Rule, Violation};
use super::walk::{CLASSES, Scores, Walk};
use crate::grid::Cell;
use crate::method::MethodError;
use crate::parameter::ParameterKind;
use crate::problem::Problem;
use crate::topology::{Topology, check_grid};

/// Rules of a method that finished orders of one problem can be replayed against, as a
/// catalogue hands them out.
pub trait Replay: Send + Sync {
    /// Whose rules, in words, with what they depend on, such as `LPD (proximity 1,
    /// repulsion 2, 20 steps)`.
    fn rules(&self) -> String;

    /// The first choice of an order that the rules don't allow, in a sentence; none if
    /// the method could have made it.
    fn fault(&mut self, cells: &[Cell]) -> Option<String>;

    /// The same rules, for another thread.
    fn boxed(&self) -> Box<dyn Replay>;
}

/// Checks orders of one problem against the rules of LPD; its buffers are
/// reused from one order to the next.
///
/// See [the module](crate::conformance) for what is checked and why it suffices.
#[derive(Clone, Debug)]
pub struct Conformance {
    problem: Problem,
    proximity_threshold: f64,
    repulsion_threshold: f64,
    seen: Vec<bool>,
    replay: AnyReplay,
}

#[derive(Clone, Debug)]
enum AnyReplay {
    Lattice(Box<LatticeReplay>),
    Graph(GraphReplay),
}

impl Conformance {
    /// Rules for the orders of a problem on a grid of one frame, with the
    /// proximity threshold tau and the repulsion threshold rho.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if a threshold is negative or not a number.
    /// (Infinity is allowed: no cell is near, or every cell repels all.)
    /// [`MethodError::Grid`] if the grid has several frames: how far one frame
    /// counts, [`Conformance::on`] is told.
    pub fn new(
        problem: &Problem,
        proximity_threshold: f64,
        repulsion_threshold: f64,
    ) -> Result<Self, MethodError> {
        check_thresholds(proximity_threshold, repulsion_threshold)?;
        let grid = problem.grid();
        if grid.frames() > 1 {
            return Err(MethodError::Grid {
                method: "lpd".into(),
                grid,
                reason: "orders of several frames are replayed on a topology".into(),
            });
        }
        let scores = Scores::new(grid);
        let near_classes = scores.classes_from(proximity_threshold);
        let replay = AnyReplay::Lattice(Box::new(LatticeReplay {
            near_classes,
            walk: Walk::new(grid, repulsion_threshold),
            fill: Fill::new(grid, near_classes),
            scores,
        }));
        Ok(Self::of(
            problem,
            proximity_threshold,
            repulsion_threshold,
            replay,
        ))
    }

    /// Rules for the orders of a problem on a topology, as
    /// [`GraphLocalityAware`](crate::topology::GraphLocalityAware) follows
    /// them: video, and all that is no lattice. On a lattice of one frame,
    /// [`Conformance::new`] says the same, faster.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if a threshold is negative or not a number,
    /// [`MethodError::Grid`] unless the cells of the problem are the nodes of
    /// the topology.
    ///
    /// ```
    /// use orders_core::topology::{GraphLocalityAware, Topology};
    /// use orders_core::{Conformance, FirstGroup, Grid, OrderingMethod, Problem, Shape};
    ///
    /// let grid = Grid::video(3, 6, 6)?;
    /// let sizes = Shape::Cosine.group_sizes(grid.cells(), 9, FirstGroup::One)?;
    /// let problem = Problem::new(grid, sizes)?;
    /// let topology = Topology::lattice(grid, 1.0)?;
    /// let method = GraphLocalityAware::new(topology.clone(), 1.0, 1.0)?;
    ///
    /// let mut conformance = Conformance::on(topology, &problem, 1.0, 1.0)?;
    /// let mut cells = method.order(&problem, 0, 0)?.into_cells();
    /// assert_eq!(conformance.check(&cells), Ok(()));
    /// cells.swap(1, 107);
    /// assert!(conformance.check(&cells).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on(
        topology: Topology,
        problem: &Problem,
        proximity_threshold: f64,
        repulsion_threshold: f64,
    ) -> Result<Self, MethodError> {
        check_thresholds(proximity_threshold, repulsion_threshold)?;
        check_grid(&topology, problem, "lpd")?;
        let replay = GraphReplay::new(topology, proximity_threshold, repulsion_threshold);
        let replay = AnyReplay::Graph(replay);
        Ok(Self::of(
            problem,
            proximity_threshold,
            repulsion_threshold,
            replay,
        ))
    }

    fn of(
        problem: &Problem,
        proximity_threshold: f64,
        repulsion_threshold: f64,
        replay: AnyReplay,
    ) -> Self {
        Self {
            problem: problem.clone(),
            proximity_threshold,
            repulsion_threshold,
            seen: Vec::new(),
            replay,
        }
    }

    /// Whether `cells`, group after group, is an order that LPD can give.
    ///
    /// O(N) for each step and for each cell that the walk accepted or
    /// farthest-point sampling picked, so O(N^2) for N cells at worst.
    ///
    /// # Errors
    ///
    /// [`Violation::NotAnOrder`] if `cells` is no permutation of the free
    /// cells, else [`Violation::Impossible`] with the first choice that no
    /// outcome of the random ties gives.
    pub fn check(&mut self, cells: &[Cell]) -> Result<(), Violation> {
        self.problem.check(cells, &mut self.seen)?;
        match &mut self.replay {
            AnyReplay::Lattice(replay) => replay.restart(&self.problem),
            AnyReplay::Graph(replay) => replay.restart(&self.problem),
        }
        let mut start = 0;
        for (step, group) in (1..).zip(self.problem.group_sizes().groups(cells)) {
            let checked = match &mut self.replay {
                AnyReplay::Lattice(replay) => replay.check(group),
                AnyReplay::Graph(replay) => replay.check(group),
            };
            checked.map_err(|(index, rule)| Violation::Impossible {
                step,
                rank: start + index,
                cell: group[index],
                rule,
            })?;
            start += group.len();
        }
        Ok(())
    }
}

impl Replay for Conformance {
    fn rules(&self) -> String {
        let steps = self.problem.group_sizes().steps();
        format!(
            "LPD (proximity {}, repulsion {}, {steps} step{})",
            self.proximity_threshold,
            self.repulsion_threshold,
            if steps == 1 { "" } else { "s" }
        )
    }

    fn fault(&mut self, cells: &[Cell]) -> Option<String> {
        self.check(cells)
            .err()
            .map(|violation| violation.to_string())
    }

    fn boxed(&self) -> Box<dyn Replay> {
        Box::new(self.clone())
    }
}

fn check_thresholds(proximity_threshold: f64, repulsion_threshold: f64) -> Result<(), MethodError> {
    let kind = ParameterKind::NumberFrom(0.0);
    MethodError::check_parameter("lpd", "proximity", &kind, proximity_threshold)?;
    MethodError::check_parameter("lpd", "repulsion", &kind, repulsion_threshold)
}

/// An order on a lattice of one frame, up to some step.
#[derive(Clone, Debug)]
struct LatticeReplay {
    near_classes: usize,
    scores: Scores,
    walk: Walk,
    fill: Fill,
}

impl LatticeReplay {
    /// Back to the beginning of an order.
    fn restart(&mut self, problem: &Problem) {
        self.scores.restart();
        for cell in problem.known().cells() {
            self.scores.generate(cell);
        }
    }

    /// Checks the next group and generates it. If a choice is impossible,
    /// gives its index in the group and the rule that it breaks.
    fn check(&mut self, group: &[Cell]) -> Result<(), (usize, Rule)> {
        let accepted = self.check_walk(group)?;
        if accepted < group.len() {
            self.fill.check(group, accepted, &self.scores)?;
        }
        for &cell in group {
            self.scores.generate(cell);
        }
        Ok(())
    }

    /// Checks what the walk accepted, and that it was over then; gives the
    /// number of accepted cells.
    fn check_walk(&mut self, group: &[Cell]) -> Result<usize, (usize, Rule)> {
        self.walk.start(&self.scores, self.near_classes);
        for (index, &cell) in group.iter().enumerate() {
            let is_open = self.walk.is_open(cell);
            // Any cell but an open one means that the walk is over.
            let front = if is_open {
                self.scores.class(cell).into()
            } else {
                CLASSES
            };
            if let Some(before) = self.walk.first_open(front, &self.scores) {
                return Err((index, self.passed_over(cell, before, &group[..index])));
            }
            if !is_open {
                return Ok(index);
            }
            self.walk.accept(cell, &self.scores);
        }
        Ok(group.len())
    }

    /// The rule that is broken if `cell` is chosen after the walk accepted
    /// `accepted`, although `before` is open.
    fn passed_over(&self, cell: Cell, before: Cell, accepted: &[Cell]) -> Rule {
        let is_near = usize::from(self.scores.class(cell)) < self.near_classes;
        let repelled_by = self.walk.repelled_by(cell, accepted);
        let (score, before_score) = (self.scores.score(cell), self.scores.score(before));
        Rule::of_walk(is_near, score, repelled_by, before, before_score)
    }
}
