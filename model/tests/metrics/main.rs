//! Sample metrics: against values that NumPy and SciPy computed, against the
//! definitions computed naively, and properties that must hold.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod against_literal;
mod files;
mod literal;
#[path = "../../../tests/needed.rs"]
mod needed;
mod properties;
mod random;
mod reference;
mod refused;
