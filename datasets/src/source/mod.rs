//! Where images come from: arrays in memory and folders of files.

mod array;
mod array_file;
mod error;
mod folder;
mod idx;
mod image_source;
mod listing;
mod open;

pub use array::ImageArray;
pub use array_file::read_labels;
pub use error::{IdxError, ImageArrayError, SourceError};
pub use folder::ImageFolder;
pub use idx::{read_idx_images, read_idx_labels};
pub use image_source::ImageSource;
pub(crate) use listing::Wanted;
pub use listing::{ClassFiles, LeftOut, LeftOutReason};
pub use open::{NamedSource, OpenOptions, open};
