//! The size of a tokenizer.

use serde::Deserialize;

/// Channels are normalised in groups, of which there are as many.
pub(super) const NORM_GROUPS: usize = 32;
/// What is added to variances.
pub(super) const EPSILON: f64 = 1e-6;
/// The most levels: strides of up to 2^7.
const MOST_LEVELS: usize = 8;
/// The most channels anywhere, and the most residual blocks of a level.
const MOST_CHANNELS: usize = 1 << 14;
const MOST_BLOCKS: usize = 64;
/// The most numbers of the codebook.
const MOST_CODES: usize = 1 << 28;

/// The size of a tokenizer, as its JSON file states it.
///
/// ```
/// use orders_model::vq::VqConfig;
///
/// let config = VqConfig::from_json(br#"{"ch": 128, "ch_mult": [1, 1, 2, 2, 4],
///     "z_channels": 256, "codebook_size": 16384, "codebook_dim": 8, "res_blocks": 2}"#)?;
/// assert_eq!(config, VqConfig::ds16());
/// assert_eq!(config.stride(), 16);
/// # Ok::<(), orders_model::vq::VqConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct VqConfig {
    /// Channels of the first level.
    pub ch: usize,
    /// Channels of each level, as multiples of `ch`.
    pub ch_mult: Vec<usize>,
    /// Channels of the encoder's output and the decoder's input.
    pub z_channels: usize,
    /// Vectors in the codebook, that is tokens.
    pub codebook_size: usize,
    /// Numbers in each of them.
    pub codebook_dim: usize,
    /// Residual blocks in each level of the encoder; the decoder has one more.
    pub res_blocks: usize,
}

impl VqConfig {
    /// VQ-16 (`vq_ds16_c2i.pt`): stride 16, 16,384 tokens.
    pub fn ds16() -> Self {
        Self {
            ch: 128,
            ch_mult: vec![1, 1, 2, 2, 4],
            z_channels: 256,
            codebook_size: 16_384,
            codebook_dim: 8,
            res_blocks: 2,
        }
    }

    /// Reads a JSON object with the fields of this type; others are not looked
    /// at, such as lists of tensors.
    ///
    /// # Errors
    ///
    /// [`VqConfigError`] if a field is missing or out of its range.
    pub fn from_json(text: &[u8]) -> Result<Self, VqConfigError> {
        let config: Self =
            serde_json::from_slice(text).map_err(|error| VqConfigError::Json(error.into()))?;
        config.check()?;
        Ok(config)
    }

    /// Whether such a network can be built.
    ///
    /// # Errors
    ///
    /// [`VqConfigError::Field`] for the first field that is out of its range.
    pub fn check(&self) -> Result<(), VqConfigError> {
        let fault = |field, allowed: String| Err(VqConfigError::Field { field, allowed });
        if !(1..=MOST_LEVELS).contains(&self.ch_mult.len()) {
            return fault("ch_mult", format!("1 to {MOST_LEVELS} numbers"));
        }
        let fits = |channels: usize| {
            channels > 0 && channels <= MOST_CHANNELS && channels.is_multiple_of(NORM_GROUPS)
        };
        if !fits(self.ch) {
            let allowed = format!("a multiple of {NORM_GROUPS} up to {MOST_CHANNELS}");
            return fault("ch", allowed);
        }
        let channels = |multiple: &usize| self.ch.checked_mul(*multiple).is_some_and(fits);
        if !self.ch_mult.iter().all(channels) {
            let allowed = format!("numbers from 1 that make at most {MOST_CHANNELS} channels");
            return fault("ch_mult", allowed);
        }
        if !(1..=MOST_BLOCKS).contains(&self.res_blocks) {
            return fault("res_blocks", format!("1 to {MOST_BLOCKS}"));
        }
        if !(1..=MOST_CHANNELS).contains(&self.z_channels) {
            return fault("z_channels", format!("1 to {MOST_CHANNELS}"));
        }
        if !(1..=MOST_CHANNELS).contains(&self.codebook_dim) {
            return fault("codebook_dim", format!("1 to {MOST_CHANNELS}"));
        }
        let most = MOST_CODES / self.codebook_dim;
        if !(2..=most).contains(&self.codebook_size) {
            return fault("codebook_size", format!("2 to {most}"));
        }
        Ok(())
    }

    /// Pixels for each token, on either side.
    pub fn stride(&self) -> usize {
        1 << (self.ch_mult.len() - 1)
    }
}

/// Why a configuration can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VqConfigError {
    /// It is no JSON object with the fields.
    #[error("it is not the configuration of a tokenizer: {0}")]
    Json(Box<dyn std::error::Error + Send + Sync>),
    /// A field is out of its range.
    #[error("{field} has to be {allowed}")]
    Field {
        /// The field.
        field: &'static str,
        /// What is allowed.
        allowed: String,
    },
}
