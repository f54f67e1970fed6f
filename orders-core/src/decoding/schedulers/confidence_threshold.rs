//! All cells that are sure enough.

use super::error::SchedulerError;
use super::ranking::{kept_or_first, ranked};
use super::rule::{SchedulingRule, Task};
use crate::decoding::{Asked, Scheduler, Settled, confidence};
use crate::grid::Cell;
use crate::parameter::{ParameterKind, Parameters};

/// All cells whose largest probability is at least a threshold, most confident first; the
/// most confident alone, if there are none.
///
/// Source: Fast-dLLM (arXiv 2505.22618).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceThreshold {
    threshold: f64,
}

impl ConfidenceThreshold {
    /// The published threshold.
    pub const DEFAULT_THRESHOLD: f64 = 0.9;

    const NAME: &str = "confidence-threshold";

    /// With a threshold from 0 (all cells at once) to 1.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] unless it is one.
    pub fn new(threshold: f64) -> Result<Self, SchedulerError> {
        let kind = ParameterKind::NumberBetween(0.0, 1.0);
        SchedulerError::check_parameter(Self::NAME, "threshold", &kind, threshold)?;
        Ok(Self { threshold })
    }
}

impl SchedulingRule for ConfidenceThreshold {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn parameters(&self) -> Parameters {
        Parameters::from([("threshold".into(), self.threshold.into())])
    }

    fn scheduler(&self, _: &Task, _: u64, _: u64) -> Result<Box<dyn Scheduler>, SchedulerError> {
        Ok(Box::new(*self))
    }
}

impl Scheduler for ConfidenceThreshold {
    fn choose(&mut self, _: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
        let ranked = ranked(asked, |_, row| confidence(row));
        kept_or_first(&ranked, |confidence, _| confidence >= self.threshold)
    }
}
