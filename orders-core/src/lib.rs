//! Generation orders for parallel autoregressive image models: which cells of
//! the token grid come in which step.
//!
//! ```
//! use orders_core::{Grid, GroupSizes, LocalityAware, OrderingMethod, Problem, generate_batch};
//!
//! // An image of 256 px under a tokenizer of stride 16, in 20 steps.
//! let grid = Grid::for_image(256, 16)?;
//! let sizes = GroupSizes::published(grid, 20).expect("a published row");
//! let problem = Problem::new(grid, sizes)?;
//!
//! // Three LPD orders: numbers 0, 1 and 2 of seed 0.
//! let lpd = LocalityAware::new(1.0, 2.0)?;
//! for index in 0..3 {
//!     let order = lpd.order(&problem, 0, index)?;
//!     assert_eq!(order.groups().map(<[_]>::len).sum::<usize>(), 256);
//! }
//!
//! // A batch of a thousand, on all cores. It begins with the same three.
//! let mut orders = Vec::new();
//! generate_batch(&lpd, &problem, 1000, 0, |cells| orders.push(cells.to_vec()))?;
//! assert_eq!(orders[2], lpd.order(&problem, 0, 2)?.into_cells());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Main types
//!
//! - [`Grid`]: height x width cells; a [`Cell`] is its raster index.
//! - [`GroupSizes`]: how many cells come in each step. The [published
//!   lists](GroupSizes::published), a [`Shape`] by formula, or your own.
//! - [`Problem`]: a grid and group sizes that sum to its cells, or to those that
//!   are not [known](KnownCells) already.
//! - [`Order`]: every cell once, cut into groups. Checked when it is built.
//! - [`OrderingMethod`]: makes orders. [`LocalityAware`] is LPD; the others are
//!   in [`methods`]; a [`Catalogue`] knows all of them by name, and yours.
//! - [`generate_batch`] and [`stream_batch`]: many orders, in parallel.
//! - [`Conformance`]: whether LPD could have given an order.
//! - [`files`]: JSON, npy and safetensors, with manifests.
//!
//! # What it does and does not do
//!
//! - Order `index` of a batch depends on the method, the problem, the seed and
//!   `index` only: not on threads, not on the machine.
//! - Random choices are exact: where LPD asks for ties in uniform random order,
//!   every order of them is equally likely, up to the quality of the generator
//!   behind [`OrderRng`].
//! - A fault is an error with a type that says where it is, never a wrong
//!   order.
//! - It does **not** give the bits of the program that was released with LPD,
//!   whose random source is another; it gives the same distribution.
//! - It knows no tensors and no models, draws nothing and prints nothing.
//!
//! # Cookbook
//!
//! ## Group sizes for any grid
//!
//! ```
//! use orders_core::{FirstGroup, Grid, GroupSizes, Shape};
//!
//! let grid = Grid::new(24, 40)?;
//! let cosine = Shape::Cosine.group_sizes(grid.cells(), 30, FirstGroup::One)?;
//! assert_eq!((cosine.steps(), cosine.cells()), (30, 960));
//!
//! let own = GroupSizes::new([1, 59, 300, 600])?;
//! assert_eq!(own.cells(), 960);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## A method by name
//!
//! ```
//! use orders_core::{Catalogue, Grid, Parameters};
//!
//! let parameters = Parameters::from([("repulsion".into(), 3.0.into())]);
//! let method = Catalogue::standard().method("lpd", Grid::new(16, 16)?, &parameters)?;
//! assert_eq!(method.parameters()["proximity"], 1.0.into());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## A method of your own
//!
//! [`OrderingMethod`] is implemented in a few lines, as the example there shows;
//! [`catalogue`] gives a method of your own a name and parameters.
//!
//! ## LPD with a part of your own
//!
//! Score, split, repulsion and fill are replaced one by one; see [`lpd`].
//!
//! ```
//! use orders_core::lpd::Repulsion;
//! use orders_core::{Grid, GroupSizes, LocalityAware, OrderingMethod, Parameters, Problem};
//!
//! /// Cells repel each other up to a sum of row and column differences.
//! #[derive(Clone)]
//! struct Diamond {
//!     reach: u32,
//! }
//!
//! impl Repulsion for Diamond {
//!     fn reach(&self, rows: u32) -> Option<u32> {
//!         self.reach.checked_sub(rows)
//!     }
//! }
//!
//! let method = LocalityAware::new(1.0, 0.0)?
//!     .with_repulsion(Diamond { reach: 3 })
//!     .named("diamond", Parameters::from([("reach".into(), 3.0.into())]));
//! let grid = Grid::for_image(256, 16)?;
//! let problem = Problem::new(grid, GroupSizes::published(grid, 20).expect("published"))?;
//! assert_eq!(method.order(&problem, 0, 0)?.groups().count(), 20);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## Writing a file
//!
//! A [`GenerateRequest`] makes a batch into a file with its manifest. Rows are made and
//! encoded in parallel and written as they come, and the file appears when it is whole.
//! [`stream_batch`] and [`files::Encoder`] are its parts.
//!
//! ## Reading a file
//!
//! ```
//! use orders_core::files::{Format, Limits, RowChecker, RowError, read_orders};
//! use std::io::Cursor;
//!
//! let file = Cursor::new("[[2,0,1,3],[3,1,0,2]]");
//! let mut checker = RowChecker::new(4);
//! let take = |index: u64, row: &[u32]| -> Result<(), RowError> { checker.check(index, row) };
//! let summary = read_orders(file, Format::Json, &Limits::default(), take)?;
//! assert_eq!((summary.count, summary.cells), (2, 4));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! ## Whether an order is LPD's
//!
//! [`Conformance::check`] says it of one order, as the example of [`conformance`] does.

mod batch;
pub mod catalogue;
pub mod conformance;
pub mod decoding;
pub mod files;
mod generate;
mod grid;
mod group_sizes;
mod known;
pub mod lpd;
mod memory;
mod method;
pub mod methods;
mod names;
mod order;
mod order_error;
mod parameter;
mod permutation;
mod problem;
mod random;
mod sentence;
mod shape;
pub mod sizes;
pub mod topology;

pub use batch::{Batch, BatchError, generate_batch, stream_batch};
pub use catalogue::Catalogue;
pub use conformance::Conformance;
pub use generate::{GenerateError, GenerateRequest, Generated, PreparedBatch};
pub use grid::{Cell, Grid, GridError};
pub use group_sizes::{GroupSizes, GroupSizesError};
pub use known::{KnownCells, KnownCellsError};
pub use lpd::LocalityAware;
pub use memory::{MemoryError, MemoryLimit, estimated_bytes};
pub use method::{MethodError, OrderGenerator, OrderingMethod, Watch};
pub use names::UnknownName;
pub use order::Order;
pub use order_error::OrderError;
pub use parameter::{ParameterError, ParameterKind, ParameterValue, Parameters};
pub use problem::{Problem, ProblemError};
pub use random::{OrderRng, TieKeys};
pub use sentence::{with_sources, without_numbers};
pub use shape::{FirstGroup, Shape, ShapeError};
