//! The replay of an order on any topology.

use std::cmp::Reverse;

use super::violation::Rule;
use crate::grid::Cell;
use crate::problem::Problem;
use crate::topology::{Scores, Topology};

/// An order up to some step, as [`Replay`](super::replay::Replay) has it for a
/// lattice of one frame, by the same rules. Nothing is assumed about scores and
/// distances, so everything takes O(N) for each choice.
#[derive(Clone, Debug)]
pub(super) struct GraphReplay {
    topology: Topology,
    proximity_threshold: f64,
    repulsion_threshold: f64,
    is_free: Vec<bool>,
    scores: Scores,
    scores_at_first: Scores,
    /// Near, not accepted, and not repelled by any cell accepted so far.
    is_open: Vec<bool>,
    /// Squared distances to the nearest cell of the group, or [`GENERATED`] for
    /// the cells of the group.
    squared_distances: Vec<f64>,
}

/// Smaller than any squared distance.
const GENERATED: f64 = -1.0;

impl GraphReplay {
    pub fn new(topology: Topology, proximity_threshold: f64, repulsion_threshold: f64) -> Self {
        let scores = topology.scores();
        Self {
            proximity_threshold,
            repulsion_threshold,
            is_free: vec![true; topology.nodes()],
            scores_at_first: scores.clone(),
            scores,
            is_open: vec![false; topology.nodes()],
            squared_distances: vec![f64::INFINITY; topology.nodes()],
            topology,
        }
    }

    /// Back to the beginning of an order.
    pub fn restart(&mut self, problem: &Problem) {
        self.is_free.fill(true);
        self.scores.copy_from(&self.scores_at_first);
        for cell in problem.known().cells() {
            self.generate(cell);
        }
    }

    fn generate(&mut self, cell: Cell) {
        self.is_free[cell as usize] = false;
        self.topology.generate(&mut self.scores, cell);
    }

    /// Checks the next group and generates it. If a choice is impossible,
    /// gives its index in the group and the rule that it breaks.
    pub fn check(&mut self, group: &[Cell]) -> Result<(), (usize, Rule)> {
        let accepted = self.check_walk(group)?;
        if accepted < group.len() {
            self.check_fill(group, accepted)?;
        }
        for &cell in group {
            self.generate(cell);
        }
        Ok(())
    }

    fn score(&self, cell: Cell) -> f64 {
        self.scores.as_slice()[cell as usize]
    }

    fn is_near(&self, cell: Cell) -> bool {
        self.score(cell) >= self.proximity_threshold
    }

    /// Where a cell stands in the list of the fill, up to ties: far ones first,
    /// then near ones, each by falling score.
    fn place(&self, cell: Cell) -> (bool, Reverse<u64>) {
        // The bits of numbers from 0 are in the order of the numbers.
        (self.is_near(cell), Reverse(self.score(cell).to_bits()))
    }

    fn cells(&self) -> std::ops::Range<Cell> {
        0..self.topology.nodes() as Cell
    }

    /// Checks what the walk accepted, and that it was over then; gives the
    /// number of accepted cells.
    fn check_walk(&mut self, group: &[Cell]) -> Result<usize, (usize, Rule)> {
        for cell in self.cells() {
            self.is_open[cell as usize] = self.is_free[cell as usize] && self.is_near(cell);
        }
        for (index, &cell) in group.iter().enumerate() {
            let is_open = self.is_open[cell as usize];
            let open = self.cells().filter(|&cell| self.is_open[cell as usize]);
            // The first of the highest score.
            let before = open.min_by_key(|&open| Reverse(self.score(open).to_bits()));
            // Any cell but an open one means that the walk is over.
            if let Some(before) = before
                && (!is_open || self.score(before) > self.score(cell))
            {
                return Err((index, self.passed_over(cell, before, &group[..index])));
            }
            if !is_open {
                return Ok(index);
            }
            self.is_open[cell as usize] = false;
            for other in self.cells() {
                let is_open = self.is_open[other as usize];
                self.is_open[other as usize] = is_open && !self.repels(cell, other);
            }
        }
        Ok(group.len())
    }

    fn repels(&self, a: Cell, b: Cell) -> bool {
        self.topology.repels(a, b, self.repulsion_threshold)
    }

    /// The rule that is broken if `cell` is chosen after the walk accepted
    /// `accepted`, although `before` is open.
    fn passed_over(&self, cell: Cell, before: Cell, accepted: &[Cell]) -> Rule {
        let mut accepted = accepted.iter().copied();
        let repelled_by = accepted.find(|&other| self.repels(cell, other));
        let (score, before_score) = (self.score(cell), self.score(before));
        Rule::of_walk(self.is_near(cell), score, repelled_by, before, before_score)
    }

    /// Checks the fill of a group of which the walk accepted the first
    /// `accepted` cells.
    fn check_fill(&mut self, group: &[Cell], accepted: usize) -> Result<(), (usize, Rule)> {
        let free = self.is_free.iter().filter(|&&is_free| is_free).count();
        if free == group.len() {
            return self.check_whole_list(group, accepted);
        }
        self.squared_distances.fill(f64::INFINITY);
        for (index, &cell) in group.iter().enumerate() {
            // The first cell of a group may be any.
            if index >= accepted.max(1) {
                self.check_pick(cell).map_err(|rule| (index, rule))?;
            }
            for other in self.cells() {
                let distance = self.topology.squared_distance(cell, other);
                let nearest = &mut self.squared_distances[other as usize];
                *nearest = nearest.min(distance);
            }
            self.squared_distances[cell as usize] = GENERATED;
        }
        Ok(())
    }

    /// All are taken, in list order.
    fn check_whole_list(&self, group: &[Cell], accepted: usize) -> Result<(), (usize, Rule)> {
        for (index, &pick) in group.iter().enumerate().skip(accepted) {
            let left = group[index..].iter().copied();
            let before = left.min_by_key(|&cell| (self.place(cell), cell));
            if let Some(before) = before
                && self.place(before) < self.place(pick)
            {
                return Err((
                    index,
                    Rule::ListOrder {
                        score: self.score(pick),
                        before,
                        before_score: self.score(before),
                    },
                ));
            }
        }
        Ok(())
    }

    /// The pick is the farthest from the cells of the step so far.
    fn check_pick(&self, pick: Cell) -> Result<(), Rule> {
        let squared_distance = |cell: Cell| self.squared_distances[cell as usize];
        let is_listed =
            |cell: &Cell| self.is_free[*cell as usize] && squared_distance(*cell) >= 0.0;
        let mut before = pick;
        for cell in self.cells().filter(is_listed) {
            let (distance, largest) = (squared_distance(cell), squared_distance(before));
            let is_ahead = || (self.place(cell), cell) < (self.place(before), before);
            if distance > largest || distance == largest && is_ahead() {
                before = cell;
            }
        }
        let (distance, largest) = (squared_distance(pick), squared_distance(before));
        if distance < largest {
            return Err(Rule::FarthestFirst {
                squared_distance: distance,
                before,
                before_squared_distance: largest,
            });
        }
        if self.place(before) >= self.place(pick) {
            return Ok(());
        }
        Err(if !self.is_near(before) && self.is_near(pick) {
            Rule::FarBeforeRepelled {
                squared_distance: distance,
                before,
            }
        } else {
            Rule::TiesByScore {
                squared_distance: distance,
                score: self.score(pick),
                before,
                before_score: self.score(before),
            }
        })
    }
}
