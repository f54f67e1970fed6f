//! A method as a catalogue knows it.

use std::fmt;
use std::sync::Arc;

use super::error::CatalogueError;
use crate::conformance::Replay;
use crate::grid::Grid;
use crate::method::{MethodError, OrderingMethod};
use crate::names::UnknownName;
use crate::parameter::{ParameterKind, ParameterValue, Parameters};
use crate::problem::Problem;
use crate::topology::Topology;

type Made = Result<Box<dyn OrderingMethod>, MethodError>;
type Make = Arc<dyn Fn(&Arguments<'_>) -> Made + Send + Sync>;
type MakeOnGraph = Arc<dyn Fn(&Arguments<'_>, Topology) -> Made + Send + Sync>;
type MakeReplay =
    Arc<dyn Fn(&Arguments<'_>, &Problem) -> Result<Box<dyn Replay>, MethodError> + Send + Sync>;
type DefaultOfGrid = Arc<dyn Fn(Grid) -> Option<ParameterValue> + Send + Sync>;

/// What a catalogue knows of a method: name, line, parameters, source, what it can do,
/// and how it is made.
///
/// ```
/// use orders_core::catalogue::MethodEntry;
/// use orders_core::methods::Snake;
///
/// let entry = MethodEntry::new("snake", "rows to and fro", |_| Ok(Box::new(Snake)))
///     .from_source("VQGAN, arXiv 2012.09841, appendix")
///     .for_video();
/// assert!(entry.capabilities().video && !entry.capabilities().random);
/// ```
#[derive(Clone)]
pub struct MethodEntry {
    name: String,
    aliases: Vec<String>,
    summary: String,
    source: String,
    parameters: Vec<ParameterEntry>,
    capabilities: Capabilities,
    make: Make,
    on_graph: Option<MakeOnGraph>,
    replay: Option<MakeReplay>,
}

/// What a method can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Orders differ from one index to the next, with the default parameters.
    pub random: bool,
    /// It brings group sizes of its own ([`OrderingMethod::own_group_sizes`]).
    pub own_sizes: bool,
    /// It orders grids of several frames.
    pub video: bool,
    /// It orders any graph ([`MethodEntry::on_graph`]).
    pub graph: bool,
    /// Finished orders can be replayed against its rules ([`MethodEntry::replay`]).
    pub replay: bool,
}

impl MethodEntry {
    /// A method, and how it is made for a grid with given parameters. Nothing is said
    /// yet of what it can do.
    ///
    /// The method must call itself by this name.
    pub fn new(
        name: impl Into<String>,
        summary: impl Into<String>,
        make: impl Fn(&Arguments<'_>) -> Made + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            aliases: Vec::new(),
            summary: summary.into(),
            source: String::new(),
            parameters: Vec::new(),
            capabilities: Capabilities::default(),
            make: Arc::new(make),
            on_graph: None,
            replay: None,
        }
    }

    /// Another name for it, such as one that it had before.
    pub fn with_alias(mut self, alias: impl Into<String>) -> Self {
        self.aliases.push(alias.into());
        self
    }

    /// Where it was published.
    pub fn from_source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// One more parameter.
    pub fn with_parameter(mut self, parameter: ParameterEntry) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Orders differ from one index to the next.
    pub fn random(mut self) -> Self {
        self.capabilities.random = true;
        self
    }

    /// It brings group sizes of its own.
    pub fn with_own_sizes(mut self) -> Self {
        self.capabilities.own_sizes = true;
        self
    }

    /// It orders grids of several frames too.
    pub fn for_video(mut self) -> Self {
        self.capabilities.video = true;
        self
    }

    /// It orders any graph too, and this is how it is made for one.
    pub fn for_graphs(
        mut self,
        make: impl Fn(&Arguments<'_>, Topology) -> Made + Send + Sync + 'static,
    ) -> Self {
        self.capabilities.graph = true;
        self.on_graph = Some(Arc::new(make));
        self
    }

    /// Finished orders can be replayed against its rules, which are made so.
    pub fn with_replay(
        mut self,
        make: impl Fn(&Arguments<'_>, &Problem) -> Result<Box<dyn Replay>, MethodError>
        + Send
        + Sync
        + 'static,
    ) -> Self {
        self.capabilities.replay = true;
        self.replay = Some(Arc::new(make));
        self
    }

    /// The name by which it is asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it does, in a line.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Where it was published; may be empty.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Its parameters.
    pub fn parameters(&self) -> &[ParameterEntry] {
        &self.parameters
    }

    /// What it can do.
    pub fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    /// Its name and its other names.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let aliases = self.aliases.iter().map(String::as_str);
        std::iter::once(self.name.as_str()).chain(aliases)
    }

    pub(super) fn answers_to(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// The parameter of a name.
    ///
    /// # Errors
    ///
    /// [`MethodError::NoParameters`] or [`MethodError::UnknownParameter`].
    pub fn parameter(&self, name: &str) -> Result<&ParameterEntry, MethodError> {
        let mut parameters = self.parameters.iter();
        parameters
            .find(|parameter| parameter.name == name)
            .ok_or_else(|| match self.parameters[..] {
                [] => MethodError::NoParameters {
                    method: self.name.clone(),
                    parameter: name.into(),
                },
                _ => MethodError::UnknownParameter(UnknownName::new(
                    format!("{} parameter", self.name),
                    name,
                    self.parameters.iter().map(ParameterEntry::name),
                )),
            })
    }

    /// Parameters from texts, as typed after `--set name=`. What can't be read stays a
    /// word, which [`method`](Self::method) refuses with what is allowed.
    pub fn parameters_from_texts<'a>(
        &self,
        texts: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Parameters {
        let read = |(name, text): (&str, &str)| {
            let known = self.parameter(name).ok();
            let value = known.and_then(|known| known.kind.parse(text));
            (name.to_owned(), value.unwrap_or(text.into()))
        };
        texts.into_iter().map(read).collect()
    }

    /// The method for a grid, with parameters by name; those not given have their
    /// defaults.
    ///
    /// # Errors
    ///
    /// As [`parameter`](Self::parameter); [`MethodError::Parameter`] if a value is not
    /// allowed; [`MethodError::Name`] if the method calls itself otherwise; and what
    /// making it gives.
    pub fn method(&self, grid: Grid, parameters: &Parameters) -> Made {
        let method = (self.make)(&self.arguments(grid, parameters)?)?;
        match method.name() {
            name if name == self.name => Ok(method),
            name => Err(MethodError::Name {
                entry: self.name.clone(),
                name: name.into(),
            }),
        }
    }

    /// The method for a graph, if it has a form for graphs. `grid` is that of the
    /// orders' [`Problem`]: one row of as many cells as the graph has nodes, or the
    /// video that a lattice is of.
    ///
    /// # Errors
    ///
    /// As [`method`](Self::method).
    pub fn on_graph(
        &self,
        grid: Grid,
        topology: Topology,
        parameters: &Parameters,
    ) -> Result<Option<Box<dyn OrderingMethod>>, MethodError> {
        let Some(make) = &self.on_graph else {
            return Ok(None);
        };
        make(&self.arguments(grid, parameters)?, topology).map(Some)
    }

    /// The rules that orders of a problem can be replayed against, if it has some.
    ///
    /// # Errors
    ///
    /// As [`method`](Self::method).
    pub fn replay(
        &self,
        parameters: &Parameters,
        problem: &Problem,
    ) -> Result<Option<Box<dyn Replay>>, MethodError> {
        let Some(make) = &self.replay else {
            return Ok(None);
        };
        make(&self.arguments(problem.grid(), parameters)?, problem).map(Some)
    }

    /// Given parameters, checked, and the defaults of the others.
    fn arguments(&self, grid: Grid, parameters: &Parameters) -> Result<Arguments<'_>, MethodError> {
        for (name, value) in parameters {
            let kind = &self.parameter(name)?.kind;
            MethodError::check_parameter(&self.name, name, kind, value.clone())?;
        }
        let mut values = parameters.clone();
        for parameter in &self.parameters {
            if !values.contains_key(&parameter.name)
                && let Some(value) = parameter.default(grid)
            {
                values.insert(parameter.name.clone(), value);
            }
        }
        Ok(Arguments {
            grid,
            values,
            entry: self,
        })
    }

    /// Whether it can stand in a catalogue.
    pub(super) fn check(&self) -> Result<(), CatalogueError> {
        let parameters = self.parameters.iter().map(ParameterEntry::name);
        if let Some(name) = self.names().chain(parameters).find(|name| !is_name(name)) {
            return Err(CatalogueError::Name { name: name.into() });
        }
        if self.aliases.contains(&self.name) {
            let name = self.name.clone();
            return Err(CatalogueError::MethodTwice { name });
        }
        for (place, parameter) in self.parameters.iter().enumerate() {
            let (method, name) = (self.name.clone(), parameter.name.clone());
            if self.parameters[..place]
                .iter()
                .any(|other| other.name == name)
            {
                return Err(CatalogueError::ParameterTwice {
                    method,
                    parameter: name,
                });
            }
            if let ParameterKind::OneOf(words) = &parameter.kind
                && let Some(word) = words.iter().find(|word| word.parse::<f64>().is_ok())
            {
                return Err(CatalogueError::NumberWord {
                    method,
                    parameter: name,
                    word: word.clone(),
                });
            }
            if let Default::Value(value) = &parameter.default
                && !parameter.kind.allows(value)
            {
                return Err(CatalogueError::Default {
                    method,
                    parameter: name,
                    value: value.to_string(),
                    allowed: parameter.kind.to_string(),
                });
            }
        }
        Ok(())
    }
}

/// Whether a text can be typed after a flag, before a comma or an equals sign, and can
/// stand in a file's name.
fn is_name(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(is_plain)
}

impl fmt::Debug for MethodEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MethodEntry")
            .field("name", &self.name)
            .field("parameters", &self.parameters)
            .field("capabilities", &self.capabilities)
            .finish_non_exhaustive()
    }
}

/// What a method is made with: a grid and the value of every parameter.
#[derive(Debug)]
pub struct Arguments<'a> {
    grid: Grid,
    values: Parameters,
    entry: &'a MethodEntry,
}

