//! What an order file holds and how it was made.

use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};

use orders_arrays::excerpt;
use serde::{Deserialize, Serialize};

use crate::files::digest::Digest;
use crate::files::encoder::Encoder;
use crate::files::format::Format;
use crate::files::input::read_at_most;
use crate::files::manifest_error::ManifestError;
use crate::files::output::FinishedFile;
use crate::files::rows::Summary;
use crate::grid::Grid;
use crate::group_sizes::GroupSizes;
use crate::known::KnownCells;
use crate::parameter::Parameters;
use crate::problem::Problem;

/// What an order file holds and how it was made: the content of the TOML file
/// beside it.
///
/// The first six fields describe the file, the others say what is known about
/// its origin.
///
/// ```
/// use orders_core::files::Manifest;
///
/// let manifest = Manifest::from_toml(r#"
///     program = "orders-cli 0.1.0"
///     file = "res256_steps20_repulsion4.json"
///     format = "json"
///     count = 60000
///     cells = 4
///     sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
///     bytes = 60000
///     grid = "2x2"
///     group_sizes = [1, 3]
/// "#)?;
/// assert_eq!(manifest.problem().expect("a grid and sizes").group_sizes().steps(), 2);
/// # Ok::<(), orders_core::files::ManifestError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The program that wrote the file, with its version.
    pub program: String,
    /// The order file's name, without a folder. For people: nothing is opened
    /// by it.
    pub file: String,
    /// The order file's format.
    pub format: Format,
    /// Orders in the file.
    pub count: u64,
    /// Cells of each order, N.
    pub cells: usize,
    /// Digest of the order file.
    pub sha256: Digest,
    /// Bytes of the order file.
    pub bytes: u64,
    /// The grid, as `"HEIGHTxWIDTH"` or `"FRAMESxHEIGHTxWIDTH"`. Without known
    /// cells, it has N cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grid: Option<Grid>,
    /// The cells that are known from the start, if any are: a text with a line
    /// for each row of the grid (frame after frame), with `#` for a known cell and `.` for a
    /// free one. N of them are free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known: Option<String>,
    /// The group sizes, first step first. They sum to N.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_sizes: Option<Vec<u32>>,
    /// Name of the ordering method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The seed of the batch.
    ///
    /// TOML's integers end at 2^63 - 1. A larger seed is written as a string
    /// of decimal digits, and both forms are read.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "seed_text")]
    pub seed: Option<u64>,
    /// What else is worth knowing, for example where the orders came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Parameters of the method.
    #[serde(default, skip_serializing_if = "Parameters::is_empty")]
    pub parameters: Parameters,
}

impl Manifest {
    /// The longest manifest that is written or read: 4 MiB, enough for the
    /// group sizes of a 1024 x 1024 grid, one by one. (Parsing takes up to 80
    /// times as much memory.)
    pub const MAX_BYTES: u64 = 4 << 20;

    /// A manifest of a file that an encoder's output went into, with nothing
    /// about its origin.
    ///
    /// # Errors
    ///
    /// [`ManifestError::File`] if the file's name is no Unicode text, or has
    /// characters that a manifest may not have.
    pub fn new(
        program: impl Into<String>,
        encoder: &Encoder,
        file: &FinishedFile,
    ) -> Result<Self, ManifestError> {
        let name = file.path().file_name().unwrap_or_default();
        let manifest = Self {
            program: program.into(),
            file: name.to_string_lossy().into_owned(),
            format: encoder.format(),
            count: encoder.count(),
            cells: encoder.cells(),
            sha256: file.sha256(),
            bytes: file.bytes(),
            grid: None,
            known: None,
            group_sizes: None,
            method: None,
            seed: None,
            note: None,
            parameters: Parameters::new(),
        };
        if name.to_str().is_none() {
            return Err(ManifestError::File {
                file: excerpt(&manifest.file),
            });
        }
        manifest.check()?;
        Ok(manifest)
    }

    /// The path of the manifest of an order file: that of the file and
    /// `.toml`.
    ///
    /// ```
    /// # use orders_core::files::Manifest;
    /// # use std::path::Path;
    /// let path = Manifest::path_for(Path::new("orders/res512_steps48.json"));
    /// assert_eq!(path, Path::new("orders/res512_steps48.json.toml"));
    /// ```
    pub fn path_for(order_file: &Path) -> PathBuf {
        let mut path = OsString::from(order_file);
        path.push(".toml");
        path.into()
    }

    /// The manifest as TOML text, which [`from_toml`](Self::from_toml) reads.
    ///
    /// # Errors
    ///
    /// What `from_toml` would say about it, so that no manifest is written
    /// that can't be read.
    pub fn to_toml(&self) -> Result<String, ManifestError> {
        self.check()?;
        let text = toml::to_string(self).map_err(|error| ManifestError::Write(error.into()))?;
        if text.len() as u64 > Self::MAX_BYTES {
            return Err(ManifestError::TooLong);
        }
        Ok(text)
    }

