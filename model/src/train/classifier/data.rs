//! The images of tokens, with their classes.

use orders_datasets::{CodebookError, Image, PatchCodebook, TokenSet};

use crate::train::error::TrainError;

/// The most classes: of more, the head would be most of the network.
const MOST_CLASSES: u32 = 4096;

/// Tokens of at least one image, their labels, and what turns them into pixels.
pub(super) struct LabelledImages {
    tokens: TokenSet,
    labels: Vec<u32>,
    codebook: PatchCodebook,
    sides: [u32; 2],
}

impl LabelledImages {
    /// # Errors
    ///
    /// [`TrainError::Data`].
    pub(super) fn new(tokens: TokenSet, codebook: PatchCodebook) -> Result<Self, TrainError> {
        if tokens.is_empty() {
            return wrong("there are no images");
        }
        let Some(labels) = tokens.labels() else {
            return wrong("the images have no labels");
        };
        if tokens.classes() > MOST_CLASSES {
            return wrong(format!(
                "there are {} classes; a classifier takes up to {MOST_CLASSES}",
                tokens.classes()
            ));
        }
        if tokens.codebook_size() as usize != codebook.len() {
            return wrong(format!(
                "the tokens are from a codebook of {}, this one has {} codes",
                tokens.codebook_size(),
                codebook.len()
            ));
        }
        let id = codebook.tokenizer_id();
        if let Some(other) = tokens.tokenizer().filter(|other| *other != id) {
            return wrong(format!("the tokens are of {other}, not of {id}"));
        }
        let mut images = Self {
            labels: labels.to_vec(),
            tokens,
            codebook,
            sides: [0; 2],
        };
        let image = images.image(0, false)?;
        images.sides = [image.height(), image.width()];
        Ok(images)
    }

    /// Others of the same codebook, size and classes.
    pub(super) fn like(&self, tokens: TokenSet) -> Result<Self, TrainError> {
        let others = Self::new(tokens, self.codebook.clone())?;
        if others.sides != self.sides {
            let ([height, width], [rows, columns]) = (others.sides, self.sides);
            return wrong(format!(
                "the images have {height}x{width} pixels, those that are trained on {rows}x{columns}"
            ));
        }
        if others.classes() != self.classes() {
            return wrong(format!(
                "there are {} classes, of the images that are trained on {}",
                others.classes(),
                self.classes()
            ));
        }
        Ok(others)
    }

    pub(super) fn len(&self) -> usize {
        self.labels.len()
    }

    pub(super) fn classes(&self) -> usize {
        self.tokens.classes() as usize
    }

    /// Height and width.
    pub(super) fn sides(&self) -> [u32; 2] {
        self.sides
    }

    pub(super) fn label(&self, index: usize) -> u32 {
        self.labels[index]
    }

    /// An image, or its mirror image if there are some.
    pub(super) fn image(&self, index: usize, is_flipped: bool) -> Result<Image, TrainError> {
        let of_all = match self.tokens.flipped() {
            Some(flipped) if is_flipped => flipped,
            _ => self.tokens.tokens(),
        };
        let cells = self.tokens.grid().cells();
        let tokens = &of_all[index * cells..(index + 1) * cells];
        let image = self.codebook.decode(self.tokens.grid(), tokens);
        image.or_else(|error: CodebookError| wrong(error.to_string()))
    }
}

fn wrong<T>(reason: impl Into<String>) -> Result<T, TrainError> {
    Err(TrainError::Data {
        reason: reason.into(),
    })
}
