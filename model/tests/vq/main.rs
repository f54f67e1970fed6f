//! The VQ-16 tokenizer against the released program, and its two ways to compute
//! against each other.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod paths;
mod reference;
mod refused;
mod setup;
