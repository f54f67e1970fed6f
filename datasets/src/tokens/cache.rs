//! Token caches as published training code keeps them: a folder for each class,
//! in it a `.npz` file for each image with `indices` and `indices_flip`.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use orders_arrays::{ArrayError, HeaderError, NpzFile, NpzWriter};
use orders_core::Grid;
use orders_core::files::{OutputError, OutputFolder, read_at_most};
use rayon::prelude::*;

use super::set::{Provenance, TokenError, TokenParts, TokenSet};
use crate::source::{ClassFiles, SourceError, Wanted};

const INDICES: &str = "indices";
const INDICES_FLIP: &str = "indices_flip";
/// The files of a cache.
const CACHES: Wanted = Wanted {
    endings: &["npz"],
    other_endings: &["npy"],
};
/// The longest file of one image: 16 MiB.
const FILE_BYTES: u64 = 1 << 24;

/// The longest name of an image: `.npz` comes behind it, and systems allow 255 bytes.
const NAME_BYTES: usize = 251;

/// What the files of a cache don't say.
#[derive(Clone, Copy, Debug)]
pub struct CacheOptions {
    /// The grid of every image.
    pub grid: Grid,
    /// Number of codes of the tokenizer.
    pub codebook_size: u32,
}

/// Lists the files of a cache; none if there is no such file.
///
/// # Errors
///
/// [`CacheError::Folder`] if a folder can't be listed, or a name in it is not UTF-8.
pub fn cache_files(root: impl AsRef<Path>) -> Result<ClassFiles, CacheError> {
    Ok(ClassFiles::list(root.as_ref(), CACHES)?)
}

/// Reads a cache. `indices` may have any shape with as many entries as the grid
/// has cells, and any integer type; `indices_flip` must be in all files or in
/// none. Files are read in parallel.
///
/// # Errors
///
/// [`CacheError`] for the first file, in the order of names, that is wrong.
pub fn read_token_cache(
    root: impl AsRef<Path>,
    options: &CacheOptions,
) -> Result<TokenSet, CacheError> {
    let root = root.as_ref();
    let ClassFiles {
        files,
        labels,
        class_names,
        ..
    } = cache_files(root)?;
    if files.is_empty() {
        return Err(CacheError::Empty(root.into()));
    }
    let rows: Vec<Result<Row, CacheError>> = files
        .par_iter()
        .map(|path| Row::read(path, options))
        .collect();
    let (mut tokens, mut flipped) = (Vec::new(), Vec::new());
    let mut with_flipped = None;
    for (row, path) in rows.into_iter().zip(&files) {
        let row = row?;
        let expected = *with_flipped.get_or_insert(row.flipped.is_some());
        if row.flipped.is_some() != expected {
            return Err(CacheError::Flipped(path.into()));
        }
        tokens.extend(row.tokens);
        flipped.extend(row.flipped.into_iter().flatten());
    }
    let set = TokenSet::new(TokenParts {
        grid: options.grid,
        codebook_size: options.codebook_size,
        tokens,
        flipped: (with_flipped == Some(true)).then_some(flipped),
        labels: Some(labels),
        classes: class_names.len() as u32,
        source_index: None,
        tokenizer: None,
        provenance: Provenance::new(),
    });
    set.map_err(|source| {
        let path = match source {
            TokenError::Token { image, .. } => &files[image],
            _ => root,
        };
        let path = path.into();
        CacheError::Tokens { path, source }
    })
}

/// The tokens of one file.
struct Row {
    tokens: Vec<u32>,
    flipped: Option<Vec<u32>>,
}

impl Row {
    fn read(path: &Path, options: &CacheOptions) -> Result<Self, CacheError> {
        let at = |source| CacheError::File {
            path: path.into(),
            source,
        };
        let bytes = read_at_most(path, FILE_BYTES).map_err(CacheError::Io)?;
        let bytes = bytes.ok_or_else(|| CacheError::TooLarge(path.into()))?;
        let mut file = NpzFile::open(Cursor::new(bytes)).map_err(at)?;
        let mut array = |name: &str| {
            let Some(array) = file.array(name, FILE_BYTES).map_err(at)? else {
                return Ok(None);
            };
            let entries = array.entries().map_err(at)?;
            if entries.count() != options.grid.cells() {
                return Err(CacheError::Shape {
                    path: path.into(),
                    name: name.into(),
                    shape: entries.shape().into(),
                    grid: options.grid,
                });
            }
            entries.read_all().map(Some).map_err(at)
        };
        let tokens = array(INDICES)?.ok_or(CacheError::NoIndices(path.into()))?;
        let flipped = array(INDICES_FLIP)?;
        Ok(Self { tokens, flipped })
    }
}

