//! Principle 1, proximity: how close a cell lies to what is generated.

use std::f64::consts::FRAC_1_SQRT_2;

use super::levels::Levels;
use crate::grid::{Cell, Grid};

/// A proximity score. Replace it to try another kernel.
pub trait Proximity: Clone + Send + Sync + 'static {
    /// Tables and buffers for one thread.
    type State: ProximityState;

    /// Tables and buffers for a grid.
    fn state(&self, grid: Grid) -> Self::State;
}

/// Does the work of a [`Proximity`].
pub trait ProximityState: Send {
    /// The score that each level stands for, never decreasing. (Levels that no
    /// cell can have may repeat the score before them.)
    ///
    /// There are 1 to 2^31 - 1 levels; with any other number, no generator is
    /// made ([`MethodError::Parameter`], of a parameter `levels`). Up to 256 of
    /// them are fastest. Scores may change from step to step, the number of
    /// levels may not.
    ///
    /// [`MethodError::Parameter`]: crate::MethodError::Parameter
    fn scores(&self) -> &[f64];

    /// The cells of `group` have been generated: brings the levels up to date.
    /// The level of every free cell must stay below the number of levels: the
    /// walk leaves out cells of higher ones.
    ///
    /// At the start of an order, all levels are 0. A state that keeps more than
    /// levels between steps learns that an order has begun from the first
    /// group, after which all cells but those of `group` are free. (Known cells,
    /// if there are any, are the first group.)
    fn reveal(&mut self, group: &[Cell], levels: &mut Levels);
}

/// LPD's score: the sum of `1 / distance` over the generated cells among the 8
/// neighbours, so 1 for an edge neighbour and 1/sqrt(2) for a diagonal one. It
/// takes 25 values, from 0 to 4 + 4/sqrt(2).
///
/// Source: LPD (arXiv 2507.01957), section 3.3, as released. O(1) for each
/// generated cell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct EightNeighbours;

/// A level is 7 for each edge neighbour and 5 for each diagonal one: the
/// smallest whole numbers that put all 25 scores into their order.
pub(crate) const EDGE: u32 = 7;
pub(crate) const DIAGONAL: u32 = 5;

impl EightNeighbours {
    /// The score of a cell with so many generated edge neighbours and diagonal
    /// neighbours (0 to 4 each).
    pub fn score(edges: u32, diagonals: u32) -> f64 {
        f64::from(edges) + f64::from(diagonals) * FRAC_1_SQRT_2
    }
}

impl Proximity for EightNeighbours {
    type State = EightNeighboursState;

    fn state(&self, _: Grid) -> EightNeighboursState {
        let mut scores = vec![0.0; (4 * EDGE + 4 * DIAGONAL + 1) as usize];
        for edges in 0..=4 {
            for diagonals in 0..=4 {
                let level = edges * EDGE + diagonals * DIAGONAL;
                scores[level as usize] = Self::score(edges, diagonals);
            }
        }
        for level in 1..scores.len() {
            scores[level] = scores[level].max(scores[level - 1]);
        }
        EightNeighboursState { scores }
    }
}

/// Tables of [`EightNeighbours`].
#[derive(Clone, Debug)]
pub struct EightNeighboursState {
    scores: Vec<f64>,
}

impl ProximityState for EightNeighboursState {
    #[inline(always)]
    fn scores(&self) -> &[f64] {
        &self.scores
    }

    #[inline(always)]
    fn reveal(&mut self, group: &[Cell], levels: &mut Levels) {
        for &cell in group {
            levels.add_around(cell, EDGE, DIAGONAL);
        }
    }
}

/// No score at all: every cell stands at 0. With a positive threshold no cell
/// is near, which leaves the fill alone: principle 2 only.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NoProximity;

impl Proximity for NoProximity {
    type State = Self;

    fn state(&self, _: Grid) -> Self {
        Self
    }
}

impl ProximityState for NoProximity {
    fn scores(&self) -> &[f64] {
        &[0.0]
    }

    fn reveal(&mut self, _: &[Cell], _: &mut Levels) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_in_the_order_of_scores() {
        let all: Vec<(u32, f64)> = (0..25)
            .map(|i| {
                (
                    i / 5 * EDGE + i % 5 * DIAGONAL,
                    EightNeighbours::score(i / 5, i % 5),
                )
            })
            .collect();
        let state = EightNeighbours.state(Grid::new(3, 3).unwrap());
        assert!(state.scores().is_sorted());
        for &(level, score) in &all {
            assert_eq!(state.scores()[level as usize], score);
            for &(other_level, other_score) in &all {
                assert_eq!(level < other_level, score < other_score);
            }
        }
    }
}
