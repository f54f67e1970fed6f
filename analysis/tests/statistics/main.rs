//! Statistics against SciPy and statsmodels, by enumeration, and by simulation.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod against_scipy;
mod by_hand;
mod columns;
mod coverage;
mod pareto;
mod refused;
