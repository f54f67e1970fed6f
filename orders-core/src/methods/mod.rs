//! The ordering methods, those of a kind in a file. LPD and its two principles alone have
//! a folder of their own, [`crate::lpd`].
//!
//! All of them order grids of any sides, and leave out the cells that are known
//! already: what a method says of the whole grid holds for the free cells in
//! the same order. Group sizes of their own are those of the whole grid without
//! the known cells; steps that are left without a cell are dropped.

mod bayer;
mod diagonal;
mod fixed;
mod halton;
mod hilbert;
mod interleaved;
mod line;
mod random;
mod region_parallel;
mod row_parallel;
mod rows;
mod spiral;

pub use bayer::Bayer;
pub use diagonal::Diagonal;
pub use halton::Halton;
pub use hilbert::Hilbert;
pub use interleaved::{Morton, Subsample};
pub use line::{BinarySearch, Dus};
pub use random::{Hierarchical, Random};
pub use region_parallel::RegionParallel;
pub use row_parallel::RowParallel;
pub use rows::{Raster, Snake};
pub use spiral::{Spiral, SpiralCorner, SpiralDirection};
