//! The replay of an order, step by step.

use super::fill::Fill;
use super::graph::GraphReplay;
use super::scores::{LEVELS, Scores};
use super::violation::{Rule, Violation};
use crate::grid::{Cell, Grid};
use crate::lpd::Chebyshev;
use crate::lpd::lanes::{ByChunk, LANES, Lane};
use crate::lpd::ranks::Ranks;
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

    /// The same as a value, where the rules are those of LPD. None by default.
    fn violation(&mut self, cells: &[Cell]) -> Option<Violation> {
        let _ = cells;
        None
    }

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
    /// By the bits that squared distances have.
    Lattice16(Box<LatticeReplay<u16>>),
    Lattice32(Box<LatticeReplay<u32>>),
    Lattice64(Box<LatticeReplay<u64>>),
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
        let (tau, rho) = (proximity_threshold, repulsion_threshold);
        let farthest = grid.squared_distance(0, grid.cells() as Cell - 1);
        let replay = if farthest <= u64::from(u16::MAX) {
            AnyReplay::Lattice16(LatticeReplay::new(grid, tau, rho))
        } else if farthest <= u64::from(u32::MAX) {
            AnyReplay::Lattice32(LatticeReplay::new(grid, tau, rho))
        } else {
            AnyReplay::Lattice64(LatticeReplay::new(grid, tau, rho))
        };
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
        let problem = &self.problem;
        match &mut self.replay {
            AnyReplay::Lattice16(replay) => on_lattice(replay, problem, cells),
            AnyReplay::Lattice32(replay) => on_lattice(replay, problem, cells),
            AnyReplay::Lattice64(replay) => on_lattice(replay, problem, cells),
            AnyReplay::Graph(replay) => check_groups(replay, problem, cells),
        }
    }
}

fn on_lattice<L: Lane>(
    replay: &mut LatticeReplay<L>,
    problem: &Problem,
    cells: &[Cell],
) -> Result<(), Violation> {
    let arch = replay.arch;
    arch.dispatch(CheckOrder {
        replay,
        problem,
        cells,
    })
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

    fn violation(&mut self, cells: &[Cell]) -> Option<Violation> {
        self.check(cells).err()
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
struct LatticeReplay<L> {
    grid: Grid,
    /// The first level that is near.
    near_from: usize,
    /// How far the repulsion reaches, in rows and in columns.
    reach: u32,
    scores: Scores,
    /// The levels of the *open* cells, counted from the highest: of those that are near,
    /// not accepted, and not repelled by any cell accepted so far. The walk can't end in a
    /// short group while there are some, and accepts those of the highest score first.
    open: Ranks<L>,
    fill: Fill<L>,
    /// Cells that are free.
    free: usize,
    arch: pulp::Arch,
}

/// An order that is checked, compiled for each instruction set that pulp knows.
struct CheckOrder<'a, L> {
    replay: &'a mut LatticeReplay<L>,
    problem: &'a Problem,
    cells: &'a [Cell],
}

impl<L: Lane> pulp::NullaryFnOnce for CheckOrder<'_, L> {
    type Output = Result<(), Violation>;

    #[inline(always)]
    fn call(self) -> Self::Output {
        check_groups(self.replay, self.problem, self.cells)
    }
}

/// The levels of near cells, counted from the highest.
struct NearLevels<'a, L> {
    scores: &'a Scores,
    highest: L,
    /// How many are near, less one.
    count: L,
}

impl<L: Lane> ByChunk<L> for NearLevels<'_, L> {
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> [L; LANES] {
        let levels = *self.scores.chunk(row, column);
        let mut ranks = [Ranks::<L>::OUT; LANES];
        for lane in 0..LANES {
            // Those that are taken lie so far above the highest that they wrap.
            let rank = self.highest.minus(L::of_u32(levels[lane].into()));
            ranks[lane] = if rank <= self.count {
                rank
            } else {
                Ranks::<L>::OUT
            };
        }
        ranks
    }
}

/// An order that is replayed group after group.
trait Groups {
    /// Back to the beginning of an order.
    fn restart(&mut self, problem: &Problem);

    /// Checks the next group and generates it. If a choice is impossible,
    /// gives its index in the group and the rule that it breaks.
    fn check(&mut self, group: &[Cell]) -> Result<(), (usize, Rule)>;
}

