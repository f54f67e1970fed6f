//! A model and the images that it is asked about to choose something: those of training.

use orders_core::Grid;
use orders_model::lpd::Lpd;

use super::RunsOn;
use crate::args::OptimizeModelArgs;
use crate::failure::{Failure, Result};
use crate::output;
use crate::settings;
use crate::token_images::TokenImages;

const MODEL: &str = "model";
const MODEL_DIGEST: &str = "model_sha256";
const TOKENS: &str = "tokens";
const TOKENS_DIGEST: &str = "tokens_sha256";
const IMAGES: &str = "images";

/// A model, and images of training.
pub(crate) struct AskedModel {
    pub(crate) lpd: Lpd,
    pub(crate) images: TokenImages,
    pub(crate) batch: usize,
    about: Vec<(&'static str, String)>,
}

impl AskedModel {
    /// All names that [`about`](Self::about) has.
    pub(crate) const ABOUT: [&'static str; 5] =
        [MODEL, MODEL_DIGEST, TOKENS, TOKENS_DIGEST, IMAGES];

    /// What flags ask for. Images that are bundled to report results on are refused.
    pub(crate) fn new(args: &OptimizeModelArgs, notes: &mut Vec<String>) -> Result<Self> {
        let source = settings::bundled_or_files(
            args.model.as_deref(),
            args.checkpoint.as_deref(),
            args.config.as_deref(),
        )?;
        let tokens = args.tokens.as_deref().ok_or_else(|| {
            Failure::input("images are needed that the model is asked about: --tokens FILE")
        })?;
        let images = TokenImages::read(tokens)?.first(args.limit);
        if images.len() == 0 {
            return Err(Failure::input(format!(
                "{} has no images",
                tokens.display()
            )));
        }
        if images.are_among(&TokenImages::bundled()?) {
            return Err(Failure::input(format!(
                "--tokens {}: these images are bundled to report results on; search with images of training",
                tokens.display()
            )));
        }
        images.check(&source.config())?;
        let looked_at = settings::looked_at(&source, notes)?;
        images.check_tokenizer(&looked_at, notes)?;
        let weights = settings::weights_digest(&source)?;
        let runs_on = RunsOn::new(&args.runs, notes)?;
        let lpd = settings::lpd(&source, &runs_on)?;
        let about = vec![
            (MODEL, source.label()),
            (MODEL_DIGEST, weights.to_string()),
            (TOKENS, output::file_name(tokens)),
            (TOKENS_DIGEST, images.digest().to_string()),
            (IMAGES, images.len().to_string()),
        ];
        Ok(Self {
            lpd,
            images,
            batch: args.batch,
            about,
        })
    }

    /// The grid of its images.
    pub(crate) fn grid(&self) -> Grid {
        self.lpd.config().grid()
    }

    /// What a user calls the model.
    pub(crate) fn label(&self) -> &str {
        &self.about[0].1
    }

    /// What outputs say of model and images, by name.
    pub(crate) fn about(&self) -> Vec<(&'static str, String)> {
        self.about.clone()
    }
}
