//! What can be wrong with array files.

use std::io;

/// Why an array was not read: one variant for each rule.
///
/// `name` is that of an array among others in the file; `.npy` files have one
/// without a name.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum ArrayError {
    /// There is not a single byte.
    #[error("the file is empty")]
    Empty,
    /// The file is shorter than it says.
    #[error(
        "{} has {length} bytes, but by its header it has at least {needed}",
        file(name)
    )]
    Truncated {
        /// The array, where it is a file within a file.
        name: Option<String>,
        /// Bytes in the file.
        length: u64,
        /// Bytes that were declared, as far as was looked.
        needed: u64,
    },
    /// The file goes on behind the last entry.
    #[error(
        "{} has {length} bytes, but by its header it ends after {needed}",
        file(name)
    )]
    TrailingBytes {
        /// The array, where it is a file within a file.
        name: Option<String>,
        /// Bytes in the file.
        length: u64,
        needed: u64,
    },
    /// The size of an array overflows.
    #[error("an array of {} entries is larger than any file", product(shape))]
    ShapeOverflow { shape: Vec<usize> },
    /// The entries are of a type that can't become the one asked for.
    #[error("the entries{} are of type '{found}'; {allowed}", of(name))]
    ElementType {
        /// The array.
        name: Option<String>,
        /// The type, as the file names it, cut if it is long.
        found: String,
        /// What can be read, as a clause.
        allowed: &'static str,
    },
    /// An integer is no index: negative, or 2^32 or more.
    #[error(
        "entry {entry}{} is {found}; whole numbers from 0 to {} are allowed",
        of(name),
        u32::MAX
    )]
    NotAnIndex {
        /// The array.
        name: Option<String>,
        /// Its place in C order.
        entry: usize,
        found: i128,
    },
    /// A header is longer than any that is needed.
    #[error("the header is said to have {bytes} bytes; at most {limit} are allowed")]
    HeaderTooLong { bytes: u64, limit: u64 },

    /// The file is no NumPy array.
    #[error("the file is no .npy file: it does not begin with \\x93NUMPY and a version")]
    NotNpy,
    /// The version is unknown.
    #[error("the .npy file is of version {major}.{minor}; versions 1.0, 2.0 and 3.0 are known")]
    NpyVersion { major: u8, minor: u8 },
    /// The header does not follow the rules.
    #[error("the .npy header is malformed at byte {offset} of its text; {expected} was expected")]
    NpyHeader {
        /// Place in the header's text.
        offset: usize,
        /// What would be right there.
        expected: &'static str,
    },
    /// The array is one of records.
    #[error("the array has records; numbers are allowed")]
    NpyRecords,

    /// The header does not follow the rules.
    #[error("the safetensors header is malformed: {reason}")]
    SafetensorsHeader { reason: String },
    /// It is not clear which tensor is meant.
    #[error(
        "the file has {tensors} tensors and none is named '{name}'; it must have that one, or just one"
    )]
    NoTensor { name: &'static str, tensors: usize },

    /// The archive, or the checksum of what is in it, is wrong.
    #[error("the file is no readable .npz file, a zip archive of arrays: {reason}")]
    Zip { reason: String },
    /// A packed array is larger than anything packed can be.
    #[error("'{name}' is said to have {bytes} bytes, from {packed} compressed ones")]
    Unpacked {
        /// The array.
        name: String,
        bytes: u64,
        /// Bytes in the file.
        packed: u64,
    },
    /// An array is larger than the caller takes.
    #[error("its array '{name}' has over {limit} bytes")]
    TooLarge {
        /// The array.
        name: String,
        limit: u64,
    },

    /// The file could not be read.
    #[error("reading failed")]
    Io(#[from] io::Error),
}

/// Why the start of a file can't be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum HeaderError {
    /// NumPy has no such type.
    #[error(".npy files have no entries of type {element:?}")]
    NoNumpyType { element: crate::ElementType },
    /// A tensor has more bytes than memory has addresses.
    #[error("tensor {name} can't be laid out: its shape and type give no size in bytes")]
    TensorTooLarge { name: String },
    /// The header would be longer than the readers take.
    #[error("the header would have {bytes} bytes; at most {limit} are allowed")]
    TooLong { bytes: usize, limit: usize },
    /// The header can't be put in JSON.
    #[error("the safetensors header can't be written")]
    Json(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The archive can't be written.
    #[error("the .npz file can't be made: {reason}")]
    Zip { reason: String },
}

fn file(name: &Option<String>) -> String {
    match name {
        Some(name) => format!("'{name}'"),
        None => "the file".into(),
    }
}

fn of(name: &Option<String>) -> String {
    name.as_ref()
        .map_or_else(String::new, |name| format!(" of '{name}'"))
}

fn product(shape: &[usize]) -> String {
    let sides: Vec<String> = shape.iter().map(usize::to_string).collect();
    sides.join(" x ")
}

/// The most characters that a message quotes of a file.
const CHARACTERS: usize = 160;

/// Text from a file, or that may quote one, as a message can show it: without
/// control characters, which could be commands to a terminal, and cut if it is
/// long.
///
/// ```
/// use orders_arrays::excerpt;
///
/// assert_eq!(excerpt("\u{1b}[2J"), "\\u{1b}[2J");
/// assert_eq!(excerpt(&"x".repeat(200)).len(), 163);
/// ```
pub fn excerpt(text: &str) -> String {
    let mut characters = text.chars();
    let mut shown = String::new();
    for character in characters.by_ref().take(CHARACTERS) {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    if characters.next().is_some() {
        shown.push_str("...");
    }
    shown
}
