//! Fields that are measured on images.

mod error;
mod field;
mod file;
mod photos;

pub use error::{MeasuredFileError, MeasuredReadError};
pub use field::{MeasuredError, MeasuredField};
pub use file::FieldFile;
