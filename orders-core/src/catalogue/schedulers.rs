//! Schedulers as a catalogue knows them.

use std::sync::Arc;

use super::entry::{Entry, EntryKind};
use super::parameters::Arguments;
use crate::decoding::schedulers::{SchedulerError, SchedulingRule};
use crate::grid::Grid;
use crate::parameter::Parameters;

type Made = Result<Box<dyn SchedulingRule>, SchedulerError>;

/// What a catalogue knows of a scheduler: name, line, parameters, source, what it needs,
/// and how its rule is made.
///
/// ```
/// use orders_core::catalogue::{ParameterEntry, SchedulerEntry};
/// use orders_core::decoding::schedulers::EntropyBound;
///
/// let entry = SchedulerEntry::new("entropy-bound", "a bounded sum of entropies", |arguments| {
///     Ok(Box::new(EntropyBound::new(arguments.number("budget")?)?))
/// })
/// .with_parameter(ParameterEntry::number("budget", "nats", 0.0).or(0.1));
/// assert!(!entry.needs().group_sizes);
/// ```
pub type SchedulerEntry = Entry<SchedulerKind>;

/// What only entries of schedulers have.
#[derive(Clone)]
pub struct SchedulerKind {
    needs: Needs,
    make: Arc<dyn Fn(&Arguments<'_>) -> Made + Send + Sync>,
}

impl EntryKind for SchedulerKind {
    const WORD: &'static str = "scheduler";
}

/// What a scheduler needs, with the default parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needs {
    /// Group sizes, which say how many cells a step reveals.
    pub group_sizes: bool,
    /// Random numbers of its own.
    pub randomness: bool,
    /// Drawn tokens, so that no likelihood can be had under it.
    pub tokens: bool,
    /// A grid of one frame.
    pub one_frame: bool,
}

impl SchedulerEntry {
    /// A scheduler, and how its rule is made for a grid with given parameters. It needs
    /// nothing yet.
    ///
    /// The rule must call itself by this name.
    pub fn new(
        name: impl Into<String>,
        summary: impl Into<String>,
        make: impl Fn(&Arguments<'_>) -> Made + Send + Sync + 'static,
    ) -> Self {
        let kind = SchedulerKind {
            needs: Needs::default(),
            make: Arc::new(make),
        };
        Self::of_kind(name.into(), summary.into(), kind)
    }

    /// It needs group sizes.
    pub fn by_group_sizes(mut self) -> Self {
        self.kind.needs.group_sizes = true;
        self
    }

    /// It draws random numbers of its own.
    pub fn random(mut self) -> Self {
        self.kind.needs.randomness = true;
        self
    }

    /// It looks at drawn tokens.
    pub fn looking_at_tokens(mut self) -> Self {
        self.kind.needs.tokens = true;
        self
    }

    /// It is for grids of one frame only.
    pub fn for_one_frame(mut self) -> Self {
        self.kind.needs.one_frame = true;
        self
    }

    /// What it needs.
    pub fn needs(&self) -> Needs {
        self.kind.needs
    }

    /// The rule for a grid, with parameters by name; those not given have their defaults.
    ///
    /// # Errors
    ///
    /// [`SchedulerError::Parameter`] if a parameter is unknown or its value is not allowed;
    /// [`SchedulerError::Name`] if the rule calls itself otherwise; and what making it
    /// gives.
    pub fn rule(&self, grid: Grid, parameters: &Parameters) -> Made {
        let rule = (self.kind.make)(&self.arguments(grid, parameters)?)?;
        match rule.name() {
            name if name == self.name => Ok(rule),
            name => Err(SchedulerError::Name {
                entry: self.name.clone(),
                name: name.into(),
            }),
        }
    }
}
