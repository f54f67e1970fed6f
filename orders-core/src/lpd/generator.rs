//! The method and its loop over steps.

use super::classes::Classes;
use super::fill::{FarthestPoints, Fill, FillState, FillStep};
use super::proximity::{EightNeighbours, Proximity, ProximityState};
use super::repulsion::{Chebyshev, Repulsion, RepulsionState};
use super::split::{Split, Threshold};
use crate::cell_set::CellSet;
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::method::{MethodError, OrderGenerator, OrderingMethod, Parameters};
use crate::problem::Problem;
use crate::random::{OrderRng, TieKeys};

/// LPD's ordering.
#[derive(Clone, Debug, PartialEq)]
pub struct LocalityAware<P = EightNeighbours, S = Threshold, R = Chebyshev, F = FarthestPoints> {
    name: &'static str,
    parameters: Parameters,
    proximity: P,
    split: S,
    repulsion: R,
    fill: F,
}

impl LocalityAware {
    /// LPD.
    pub fn new(proximity_threshold: f64, repulsion_threshold: f64) -> Self {
        Self {
            name: "lpd",
            parameters: Parameters::from([
                ("proximity".into(), proximity_threshold),
                ("repulsion".into(), repulsion_threshold),
            ]),
            proximity: EightNeighbours,
            split: Threshold {
                proximity_threshold,
            },
            repulsion: Chebyshev {
                repulsion_threshold,
            },
            fill: FarthestPoints,
        }
    }
}

impl<P: Proximity, S: Split, R: Repulsion, F: Fill> OrderingMethod for LocalityAware<P, S, R, F> {
    fn name(&self) -> &str {
        self.name
    }

    fn parameters(&self) -> Parameters {
        self.parameters.clone()
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let grid = problem.grid();
        Ok(Box::new(Generator {
            group_sizes: problem.group_sizes().clone(),
            split: self.split.clone(),
            repulsion: self.repulsion.state(grid),
            fill: self.fill.state(grid),
            proximity: self.proximity.state(grid),
            classes: Classes::new(grid.cells()),
            context: CellSet::empty(grid.cells()),
            free: CellSet::empty(grid.cells()),
            repelled: CellSet::empty(grid.cells()),
            left: Vec::new(),
            group: Vec::new(),
            keys: TieKeys::new(&mut OrderRng::new(0, 0)),
        }))
    }
}

/// Makes LPD orders of one problem; all its buffers are reused.
struct Generator<P, S, R, F> {
    group_sizes: GroupSizes,
    proximity: P,
    split: S,
    repulsion: R,
    fill: F,
    classes: Classes,
    context: CellSet,
    free: CellSet,
    repelled: CellSet,
    left: Vec<(u32, u64)>,
    group: Vec<Cell>,
    keys: TieKeys,
}

impl<P: ProximityState, S: Split, R: RepulsionState, F: FillState> OrderGenerator
    for Generator<P, S, R, F>
{
    fn generate(&mut self, rng: &mut OrderRng, cells: &mut Vec<Cell>) {
        self.context.clear();
        self.free.fill();
        let group_sizes = self.group_sizes.clone();
        for &size in group_sizes.as_slice() {
            let size = size as usize;
            self.keys = TieKeys::new(rng);
            self.proximity
                .classify(&self.context, &self.free, &mut self.classes);
            let near_classes = self.split.near_classes(self.classes.scores());
            self.group.clear();
            self.walk(near_classes, size);
            if self.group.len() < size {
                self.fill.fill(FillStep {
                    group: &mut self.group,
                    size,
                    candidates: &self.free,
                    classes: &self.classes,
                    near_classes,
                    keys: self.keys,
                });
            }
            for &cell in &self.group {
                self.free.remove(cell);
                self.context.insert(cell);
            }
            cells.extend_from_slice(&self.group);
        }
    }
}

impl<P, S, R: RepulsionState, F> Generator<P, S, R, F> {
    /// Walks the near cells by falling score, ties by key, and accepts each
    /// that no cell accepted in this step repels, until the group is full.
    /// Accepted cells are free no more.
    ///
    /// Only accepted cells cost time: those that are repelled drop out of
    /// their class many at once.
    fn walk(&mut self, near_classes: usize, size: usize) {
        self.repelled.clear();
        for class in 0..near_classes {
            let words = self.classes.words(class).iter().zip(self.repelled.words());
            self.left.clear();
            for (index, (&class, &repelled)) in (0..).zip(words) {
                if class & !repelled != 0 {
                    self.left.push((index, class & !repelled));
                }
            }
            while self.group.len() < size {
                let Some(cell) = self.keys.first_of_words(self.left.iter().copied()) else {
                    break;
                };
                self.group.push(cell);
                self.free.remove(cell);
                self.repulsion.repel(cell, &mut self.repelled);
                let repelled = self.repelled.words();
                self.left.retain_mut(|(index, word)| {
                    *word &= !repelled[*index as usize];
                    *word != 0
                });
            }
        }
    }
}
