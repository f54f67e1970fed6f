//! Checkpoint files: those of PyTorch, those of other makers, and broken ones.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod files;
mod hostile;
mod read;
mod written;
