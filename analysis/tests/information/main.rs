//! Total correlation on Gaussian fields.
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod batches;
mod decoded;
mod field_files;
mod field_table;
mod images;
mod literal;
mod measured;
mod refused;
mod search;
mod sizes;
