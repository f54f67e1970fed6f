//! The tokenizer.

use candle_core::{DType, Device, Tensor};

use super::candle::Candle;
use super::codebook::Codebook;
use super::config::{VqConfig, VqConfigError};
use super::cpu::{Cpu, Map};
use super::layers::{decoder, encoder};
use super::network::Network;
use crate::weights::Weights;

/// Turns images into tokens and tokens into images.
///
/// Images are tensors of shape (images, 3, height, width) with values from -1 to
/// 1; tokens are of shape (images, cells), cells in raster order.
pub struct VqTokenizer {
    config: VqConfig,
    codebook: Codebook,
    networks: Networks,
    device: Device,
}

enum Networks {
    Cpu {
        encoder: Network<Cpu>,
        decoder: Network<Cpu>,
    },
    Candle {
        candle: Candle,
        encoder: Network<Candle>,
        decoder: Network<Candle>,
    },
}

/// What encoding gives.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Encoded {
    /// The encoder's output before the nearest vectors are looked for: f32 of
    /// shape (images, numbers of a vector, cells down, cells across).
    pub latent: Tensor,
    /// The nearest vectors: i64 of shape (images, cells).
    pub tokens: Tensor,
    /// By how much the cosine of the angle to the second nearest vector is smaller
    /// (half the difference of the squared distances): f32 of the same shape. Where
    /// this is near 0, rounding decides.
    pub margin: Tensor,
}

impl VqTokenizer {
    /// A tokenizer with weights that fit [`VqConfig::tensors`], on the device
    /// where it is to compute: with our own convolutions on a CPU, with candle's
    /// operations elsewhere.
    ///
    /// On a CPU the weights are laid out anew, so that the ones given can be let
    /// go of.
    ///
    /// # Errors
    ///
    /// [`VqError::Config`], and [`VqError::Candle`] if the weights can't be put
    /// on the device.
    ///
    /// # Panics
    ///
    /// If the weights were checked against another list.
    pub fn new(config: VqConfig, weights: &Weights, device: &Device) -> Result<Self, VqError> {
        Self::in_precision(config, weights, device, DType::F32)
    }

