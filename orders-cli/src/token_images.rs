//! Images as tokens, with their classes, that models are asked about.

use std::path::Path;

use ndarray::Array2;
use orders_model::lpd::{LpdConfig, LpdError};

use crate::failure::{Failure, Result};
use crate::token_identity::{self, Tokens};
use crate::{settings, token_file};

/// Images that a model is asked about.
pub(crate) struct TokenImages {
    /// Shape (images, cells), in raster order.
    pub(crate) tokens: Array2<u32>,
    /// A class for each image; `None` is no class.
    pub(crate) labels: Vec<Option<u32>>,
    /// Where they are from, for messages.
    place: String,
    /// What tells their tokenizer from others, if that is known.
    tokenizer: Option<String>,
}

impl TokenImages {
    /// The images of a file of tokens and labels.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let place = path.display().to_string();
        let file = token_file::read(path)?;
        let labels = file.labels.ok_or_else(|| {
            Failure::input(format!(
                "{place} has no 'labels'; -1 for each image means no class"
            ))
        })?;
        Ok(Self {
            tokens: file.tokens,
            labels,
            place,
            tokenizer: file.tokenizer,
        })
    }

    /// The bundled images.
    #[cfg(all(feature = "model", feature = "tables"))]
    pub(crate) fn bundled() -> Result<Self> {
        let set = orders_model::bundled::held_out();
        let shape = (set.len(), set.grid().cells());
        let tokens = Array2::from_shape_vec(shape, set.tokens().to_vec());
        let labels = set.labels().unwrap_or_default().iter().copied();
        Ok(Self {
            tokens: tokens.map_err(Failure::work)?,
            labels: labels.map(Some).collect(),
            place: "the bundled images".to_owned(),
            tokenizer: set.tokenizer_identity().map(str::to_owned),
        })
    }

    /// Number of images.
    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The first `limit` images, or all there are.
    #[cfg(all(feature = "model", feature = "tables"))]
    pub(crate) fn first(mut self, limit: u64) -> Self {
        let count = usize::try_from(limit).map_or(self.len(), |limit| limit.min(self.len()));
        self.labels.truncate(count);
        self.tokens = self.tokens.slice_move(ndarray::s![..count, ..]);
        self
    }

    /// Whether a model can be asked about all of them.
    pub(crate) fn check(&self, config: &LpdConfig) -> Result<()> {
        config
            .check_tokens(self.tokens.view(), None)
            .and_then(|()| config.check_labels(&self.labels))
            .map_err(|error| self.failure(&error))
    }

    /// Whether they are of the tokenizer of a model, as far as both are known.
    pub(crate) fn check_tokenizer(
        &self,
        model: &settings::LookedAt,
        notes: &mut Vec<String>,
    ) -> Result<()> {
        let images = Tokens {
            place: &self.place,
            tokenizer: self.tokenizer.as_deref(),
        };
        token_identity::check(&images, &model.tokens(), notes)
    }

    /// What is wrong with them.
    pub(crate) fn failure(&self, error: &LpdError) -> Failure {
        Failure::input_at(&self.place, error)
    }
}