    /// Reads a manifest from TOML text. The text may come from anywhere.
    ///
    /// # Errors
    ///
    /// [`ManifestError::TooLong`] over [`Manifest::MAX_BYTES`];
    /// [`ManifestError::Toml`] if the text is no TOML, a field is missing,
    /// unknown, or of the wrong type; then the first rule that a field or two
    /// break.
    pub fn from_toml(text: &str) -> Result<Self, ManifestError> {
        if text.len() as u64 > Self::MAX_BYTES {
            return Err(ManifestError::TooLong);
        }
        let manifest: Self =
            toml::from_str(text).map_err(|error| ManifestError::from_toml(&error, text))?;
        manifest.check()?;
        Ok(manifest)
    }

    /// Reads the manifest at a path (see [`path_for`](Self::path_for)).
    ///
    /// # Errors
    ///
    /// [`ManifestError::Open`] if the file can't be opened or read, which names it;
    /// [`ManifestError::NotText`] if it is not UTF-8, and as
    /// [`from_toml`](Self::from_toml), both in a [`ManifestError::At`] that
    /// names the file.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ManifestError> {
        let path = path.as_ref();
        let bytes = read_at_most(path, Self::MAX_BYTES).map_err(ManifestError::Open)?;
        Self::from_bytes(bytes.as_deref()).map_err(|source| ManifestError::At {
            path: path.into(),
            source: Box::new(source),
        })
    }

    /// From the bytes of a file that is not too long.
    fn from_bytes(bytes: Option<&[u8]>) -> Result<Self, ManifestError> {
        let bytes = bytes.ok_or(ManifestError::TooLong)?;
        Self::from_toml(str::from_utf8(bytes).map_err(ManifestError::NotText)?)
    }

    /// The grid with its known cells and the group sizes, if the manifest
    /// names grid and sizes.
    ///
    /// `None` also if they don't fit together, which they do in a manifest
    /// that was read.
    pub fn problem(&self) -> Option<Problem> {
        let sizes = GroupSizes::new(self.group_sizes.as_deref()?).ok()?;
        Problem::with_known(self.known_cells()?, sizes).ok()
    }

    /// The known cells of the grid, if the manifest names a grid.
    ///
    /// `None` also if they don't fit the grid, which they do in a manifest that
    /// was read.
    pub fn known_cells(&self) -> Option<KnownCells> {
        let grid = self.grid?;
        match &self.known {
            None => Some(KnownCells::none(grid)),
            Some(text) => known_from_text(grid, text).ok(),
        }
    }

    /// Whether a manifest has room for these known cells and group sizes. It
    /// holds them as text, so this is to ask before orders are made.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Room`] if they take more than
    /// [`MAX_BYTES`](Self::MAX_BYTES) less 64 KiB, which are for the rest.
    ///
    /// ```
    /// use orders_core::files::Manifest;
    /// use orders_core::{Grid, KnownCells};
    ///
    /// let known = KnownCells::new(Grid::new(64, 64)?, 0..4000)?;
    /// assert!(Manifest::check_room(&known, &[96]).is_ok());
    /// let known = KnownCells::new(Grid::new(4096, 4096)?, 0..4000)?;
    /// assert!(Manifest::check_room(&known, &[1 << 24]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn check_room(known: &KnownCells, group_sizes: &[u32]) -> Result<(), ManifestError> {
        let grid = known.grid();
        let rows = u64::from(grid.frames()) * u64::from(grid.height());
        let known_bytes = match known.count() {
            0 => 0,
            _ => grid.cells() as u64 + rows,
        };
        let digits = |size: &u32| u64::from(size.checked_ilog10().unwrap_or(0)) + 1;
        let size_bytes: u64 = group_sizes.iter().map(|size| digits(size) + 2).sum();
        let bytes = known_bytes + size_bytes;
        if bytes > Self::MAX_BYTES - (64 << 10) {
            return Err(ManifestError::Room {
                known_bytes,
                size_bytes,
            });
        }
        Ok(())
    }

    /// Notes grid, known cells and group sizes of the problem that was solved.
    pub fn set_problem(&mut self, problem: &Problem) {
        self.set_known_cells(problem.known());
        self.group_sizes = Some(problem.group_sizes().as_slice().to_vec());
    }

    /// Notes the grid and its known cells.
    pub fn set_known_cells(&mut self, known: &KnownCells) {
        self.grid = Some(known.grid());
        self.known = (known.count() > 0).then(|| text_from_known(known));
    }

    /// Whether `order_file` is the file that the manifest describes, byte for
    /// byte. O(bytes) time, O(1) memory.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Bytes`] or [`ManifestError::Sha256`] if it is not,
    /// [`ManifestError::Open`] if it can't be read.
    pub fn verify(&self, order_file: impl Read) -> Result<(), ManifestError> {
        let (sha256, bytes) = Digest::of(order_file).map_err(ManifestError::Open)?;
        if bytes != self.bytes {
            return Err(ManifestError::Bytes {
                declared: self.bytes,
                bytes,
            });
        }
        if sha256 != self.sha256 {
            return Err(ManifestError::Sha256 {
                declared: self.sha256,
                sha256,
            });
        }
        Ok(())
    }

    /// Whether what was read of a file in a format is what the manifest says: the format,
    /// the number of orders and of their cells.
    ///
    /// # Errors
    ///
    /// [`ManifestError::Format`], [`ManifestError::Count`] or
    /// [`ManifestError::RowCells`] if it is not.
    pub fn check_summary(&self, format: Format, summary: Summary) -> Result<(), ManifestError> {
        if format != self.format {
            let declared = self.format;
            return Err(ManifestError::Format { declared, format });
        }
        let (count, cells) = (summary.count, summary.cells);
        if count != self.count {
            let declared = self.count;
            return Err(ManifestError::Count { declared, count });
        }
        if count > 0 && cells != self.cells {
            let declared = self.cells;
            return Err(ManifestError::RowCells { declared, cells });
        }
        Ok(())
    }

    /// The rules that TOML and the types of the fields leave open.
    fn check(&self) -> Result<(), ManifestError> {
        let separator = |c: char| matches!(c, '/' | '\\') || c.is_control();
        if matches!(&self.file[..], "" | "." | "..") || self.file.contains(separator) {
            return Err(ManifestError::File {
                file: excerpt(&self.file),
            });
        }
        for (field, value) in [("count", self.count), ("bytes", self.bytes)] {
            if i64::try_from(value).is_err() {
                return Err(ManifestError::TooLarge { field, value });
            }
        }
        let cells = self.cells;
        if cells == 0 || cells as u64 > Grid::MAX_CELLS {
            return Err(ManifestError::Cells { cells });
        }
        match (self.grid, &self.known) {
            (Some(grid), None) if grid.cells() != cells => {
                return Err(ManifestError::Grid { grid, cells });
            }
            (Some(grid), Some(text)) => {
                let free = known_from_text(grid, text)?.free_count();
                if free != cells {
                    return Err(ManifestError::Free { free, cells });
                }
            }
            (None, Some(_)) => return Err(ManifestError::KnownWithoutGrid),
            _ => {}
        }
        if let Some(sizes) = &self.group_sizes {
            let sum = GroupSizes::new(&sizes[..])?.cells();
            if sum != cells {
                return Err(ManifestError::Sum { sum, cells });
            }
        }
        Ok(())
    }
}

