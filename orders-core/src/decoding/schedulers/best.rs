//! The best cells, as many as group sizes say.

use super::error::SchedulerError;
use super::ranking::{ranked, size_of_step};
use super::rule::{SchedulingRule, Task};
use crate::decoding::{Asked, Scheduler, Settled, confidence, entropy, margin};
use crate::grid::Cell;
use crate::group_sizes::GroupSizes;

/// The k cells whose distributions are best by a [`Score`]. Step t reveals so many that the
/// first t group sizes are reached, the last all that is left.
///
/// MaskGIT (arXiv 2202.04200) without its noise. O(N V + N log N) for N cells and V tokens
/// a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Best {
    /// By what.
    pub by: Score,
}

/// What makes a distribution a good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Score {
    /// A large largest probability.
    Confidence,
    /// A small entropy.
    Entropy,
    /// A large difference between the two largest probabilities.
    Margin,
}

impl Score {
    /// All, with their names.
    pub const ALL: [(&'static str, Self); 3] = [
        ("confidence", Self::Confidence),
        ("entropy", Self::Entropy),
        ("margin", Self::Margin),
    ];

    /// The score of a distribution: larger is better.
    pub fn of(self, row: &[f32]) -> f64 {
        match self {
            Self::Confidence => confidence(row),
            Self::Entropy => -entropy(row),
            Self::Margin => margin(row),
        }
    }
}

impl SchedulingRule for Best {
    fn name(&self) -> &str {
        match self.by {
            Score::Confidence => "confidence",
            Score::Entropy => "entropy",
            Score::Margin => "margin",
        }
    }

    fn needs_group_sizes(&self) -> bool {
        true
    }

    fn scheduler(&self, task: &Task, _: u64, _: u64) -> Result<Box<dyn Scheduler>, SchedulerError> {
        let sizes = task.problem(self.name())?.group_sizes().clone();
        Ok(Box::new(State { by: self.by, sizes }))
    }
}

struct State {
    by: Score,
    sizes: GroupSizes,
}

impl Scheduler for State {
    fn choose(&mut self, settled: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        let size = size_of_step(&self.sizes, settled.step(), settled.revealed().len());
        let ranked = ranked(asked, |_, row| self.by.of(row));
        ranked
            .into_iter()
            .take(size)
            .map(|(_, cell)| cell)
            .collect()
    }
}
