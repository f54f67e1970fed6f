//! Images as tokens, in memory.

use std::collections::BTreeMap;

use orders_core::Grid;

/// How a file was made: what programs, data, settings and seeds there were, by
/// name. Files carry it in their metadata.
pub type Provenance = BTreeMap<String, String>;

/// What a [`TokenSet`] is made of. Let b be the number of images and n the cells
/// of the grid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenParts {
    /// The grid of every image.
    pub grid: Grid,
    /// Tokens are below this: the number of codes of the tokenizer.
    pub codebook_size: u32,
    /// The tokens of all images in raster order, b x n.
    pub tokens: Vec<u32>,
    /// The tokens of the mirror images, b x n, if there are any.
    pub flipped: Option<Vec<u32>>,
    /// The class of each image, if they have classes.
    pub labels: Option<Vec<u32>>,
    /// Labels are below this; 0 if there are none.
    pub classes: u32,
    /// The number of each image in the data that it came from, if that is known.
    pub source_index: Option<Vec<u32>>,
    /// What tells the tokenizer from others, if that is known.
    pub tokenizer: Option<String>,
    /// How the tokens were made.
    pub provenance: Provenance,
}

impl TokenParts {
    /// Whether tokens, of images from one on, are codes.
    pub(super) fn check_tokens(&self, tokens: &[u32], image: usize) -> Result<(), TokenError> {
        let (codebook_size, cells) = (self.codebook_size, self.grid.cells());
        let is_wrong = |&token: &u32| token >= codebook_size;
        match tokens.iter().position(is_wrong) {
            None => Ok(()),
            Some(at) => Err(TokenError::Token {
                image: image + at / cells,
                cell: at % cells,
                token: tokens[at],
                codebook_size,
            }),
        }
    }

    /// Whether labels are classes.
    pub(super) fn check_labels(&self) -> Result<(), TokenError> {
        let classes = self.classes;
        let mut labels = self.labels.iter().flatten().enumerate();
        match labels.find(|&(_, &label)| label >= classes) {
            None => Ok(()),
            Some((image, &label)) => Err(TokenError::Label {
                image,
                label,
                classes,
            }),
        }
    }
}

/// Images as tokens: all of one grid and one tokenizer.
///
/// Every token is below the size of the codebook and every label below the
/// number of classes; a set that breaks this can't be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSet {
    parts: TokenParts,
}

impl TokenSet {
    /// Checks the parts. O(b n).
    ///
    /// # Errors
    ///
    /// [`TokenError`] for the first of them that is wrong.
    pub fn new(parts: TokenParts) -> Result<Self, TokenError> {
        let cells = parts.grid.cells();
        let count = parts.tokens.len() / cells;
        let check = |what, list: Option<&Vec<u32>>, expected| match list {
            Some(list) if list.len() != expected => Err(TokenError::Length {
                what,
                length: list.len(),
                expected,
            }),
            _ => Ok(()),
        };
        let (tokens, flipped) = (Some(&parts.tokens), parts.flipped.as_ref());
        check("tokens", tokens, count * cells)?;
        check("tokens of mirror images", flipped, count * cells)?;
        for tokens in [tokens, flipped].into_iter().flatten() {
            parts.check_tokens(tokens, 0)?;
        }
        check("labels", parts.labels.as_ref(), count)?;
        check("source indices", parts.source_index.as_ref(), count)?;
        parts.check_labels()?;
        Ok(Self { parts })
    }

    /// Number of images, b.
    pub fn len(&self) -> usize {
        self.parts.tokens.len() / self.parts.grid.cells()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.parts.tokens.is_empty()
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

    /// All tokens, image after image in raster order: b x n.
    pub fn tokens(&self) -> &[u32] {
        &self.parts.tokens
    }

    /// The tokens of one image, if there is one of that number.
    pub fn image(&self, index: usize) -> Option<&[u32]> {
        self.parts
            .tokens
            .chunks_exact(self.parts.grid.cells())
            .nth(index)
    }

    /// The tokens of the mirror images, b x n, if there are any.
    pub fn flipped(&self) -> Option<&[u32]> {
        self.parts.flipped.as_deref()
    }

    /// The class of each image, if they have classes.
    pub fn labels(&self) -> Option<&[u32]> {
        self.parts.labels.as_deref()
    }

    /// The number of each image in the data that it came from, if that is known.
    pub fn source_index(&self) -> Option<&[u32]> {
        self.parts.source_index.as_deref()
    }

    /// What tells the tokenizer from others, if that is known.
    pub fn tokenizer(&self) -> Option<&str> {
        self.parts.tokenizer.as_deref()
    }

    /// The same, if it is an [identity](tokenizer_identity).
    pub fn tokenizer_identity(&self) -> Option<&str> {
        self.tokenizer().and_then(tokenizer_identity)
    }

    /// How the tokens were made.
    pub fn provenance(&self) -> &Provenance {
        &self.parts.provenance
    }

    /// The parts that it is made of.
    pub fn into_parts(self) -> TokenParts {
        self.parts
    }

    /// How often each token occurs. O(b n).
    pub fn counts(&self) -> Vec<u64> {
        let mut counts = vec![0; self.parts.codebook_size as usize];
        for &token in &self.parts.tokens {
            counts[token as usize] += 1;
        }
        counts
    }
}

/// What a file says of its tokenizer, if that tells it from all others: a word and a SHA-256
/// digest, as [`PatchCodebook::tokenizer_id`](crate::PatchCodebook::tokenizer_id) gives them.
/// Other programs, and the first version of this one, put names of files there, which say
/// little.
///
/// ```
/// use orders_datasets::tokenizer_identity;
///
/// let identity = format!("patch-codebook:{}", "0f".repeat(32));
/// assert_eq!(tokenizer_identity(&identity), Some(&identity[..]));
/// assert_eq!(tokenizer_identity("vq_ds16_c2i.pt"), None);
/// ```
pub fn tokenizer_identity(said: &str) -> Option<&str> {
    let (kind, digest) = said.split_once(':')?;
    let is_digest = digest.len() == 64 && digest.bytes().all(|digit| digit.is_ascii_hexdigit());
    (is_digest && !kind.is_empty()).then_some(said)
}

/// What is wrong with tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// A list is too long or too short.
    #[error("there are {length} {what}, but there must be {expected}")]
    Length {
        /// The list.
        what: &'static str,
        /// Its length.
        length: usize,
        /// The length that it must have.
        expected: usize,
    },
    /// A token is no code.
    #[error(
        "cell {cell} of image {image} has token {token}, but the codebook has {codebook_size} codes, from 0"
    )]
    Token {
        /// The image.
        image: usize,
        /// The cell.
        cell: usize,
        /// The token.
        token: u32,
        /// Number of codes.
        codebook_size: u32,
    },
    /// A label is no class.
    #[error("image {image} has label {label}, but there are {classes} classes, from 0")]
    Label {
        /// The image.
        image: usize,
        /// Its label.
        label: u32,
        /// Number of classes.
        classes: u32,
    },
}
