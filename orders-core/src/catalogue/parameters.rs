//! Parameters as a catalogue knows them.

use std::fmt;
use std::sync::Arc;

use crate::grid::Grid;
use crate::names::UnknownName;
use crate::parameter::{ParameterError, ParameterKind, ParameterValue, Parameters};

type DefaultOfGrid = Arc<dyn Fn(Grid) -> Option<ParameterValue> + Send + Sync>;

/// The parameter of a name, among those of somebody (`of`, in words).
pub(super) fn find<'a>(
    known: &'a [ParameterEntry],
    name: &str,
    of: &str,
) -> Result<&'a ParameterEntry, ParameterError> {
    let mut parameters = known.iter();
    let unknown = || match known {
        [] => ParameterError::NoParameters {
            of: of.into(),
            parameter: name.into(),
        },
        _ => {
            let owner = of.split_once(' ').map_or(of, |(_, name)| name);
            ParameterError::Unknown(UnknownName::new(
                format!("{owner} parameter"),
                name,
                known.iter().map(ParameterEntry::name),
            ))
        }
    };
    parameters
        .find(|parameter| parameter.name == name)
        .ok_or_else(unknown)
}

/// What a method or a scheduler is made with: a grid and the value of every parameter.
#[derive(Debug)]
pub struct Arguments<'a> {
    pub(super) name: &'a str,
    /// Whose arguments they are, in words.
    pub(super) of: String,
    pub(super) known: &'a [ParameterEntry],
    pub(super) grid: Grid,
    pub(super) values: Parameters,
}

impl Arguments<'_> {
    /// The name of the method or scheduler.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The value of a parameter; none if it has no place on this grid.
    pub fn get(&self, name: &str) -> Option<&ParameterValue> {
        self.values.get(name)
    }

    fn value<T>(
        &self,
        name: &str,
        read: impl Fn(&ParameterValue) -> Option<T>,
    ) -> Result<T, ParameterError> {
        let known = find(self.known, name, &self.of)?;
        self.get(name)
            .and_then(read)
            .ok_or_else(|| ParameterError::NoValue {
                of: self.of.clone(),
                parameter: name.into(),
                kind: known.kind.to_string(),
            })
    }

    /// A parameter that is a number.
    ///
    /// # Errors
    ///
    /// As [`Entry::parameter`](super::Entry::parameter); [`ParameterError::NoValue`] if the entry says that it
    /// is something else.
    pub fn number(&self, name: &str) -> Result<f64, ParameterError> {
        self.value(name, ParameterValue::number)
    }

    /// A parameter that is a whole number.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn whole(&self, name: &str) -> Result<u32, ParameterError> {
        let whole = |value: &ParameterValue| {
            let number = value.number().filter(|number| number.fract() == 0.0);
            number.filter(|number| (0.0..=f64::from(u32::MAX)).contains(number))
        };
        self.value(name, whole).map(|number| number as u32)
    }

    /// A parameter that is yes or no.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn flag(&self, name: &str) -> Result<bool, ParameterError> {
        self.value(name, ParameterValue::flag)
    }

    /// A parameter that is one of some words.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn word(&self, name: &str) -> Result<String, ParameterError> {
        self.value(name, |value| value.word().map(str::to_owned))
    }
}

/// What a catalogue knows of a parameter.
#[derive(Clone)]
pub struct ParameterEntry {
    pub(super) name: String,
    summary: String,
    pub(super) kind: ParameterKind,
    pub(super) default: Default,
}

#[derive(Clone)]
pub(super) enum Default {
    Value(ParameterValue),
    OfGrid(String, DefaultOfGrid),
}

impl ParameterEntry {
    /// A number from a bound on, infinity included; the bound is the default.
    pub fn number(name: impl Into<String>, summary: impl Into<String>, from: f64) -> Self {
        Self::new(name, summary, ParameterKind::NumberFrom(from), from)
    }

    /// A whole number from a bound on, which is the default.
    pub fn whole(name: impl Into<String>, summary: impl Into<String>, from: u32) -> Self {
        let kind = ParameterKind::WholeFrom(from);
        Self::new(name, summary, kind, f64::from(from))
    }

    /// Yes or no; the default is no.
    pub fn flag(name: impl Into<String>, summary: impl Into<String>) -> Self {
        Self::new(name, summary, ParameterKind::Flag, false)
    }

    /// One of some words, of which the first is the default.
    pub fn one_of(name: impl Into<String>, summary: impl Into<String>, words: &[&str]) -> Self {
        let first = words.first().copied().unwrap_or_default();
        let kind = ParameterKind::OneOf(words.iter().map(|&word| word.into()).collect());
        Self::new(name, summary, kind, first)
    }

    /// A parameter of any kind, with its default.
    pub fn new(
        name: impl Into<String>,
        summary: impl Into<String>,
        kind: ParameterKind,
        default: impl Into<ParameterValue>,
    ) -> Self {
        Self {
            name: name.into(),
            summary: summary.into(),
            kind,
            default: Default::Value(default.into()),
        }
    }

    /// The same parameter with another default.
    pub fn or(mut self, default: impl Into<ParameterValue>) -> Self {
        self.default = Default::Value(default.into());
        self
    }

    /// The same parameter with a default that depends on the grid, and words for it. On
    /// grids where there is none, the parameter has no value unless one is given.
    pub fn or_by_grid(
        mut self,
        words: impl Into<String>,
        default: impl Fn(Grid) -> Option<ParameterValue> + Send + Sync + 'static,
    ) -> Self {
        self.default = Default::OfGrid(words.into(), Arc::new(default));
        self
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, in a line.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Which values it takes.
    pub fn kind(&self) -> &ParameterKind {
        &self.kind
    }

    /// What it is on a grid where it is not given.
    pub fn default(&self, grid: Grid) -> Option<ParameterValue> {
        match &self.default {
            Default::Value(value) => Some(value.clone()),
            Default::OfGrid(_, value) => value(grid),
        }
    }

    /// What it is where it is not given, in words.
    pub fn default_words(&self) -> String {
        match &self.default {
            Default::Value(value) => value.to_string(),
            Default::OfGrid(words, _) => words.clone(),
        }
    }
}

impl fmt::Debug for ParameterEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParameterEntry")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .field("default", &self.default_words())
            .finish_non_exhaustive()
    }
}
