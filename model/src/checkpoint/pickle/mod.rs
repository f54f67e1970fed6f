//! A machine for the pickles of `torch.save`, which runs no code.
//!
//! It builds plain values and the tensors' descriptions; see [`Machine::run`].

mod builders;
mod machine;
mod value;

pub(super) use machine::Machine;
pub(super) use value::{ElementType, Heap, Storage, TensorView, Value};
