//! Decoders; schedulers against reference cases and their definitions; exact decoding
//! against its theorem.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod by_name;
mod cases;
mod decoders;
mod definitions;
mod exact;
mod properties;
mod table;