/// Writes a cache to a new folder, which appears whole or not at all: for each
/// image a file `CLASS/NAME.npz` with `indices`, and with `indices_flip` if the
/// set has mirror images, both `int64` of one dimension. `place` says class and
/// name of an image; they must differ and be such as [`check_cache_names`] takes.
///
/// # Errors
///
/// [`CacheError::Output`] if there is something at `root` or the folder can't be made,
/// [`CacheError::Name`] if a name can't be that of a file, [`CacheError::Io`] if
/// writing fails.
pub fn write_token_cache(
    root: impl AsRef<Path>,
    set: &TokenSet,
    place: impl Fn(usize) -> (String, String) + Sync,
) -> Result<(), CacheError> {
    let folder = OutputFolder::create(root.as_ref())?;
    let cells = set.grid().cells();
    (0..set.len()).into_par_iter().try_for_each(|index| {
        let (class, name) = place(index);
        check_cache_names(&class, &name)?;
        let class = folder.folder().join(class);
        let path = class.join(format!("{name}.npz"));
        let mut file = NpzWriter::new("");
        let arrays = [(INDICES, Some(set.tokens())), (INDICES_FLIP, set.flipped())];
        for (name, tokens) in arrays {
            let row = tokens.map(|tokens| &tokens[index * cells..][..cells]);
            let entries = row.map(|row| row.iter().copied().map(i64::from));
            if let Some(entries) = entries {
                file.add(name, &[cells], entries)?;
            }
        }
        let bytes = file.finish()?;
        fs_err::create_dir_all(&class).map_err(CacheError::Io)?;
        let file = fs_err::OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(&path);
        file.and_then(|mut file| std::io::Write::write_all(&mut file, &bytes))
            .map_err(CacheError::Io)
    })?;
    Ok(folder.persist()?)
}

/// Whether a class and a name can be those of an image in a cache, which
/// [`write_token_cache`] makes file names of: this can be known before there are tokens.
///
/// # Errors
///
/// [`CacheError::Name`] for the first of them that can't.
pub fn check_cache_names(class: &str, name: &str) -> Result<(), CacheError> {
    for part in [class, name] {
        let is_plain = !(part.is_empty() || part == "." || part == "..");
        if !is_plain || part.contains(['/', '\\', '\0']) || part.len() > NAME_BYTES {
            return Err(CacheError::Name(part.into()));
        }
    }
    Ok(())
}

/// Why a token cache can't be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CacheError {
    /// A folder can't be listed.
    #[error(transparent)]
    Folder(#[from] SourceError),
    /// Reading or writing failed. The error names the file.
    #[error(transparent)]
    Io(std::io::Error),
    /// There is no `.npz` file.
    #[error("there are no .npz files in folders of {}", .0.display())]
    Empty(PathBuf),
    /// A file is longer than those of one image are.
    #[error("{} has over {FILE_BYTES} bytes, more than tokens of one image take", .0.display())]
    TooLarge(PathBuf),
    /// A file is damaged.
    #[error("{} can't be read as tokens", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: ArrayError,
    },
    /// A file can't be made.
    #[error(transparent)]
    Encode(#[from] HeaderError),
    /// A file has no tokens.
    #[error("{} has no array 'indices'", .0.display())]
    NoIndices(PathBuf),
    /// A file has tokens of another grid.
    #[error("{}: '{name}' has shape {shape:?}, but a grid of {grid} has {} cells", path.display(), grid.cells())]
    Shape {
        /// The file.
        path: PathBuf,
        /// The array.
        name: String,
        /// Its shape.
        shape: Vec<usize>,
        /// The grid.
        grid: Grid,
    },
    /// A file has mirror tokens where those before it have none, or the other
    /// way round.
    #[error("{}: 'indices_flip' must be in all files or in none", .0.display())]
    Flipped(PathBuf),
    /// The tokens of a file are wrong.
    #[error("{}", path.display())]
    Tokens {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: TokenError,
    },
    /// The new folder can't be made.
    #[error(transparent)]
    Output(#[from] OutputError),
    /// A name can't be that of a file.
    #[error(
        "{0:?} can't be the name of a file in a token cache; names of up to {NAME_BYTES} bytes without '/' and '\\' are allowed"
    )]
    Name(String),
}