const KNOWN: u8 = b'#';
const FREE: u8 = b'.';

fn text_from_known(known: &KnownCells) -> String {
    let rows = known.mask().chunks(known.grid().width() as usize);
    rows.map(|row| {
        let cells = row.iter().map(|&known| if known { KNOWN } else { FREE });
        cells.map(char::from).chain(['\n']).collect::<String>()
    })
    .collect()
}

fn known_from_text(grid: Grid, text: &str) -> Result<KnownCells, ManifestError> {
    let (height, width) = (grid.cells() / grid.width() as usize, grid.width() as usize);
    let rows = text.lines().count();
    if rows != height {
        return Err(ManifestError::KnownRows { rows, height });
    }
    let is_row = |row: &str| row.len() == width && row.bytes().all(|b| [KNOWN, FREE].contains(&b));
    if let Some(row) = text.lines().position(|row| !is_row(row)) {
        return Err(ManifestError::KnownRow { row, width });
    }
    let mask: Vec<bool> = text
        .lines()
        .flat_map(str::bytes)
        .map(|b| b == KNOWN)
        .collect();
    Ok(KnownCells::from_mask(grid, mask)?)
}

/// A seed as an integer, or as a string if TOML has no such integer.
mod seed_text {
    use std::fmt;

    use serde::de::{Error, Unexpected, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        seed: &Option<u64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match *seed {
            None => serializer.serialize_none(),
            Some(seed) => match i64::try_from(seed) {
                Ok(seed) => serializer.serialize_i64(seed),
                Err(_) => serializer.collect_str(&seed),
            },
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<u64>, D::Error> {
        deserializer.deserialize_any(Seed).map(Some)
    }

    struct Seed;

    impl Visitor<'_> for Seed {
        type Value = u64;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a whole number from 0 to 2^64 - 1, in quotes if it is 2^63 or more")
        }

        fn visit_i64<E: Error>(self, seed: i64) -> Result<u64, E> {
            seed.try_into()
                .map_err(|_| E::invalid_value(Unexpected::Signed(seed), &self))
        }

        fn visit_u64<E: Error>(self, seed: u64) -> Result<u64, E> {
            Ok(seed)
        }

        fn visit_str<E: Error>(self, seed: &str) -> Result<u64, E> {
            // Other texts are numbers to Rust too, such as "+1".
            if !seed.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(E::invalid_value(Unexpected::Str(seed), &self));
            }
            seed.parse()
                .map_err(|_| E::invalid_value(Unexpected::Str(seed), &self))
        }
    }
}
