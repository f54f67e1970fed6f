//! What makes an order impossible.

use crate::grid::Cell;
use crate::order_error::OrderError;

/// Why an order could not have come from LPD.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum Violation {
    /// The cells are no order at all.
    #[error(transparent)]
    NotAnOrder(#[from] OrderError),
    /// A choice that no outcome of the random ties gives, the first of the
    /// order. Everything before it is possible.
    #[error("step {step}: cell {cell} (entry {rank}) is impossible: {rule}")]
    Impossible {
        /// The step, from 1.
        step: usize,
        /// The place in the order, from 0.
        rank: usize,
        cell: Cell,
        rule: Rule,
    },
}

/// A rule of LPD that a choice breaks, with a cell that should have been
/// chosen before: of several, the one that is furthest ahead, then the first
/// in raster order.
///
/// Scores are those at the beginning of the step, distances those to the
/// nearest cell of the step so far. On a lattice of whole numbers, squared
/// distances are whole.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum Rule {
    /// Walk: near cells are accepted by falling score.
    #[error(
        "its score is {score:.3}, but cell {before} with score {before_score:.3} is free and not repelled"
    )]
    HighestScoreFirst {
        score: f64,
        /// A near cell of a higher score that no cell of the step repels.
        before: Cell,
        before_score: f64,
    },
    /// A far cell comes only when no near cell can be accepted any more.
    #[error(
        "it is far (score {score:.3}), but cell {before} is near (score {before_score:.3}) and not repelled"
    )]
    NearBeforeFar {
        /// Score of the chosen cell, below the proximity threshold.
        score: f64,
        /// A near cell that no cell of the step repels.
        before: Cell,
        before_score: f64,
    },
    /// A repelled cell comes only when no near cell can be accepted any more.
    #[error(
        "cell {repelled_by} of the same step repels it, but cell {before} is near (score {before_score:.3}) and not repelled"
    )]
    RepelledLast {
        /// The first cell of the step that repels the chosen one.
        repelled_by: Cell,
        /// A near cell that no cell of the step repels.
        before: Cell,
        before_score: f64,
    },
    /// Fill: the cell farthest from those of the step comes first.
    #[error(
        "its squared distance to the cells of the step is {squared_distance}, but that of cell {before} is {before_squared_distance}"
    )]
    FarthestFirst {
        squared_distance: f64,
        /// A cell at the largest distance.
        before: Cell,
        before_squared_distance: f64,
    },
    /// Fill: of cells at the same distance, far ones come before repelled
    /// ones.
    #[error(
        "it is repelled, but cell {before} is far and has the same squared distance {squared_distance} to the cells of the step"
    )]
    FarBeforeRepelled {
        /// Squared distance of both cells.
        squared_distance: f64,
        /// A far cell at this distance.
        before: Cell,
    },
    /// Fill: of far cells, or of repelled ones, at the same distance the
    /// highest score comes first.
    #[error(
        "its score is {score:.3}, but cell {before} with score {before_score:.3} has the same squared distance {squared_distance} to the cells of the step"
    )]
    TiesByScore {
        /// Squared distance of both cells.
        squared_distance: f64,
        score: f64,
        /// A cell of a higher score at this distance.
        before: Cell,
        before_score: f64,
    },
    /// Fill with all cells that are left: far ones by falling score, then
    /// repelled ones by falling score.
    #[error(
        "the last cells come in list order, in which cell {before} (score {before_score:.3}) stands before it (score {score:.3})"
    )]
    ListOrder {
        score: f64,
        /// A cell that stands further ahead.
        before: Cell,
        before_score: f64,
    },
}

impl Rule {
    /// The rule of the walk that a cell breaks which is chosen although `before` is open.
    pub(super) fn of_walk(
        is_near: bool,
        score: f64,
        repelled_by: Option<Cell>,
        before: Cell,
        before_score: f64,
    ) -> Self {
        match repelled_by {
            _ if !is_near => Self::NearBeforeFar {
                score,
                before,
                before_score,
            },
            Some(repelled_by) => Self::RepelledLast {
                repelled_by,
                before,
                before_score,
            },
            None => Self::HighestScoreFirst {
                score,
                before,
                before_score,
            },
        }
    }
}
