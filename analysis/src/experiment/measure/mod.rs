//! What can be measured: of orders and images, of sets of generated images, of machines.

mod catalogue;
mod entry;
mod measured;
mod samples;
mod standard;

pub use catalogue::{MeasureError, Measures};
pub use entry::{Better, Difference, Input, MeasureEntry, MeasureKind};
pub use measured::Measured;
pub(super) use measured::{Measurer, OfImage};
pub use samples::{MeasureFailure, RealImages, SampleSet, SetValue};
