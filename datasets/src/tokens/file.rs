//! Tokens in `.safetensors` files.
//!
//! Let b be the number of images and n the cells of the grid.
//!
//! | tensor | type, shape | content |
//! |---|---|---|
//! | `tokens` | U16 (U32 with over 65,536 codes), (b, n) | tokens in raster order |
//! | `tokens_flip` | as `tokens` | those of the mirror images; may be missing |
//! | `source_index` | U32, (b) | number of each image in its data; may be missing |
//! | `labels` | U16 (U32 with over 65,536 classes), (b) | classes; may be missing |
//!
//! The metadata have `format` = `tokens`, `grid` (`HEIGHTxWIDTH`),
//! `codebook_size`, `classes`, `tokenizer`, and how the tokens were made. Tensors
//! of any integer type are read, and files without metadata if the caller knows
//! what is missing.

use std::io::{Cursor, Read, Seek, Write};
use std::path::Path;

use orders_arrays::{Element, ElementType, SafetensorsFile, safetensors_header};
use orders_core::Grid;
use orders_core::files::open_regular;

use super::file_error::{MalformedTokens, TokenFileError};
use super::set::{TokenParts, TokenSet};

pub(super) const TOKENS: &str = "tokens";
pub(super) const FLIPPED: &str = "tokens_flip";
const SOURCE_INDEX: &str = "source_index";
const LABELS: &str = "labels";
const FORMAT: (&str, &str) = ("format", "tokens");
const GRID: &str = "grid";
const CODEBOOK_SIZE: &str = "codebook_size";
const CLASSES: &str = "classes";
const TOKENIZER: &str = "tokenizer";

/// What the caller knows of a token file. What the file says must agree.
#[derive(Clone, Copy, Debug, Default)]
pub struct TokenFileOptions {
    /// The grid.
    pub grid: Option<Grid>,
    /// Number of codes of the tokenizer.
    pub codebook_size: Option<u32>,
}

impl TokenSet {
    /// Writes the tokens to a file, which appears whole or not at all. The same
    /// tokens give the same bytes.
    ///
    /// # Errors
    ///
    /// [`TokenFileError::Write`], also if the file exists and `overwrite` is
    /// false; [`TokenFileError::Encode`] if the provenance is too long.
    pub fn write(&self, path: impl AsRef<Path>, overwrite: bool) -> Result<(), TokenFileError> {
        let mut metadata = self.provenance().clone();
        metadata.insert(FORMAT.0.into(), FORMAT.1.into());
        metadata.insert(GRID.into(), self.grid().to_string());
        metadata.insert(CODEBOOK_SIZE.into(), self.codebook_size().to_string());
        metadata.insert(CLASSES.into(), self.classes().to_string());
        if let Some(tokenizer) = self.tokenizer() {
            metadata.insert(TOKENIZER.into(), tokenizer.into());
        }
        let narrow = |most: u32| {
            if most <= 1 << 16 {
                ElementType::U16
            } else {
                ElementType::U32
            }
        };
        let code = narrow(self.codebook_size());
        let all = [self.len(), self.grid().cells()];
        let each = [self.len()];
        let tensors = [
            (
                SOURCE_INDEX,
                ElementType::U32,
                &each[..],
                self.source_index(),
            ),
            (TOKENS, code, &all[..], Some(self.tokens())),
            (FLIPPED, code, &all[..], self.flipped()),
            (LABELS, narrow(self.classes()), &each[..], self.labels()),
        ];
        let mut tensors: Vec<_> = tensors
            .into_iter()
            .filter_map(|(name, element, shape, values)| Some((name, element, shape, values?)))
            .collect();
        // The widest types come first, so that all tensors are aligned.
        tensors.sort_by_key(|tensor| tensor.1 != ElementType::U32);

        let infos: Vec<(&str, ElementType, &[usize])> = tensors
            .iter()
            .map(|&(name, element, shape, _)| (name, element, shape))
            .collect();
        let header = safetensors_header(&metadata, &infos)?;
        TokenFileError::write(path.as_ref(), overwrite, |file| {
            file.write_all(&header)?;
            let mut bytes = Vec::new();
            for &(_, element, _, values) in &tensors {
                for block in values.chunks(1 << 16) {
                    bytes.clear();
                    for &value in block {
                        match element {
                            ElementType::U16 => (value as u16).append_le(&mut bytes),
                            _ => value.append_le(&mut bytes),
                        }
                    }
                    file.write_all(&bytes)?;
                }
            }
            Ok(())
        })
    }

    /// Reads a token file. Sizes are held against its length before anything is
    /// allocated, tokens against the codebook, labels against the classes.
    ///
    /// # Errors
    ///
    /// [`TokenFileError::Open`] and [`TokenFileError::Read`], which name the
    /// file.
    pub fn read(
        path: impl AsRef<Path>,
        options: &TokenFileOptions,
    ) -> Result<Self, TokenFileError> {
        TokenFileError::read(path.as_ref(), "tokens", |file| read(file, options))
    }

