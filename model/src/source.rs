//! Where a model comes from.

use std::collections::BTreeMap;
use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};
use orders_core::{Grid, MemoryLimit};
use orders_datasets::tokenizer_identity;

use crate::bundled::{self, BundledError, BundledModel};
use crate::checkpoint::{CheckpointError, CheckpointFile, CheckpointNote, read_checkpoint};
use crate::device::{room_on, use_tf32};
use crate::lpd::{Lpd, LpdConfig, LpdError, interpolate_positions};
use crate::precision::{Precision, PrecisionError};
use crate::train::{updates_of_run, weights_of_run};
use crate::weights::{Weights, WeightsError};

/// The name of the positional embedding.
const POSITIONS: &str = "pos_embed";

/// The word of a model's file that says which tokenizer its tokens are of.
pub(crate) const TOKENIZER: &str = "tokenizer";

/// What is known of a model before its weights are read.
#[derive(Clone, Debug, Default)]
pub struct ModelAbout {
    /// What tells the tokenizer of its tokens from others, if it is known.
    pub tokenizer: Option<String>,
    /// What should be known of how its file is read.
    pub notes: Vec<CheckpointNote>,
    /// Updates so far, if it is the state of a run of training.
    pub updates: Option<u64>,
}

/// A model, before it is loaded.
#[derive(Clone, Debug)]
pub enum ModelSource {
    /// One that is part of the program.
    Bundled(BundledModel),
    /// A checkpoint and its sizes.
    Checkpoint {
        /// The file: safetensors, or one of PyTorch; or the state of a run of training.
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

    /// What its file says of it, if it has one; the weights are not read.
    ///
    /// # Errors
    ///
    /// [`CheckpointError`].
    pub fn about(&self) -> Result<ModelAbout, CheckpointError> {
        match self {
            Self::Bundled(_) => Ok(ModelAbout {
                tokenizer: Some(bundled::codebook().tokenizer_id()),
                ..ModelAbout::default()
            }),
            Self::Checkpoint { path, key, .. } => {
                let file = CheckpointFile::open(path, key.as_deref())?;
                let said = file.metadata.get(TOKENIZER).map(String::as_str);
                Ok(ModelAbout {
                    tokenizer: said.and_then(tokenizer_identity).map(str::to_owned),
                    updates: updates_of_run(&file.metadata),
                    notes: file.notes,
                })
            }
            Self::Formula(_) => Ok(ModelAbout::default()),
        }
    }

    /// The transformer with its weights in a precision on a device. What weights by
    /// formula take is held against a limit first, and what the file of a checkpoint has.
    ///
    /// # Errors
    ///
    /// [`ModelSourceError`].
    pub fn load(
        &self,
        precision: Precision,
        device: &Device,
        memory: MemoryLimit,
    ) -> Result<Lpd, ModelSourceError> {
        precision.check(device)?;
        use_tf32(device, precision == Precision::TF32);
        let (config, dtype) = (self.config(), precision.dtype());
        let room = room_on(device, memory);
        let checked = |bytes| room.check(bytes).map_err(LpdError::Memory);
        let mut tensors = match self {
            Self::Formula(config) => {
                checked(config.weight_bytes(dtype))?;
                let weights = config.formula_weights(dtype, device);
                let weights = weights.map_err(LpdError::from)?;
                return Ok(Lpd::in_precision(config.clone(), weights, precision)?);
            }
            _ => self.tensors(memory)?,
        };
        if !device.is_cpu() {
            checked(config.weight_bytes(dtype))?;
        }
        for tensor in tensors.values_mut() {
            let moved = tensor
                .to_dtype(dtype)
                .and_then(|tensor| tensor.to_device(device));
            *tensor = moved.map_err(LpdError::from)?;
        }
        let weights = Weights::checked(&config.tensors(), tensors)?;
        Ok(Lpd::in_precision(config, weights, precision)?)
    }

    /// The weights as they are stored, on the CPU.
    ///
    /// # Errors
    ///
    /// [`ModelSourceError`].
    pub fn weights(&self, memory: MemoryLimit) -> Result<Weights, ModelSourceError> {
        let tensors = self.tensors(memory)?;
        Ok(Weights::checked(&self.config().tensors(), tensors)?)
    }

    fn tensors(&self, memory: MemoryLimit) -> Result<BTreeMap<String, Tensor>, ModelSourceError> {
        match self {
            Self::Formula(config) => {
                let bytes = config.weight_bytes(DType::F32);
                memory.check(bytes).map_err(LpdError::Memory)?;
                let weights = config.formula_weights(DType::F32, &Device::Cpu);
                Ok(weights.map_err(LpdError::from)?.into_tensors())
            }
            Self::Bundled(model) => Ok(model.weights()?.into_tensors()),
            Self::Checkpoint {
                path,
                config,
                key,
                trained_on,
            } => {
                // What is in it is read on the CPU first.
                let bytes = fs_err::metadata(path).map_or(0, |metadata| metadata.len());
                memory.check(bytes).map_err(LpdError::Memory)?;
                let file = read_checkpoint(path, key.as_deref(), &Device::Cpu)?;
                let mut tensors = match updates_of_run(&file.metadata) {
                    Some(_) => weights_of_run(file.tensors),
                    None => file.tensors,
                };
                if let Some(from) = *trained_on
                    && let Some(positions) = tensors.remove(POSITIONS)
                {
                    let positions = interpolate_positions(&positions, from, config.grid());
                    let positions = positions.map_err(ModelSourceError::Positions)?;
                    tensors.insert(POSITIONS.to_owned(), positions);
                }
                Ok(tensors)
            }
        }
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
    /// The device has no such precision.
    #[error(transparent)]
    Precision(#[from] PrecisionError),
    /// The device has no room.
    #[error(transparent)]
    Lpd(#[from] LpdError),
}
