//! Decoders, schedulers, and exact decoding against its theorem.

mod exact;
mod table;
