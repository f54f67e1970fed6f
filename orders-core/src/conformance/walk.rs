//! The walk over the near cells, seen from its outcome, and the scores that it
//! goes by.

use crate::grid::{Cell, Grid};
use crate::lpd::EightNeighbours;

/// The number of score classes: 0 to 4 edge neighbours times 0 to 4 diagonal
/// neighbours.
pub(super) const CLASSES: usize = 25;

/// The score class of every free cell, by what is generated so far. Class 0
/// has the highest score.
#[derive(Clone, Debug)]
pub(super) struct Scores {
    grid: Grid,
    /// Of every cell, 5 times its generated edge neighbours plus its generated
    /// diagonal neighbours, or [`TAKEN`] for a cell that is not free.
    counts: Vec<u8>,
    class_from_counts: [u8; CLASSES],
    score_from_class: [f64; CLASSES],
}

/// Stands for a generated cell in [`Scores::counts`].
const TAKEN: u8 = u8::MAX;

impl Scores {
    pub fn new(grid: Grid) -> Self {
        let score = |counts: usize| EightNeighbours::score(counts as u32 / 5, counts as u32 % 5);
        let mut counts_from_class: [usize; CLASSES] = std::array::from_fn(|counts| counts);
        counts_from_class.sort_by(|&a, &b| score(b).total_cmp(&score(a)));
        let mut class_from_counts = [0; CLASSES];
        for (class, &counts) in (0..).zip(&counts_from_class) {
            class_from_counts[counts] = class;
        }
        Self {
            grid,
            counts: vec![0; grid.cells()],
            class_from_counts,
            score_from_class: counts_from_class.map(score),
        }
    }

    /// Back to a grid without context.
    pub fn restart(&mut self) {
        self.counts.fill(0);
    }

    /// The number of classes whose score is at least a threshold.
    pub fn classes_from(&self, threshold: f64) -> usize {
        let scores = &self.score_from_class;
        scores.partition_point(|&score| score >= threshold)
    }

    /// The class of a free cell.
    pub fn class(&self, cell: Cell) -> u8 {
        self.class_from_counts[usize::from(self.counts[cell as usize])]
    }

    /// The score of a free cell.
    pub fn score(&self, cell: Cell) -> f64 {
        self.score_from_class[usize::from(self.class(cell))]
    }

    /// The free cells with their classes, in raster order.
    pub fn free(&self) -> impl Iterator<Item = (Cell, u8)> + '_ {
        (0..)
            .zip(&self.counts)
            .filter(|&(_, &counts)| counts != TAKEN)
            .map(|(cell, &counts)| (cell, self.class_from_counts[usize::from(counts)]))
    }

    /// Generates a cell: it is free no more, and its neighbours score higher.
    pub fn generate(&mut self, cell: Cell) {
        self.counts[cell as usize] = TAKEN;
        let (row, column) = self.grid.position_from_cell(cell);
        let (last_row, last_column) = (self.grid.height() - 1, self.grid.width() - 1);
        for near_row in row.saturating_sub(1)..=last_row.min(row + 1) {
            for near_column in column.saturating_sub(1)..=last_column.min(column + 1) {
                let is_edge = near_row == row || near_column == column;
                let neighbour = self.grid.cell_from_position(near_row, near_column);
                let counts = &mut self.counts[neighbour as usize];
                if *counts != TAKEN {
                    *counts += if is_edge { 5 } else { 1 };
                }
            }
        }
    }
}

/// The *open* cells of a step: near, not accepted, and not repelled by any
/// cell accepted so far. The walk can't end in a short group while there are
/// some, and accepts those of the highest score first.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    grid: Grid,
    /// How far the repulsion reaches, in rows and in columns.
    reach: u32,
    is_open: Vec<bool>,
    open_in_class: [u32; CLASSES],
}

impl Walk {
    pub fn new(grid: Grid, repulsion_threshold: f64) -> Self {
        Self {
            grid,
            // Differences are whole numbers, so the fraction does not matter;
            // the cast saturates, and a cell never lies u32::MAX rows away.
            reach: repulsion_threshold as u32,
            is_open: vec![false; grid.cells()],
            open_in_class: [0; CLASSES],
        }
    }

    /// Begins a step: all near cells are open.
    pub fn start(&mut self, scores: &Scores, near_classes: usize) {
        self.is_open.fill(false);
        self.open_in_class.fill(0);
        for (cell, class) in scores.free() {
            let class = usize::from(class);
            if class < near_classes {
                self.is_open[cell as usize] = true;
                self.open_in_class[class] += 1;
            }
        }
    }

    pub fn is_open(&self, cell: Cell) -> bool {
        self.is_open[cell as usize]
    }

    /// The open cell of the highest score among the first `classes` classes;
    /// of several, the first in raster order. Takes no time if there is none.
    pub fn first_open(&self, classes: usize, scores: &Scores) -> Option<Cell> {
        let open = &self.open_in_class[..classes];
        let class = open.iter().position(|&count| count > 0)?;
        scores
            .free()
            .find(|&(cell, of)| usize::from(of) == class && self.is_open(cell))
            .map(|(cell, _)| cell)
    }

    /// Accepts an open cell: it and all that it repels are open no more.
    /// `scores` is that of the beginning of the step.
    pub fn accept(&mut self, cell: Cell, scores: &Scores) {
        let (row, column) = self.grid.position_from_cell(cell);
        let rows = row.saturating_sub(self.reach)
            ..=row.saturating_add(self.reach).min(self.grid.height() - 1);
        let columns = column.saturating_sub(self.reach)
            ..=column.saturating_add(self.reach).min(self.grid.width() - 1);
        for row in rows {
            for column in columns.clone() {
                let repelled = self.grid.cell_from_position(row, column);
                let is_open = &mut self.is_open[repelled as usize];
                if std::mem::take(is_open) {
                    self.open_in_class[usize::from(scores.class(repelled))] -= 1;
                }
            }
        }
    }

    /// The first cell of a group that repels `cell`.
    pub fn repelled_by(&self, cell: Cell, group: &[Cell]) -> Option<Cell> {
        let repels = |other: Cell| self.grid.chebyshev_distance(cell, other) <= self.reach;
        group.iter().copied().find(|&other| repels(other))
    }
}
