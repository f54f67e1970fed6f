//! What makes the scheduler of each sample.

use super::error::SchedulerError;
use crate::decoding::Scheduler;
use crate::grid::Grid;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::parameter::Parameters;
use crate::problem::Problem;

/// A way to choose cells while generating: settings, shared between samples and threads.
/// What changes from step to step lives in the [`Scheduler`]s that it makes.
///
/// ```
/// use orders_core::decoding::schedulers::{SchedulerError, SchedulingRule, Task};
/// use orders_core::decoding::{Asked, Scheduler, Settled};
/// use orders_core::Cell;
///
/// /// One cell a step, the first that is free.
/// struct First;
///
/// impl SchedulingRule for First {
///     fn name(&self) -> &str {
///         "first"
///     }
///     fn scheduler(&self, _: &Task, _: u64, _: u64) -> Result<Box<dyn Scheduler>, SchedulerError> {
///         Ok(Box::new(First))
///     }
/// }
///
/// impl Scheduler for First {
///     fn candidates(&mut self, settled: &Settled<'_>) -> Vec<Cell> {
///         settled.free_cells().take(1).collect()
///     }
///     fn choose(&mut self, _: &Settled<'_>, asked: &Asked<'_>) -> Vec<Cell> {
///         asked.cells.to_vec()
///     }
/// }
/// ```
pub trait SchedulingRule: Send + Sync {
    /// The name, as file names and manifests give it.
    fn name(&self) -> &str;

    /// The parameters that it depends on, with their values. None by default.
    fn parameters(&self) -> Parameters {
        Parameters::new()
    }

    /// Whether it takes the number of cells of each step from group sizes. It does not by
    /// default.
    fn needs_group_sizes(&self) -> bool {
        false
    }

    /// Whether it draws random numbers of its own, so that another seed or index gives
    /// another scheduler. It does not by default.
    fn is_random(&self) -> bool {
        false
    }

    /// Whether its schedulers [look at tokens](Scheduler::looks_at_tokens). They do not by
    /// default.
    fn looks_at_tokens(&self) -> bool {
        false
    }

    /// The scheduler of sample `index` of a batch under `seed`. It depends on the task, the
    /// seed and the index only.
    ///
    /// # Errors
    ///
    /// [`SchedulerError`] if the rule can't do this task.
    fn scheduler(
        &self,
        task: &Task,
        seed: u64,
        index: u64,
    ) -> Result<Box<dyn Scheduler>, SchedulerError>;
}

/// What is to be decoded: the free cells of a grid, in groups of given sizes or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    known: KnownCells,
    problem: Option<Problem>,
}

impl From<KnownCells> for Task {
    /// Without group sizes.
    fn from(known: KnownCells) -> Self {
        Self {
            known,
            problem: None,
        }
    }
}

impl From<Problem> for Task {
    /// With the group sizes of a problem.
    fn from(problem: Problem) -> Self {
        Self {
            known: problem.known().clone(),
            problem: Some(problem),
        }
    }
}

impl Task {
    /// The grid.
    pub fn grid(&self) -> Grid {
        self.known.grid()
    }

    /// The cells that are known from the start.
    pub fn known(&self) -> &KnownCells {
        &self.known
    }

    /// The group sizes, if there are some.
    pub fn group_sizes(&self) -> Option<&GroupSizes> {
        self.problem.as_ref().map(Problem::group_sizes)
    }

    /// The problem, for a rule of this name, which needs group sizes.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::NoSizes`] if there are none.
    pub fn problem(&self, rule: &str) -> Result<&Problem, SchedulerError> {
        let missing = || SchedulerError::NoSizes {
            scheduler: rule.into(),
        };
        self.problem.as_ref().ok_or_else(missing)
    }
}
