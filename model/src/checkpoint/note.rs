//! What a user should know of how a checkpoint was read.

use std::fmt;

/// The most names that a note lists.
const SHOWN: usize = 6;

/// Something about a checkpoint that was read which may not be what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CheckpointNote {
    /// Its tensors are at a key, but other keys have tensors as well.
    Others {
        /// The key whose tensors are read.
        read: String,
        /// The others.
        others: Vec<String>,
    },
    /// Things among the tensors of the network were passed over: their names, and what
    /// they are.
    PassedOver(Vec<String>),
    /// All names began with this, which was left out.
    Prefix(String),
}

impl fmt::Display for CheckpointNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Others { read, others } => write!(
                f,
                "the tensors at '{read}' are read; there are others at {}",
                some(others)
            ),
            Self::PassedOver(entries) => write!(f, "passed over: {}", some(entries)),
            Self::Prefix(prefix) => {
                write!(
                    f,
                    "'{prefix}', with which all names of tensors begin, is left out"
                )
            }
        }
    }
}

/// The first few of a list, and how many more there are.
fn some(all: &[String]) -> String {
    let shown = all[..all.len().min(SHOWN)].join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
