//! The layers of the transformer, each over the kernels in use.

mod attention;
mod block;
mod cache;
mod linear;
mod norm;

pub(crate) use attention::Heads;
pub(crate) use block::{Block, Pass};
pub(crate) use cache::Cache;
pub(crate) use linear::{Finish, Linear};
pub(crate) use norm::Norm;