/// Replays an order from its beginning.
#[inline(always)]
fn check_groups(
    replay: &mut impl Groups,
    problem: &Problem,
    cells: &[Cell],
) -> Result<(), Violation> {
    replay.restart(problem);
    let mut start = 0;
    for (step, group) in (1..).zip(problem.group_sizes().groups(cells)) {
        if let Err((index, rule)) = replay.check(group) {
            return Err(Violation::Impossible {
                step,
                rank: start + index,
                cell: group[index],
                rule,
            });
        }
        start += group.len();
    }
    Ok(())
}

impl Groups for GraphReplay {
    fn restart(&mut self, problem: &Problem) {
        self.restart(problem);
    }

    fn check(&mut self, group: &[Cell]) -> Result<(), (usize, Rule)> {
        self.check(group)
    }
}

impl<L: Lane> Groups for LatticeReplay<L> {
    #[inline(always)]
    fn restart(&mut self, problem: &Problem) {
        self.scores.restart();
        if problem.known().count() > 0 {
            for cell in problem.known().cells() {
                self.scores.generate(cell);
            }
        }
        self.free = problem.cells();
    }

    #[inline(always)]
    fn check(&mut self, group: &[Cell]) -> Result<(), (usize, Rule)> {
        let accepted = self.check_walk(group)?;
        if accepted < group.len() {
            let step = (&self.scores, self.free);
            self.fill.check(group, accepted, step)?;
        }
        for &cell in group {
            self.scores.generate(cell);
        }
        self.free -= group.len();
        Ok(())
    }
}

impl<L: Lane> LatticeReplay<L> {
    fn new(grid: Grid, proximity_threshold: f64, repulsion_threshold: f64) -> Box<Self> {
        let scores = Scores::new(grid);
        let near_from = scores.level_from(proximity_threshold);
        let repulsion = Chebyshev {
            repulsion_threshold,
        };
        Box::new(Self {
            grid,
            near_from,
            // Differences are whole numbers, so the fraction does not matter;
            // the cast saturates, and a cell never lies u32::MAX rows away.
            reach: repulsion_threshold as u32,
            scores,
            open: Ranks::new(grid, &repulsion),
            fill: Fill::new(grid, near_from),
            free: 0,
            arch: pulp::Arch::new(),
        })
    }

    /// Checks what the walk accepted, and that it was over then; gives the
    /// number of accepted cells.
    #[inline(always)]
    fn check_walk(&mut self, group: &[Cell]) -> Result<usize, (usize, Rule)> {
        if self.near_from == LEVELS {
            return Ok(0);
        }
        let highest = L::of_u32(LEVELS as u32 - 1);
        self.open.load(&NearLevels {
            scores: &self.scores,
            highest,
            count: highest.minus(L::of_u32(self.near_from as u32)),
        });
        let width = self.grid.width() as usize;
        for (index, &cell) in group.iter().enumerate() {
            let (row, column) = (cell as usize / width, cell as usize % width);
            let (rank, best) = (self.open.of(row, column), self.open.best());
            // Any cell but an open one means that the walk is over.
            if best < rank {
                return Err((index, self.passed_over(cell, best, &group[..index])));
            }
            if rank == Ranks::<L>::OUT {
                return Ok(index);
            }
            self.open.repel(row, column);
        }
        Ok(group.len())
    }

    /// The rule that is broken if `cell` is chosen after the walk accepted
    /// `accepted`, although a cell of rank `best` is open: of several, the first in raster
    /// order.
    #[cold]
    fn passed_over(&self, cell: Cell, best: L, accepted: &[Cell]) -> Rule {
        let mut before = cell;
        let mut is_first = true;
        self.open.each_of(best, |(row, column)| {
            let open = self.grid.cell_from_position(row, column);
            before = if is_first { open } else { before.min(open) };
            is_first = false;
        });
        let is_near = self.scores.level(cell) >= self.near_from;
        let repels = |other: Cell| self.grid.chebyshev_distance(cell, other) <= self.reach;
        let repelled_by = accepted.iter().copied().find(|&other| repels(other));
        let (score, before_score) = (self.scores.score(cell), self.scores.score(before));
        Rule::of_walk(is_near, score, repelled_by, before, before_score)
    }
}
