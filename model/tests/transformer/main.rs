//! The LPD transformer: against the reference's numbers, and against itself.

#![expect(clippy::unwrap_used, reason = "a test that can't read its data fails")]

mod full_size;
mod reference;
mod tiny;
