//! Why images can't be read.

use std::io;
use std::path::{Path, PathBuf};

use orders_arrays::ArrayError;
use orders_core::MemoryError;

use super::listing::LeftOut;
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
    /// A class or an image has a name that other files can't have.
    #[error("{0:?} has a name that is not UTF-8; the names of classes and images must be")]
    Name(PathBuf),
    /// A path leads to nothing that holds images.
    #[error(
        "there are no images at {}{}; a folder of IDX files, a folder of PNG, JPEG or WebP files or with one such folder for each class, and .npy, .npz and .safetensors arrays are read",
        path.display(),
        but(left_out)
    )]
    NoImages {
        /// The path.
        path: PathBuf,
        /// What is there and was left out.
        left_out: Vec<LeftOut>,
    },
    /// A folder holds IDX files of several data sets.
    #[error(
        "{} holds IDX files of several data sets: {}; give the images of one, or a folder of one",
        path.display(),
        names.join(", ")
    )]
    SeveralSets {
        /// The folder.
        path: PathBuf,
        /// What the data sets are called.
        names: Vec<String>,
    },
    /// The labels of IDX images are missing.
    #[error(
        "{} has no labels beside it; {} should be there, or the same with or without .gz",
        images.display(),
        labels.display()
    )]
    NoLabels {
        /// The images.
        images: PathBuf,
        /// Where the labels should be.
        labels: PathBuf,
    },
    /// Labels were given for images that have their own.
    #[error("the images of {} have classes already; labels go with arrays only", .0.display())]
    LabelsNotWanted(PathBuf),
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

/// What there is in place of images.
fn but(left_out: &[LeftOut]) -> String {
    let all = left_out.iter().map(|left_out| format!(", but {left_out}"));
    all.collect()
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

/// What is wrong with an IDX file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxError {
    /// It ends within the header.
    #[error("it ends before its header does")]
    NoHeader,
    /// The first bytes are those of another format.
    #[error("it begins with the bytes {0:02x?}; IDX files begin with two zeros")]
    Magic([u8; 4]),
    /// The entries are of a type that is not read.
    #[error("its entries are of type 0x{found:02x}; {allowed}")]
    EntryType {
        /// The type.
        found: u8,
        /// Those that are read, as a clause.
        allowed: &'static str,
    },
    /// The file holds something else: labels in place of images.
    #[error("it has {dimensions} dimensions; {what} have {expected}")]
    Dimensions {
        /// What was to be read.
        what: &'static str,
        /// The dimensions.
        dimensions: u8,
        /// Those expected, in words.
        expected: &'static str,
    },
    /// Labels have rows without a column.
    #[error("its rows of labels have no columns")]
    NoColumns,
    /// A label is no class.
    #[error("label {index} is {label}; whole numbers from 0 are allowed")]
    Label {
        /// The image.
        index: usize,
        /// Its label.
        label: i32,
    },
    /// The images have an impossible size.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The file is not as long as its header says.
    #[error(
        "by its header it has {declared} bytes, but {} {length}",
        if *is_known { "it has" } else { "compressed as it is, it can't have more than" }
    )]
    Length {
        /// Bytes by the header.
        declared: u64,
        /// Bytes that are there, or could be.
        length: u64,
        /// Whether the bytes were counted.
        is_known: bool,
    },
    /// A compressed file is not as long as its header says.
    #[error(
        "by its header {declared} entries follow, but there are {}",
        if *is_longer { "more" } else { "fewer" }
    )]
    Content {
        /// Entries by the header.
        declared: u64,
        /// Whether there are more.
        is_longer: bool,
    },
    /// There is no room for it.
    #[error("its array of {what} {source}")]
    Memory {
        /// What the file holds.
        what: &'static str,
        /// What it takes, and what there is.
        source: MemoryError,
    },
    /// Reading or unpacking failed.
    #[error("it can't be unpacked or read")]
    Read(#[source] io::Error),
}

/// What is wrong with a file of an array of images, or of their labels.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageArrayError {
    /// The array can't be read.
    #[error(transparent)]
    Array(#[from] ArrayError),
    /// There is no room for it.
    #[error("its array of {what} {source}")]
    Memory {
        /// What the array holds.
        what: &'static str,
        /// What it takes, and what there is.
        source: MemoryError,
    },
    /// The array is none of images.
    #[error(
        "it has shape {0:?}; images are (images, height, width) or (images, height, width, 1 or 3)"
    )]
    ImageShape(Vec<usize>),
    /// The array is none of labels.
    #[error("its labels have shape {0:?}; labels have one dimension")]
    LabelShape(Vec<usize>),
    /// The array may be one image, or many.
    #[error(
        "it has shape [{rows}, {columns}, {channels}]: one image with {channels} channels, or {rows} grey ones of {columns}x{channels} pixels? The shape [1, {rows}, {columns}, {channels}] says the first, [{rows}, {columns}, {channels}, 1] the second"
    )]
    OneOrMany {
        /// The first side: rows of one image, or the number of images.
        rows: usize,
        /// The second side: columns, or rows.
        columns: usize,
        /// The third side: channels, or columns.
        channels: usize,
    },
    /// There is no array of images.
    #[error("it has no array of images named '{expected}'; its arrays: {}", found.join(", "))]
    NoImages {
        /// The name that images have in such a file.
        expected: &'static str,
        /// The names that are there.
        found: Vec<String>,
    },
}
