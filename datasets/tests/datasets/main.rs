//! What the crate reads, makes and refuses.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod caches;
mod center_crop;
mod codebook;
mod files;
mod folders;
mod idx;
mod images;
mod jpeg;
mod splits;
mod tokens;
