//! The walk over the near cells, seen from its outcome.

use super::scores::{CLASSES, Scores};
use crate::grid::{Cell, Grid};

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
