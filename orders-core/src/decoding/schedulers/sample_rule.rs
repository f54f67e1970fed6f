//! A rule, and what it is for.

use std::ops::Range;

use super::error::SchedulerError;
use super::rule::{SchedulingRule, Task};
use crate::decoding::Scheduler;

/// A rule that chooses cells while samples are generated: with its task and a seed, of which
/// sample i has scheduler i.
pub struct SampleRule {
    rule: Box<dyn SchedulingRule>,
    task: Task,
    seed: u64,
}

impl SampleRule {
    /// A rule for a task, under a seed.
    pub fn new(rule: Box<dyn SchedulingRule>, task: Task, seed: u64) -> Self {
        Self { rule, task, seed }
    }

    /// The rule.
    pub fn rule(&self) -> &dyn SchedulingRule {
        &*self.rule
    }

    /// Grid, known cells, and group sizes if the rule needs some.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// The schedulers of samples of these numbers.
    ///
    /// # Errors
    ///
    /// [`SchedulerError`] if the rule can't do its task.
    pub fn schedulers(
        &self,
        samples: Range<u64>,
    ) -> Result<Vec<Box<dyn Scheduler>>, SchedulerError> {
        samples
            .map(|sample| self.rule.scheduler(&self.task, self.seed, sample))
            .collect()
    }
}
