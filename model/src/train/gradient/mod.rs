//! Training passes and their gradients: of the transformer, and of the classifier.
//!
//! Backpropagation by hand, for f32 on the CPU: what the gradient needs of the
//! forward pass stays in a [`Workspace`](transformer::Workspace), which is used
//! again for the next batch, so that a step allocates next to nothing. A pass runs
//! on one thread; parts of a batch are taken side by side. Candle's gradients are
//! for other devices, and the slow path that tests hold these against.

mod attention;
mod batch;
mod classifier;
mod layout;
mod linear;
mod operations;
mod transformer;

pub(super) use batch::{Asked, Gradients, PARTS, Parts, part_count, samples_of, tensors};
pub(super) use classifier::{ClassifierLayout, ClassifierPart, ClassifierWorkspace};
pub(super) use layout::Layout;
