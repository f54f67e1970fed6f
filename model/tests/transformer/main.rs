//! The LPD transformer: against the reference's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test that can't read its data fails")]

mod attention;
mod decoder;
mod full_size;
mod generation;
mod gradients;
mod kernels;
mod positions;
mod reference;
mod refused;
mod theorem;
mod tiny;
