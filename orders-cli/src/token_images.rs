//! Images as tokens, with their classes, that models are asked about.

use std::collections::BTreeSet;
use std::path::Path;

use ndarray::Array2;
use orders_core::files::{Digest, Hasher};
use orders_model::lpd::{LpdConfig, LpdError};

use crate::failure::{Failure, Result};
use crate::token_file::Stated;
use crate::token_identity::{self, Tokens};
use crate::{settings, token_file};

/// Bundled images that are looked at where nothing is said.
const BUNDLED_LIMIT: u64 = 500;

/// Images whose likelihood flags ask for.
pub(crate) struct HeldOutArgs<'a> {
    /// Their file; without it, those that are bundled with the model.
    pub(crate) tokens: Option<&'a Path>,
    /// How many of the first.
    pub(crate) limit: Option<u64>,
    /// The token that is background.
    pub(crate) background: Option<u32>,
}

impl HeldOutArgs<'_> {
    /// The images, if there are some, and the token that is background, if it is known.
    pub(crate) fn read(
        &self,
        config: &LpdConfig,
        is_bundled: bool,
    ) -> Result<Option<(TokenImages, Option<u32>)>> {
        let (images, background) = match self.tokens {
            Some(path) => {
                let limit = self.limit.unwrap_or(u64::MAX);
                let images = TokenImages::read(path)?.first(limit);
                if images.len() == 0 {
                    return Err(Failure::input(format!("{} has no images", path.display())));
                }
                (images, self.background)
            }
            None if is_bundled => {
                let black = orders_model::bundled::codebook().black_token();
                let images = TokenImages::bundled()?.first(self.limit.unwrap_or(BUNDLED_LIMIT));
                (images, self.background.or(Some(black)))
            }
            None if self.background.is_some() => {
                return Err(Failure::input(
                    "--background is for images whose likelihood is measured: --tokens FILE",
                ));
            }
            None => return Ok(None),
        };
        images.check(config)?;
        if let Some(token) = background
            && token as usize >= config.vocab()
        {
            return Err(Failure::input(format!(
                "--background {token} is no token of the model, which has {}, counted from 0",
                config.vocab()
            )));
        }
        Ok(Some((images, background)))
    }
}

/// Images that a model is asked about.
pub(crate) struct TokenImages {
    /// Shape (images, cells), in raster order.
    pub(crate) tokens: Array2<u32>,
    /// A class for each image; `None` is no class.
    pub(crate) labels: Vec<Option<u32>>,
    /// Where they are from, for messages.
    place: String,
    /// What their file says of them.
    stated: Stated,
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
            stated: file.stated,
        })
    }

    /// The bundled images.
    pub(crate) fn bundled() -> Result<Self> {
        let set = orders_model::bundled::held_out();
        let shape = (set.len(), set.grid().cells());
        let tokens = Array2::from_shape_vec(shape, set.tokens().to_vec());
        let labels = set.labels().unwrap_or_default().iter().copied();
        Ok(Self {
            tokens: tokens.map_err(Failure::work)?,
            labels: labels.map(Some).collect(),
            place: "the bundled images".to_owned(),
            stated: Stated {
                grid: Some(set.grid()),
                codebook_size: Some(set.codebook_size() as usize),
                tokenizer: set.tokenizer_identity().map(str::to_owned),
            },
        })
    }

    /// The digest of the number of images, their tokens and classes.
    pub(crate) fn digest(&self) -> Digest {
        let mut hasher = Hasher::default();
        hasher.update(&(self.len() as u64).to_le_bytes());
        for token in &self.tokens {
            hasher.update(&token.to_le_bytes());
        }
        for label in &self.labels {
            hasher.update(&label.map_or(-1, i64::from).to_le_bytes());
        }
        hasher.finish().0
    }

    /// Whether all of them are among others.
    pub(crate) fn are_among(&self, others: &Self) -> bool {
        let rows = |images: &Self| -> Vec<Vec<u32>> {
            let rows = images.tokens.rows().into_iter();
            rows.map(|row| row.to_vec()).collect()
        };
        let others: BTreeSet<Vec<u32>> = rows(others).into_iter().collect();
        rows(self).iter().all(|row| others.contains(row))
    }

    /// Number of images.
    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The first `limit` images, or all there are.
    pub(crate) fn first(mut self, limit: u64) -> Self {
        let count = usize::try_from(limit).map_or(self.len(), |limit| limit.min(self.len()));
        self.labels.truncate(count);
        self.tokens = self.tokens.slice_move(ndarray::s![..count, ..]);
        self
    }

    /// Whether a model can be asked about all of them.
    pub(crate) fn check(&self, config: &LpdConfig) -> Result<()> {
        self.stated.check(&self.place, config)?;
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
            tokenizer: self.stated.tokenizer.as_deref(),
        };
        token_identity::check(&images, &model.tokens(), notes)
    }

    /// Where they are from.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// What is wrong with them.
    pub(crate) fn failure(&self, error: &LpdError) -> Failure {
        Failure::input_at(&self.place, error)
    }
}
