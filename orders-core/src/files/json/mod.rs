//! JSON order files.

mod parsed;
mod read;
mod screen;
mod usual;
mod write;

pub(super) use read::read;
pub(super) use write::RowWriter;
