//! The ordering methods, one file each. LPD and its two principles alone have
//! a folder of their own, [`crate::lpd`].

mod halton;
mod random;
mod raster;

pub use halton::Halton;
pub use random::Random;
pub use raster::Raster;
