//! The sizes of an LPD transformer.

use candle_core::{DType, Device};
use orders_core::{Grid, GridError};
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};

use crate::weights::{FormulaTensor, TensorSpec, Weights};

/// Side of an image in pixels, or height and width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected a whole number from 1, or height and width"
)]
pub enum ImageSize {
    /// A square image.
    Square(u32),
    /// Height and width.
    Sides([u32; 2]),
}

/// The sizes as a config file has them, before they are checked: see
/// [`LpdConfig`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LpdParams {
    /// Pixels of an image: a number, or `[height, width]`.
    pub image_size: ImageSize,
    /// Pixels for each token, on both sides.
    pub stride: u32,
    /// Width of the transformer, D.
    pub embed_dim: usize,
    /// Number of blocks.
    pub depth: usize,
    /// Attention heads of a block; they share the width.
    pub heads: usize,
    /// Width of the hidden layer of a block's MLP, in widths.
    pub mlp_ratio: usize,
    /// Number of classes.
    pub classes: usize,
    /// Number of different tokens, V.
    pub vocab: usize,
    /// What layer norms add to the variance.
    pub norm_eps: f64,
    /// A list of tensors that reference files have; it is not read.
    #[serde(default, skip_serializing, deserialize_with = "ignore")]
    pub tensors: (),
}

fn ignore<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    IgnoredAny::deserialize(deserializer).map(|_| ())
}

/// The sizes of an LPD transformer, checked.
///
/// As a file it is the JSON of [`LpdParams`]; the published ones have
/// [names](Self::named).
///
/// ```
/// use orders_model::lpd::LpdConfig;
///
/// let config = LpdConfig::named("lpd_l", 256)?;
/// assert_eq!((config.width(), config.depth(), config.heads()), (1024, 24, 16));
/// let parameters: usize =
///     config.tensors().iter().map(|tensor| tensor.shape.iter().product::<usize>()).sum();
/// assert_eq!(parameters / 1_000_000, 337);
/// # Ok::<(), orders_model::lpd::ConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "LpdParams", into = "LpdParams")]
pub struct LpdConfig {
    params: LpdParams,
    grid: Grid,
}

/// Name, depth, width and heads of the published sizes.
const NAMED: [(&str, usize, usize, usize); 3] = [
    ("lpd_l", 24, 1024, 16),
    ("lpd_xl", 36, 1280, 20),
    ("lpd_xxl", 48, 1536, 24),
];

/// The largest of each size, far above any that is in use: products of two of them
/// don't overflow, and the tensors of all blocks can be listed.
const MOST: usize = 1 << 20;
const MOST_BLOCKS: usize = 1 << 12;

impl LpdConfig {
    /// The names that [`named`](Self::named) knows.
    pub const NAMES: [&str; 3] = [NAMED[0].0, NAMED[1].0, NAMED[2].0];

    /// Checks sizes.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] at the first that can't be.
    pub fn new(params: LpdParams) -> Result<Self, ConfigError> {
        let sizes = [
            ("embed_dim", params.embed_dim),
            ("depth", params.depth),
            ("heads", params.heads),
            ("mlp_ratio", params.mlp_ratio),
            ("classes", params.classes),
            ("vocab", params.vocab),
        ];
        for (field, value) in sizes {
            let most = if field == "depth" { MOST_BLOCKS } else { MOST };
            if value == 0 || value > most {
                return Err(ConfigError::Size { field, value, most });
            }
        }
        if !params.embed_dim.is_multiple_of(params.heads) {
            return Err(ConfigError::Heads {
                width: params.embed_dim,
                heads: params.heads,
            });
        }
        if !(params.norm_eps > 0.0 && params.norm_eps < 1.0) {
            return Err(ConfigError::Epsilon(params.norm_eps));
        }
        let [height, width] = match params.image_size {
            ImageSize::Square(side) => [side, side],
            ImageSize::Sides(sides) => sides,
        };
        let height = Grid::for_image(height, params.stride)?.height();
        let width = Grid::for_image(width, params.stride)?.width();
        let grid = Grid::new(height, width)?;
        Ok(Self { params, grid })
    }

    /// A published size for square images of `pixels`: `lpd_l`, `lpd_xl` or
    /// `lpd_xxl`, with 1000 classes, 16384 tokens and stride 16.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Name`], or [`ConfigError::Grid`] if `pixels` is no
    /// multiple of 16.
    pub fn named(name: &str, pixels: u32) -> Result<Self, ConfigError> {
        let plain = name.to_lowercase().replace('-', "_");
        let size = NAMED.iter().find(|size| size.0 == plain);
        let &(_, depth, embed_dim, heads) = size.ok_or_else(|| ConfigError::Name(name.into()))?;
        Self::new(LpdParams {
            image_size: ImageSize::Square(pixels),
            stride: 16,
            embed_dim,
            depth,
            heads,
            mlp_ratio: 4,
            classes: 1000,
            vocab: 16384,
            norm_eps: 1e-6,
            tensors: (),
        })
    }

