//! The interface that every ordering method implements.

use std::fmt;
use std::ops::ControlFlow;

use crate::grid::Cell;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::names::UnknownName;
use crate::order::Order;
use crate::parameter::{ParameterError, ParameterKind, ParameterValue, Parameters};
use crate::problem::Problem;
use crate::random::OrderRng;

/// A way to order the cells of a grid.
///
/// Implement it to bring a method of your own: [`generate_batch`] then makes
/// seeded, parallel batches of it, and the order files take them.
///
/// A method is shared between threads and holds settings only. What changes
/// while orders are made lives in the [`OrderGenerator`]s that it hands out,
/// one for each thread.
///
/// ```
/// use orders_core::{Cell, Grid, GroupSizes, MethodError, Order, OrderGenerator, OrderRng};
/// use orders_core::{OrderingMethod, Problem};
///
/// /// Columns from left to right, each in random order.
/// struct Columns;
///
/// impl OrderingMethod for Columns {
///     fn name(&self) -> &str {
///         "columns"
///     }
///
///     fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
///         let grid = problem.grid();
///         Ok(Box::new(move |rng: &mut OrderRng, cells: &mut Vec<Cell>| {
///             for column in 0..grid.width() {
///                 let start = cells.len();
///                 cells.extend((0..grid.height()).map(|row| grid.cell_from_position(row, column)));
///                 rng.shuffle(&mut cells[start..]);
///             }
///         }))
///     }
/// }
///
/// let problem = Problem::new(Grid::new(4, 4)?, GroupSizes::new([4; 4])?)?;
/// let order: Order = Columns.order(&problem, 0, 0)?;
/// assert!(order.groups().zip(0..).all(|(group, column)| group.iter().all(|c| c % 4 == column)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`generate_batch`]: crate::generate_batch
pub trait OrderingMethod: Send + Sync {
    /// The name, as file names and manifests give it.
    fn name(&self) -> &str;

    /// The parameters that the orders depend on, with their values. None by
    /// default.
    fn parameters(&self) -> Parameters {
        Parameters::new()
    }

    /// Whether orders differ from one index to the next. True by default.
    fn is_random(&self) -> bool {
        true
    }

    /// The group sizes that belong to this method, for the free cells of a
    /// grid: those of a method whose steps are part of its definition. None by
    /// default.
    ///
    /// # Errors
    ///
    /// [`MethodError`] if the method can't do this grid.
    fn own_group_sizes(&self, known: &KnownCells) -> Result<Option<GroupSizes>, MethodError> {
        let _ = known;
        Ok(None)
    }

    /// A generator of orders for a problem, with all the buffers that it
    /// needs. Called once for each thread, not once for each order.
    ///
    /// # Errors
    ///
    /// [`MethodError`] if the method can't do this problem.
    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError>;

    /// One order: number `index` of the batch of `seed`. To make many,
    /// [`generate_batch`](crate::generate_batch) is faster.
    ///
    /// # Errors
    ///
    /// As [`generator`](Self::generator), and [`MethodError::Broken`] if what
    /// the method made is no order.
    fn order(&self, problem: &Problem, seed: u64, index: u64) -> Result<Order, MethodError> {
        let mut cells = Vec::with_capacity(problem.cells());
        self.generator(problem)?
            .generate(&mut OrderRng::new(seed, index), &mut cells);
        Order::new(problem.clone(), cells).map_err(|source| MethodError::Broken {
            method: self.name().into(),
            index,
            source,
        })
    }
}

/// Makes orders for one problem, one after the other.
///
/// What it makes may depend on the problem and on what it draws from `rng`,
/// on nothing else: not on orders made before. Closures
/// `FnMut(&mut OrderRng, &mut Vec<Cell>) + Send` are generators.
pub trait OrderGenerator: Send {
    /// Appends the cells of one order to `cells`, which is empty. They are
    /// checked afterwards.
    fn generate(&mut self, rng: &mut OrderRng, cells: &mut Vec<Cell>);

    /// The same for an order that takes long: it is given up as soon as `watch` says so,
    /// and then the cells so far mean nothing. By default, `watch` is not asked.
    fn generate_watched(
        &mut self,
        rng: &mut OrderRng,
        cells: &mut Vec<Cell>,
        watch: Watch<'_>,
    ) -> ControlFlow<()> {
        let _ = watch;
        self.generate(rng, cells);
        ControlFlow::Continue(())
    }
}

/// Whoever watches work from outside, and may end it: asked now and then, from any
/// thread. Having said [`ControlFlow::Break`] once, it says so again.
#[derive(Clone, Copy)]
pub struct Watch<'a>(&'a (dyn Fn() -> ControlFlow<()> + Sync));

impl<'a> Watch<'a> {
    /// One who never ends it.
    pub const NONE: Watch<'static> = Watch(&|| ControlFlow::Continue(()));

    /// One who is asked by calling `watch`.
    pub fn new(watch: &'a (dyn Fn() -> ControlFlow<()> + Sync)) -> Self {
        Self(watch)
    }

    /// Asks whether to go on.
    pub fn ask(self) -> ControlFlow<()> {
        (self.0)()
    }
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl<F: FnMut(&mut OrderRng, &mut Vec<Cell>) + Send> OrderGenerator for F {
    fn generate(&mut self, rng: &mut OrderRng, cells: &mut Vec<Cell>) {
        self(rng, cells);
    }
}

/// Why a method made no orders.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum MethodError {
    /// The method made something that is no order: a defect of the method.
    #[error("method {method} made a broken order (number {index})")]
    Broken {
        method: String,
        index: u64,
        source: crate::order_error::OrderError,
    },
    /// A parameter is unknown, or has a value that it can't take.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// No method has this name.
    #[error(transparent)]
    UnknownMethod(UnknownName),
    /// The name is that of a scheduler.
    #[error(
        "'{name}' is a scheduler, which chooses cells while a model generates; methods, which \
         make orders beforehand, are {}",
        methods.join(", ")
    )]
    IsScheduler { name: String, methods: Vec<String> },
    /// A method has another name than its entry: a defect of the entry.
    #[error("the catalogue's entry '{entry}' makes a method that calls itself '{name}'")]
    Name { entry: String, name: String },
    /// The method can't order this grid.
    #[error("method {method} can't order a {grid} grid: {reason}")]
    Grid {
        method: String,
        grid: crate::grid::Grid,
        reason: String,
    },
    /// The method orders one frame, and the grid has several.
    #[error(
        "method {method} orders one frame, not a {grid} grid; methods for video are {}",
        for_video.join(", ")
    )]
    Video {
        method: String,
        grid: crate::grid::Grid,
        for_video: Vec<String>,
    },
}

impl MethodError {
    /// Checks that a value of a parameter is of the kind that it takes.
    ///
    /// # Errors
    ///
    /// [`MethodError::Parameter`] if it is not.
    pub fn check_parameter(
        method: &str,
        parameter: &str,
        kind: &ParameterKind,
        value: impl Into<ParameterValue>,
    ) -> Result<(), Self> {
        Ok(kind.check(&format!("method {method}"), parameter, value)?)
    }
}