    /// Reads tokens from the bytes of a file.
    ///
    /// # Errors
    ///
    /// [`MalformedTokens`], as for a file.
    pub fn from_bytes(bytes: &[u8], options: &TokenFileOptions) -> Result<Self, MalformedTokens> {
        read(Cursor::new(bytes), options)
    }
}

/// Whether a file says that it is one of tokens.
pub fn is_token_file(path: impl AsRef<Path>) -> bool {
    let file = open_regular(path).ok();
    let file = file.and_then(|file| SafetensorsFile::open(file).ok());
    file.is_some_and(|file| file.has(TOKENS))
}

fn read(source: impl Read + Seek, options: &TokenFileOptions) -> Result<TokenSet, MalformedTokens> {
    let mut file = SafetensorsFile::open(source)?;
    let Head { mut parts, images } = Head::read(&mut file, options)?;
    let all = [images, parts.grid.cells()];
    parts.tokens = integers(&mut file, TOKENS, &all)?.ok_or(MalformedTokens::NoTokens)?;
    parts.flipped = integers(&mut file, FLIPPED, &all)?;
    Ok(TokenSet::new(parts)?)
}

/// All that a file has but its tokens.
pub(super) struct Head {
    /// Without tokens.
    pub(super) parts: TokenParts,
    pub(super) images: usize,
}

impl Head {
    pub(super) fn read(
        file: &mut SafetensorsFile<impl Read + Seek>,
        options: &TokenFileOptions,
    ) -> Result<Self, MalformedTokens> {
        let mut provenance = file.metadata();
        let tokens = file.array(TOKENS).ok_or(MalformedTokens::NoTokens)?;
        let &[images, cells] = tokens.shape() else {
            return Err(MalformedTokens::Shape {
                tensor: TOKENS,
                shape: tokens.shape().into(),
                expected: "(images, cells)".into(),
            });
        };
        let grid = metadata(&mut provenance, GRID, "HEIGHTxWIDTH")?;
        let grid: Grid = match (grid, options.grid) {
            (Some(found), Some(wanted)) if found != wanted => {
                return Err(MalformedTokens::Grid { found, wanted });
            }
            (found, wanted) => found.or(wanted).ok_or(MalformedTokens::NoGrid { cells })?,
        };
        let codes = metadata(&mut provenance, CODEBOOK_SIZE, "a whole number below 2^32")?;
        let codebook_size: u32 = match (codes, options.codebook_size) {
            (Some(found), Some(wanted)) if found != wanted => {
                return Err(MalformedTokens::CodebookSize { found, wanted });
            }
            (found, wanted) => found.or(wanted).ok_or(MalformedTokens::NoCodebookSize)?,
        };
        let classes: Option<u32> = metadata(&mut provenance, CLASSES, "a whole number below 2^32")?;
        let tokenizer = provenance.remove(TOKENIZER);
        provenance.remove(FORMAT.0);
        let all = [images, grid.cells()];
        for name in [TOKENS, FLIPPED] {
            if let Some(tensor) = file.array(name) {
                check_shape(name, tensor.shape(), &all)?;
            }
        }
        let labels = integers(file, LABELS, &[images])?;
        let by_label = || match &labels {
            None => 0,
            Some(labels) => labels
                .iter()
                .max()
                .map_or(0, |&label| label.saturating_add(1)),
        };
        let classes = classes.unwrap_or_else(by_label);
        Ok(Self {
            parts: TokenParts {
                grid,
                codebook_size,
                tokens: Vec::new(),
                flipped: None,
                labels,
                classes,
                source_index: integers(file, SOURCE_INDEX, &[images])?,
                tokenizer,
                provenance,
            },
            images,
        })
    }
}

/// The tensor of a name and a shape, if there is one.
fn integers(
    file: &mut SafetensorsFile<impl Read + Seek>,
    name: &'static str,
    expected: &[usize],
) -> Result<Option<Vec<u32>>, MalformedTokens> {
    let Some(tensor) = file.array(name) else {
        return Ok(None);
    };
    check_shape(name, tensor.shape(), expected)?;
    Ok(Some(tensor.entries::<u32>()?.read_all()?))
}

fn check_shape(
    tensor: &'static str,
    shape: &[usize],
    expected: &[usize],
) -> Result<(), MalformedTokens> {
    match shape == expected {
        true => Ok(()),
        false => Err(MalformedTokens::Shape {
            tensor,
            shape: shape.into(),
            expected: format!("{expected:?}"),
        }),
    }
}

/// A word of the metadata, taken out of them.
fn metadata<T: std::str::FromStr>(
    all: &mut crate::Provenance,
    key: &'static str,
    allowed: &'static str,
) -> Result<Option<T>, MalformedTokens> {
    let Some(value) = all.remove(key) else {
        return Ok(None);
    };
    match value.parse() {
        Ok(parsed) => Ok(Some(parsed)),
        Err(_) => Err(MalformedTokens::Metadata {
            key,
            value,
            allowed,
        }),
    }
}