    /// The same with numbers of type `dtype`, if it is not on a CPU, where they are f32.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn in_precision(
        config: VqConfig,
        weights: &Weights,
        device: &Device,
        dtype: DType,
    ) -> Result<Self, VqError> {
        if !device.is_cpu() {
            return Self::with_candle(config, weights, device, dtype);
        }
        config.check()?;
        let networks = Networks::Cpu {
            encoder: Network::new(&Cpu, &encoder(&config), weights)?,
            decoder: Network::new(&Cpu, &decoder(&config), weights)?,
        };
        Self::of(config, weights, device, networks)
    }

    /// The same on candle's operations on any device, with numbers of type
    /// `dtype`. On a CPU this is much slower.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// As [`new`](Self::new).
    pub fn with_candle(
        config: VqConfig,
        weights: &Weights,
        device: &Device,
        dtype: DType,
    ) -> Result<Self, VqError> {
        config.check()?;
        let candle = Candle {
            device: device.clone(),
            dtype,
        };
        let networks = Networks::Candle {
            encoder: Network::new(&candle, &encoder(&config), weights)?,
            decoder: Network::new(&candle, &decoder(&config), weights)?,
            candle,
        };
        Self::of(config, weights, device, networks)
    }

    fn of(
        config: VqConfig,
        weights: &Weights,
        device: &Device,
        networks: Networks,
    ) -> Result<Self, VqError> {
        Ok(Self {
            codebook: Codebook::new(&weights.get("quantize.embedding.weight"))?,
            config,
            networks,
            device: device.clone(),
        })
    }

    /// The tokenizer's size.
    pub fn config(&self) -> &VqConfig {
        &self.config
    }

    /// The device that it computes on.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// The type of its numbers.
    pub fn dtype(&self) -> DType {
        match &self.networks {
            Networks::Cpu { .. } => DType::F32,
            Networks::Candle { candle, .. } => candle.dtype,
        }
    }

    /// What tokens of this tokenizer name as theirs: `vq-codebook:` and the SHA-256 of its
    /// vectors, whatever file and precision the weights came in. O(codebook).
    pub fn tokenizer_id(&self) -> String {
        format!("vq-codebook:{}", self.codebook.id())
    }

    /// The tokens of images: f32 of shape (images, 3, height, width), both sides
    /// multiples of the stride.
    ///
    /// # Errors
    ///
    /// [`VqError::Images`], [`VqError::Candle`].
    pub fn encode(&self, images: &Tensor) -> Result<Encoded, VqError> {
        let stride = self.config.stride();
        let (count, height, width) = match *images.dims() {
            [count, 3, height, width]
                if count.min(height).min(width) > 0
                    && height.is_multiple_of(stride)
                    && width.is_multiple_of(stride) =>
            {
                (count, height / stride, width / stride)
            }
            _ => {
                return Err(VqError::Images {
                    stride,
                    found: images.dims().to_vec(),
                });
            }
        };
        let latent = match &self.networks {
            Networks::Cpu { encoder, .. } => {
                let mut maps = Vec::with_capacity(count);
                for index in 0..count {
                    let map = Map::from_tensor(&images.get(index)?)?;
                    maps.push(encoder.forward(&Cpu, map)?.into_tensor()?);
                }
                Tensor::stack(&maps, 0)?
            }
            Networks::Candle {
                candle, encoder, ..
            } => {
                let images = images.to_device(&candle.device)?.to_dtype(candle.dtype)?;
                encoder.forward(candle, images)?.to_dtype(DType::F32)?
            }
        };
        // One vector after the other.
        let vectors: Vec<f32> = latent
            .permute((0, 2, 3, 1))?
            .to_device(&Device::Cpu)?
            .flatten_all()?
            .to_vec1()?;
        let nearest = self.codebook.nearest(&vectors);
        let tokens: Vec<i64> = nearest.iter().map(|nearest| nearest.token as i64).collect();
        let margin: Vec<f32> = nearest.iter().map(|nearest| nearest.margin).collect();
        let shape = (count, height * width);
        Ok(Encoded {
            latent,
            tokens: Tensor::from_vec(tokens, shape, &self.device)?,
            margin: Tensor::from_vec(margin, shape, &self.device)?,
        })
    }

    /// The images of tokens: i64 of shape (images, `height` x `width` cells), to
    /// f32 of shape (images, 3, height, width in pixels). Values are near -1 to 1,
    /// and not cut off.
    ///
    /// # Errors
    ///
    /// [`VqError::Tokens`], [`VqError::Token`], [`VqError::Candle`].
    pub fn decode(&self, tokens: &Tensor, height: usize, width: usize) -> Result<Tensor, VqError> {
        let cells = height.saturating_mul(width);
        let count = match *tokens.dims() {
            [count, found] if count > 0 && found == cells && cells > 0 => count,
            _ => {
                return Err(VqError::Tokens {
                    height,
                    width,
                    cells,
                    found: tokens.dims().to_vec(),
                });
            }
        };
        let tokens: Vec<i64> = tokens
            .to_dtype(DType::I64)?
            .to_device(&Device::Cpu)?
            .flatten_all()?
            .to_vec1()?;
        let dimension = self.codebook.dimension;
        let mut vectors = Vec::with_capacity(tokens.len() * dimension);
        for (index, &token) in tokens.iter().enumerate() {
            let size = self.codebook.size();
            match usize::try_from(token) {
                Ok(token) if token < size => vectors.extend(self.codebook.vector(token)),
                _ => {
                    return Err(VqError::Token {
                        image: index / cells,
                        cell: index % cells,
                        token,
                        size,
                    });
                }
            }
        }
        match &self.networks {
            Networks::Cpu { decoder, .. } => {
                let mut images = Vec::with_capacity(count);
                for vectors in vectors.chunks_exact(cells * dimension) {
                    let map = Map::new(height, width, dimension, vectors.to_vec());
                    images.push(decoder.forward(&Cpu, map)?.into_tensor()?);
                }
                Ok(Tensor::stack(&images, 0)?)
            }
            Networks::Candle {
                candle, decoder, ..
            } => {
                let shape = (count, height, width, dimension);
                let vectors = Tensor::from_vec(vectors, shape, &candle.device)?
                    .to_dtype(candle.dtype)?
                    .permute((0, 3, 1, 2))?
                    .contiguous()?;
                Ok(decoder.forward(candle, vectors)?.to_dtype(DType::F32)?)
            }
        }
    }
}

/// Why a tokenizer can't do what is asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VqError {
    /// The configuration can't be used.
    #[error(transparent)]
    Config(#[from] VqConfigError),
    /// Images are of a size that has no tokens.
    #[error(
        "images have to be 3 channels of multiples of {stride} pixels, not a tensor of shape {found:?}"
    )]
    Images {
        /// Pixels for each token.
        stride: usize,
        /// The shape of what was given: images, channels, height, width.
        found: Vec<usize>,
    },
    /// Tokens are not as many as the cells.
    #[error("tokens have to be rows of {cells} ({height}x{width} cells), not of shape {found:?}")]
    Tokens {
        /// Rows of cells.
        height: usize,
        /// Cells in a row.
        width: usize,
        /// Cells of an image.
        cells: usize,
        /// The shape of what was given: images, tokens.
        found: Vec<usize>,
    },
    /// A token is not in the codebook.
    #[error(
        "token {token} of image {image} at cell {cell} is not one of the {size} of the codebook"
    )]
    Token {
        /// The image, from 0.
        image: usize,
        /// The cell, from 0.
        cell: usize,
        /// The token.
        token: i64,
        /// Vectors in the codebook.
        size: usize,
    },
    /// Candle can't compute it.
    #[error("the tokenizer's network failed")]
    Candle(#[from] candle_core::Error),
}
