//! Images as tokens, of which those are read that are asked for.

use std::fs::File;
use std::path::{Path, PathBuf};

use orders_arrays::SafetensorsFile;
use orders_core::Grid;

use super::file::{FLIPPED, Head, TOKENS, TokenFileOptions};
use super::file_error::{MalformedTokens, TokenFileError};
use super::set::{TokenParts, TokenSet, tokenizer_identity};

/// Tokens that are read at once where all are.
const BLOCK_TOKENS: usize = 1 << 18;

/// Images as tokens, by number: of a file, whose tokens stay there, or of a [`TokenSet`].
///
/// What tells a file's tokens from others (grid, codebook, labels) is read and checked when
/// it is opened; tokens are held against the codebook whenever they are read.
#[derive(Debug)]
pub struct TokenRows {
    /// With tokens, if they are in memory.
    parts: TokenParts,
    images: usize,
    has_flipped: bool,
    file: Option<(PathBuf, SafetensorsFile<File>)>,
}

impl From<TokenSet> for TokenRows {
    fn from(set: TokenSet) -> Self {
        Self {
            images: set.len(),
            has_flipped: set.flipped().is_some(),
            parts: set.into_parts(),
            file: None,
        }
    }
}

impl TokenRows {
    /// Those of a file.
    ///
    /// # Errors
    ///
    /// [`TokenFileError::Open`] and [`TokenFileError::Read`], which name the file.
    pub fn open(
        path: impl AsRef<Path>,
        options: &TokenFileOptions,
    ) -> Result<Self, TokenFileError> {
        let path = path.as_ref();
        TokenFileError::read(path, "tokens", |file| {
            let mut file = SafetensorsFile::open(file)?;
            let Head { parts, images } = Head::read(&mut file, options)?;
            parts.check_labels()?;
            Ok(Self {
                parts,
                images,
                has_flipped: file.has(FLIPPED),
                file: Some((path.into(), file)),
            })
        })
    }

    /// Number of images, b.
    pub fn len(&self) -> usize {
        self.images
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.images == 0
    }

    /// The grid of every image.
    pub fn grid(&self) -> Grid {
        self.parts.grid
    }

    /// Number of codes of the tokenizer: tokens are below it.
    pub fn codebook_size(&self) -> u32 {
        self.parts.codebook_size
    }

    /// Number of classes: labels are below it; 0 if there are none.
    pub fn classes(&self) -> u32 {
        self.parts.classes
    }

    /// The class of each image, if they have classes.
    pub fn labels(&self) -> Option<&[u32]> {
        self.parts.labels.as_deref()
    }

    /// Whether there are tokens of the mirror images.
    pub fn has_flipped(&self) -> bool {
        self.has_flipped
    }

    /// What tells the tokenizer from others, if that is an [identity](tokenizer_identity).
    pub fn tokenizer_identity(&self) -> Option<&str> {
        self.parts.tokenizer.as_deref().and_then(tokenizer_identity)
    }

    /// Puts the tokens of an image, or of its mirror image, in the place of what is in
    /// `tokens`: nothing, if there is no image of that number or no mirror image.
    ///
    /// # Errors
    ///
    /// [`TokenFileError::Read`].
    pub fn image(
        &mut self,
        image: usize,
        flipped: bool,
        tokens: &mut Vec<u32>,
    ) -> Result<(), TokenFileError> {
        tokens.clear();
        self.read(image, 1, flipped, tokens)
    }

    /// Hands on all tokens, or those of the mirror images, in pieces of whole images from
    /// the first to the last. O(1) memory for those of a file.
    ///
    /// # Errors
    ///
    /// [`TokenFileError::Read`].
    pub fn all(
        &mut self,
        flipped: bool,
        mut take: impl FnMut(&[u32]),
    ) -> Result<(), TokenFileError> {
        let at_once = (BLOCK_TOKENS / self.parts.grid.cells()).max(1);
        let mut tokens = Vec::new();
        for image in (0..self.images).step_by(at_once) {
            tokens.clear();
            self.read(image, at_once, flipped, &mut tokens)?;
            take(&tokens);
        }
        Ok(())
    }

    /// Appends the tokens of images from one on.
    fn read(
        &mut self,
        image: usize,
        count: usize,
        flipped: bool,
        tokens: &mut Vec<u32>,
    ) -> Result<(), TokenFileError> {
        let images = image.min(self.images)..image.saturating_add(count).min(self.images);
        let Some((path, file)) = &mut self.file else {
            let cells = self.parts.grid.cells();
            let of_all = match flipped {
                true => self.parts.flipped.as_deref().unwrap_or_default(),
                false => &self.parts.tokens,
            };
            let stretch = images.start * cells..images.end * cells;
            tokens.extend_from_slice(of_all.get(stretch).unwrap_or_default());
            return Ok(());
        };
        let mut read = || -> Result<(), MalformedTokens> {
            let name = if flipped { FLIPPED } else { TOKENS };
            if let Some(rows) = file.rows(name, images.clone()) {
                let mut entries = rows.entries::<u32>()?;
                entries.read(entries.count(), tokens)?;
            }
            Ok(self.parts.check_tokens(tokens, images.start)?)
        };
        read().map_err(|source| TokenFileError::Read {
            path: path.clone(),
            what: "tokens",
            source: Box::new(source),
        })
    }
}
