//! Checkpoint files: named tensors in, named tensors out.
//!
//! [`read_checkpoint`] (or [`CheckpointFile`], in two steps) reads three formats and tells them apart by their
//! content, not by their name:
//!
//! | format | written by |
//! |---|---|
//! | zip `.pth`, `.pt` | `torch.save` since PyTorch 1.6 |
//! | old-style pickle | `torch.save` before that |
//! | `.safetensors` | the safetensors library, [`save_safetensors`] |
//!
//! Whether names and shapes are those of a network is for
//! [`Weights::checked`](crate::weights::Weights::checked) to say.
//!
//! # Files are hostile
//!
//! A pickle is a program, and PyTorch's own reader runs it. The one here runs
//! nothing: it knows the instructions that build plain values, and a short list
//! of names that it takes as data (tensors, storages, ordered dictionaries). Of any
//! other name nothing is made: what depends on it is passed over.
//!
//! Before anything is allocated, sizes are held against the length of the file:
//! storages against the bytes that are there, tensors against their storages, all
//! tensors together against four times the file. Pickles have at most 16 MiB.
//!
//! Tensors are read straight from the file into the memory that they stay in.
//! Nothing is mapped: candle's CPU tensors own their memory, so a mapped file
//! would be a second copy (and `unsafe`).

mod elements;
mod error;
mod legacy;
mod names;
mod note;
mod pickle;
mod read;
mod safetensors;
mod select;
mod torch;
mod write;
mod zip;

pub use error::{CheckpointError, Malformed, PickleError};
pub use note::CheckpointNote;
pub(crate) use read::read_bytes;
pub use read::{Checkpoint, CheckpointFile, CheckpointFormat, read_checkpoint};
pub use write::{SaveError, save_safetensors, write_safetensors};
