//! Why a checkpoint can't be read.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use orders_arrays::ArrayError;

/// Why a checkpoint can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The system refuses.
    #[error("{} can't be read", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The content is wrong.
    #[error("{} can't be read as a checkpoint", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: Malformed,
    },
    /// The tensors can't be put on the device.
    #[error("the tensors of {} can't be put in place", path.display())]
    Device {
        /// The file.
        path: PathBuf,
        /// What candle said.
        source: candle_core::Error,
    },
}

impl CheckpointError {
    /// Whether another key might lead to the tensors.
    pub fn is_of_key(&self) -> bool {
        match self {
            Self::Malformed { source, .. } => matches!(
                source,
                Malformed::NoKey { .. }
                    | Malformed::NoTensors(_)
                    | Malformed::Several(_)
                    | Malformed::Kind { .. }
            ),
            _ => false,
        }
    }
}

/// What is wrong with the content of a checkpoint.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Neither of the formats.
    #[error("it is neither a zip file of torch.save, an old-style torch pickle nor safetensors")]
    Format,
    /// The zip directory is broken.
    #[error("the zip file is broken: {0}")]
    Zip(String),
    /// A file that torch.save always puts into the zip is not there.
    #[error("the zip file has no {0}")]
    NoEntry(String),
    /// A compressed or encrypted file; torch.save writes neither.
    #[error("{0} in the zip file is compressed or encrypted, which torch.save doesn't do")]
    Packed(String),
    /// Big-endian numbers.
    #[error("its numbers are {0}-endian; little-endian ones are read")]
    ByteOrder(String),
    /// The pickle is longer than any checkpoint's.
    #[error("its pickle has {bytes} bytes; at most {limit} are read")]
    PickleTooLong {
        /// Its length.
        bytes: u64,
        /// The longest that is read.
        limit: u64,
    },
    /// The pickle is broken, or asks for what is not done.
    #[error("its pickle is refused at byte {offset}")]
    Pickle {
        /// Bytes from the start of the pickle.
        offset: usize,
        /// What is wrong.
        source: PickleError,
    },
    /// The start of an old-style file is not as torch.save writes it.
    #[error("it has no old-style torch header: {0} is wrong")]
    LegacyHeader(&'static str),
    /// A storage doesn't have the bytes that its tensors need.
    #[error("storage {key:?} has {found} bytes, not {expected}")]
    StorageLength {
        /// The storage's key.
        key: String,
        /// Bytes in the file.
        found: u64,
        /// Bytes that the pickle states.
        expected: u64,
    },
    /// A storage that the pickle doesn't describe, or none where it does.
    #[error("storage {key:?} is {what}")]
    Storage {
        /// The storage's key.
        key: String,
        /// Whether it is missing or unknown.
        what: &'static str,
    },
    /// More than the file could hold.
    #[error("its tensors take {bytes} bytes, over four times the {length} bytes of the file")]
    TooLarge {
        /// Bytes of all tensors.
        bytes: u64,
        /// Bytes of the file.
        length: u64,
    },
    /// The file is shorter than it says.
    #[error("it ends after {length} bytes, {needed} are needed")]
    Truncated {
        /// Bytes in the file.
        length: u64,
        /// Bytes needed.
        needed: u64,
    },
    /// The safetensors header is wrong.
    #[error("its header is wrong: {0}")]
    Header(String),
    /// The key that was asked for is not there.
    #[error("it has no key {key:?}; its keys: {}", found.join(", "))]
    NoKey {
        /// The key.
        key: String,
        /// Keys that are there.
        found: Vec<String>,
    },
    /// Nothing in it is a state dict.
    #[error("no dictionary of tensors is found in it, and nothing is run; its keys: {}", .0.join(", "))]
    NoTensors(Vec<String>),
    /// Several dictionaries in it could be the state dict.
    #[error("there are tensors at several of its keys: {}", .0.join(", "))]
    Several(Vec<String>),
    /// What should be a tensor, a dictionary or a text is something else.
    #[error("{name} is {found}, not {expected}")]
    Kind {
        /// The name in the state dict.
        name: String,
        /// What it is.
        found: Cow<'static, str>,
        /// What it should be.
        expected: &'static str,
    },
    /// Dictionaries within dictionaries without end.
    #[error("its dictionaries are nested over {0} deep")]
    Depth(usize),
    /// More or longer names than any network has.
    #[error("it has over {tensors} tensors, or names of over {bytes} bytes")]
    Names {
        /// The most tensors that are read.
        tensors: usize,
        /// The longest name.
        bytes: usize,
    },
    /// Two tensors of one name.
    #[error("two tensors are called {0}")]
    Twice(String),
}

/// Why a pickle is refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum PickleError {
    /// It ends in the middle.
    #[error("it ends there, before its end")]
    Truncated,
    /// An instruction that checkpoints don't use.
    #[error("instruction {0:#04x} is not one that checkpoints use")]
    Instruction(u8),
    /// A protocol later than 5.
    #[error("protocol {0} is not known; 2 to 5 are")]
    Protocol(u8),
    /// An instruction finds other values than it needs.
    #[error("{0}")]
    Value(&'static str),
    /// A text is not UTF-8.
    #[error("a text is not UTF-8")]
    Text,
    /// More values than any checkpoint has.
    #[error("it has over {limit} {what}")]
    TooMany {
        /// What there is too much of.
        what: &'static str,
        /// How many are allowed.
        limit: usize,
    },
    /// A tensor reaches beyond its storage.
    #[error("a tensor of shape {shape:?} doesn't fit its storage of {numel} elements")]
    Extent {
        /// Its shape.
        shape: Vec<usize>,
        /// Elements of the storage.
        numel: u64,
    },
    /// One storage is described in two ways.
    #[error("storage {0:?} is described in two ways")]
    Storage(String),
}

/// What can go wrong on the way; the path is added at the top.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) enum Fault {
    Io(#[from] io::Error),
    Malformed(#[from] Malformed),
    Device(#[from] candle_core::Error),
}

impl Fault {
    pub(super) fn at(self, path: &Path) -> CheckpointError {
        let path = path.to_owned();
        match self {
            Self::Io(source) => CheckpointError::Io { path, source },
            Self::Malformed(source) => CheckpointError::Malformed { path, source },
            Self::Device(source) => CheckpointError::Device { path, source },
        }
    }
}

impl From<ArrayError> for Fault {
    fn from(error: ArrayError) -> Self {
        match error {
            ArrayError::Io(error) => Self::Io(error),
            fault => Self::Malformed(Malformed::Header(fault.to_string())),
        }
    }
}
