//! How group sizes are chosen: one way for flags, sweeps, recipes and programs.
//!
//! A [`SizesChoice`] says how, a [`SizesRequest`] what for, and together they
//! make [`ResolvedSizes`], or a [`SizesError`] that says what is wrong.
//! [`ReleasedSizes`] are the exact sizes of published programs, and
//! [`group_sizes_from_json`] reads lists that others have written.

mod choice;
mod error;
mod released;

pub use choice::{ResolvedSizes, SizesChoice, SizesRequest, group_sizes_from_json};
pub use error::SizesError;
pub use released::ReleasedSizes;
