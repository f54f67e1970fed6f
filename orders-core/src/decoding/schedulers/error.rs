//! Why there is no scheduler.

use crate::grid::Grid;
use crate::method::MethodError;
use crate::names::UnknownName;
use crate::parameter::{ParameterError, ParameterKind, ParameterValue};

/// Why a scheduler could not be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum SchedulerError {
    /// A parameter is unknown, or has a value that it can't take.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The scheduler reveals as many cells as group sizes say, and there are none.
    #[error("scheduler {scheduler} needs group sizes, which say how many cells a step reveals")]
    NoSizes { scheduler: String },
    /// The scheduler can't do this grid.
    #[error("scheduler {scheduler} can't do a {grid} grid: {reason}")]
    Grid {
        scheduler: String,
        grid: Grid,
        reason: String,
    },
    /// The method whose orders are the schedule can't make them.
    #[error(transparent)]
    Method(#[from] MethodError),
    /// No scheduler and no method has this name.
    #[error(transparent)]
    Unknown(UnknownName),
    /// A scheduler has another name than its entry: a defect of the entry.
    #[error("the catalogue's entry '{entry}' makes a scheduler that calls itself '{name}'")]
    Name { entry: String, name: String },
}

impl SchedulerError {
    /// Checks that a value of a parameter is of the kind that it takes.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] if it is not.
    pub fn check_parameter(
        scheduler: &str,
        parameter: &str,
        kind: &ParameterKind,
        value: impl Into<ParameterValue>,
    ) -> Result<(), Self> {
        Ok(kind.check(&format!("scheduler {scheduler}"), parameter, value)?)
    }
}
