//! The LPD transformer: against the reference's numbers, and against itself.

mod reference;
mod tiny;
