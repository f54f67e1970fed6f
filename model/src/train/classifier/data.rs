//! The images of tokens, with their classes.

use orders_datasets::{Image, PatchCodebook, TokenSet};

use crate::train::error::{DataError, TrainError};

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
            return Err(DataError::Empty.into());
        }
        let Some(labels) = tokens.labels() else {
            return Err(DataError::NoLabels.into());
        };
        let (classes, most) = (tokens.classes(), MOST_CLASSES);
        if classes > most {
            return Err(DataError::ManyClasses { classes, most }.into());
        }
        let (expected, codes) = (tokens.codebook_size() as usize, codebook.len());
        if codes != expected {
            return Err(DataError::Codes { expected, codes }.into());
        }
        let id = codebook.tokenizer_id();
        if let Some(other) = tokens.tokenizer().filter(|other| *other != id) {
            let tokens = other.to_owned();
            return Err(DataError::Tokenizer { tokens, given: id }.into());
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
        let (sides, trained) = (others.sides, self.sides);
        if sides != trained {
            return Err(DataError::Sides { sides, trained }.into());
        }
        let (classes, trained) = (others.classes(), self.classes());
        if classes != trained {
            return Err(DataError::OtherClasses { classes, trained }.into());
        }
        Ok(others)
    }

    /// What tells the codebook from others.
    pub(super) fn tokenizer_id(&self) -> String {
        self.codebook.tokenizer_id()
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
        Ok(image.map_err(DataError::from)?)
    }
}
