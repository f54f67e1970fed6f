//! Generation orders for parallel autoregressive image models.

mod batch;
pub mod conformance;
pub mod files;
mod grid;
mod group_sizes;
pub mod lpd;
mod method;
pub mod methods;
mod order;
mod problem;
mod random;
pub mod registry;
mod shape;

pub use batch::{BatchError, generate_batch, stream_batch};
pub use conformance::Conformance;
pub use grid::{Cell, Grid, GridError};
pub use group_sizes::{GroupSizes, GroupSizesError};
pub use lpd::LocalityAware;
pub use method::{MethodError, OrderGenerator, OrderingMethod, Parameters};
pub use order::{Order, OrderError};
pub use problem::{Problem, ProblemError};
pub use random::{OrderRng, TieKeys};
pub use shape::{FirstGroup, Shape, ShapeError};
