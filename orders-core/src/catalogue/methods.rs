//! Ordering methods as a catalogue knows them.

use std::sync::Arc;

use super::entry::{Entry, EntryKind};
use super::parameters::Arguments;
use crate::conformance::Replay;
use crate::grid::Grid;
use crate::method::{MethodError, OrderingMethod};
use crate::parameter::Parameters;
use crate::problem::Problem;
use crate::topology::Topology;

type Made = Result<Box<dyn OrderingMethod>, MethodError>;
type Make = Arc<dyn Fn(&Arguments<'_>) -> Made + Send + Sync>;
type MakeOnGraph = Arc<dyn Fn(&Arguments<'_>, Topology) -> Made + Send + Sync>;
type MakeReplay =
    Arc<dyn Fn(&Arguments<'_>, &Problem) -> Result<Box<dyn Replay>, MethodError> + Send + Sync>;

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
pub type MethodEntry = Entry<MethodKind>;

/// What only entries of methods have.
#[derive(Clone)]
pub struct MethodKind {
    capabilities: Capabilities,
    make: Make,
    on_graph: Option<MakeOnGraph>,
    replay: Option<MakeReplay>,
}

impl EntryKind for MethodKind {
    const WORD: &'static str = "method";
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
        let kind = MethodKind {
            capabilities: Capabilities::default(),
            make: Arc::new(make),
            on_graph: None,
            replay: None,
        };
        Self::of_kind(name.into(), summary.into(), kind)
    }

    /// Orders differ from one index to the next.
    pub fn random(mut self) -> Self {
        self.kind.capabilities.random = true;
        self
    }

    /// It brings group sizes of its own.
    pub fn with_own_sizes(mut self) -> Self {
        self.kind.capabilities.own_sizes = true;
        self
    }

    /// It orders grids of several frames too.
    pub fn for_video(mut self) -> Self {
        self.kind.capabilities.video = true;
        self
    }

    /// It orders any graph too, and this is how it is made for one.
    pub fn for_graphs(
        mut self,
        make: impl Fn(&Arguments<'_>, Topology) -> Made + Send + Sync + 'static,
    ) -> Self {
        self.kind.capabilities.graph = true;
        self.kind.on_graph = Some(Arc::new(make));
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
        self.kind.capabilities.replay = true;
        self.kind.replay = Some(Arc::new(make));
        self
    }

    /// What it can do.
    pub fn capabilities(&self) -> Capabilities {
        self.kind.capabilities
    }

    /// The method for a grid, with parameters by name; those not given have their
    /// defaults.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if a parameter is unknown or its value is not allowed;
    /// [`MethodError::Name`] if the method calls itself otherwise; and what making it
    /// gives.
    pub fn method(&self, grid: Grid, parameters: &Parameters) -> Made {
        let method = (self.kind.make)(&self.arguments(grid, parameters)?)?;
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
        let Some(make) = &self.kind.on_graph else {
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
        let Some(make) = &self.kind.replay else {
            return Ok(None);
        };
        make(&self.arguments(problem.grid(), parameters)?, problem).map(Some)
    }
}
