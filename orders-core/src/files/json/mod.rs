//! JSON order files.

mod read;
mod screen;
mod write;

pub(super) use read::read;
pub(super) use write::RowWriter;