    /// The sizes as a file has them.
    pub fn params(&self) -> &LpdParams {
        &self.params
    }

    /// The grid of tokens.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// Width of the transformer, D.
    pub fn width(&self) -> usize {
        self.params.embed_dim
    }

    /// Number of blocks.
    pub fn depth(&self) -> usize {
        self.params.depth
    }

    /// Attention heads of a block.
    pub fn heads(&self) -> usize {
        self.params.heads
    }

    /// Width of a head.
    pub fn head_dim(&self) -> usize {
        self.params.embed_dim / self.params.heads
    }

    /// Width of the hidden layer of a block's MLP.
    pub fn hidden(&self) -> usize {
        self.params.embed_dim * self.params.mlp_ratio
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.params.classes
    }

    /// Number of different tokens, V.
    pub fn vocab(&self) -> usize {
        self.params.vocab
    }

    /// What layer norms add to the variance.
    pub fn norm_eps(&self) -> f64 {
        self.params.norm_eps
    }

    /// The tensors of a checkpoint, with the names of the published ones.
    pub fn tensors(&self) -> Vec<TensorSpec> {
        let (width, hidden) = (self.width(), self.hidden());
        let mut tensors = vec![
            TensorSpec::new("fake_latent", [1, width]),
            TensorSpec::new("pos_embed", [1, 1 + self.grid.cells(), width]),
            TensorSpec::new("mask_token", [1, 1, width]),
            TensorSpec::new("class_emb.weight", [self.classes(), width]),
            TensorSpec::new("token_emb.weight", [self.vocab(), width]),
        ];
        tensors.extend(TensorSpec::layer("z_proj_ln", &[width]));
        for block in 0..self.depth() {
            let mut layer = |name: &str, weight: &[usize]| {
                tensors.extend(TensorSpec::layer(&format!("blocks.{block}.{name}"), weight));
            };
            layer("attn.qkv", &[3 * width, width]);
            layer("attn.proj", &[width, width]);
            layer("mlp.fc1", &[hidden, width]);
            layer("mlp.fc2", &[width, hidden]);
            layer("norm1", &[width]);
            layer("norm2", &[width]);
        }
        tensors.extend(TensorSpec::layer("norm", &[width]));
        tensors.push(TensorSpec::new("head.weight", [self.vocab(), width]));
        tensors
    }

    /// Weights whose values are a formula of their names: what a bench runs on
    /// without a checkpoint. Untrained, but of the sizes that keep activations in
    /// range: norms scale by about 1; biases and embeddings are small; the weights
    /// of linear layers are uniform with a variance of 1 / inputs.
    ///
    /// # Errors
    ///
    /// If the device has no room.
    pub fn formula_weights(&self, dtype: DType, device: &Device) -> candle_core::Result<Weights> {
        let by_formula = |tensor: TensorSpec| {
            let is = |end: &str| tensor.name.ends_with(end);
            let is_norm = is("norm1.weight") || is("norm2.weight") || is("z_proj_ln.weight");
            let (offset, scale) = if is_norm || tensor.name == "norm.weight" {
                (1.0, 0.1)
            } else if is("bias") {
                (0.0, 0.02)
            } else if tensor.name.starts_with("blocks") || is("head.weight") {
                let inputs = tensor.shape.last().copied().unwrap_or(1);
                (0.0, (3.0 / inputs as f64).sqrt() as f32)
            } else {
                (0.0, 0.05)
            };
            FormulaTensor {
                name: tensor.name,
                shape: tensor.shape,
                offset,
                scale,
            }
        };
        let tensors = self.tensors().into_iter().map(by_formula).collect();
        Weights::by_formula(tensors, dtype, device)
    }
}

impl TryFrom<LpdParams> for LpdConfig {
    type Error = ConfigError;

    fn try_from(params: LpdParams) -> Result<Self, ConfigError> {
        Self::new(params)
    }
}

impl From<LpdConfig> for LpdParams {
    fn from(config: LpdConfig) -> Self {
        config.params
    }
}

/// Why sizes are those of no transformer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A size is 0 or beyond all measure.
    #[error("{field} is {value}; it takes a whole number from 1 to {most}")]
    Size {
        /// The name in the file.
        field: &'static str,
        /// The value given.
        value: usize,
        /// The largest that is allowed.
        most: usize,
    },
    /// The heads don't share the width evenly.
    #[error("embed_dim is {width}, which {heads} heads can't share evenly")]
    Heads {
        /// The width.
        width: usize,
        /// The heads.
        heads: usize,
    },
    /// The epsilon is no small positive number.
    #[error("norm_eps is {0}; it takes a number above 0 and below 1")]
    Epsilon(f64),
    /// No published size has this name.
    #[error("there is no model '{0}'; there are {names}", names = LpdConfig::NAMES.join(", "))]
    Name(String),
    /// The image is no whole number of tokens.
    #[error(transparent)]
    Grid(#[from] GridError),
}
