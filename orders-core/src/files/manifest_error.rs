//! What can be wrong with a manifest.

use std::io;
use std::path::PathBuf;
use std::str::Utf8Error;

use orders_arrays::excerpt;

use crate::files::digest::Digest;
use crate::files::format::Format;
use crate::files::manifest::Manifest;
use crate::grid::Grid;
use crate::group_sizes::GroupSizesError;
use crate::known::KnownCellsError;

/// Why a manifest could not be read or written, or does not fit its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "fields are named as in the message")]
pub enum ManifestError {
    /// The file can't be opened or read.
    #[error(transparent)]
    Open(io::Error),
    /// The manifest at this path is not right.
    #[error("{} is no manifest of orders", path.display())]
    At {
        path: PathBuf,
        source: Box<ManifestError>,
    },
    /// There is too much text.
    #[error("a manifest has at most {} bytes", Manifest::MAX_BYTES)]
    TooLong,
    /// Known cells and group sizes take too much text.
    #[error(
        "known cells and group sizes would take {known_bytes} and {size_bytes} bytes of the manifest, which has at most {}",
        Manifest::MAX_BYTES
    )]
    Room { known_bytes: u64, size_bytes: u64 },
    /// The file is no text.
    #[error("a manifest is UTF-8 text")]
    NotText(#[source] Utf8Error),
    /// The text is no TOML, or not that of a manifest.
    #[error("{}{message}", line.map_or_else(String::new, |line| format!("line {line}: ")))]
    Toml {
        /// Line of the fault, from 1, where it has a place.
        line: Option<usize>,
        message: String,
    },
    /// The fields can't be written as TOML.
    #[error("the manifest can't be written as TOML")]
    Write(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// `count` or `bytes` is no integer that every TOML reader takes.
    #[error("{field} = {value} is too large; at most {} is allowed", i64::MAX)]
    TooLarge { field: &'static str, value: u64 },
    /// `file` is no plain file name.
    #[error(
        "file = '{file}' is no file name; folders, backslashes and control characters are not allowed"
    )]
    File {
        /// What it is, cut if it is long.
        file: String,
    },
    /// `cells` is out of range.
    #[error(
        "cells = {cells} is not allowed; orders have 1 to {} cells",
        Grid::MAX_CELLS
    )]
    Cells { cells: usize },
    /// `grid` has not as many cells as `cells` says.
    #[error("grid = \"{grid}\" has {} cells, but cells = {cells}", grid.cells())]
    Grid { grid: Grid, cells: usize },
    /// `known` leaves another number of cells free than `cells` says.
    #[error("known leaves {free} cells free, but cells = {cells}")]
    Free { free: usize, cells: usize },
    /// There is `known`, but no `grid`.
    #[error("known needs grid as well")]
    KnownWithoutGrid,
    /// `known` has not as many lines as the grid has rows.
    #[error("known has {rows} lines, but the grid has {height} rows")]
    KnownRows {
        rows: usize,
        /// Rows of the grid, over all frames.
        height: usize,
    },
    /// A line of `known` is none.
    #[error("line {row} of known (from 0) is not {width} times '#' (known) or '.' (free)")]
    KnownRow {
        /// The line, from 0.
        row: usize,
        width: usize,
    },
    /// All cells are known.
    #[error("known is wrong")]
    Known(#[from] KnownCellsError),
    /// `group_sizes` are no group sizes.
    #[error("group_sizes is wrong")]
    GroupSizes(#[from] GroupSizesError),
    /// `group_sizes` do not sum to `cells`.
    #[error("group_sizes sum to {sum}, but cells = {cells}")]
    Sum { sum: usize, cells: usize },
    /// The order file is longer or shorter than the manifest says.
    #[error("the file has {bytes} bytes, but its manifest says {declared}")]
    Bytes {
        declared: u64,
        /// Bytes in the file.
        bytes: u64,
    },
    /// The order file has another content than the manifest says.
    #[error("the file has the SHA-256 digest {sha256}, but its manifest says {declared}")]
    Sha256 { declared: Digest, sha256: Digest },
    /// The order file is of another format than the manifest says.
    #[error("the file is read as {format}, but its manifest says {declared}")]
    Format { declared: Format, format: Format },
    /// The order file has more or fewer orders than the manifest says.
    #[error("the file has {}, but its manifest says {declared}", orders(*count))]
    Count { declared: u64, count: u64 },
    /// The orders have more or fewer cells than the manifest says.
    #[error("the orders have {cells} cells, but their manifest says {declared}")]
    RowCells { declared: usize, cells: usize },
}

fn orders(count: u64) -> String {
    match count {
        1 => "1 order".to_owned(),
        count => format!("{count} orders"),
    }
}

impl ManifestError {
    /// The parser's error, without the lines of the text that it shows.
    pub(super) fn from_toml(error: &toml::de::Error, text: &str) -> Self {
        let line = error.span().map(|span| {
            let before = &text.as_bytes()[..span.start.min(text.len())];
            before.iter().filter(|&&byte| byte == b'\n').count() + 1
        });
        Self::Toml {
            line,
            message: excerpt(error.message()),
        }
    }
}
