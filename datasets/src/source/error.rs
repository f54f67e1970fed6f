//! Why images can't be read.

use std::io;
use std::path::{Path, PathBuf};

use super::array_file::ImageArrayError;
use super::idx::IdxError;
use crate::image::{DecodeError, ImageError};

/// Why images can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file or folder can't be opened. The error names it.
    #[error(transparent)]
    Open(io::Error),
    /// An IDX file is not what it should be.
    #[error("{} can't be read as an IDX file", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: IdxError,
    },
    /// An array file is not what it should be.
    #[error("{} can't be read as an array", path.display())]
    Array {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ImageArrayError,
    },
    /// An image file can't be used.
    #[error("{} can't be used", path.display())]
    Image {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: DecodeError,
    },
    /// A file is longer than image files are.
    #[error("{} has {bytes} bytes; image files of up to {limit} are read", path.display())]
    FileTooLarge {
        /// The file.
        path: PathBuf,
        /// Its bytes.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A path leads to nothing that holds images.
    #[error(
        "there are no images at {}; a folder of IDX files, a folder with one folder of PNG, JPEG or WebP files for each class, and .npy and .safetensors arrays are read",
        path.display()
    )]
    NoImages {
        /// The path.
        path: PathBuf,
    },
    /// The labels of IDX images are missing.
    #[error("{} has no labels beside it; {} should be there", images.display(), labels.display())]
    NoLabels {
        /// The images.
        images: PathBuf,
        /// Where the labels should be.
        labels: PathBuf,
    },
    /// Labels were given for images that have their own.
    #[error("the images of {} have classes already; labels go with arrays only", path.display())]
    LabelsNotWanted {
        /// The path of the images.
        path: PathBuf,
    },
    /// There are more or fewer labels than images.
    #[error("there are {labels} labels for {images} images")]
    LabelCount {
        /// Images.
        images: usize,
        /// Labels.
        labels: usize,
    },
    /// A label is no class.
    #[error("image {index} has label {label}, but there are {classes} classes, from 0")]
    Label {
        /// The image.
        index: usize,
        /// Its label.
        label: u32,
        /// Number of classes.
        classes: u32,
    },
    /// The images of a file don't fit together.
    #[error("{}", path.display())]
    At {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Box<Self>,
    },
    /// The array's pixels don't fit its shape.
    #[error(transparent)]
    Pixels(#[from] ImageError),
    /// There is no such image.
    #[error("image {index} was asked for, but there are {count}")]
    Index {
        /// The image.
        index: usize,
        /// How many there are.
        count: usize,
    },
}

impl SourceError {
    /// The error, with the file that it is about.
    pub(super) fn at(self, path: &Path) -> Self {
        Self::At {
            path: path.into(),
            source: Box::new(self),
        }
    }
}