impl Arguments<'_> {
    /// The name of the method.
    pub fn method(&self) -> &str {
        &self.entry.name
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
    ) -> Result<T, MethodError> {
        let known = self.entry.parameter(name)?;
        self.get(name)
            .and_then(read)
            .ok_or_else(|| MethodError::NoValue {
                method: self.entry.name.clone(),
                parameter: name.into(),
                kind: known.kind.to_string(),
            })
    }

    /// A parameter that is a number.
    ///
    /// # Errors
    ///
    /// As [`MethodEntry::parameter`]; [`MethodError::NoValue`] if the entry says that it
    /// is something else.
    pub fn number(&self, name: &str) -> Result<f64, MethodError> {
        self.value(name, ParameterValue::number)
    }

    /// A parameter that is a whole number.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn whole(&self, name: &str) -> Result<u32, MethodError> {
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
    pub fn flag(&self, name: &str) -> Result<bool, MethodError> {
        self.value(name, ParameterValue::flag)
    }

    /// A parameter that is one of some words.
    ///
    /// # Errors
    ///
    /// As [`number`](Self::number).
    pub fn word(&self, name: &str) -> Result<String, MethodError> {
        self.value(name, |value| value.word().map(str::to_owned))
    }
}

/// What a catalogue knows of a parameter.
#[derive(Clone)]
pub struct ParameterEntry {
    name: String,
    summary: String,
    kind: ParameterKind,
    default: Default,
}

#[derive(Clone)]
enum Default {
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
