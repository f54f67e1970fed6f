//! Exact discrete fields: against sums over all images, against closed forms, as decoders.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod against_enumeration;
mod closed_forms;
mod curve;
mod decoded;
mod refused;
