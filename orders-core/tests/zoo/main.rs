//! Every method of the catalogue: what holds for all of them, what each one
//! looks like on a small grid, and each one's definition, computed naively.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod definitions;
mod halton;
mod pictures;
mod properties;
