//! The formats of order files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A format of order files. The [module](super) describes each, byte by byte.
///
/// ```
/// use orders_core::files::Format;
/// use std::path::Path;
///
/// assert_eq!(Format::from_path(Path::new("runs/res512_steps48.json"))?, Format::Json);
/// assert_eq!("npy".parse::<Format>()?.name(), "npy");
/// # Ok::<(), orders_core::files::FormatError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Format {
    /// A JSON list of lists of whole numbers, which other LPD code reads
    /// unchanged.
    Json,
    /// A NumPy array of unsigned integers.
    Npy,
    /// One tensor of unsigned integers, with metadata.
    Safetensors,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Json, Self::Npy, Self::Safetensors];

    /// The name, which is the extension of file names as well: `json`, `npy` or
    /// `safetensors`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Npy => "npy",
            Self::Safetensors => "safetensors",
        }
    }

    /// The format that a path's extension stands for, in upper or lower case.
    /// The file is not looked at.
    ///
    /// # Errors
    ///
    /// [`FormatError::Extension`] for another extension, or none.
    pub fn from_path(path: &Path) -> Result<Self, FormatError> {
        let extension = path.extension().unwrap_or_default();
        Self::ALL
            .into_iter()
            .find(|format| extension.eq_ignore_ascii_case(format.name()))
            .ok_or_else(|| FormatError::Extension { path: path.into() })
    }
}

impl fmt::Display for Format {
    /// Writes the [name](Format::name), which [`FromStr`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Format {
    type Err = FormatError;

    /// Reads a [name](Format::name).
    fn from_str(name: &str) -> Result<Self, FormatError> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| FormatError::Name { name: name.into() })
    }
}

/// Why a name or a path stands for no [`Format`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum FormatError {
    /// No format has this name.
    #[error("{name:?} is not a format of order files; the formats are json, npy and safetensors")]
    Name { name: String },
    /// The path has an extension that no format has.
    #[error("{} is not named as an order file; names end in .json, .npy or .safetensors", path.display())]
    Extension { path: PathBuf },
}
