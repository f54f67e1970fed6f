//! Where a model comes from.

use std::path::PathBuf;

use candle_core::{DType, Device};
use orders_core::Grid;

use crate::bundled::{BundledError, BundledModel};
use crate::checkpoint::{CheckpointError, read_checkpoint};
use crate::lpd::{Lpd, LpdConfig, LpdError, interpolate_positions};
use crate::weights::{Weights, WeightsError};

/// The name of the positional embedding.
const POSITIONS: &str = "pos_embed";

/// A model, before it is loaded.
#[derive(Clone, Debug)]
pub enum ModelSource {
    /// One that is part of the program.
    Bundled(BundledModel),
    /// A checkpoint and its sizes.
    Checkpoint {
        /// The file: safetensors, or one of PyTorch.
        path: PathBuf,
        /// Sizes of the transformer.
        config: LpdConfig,
        /// Key of the tensors in a file of PyTorch, if it is not a usual one.
        key: Option<String>,
        /// The grid that it was trained on, if it is another: its positions are
        /// interpolated.
        trained_on: Option<Grid>,
    },
    /// Sizes alone: weights are a formula of their names. What a generation costs does
    /// not depend on them.
    Formula(LpdConfig),
}

impl ModelSource {
    /// Sizes of the transformer.
    pub fn config(&self) -> LpdConfig {
        match self {
            Self::Bundled(model) => model.config(),
            Self::Checkpoint { config, .. } | Self::Formula(config) => config.clone(),
        }
    }

    /// The model, if it is bundled.
    pub fn bundled(&self) -> Option<BundledModel> {
        match self {
            Self::Bundled(model) => Some(*model),
            _ => None,
        }
    }

    /// What outputs call the weights: the name of the file without its folder.
    pub fn label(&self) -> String {
        match self {
            Self::Bundled(model) => format!("{} (bundled)", model.name()),
            Self::Checkpoint { path, .. } => {
                let name = path.file_name().unwrap_or_default();
                name.to_string_lossy().into_owned()
            }
            Self::Formula(_) => "weights by formula".to_owned(),
        }
    }

    /// The transformer with its weights in a precision on a device.
    ///
    /// # Errors
    ///
    /// [`ModelSourceError`].
    pub fn load(&self, dtype: DType, device: &Device) -> Result<Lpd, ModelSourceError> {
        let config = self.config();
        let mut tensors = match self {
            Self::Formula(config) => {
                let weights = config.formula_weights(dtype, device);
                return Ok(Lpd::new(config.clone(), weights.map_err(LpdError::from)?)?);
            }
            Self::Bundled(model) => model.weights()?.into_tensors(),
            Self::Checkpoint {
                path,
                config,
                key,
                trained_on,
            } => {
                let mut tensors = read_checkpoint(path, key.as_deref(), &Device::Cpu)?.tensors;
                if let Some(from) = *trained_on
                    && let Some(positions) = tensors.remove(POSITIONS)
                {
                    let positions = interpolate_positions(&positions, from, config.grid());
                    let positions = positions.map_err(ModelSourceError::Positions)?;
                    tensors.insert(POSITIONS.to_owned(), positions);
                }
                tensors
            }
        };
        for tensor in tensors.values_mut() {
            let moved = tensor
                .to_dtype(dtype)
                .and_then(|tensor| tensor.to_device(device));
            *tensor = moved.map_err(LpdError::from)?;
        }
        let weights = Weights::checked(&config.tensors(), tensors)?;
        Ok(Lpd::new(config, weights)?)
    }
}

/// Why a model can't be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelSourceError {
    /// The bundled weights are damaged.
    #[error(transparent)]
    Bundled(#[from] BundledError),
    /// The checkpoint can't be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its positions are not those of the grid that it is said to be trained on.
    #[error(transparent)]
    Positions(candle_core::Error),
    /// Its tensors are not those of the sizes.
    #[error(transparent)]
    Weights(#[from] WeightsError),
    /// The device has no room.
    #[error(transparent)]
    Lpd(#[from] LpdError),
}
