//! The ordering methods, those of a kind in a file. LPD and its two principles alone have
//! a folder of their own, [`crate::lpd`].
//!
//! All of them order grids of any sides, and leave out the cells that are known
//! already: what a method says of the whole grid holds for the free cells in
//! the same order. Group sizes of their own are those of the whole grid without
//! the known cells; steps that are left without a cell are dropped.

mod bits;
mod fixed;
mod halton;
mod hilbert;
mod line;
mod listed;
mod parallel;
mod random;
mod rows;
mod spiral;

pub use bits::{Bayer, Morton, Subsample};
pub use halton::Halton;
pub use hilbert::Hilbert;
pub use line::{BinarySearch, Dus};
pub use listed::Listed;
pub use parallel::{Diagonal, RegionParallel, RowParallel};
pub use random::{Hierarchical, Random};
pub use rows::{Raster, Snake};
pub use spiral::{Spiral, SpiralCorner, SpiralDirection};
