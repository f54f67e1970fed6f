//! A model that is loaded when it is first needed.

use std::sync::OnceLock;

use orders_analysis::experiment::JudgeError;
use orders_model::lpd::{Lpd, LpdConfig};
use orders_model::{DType, Device, ModelSource, ModelSourceError};

use crate::failure::{Failure, Result};
use crate::memory;

/// A model, which judge, sampler and clock share. Its weights are read once, and not at
/// all if every result is there.
pub(crate) struct SharedModel {
    source: ModelSource,
    dtype: DType,
    device: Device,
    /// What the device is called.
    device_name: String,
    lpd: OnceLock<Lpd>,
}

impl SharedModel {
    pub(crate) fn new(source: ModelSource, dtype: DType, device: (Device, String)) -> Self {
        Self {
            source,
            dtype,
            device: device.0,
            device_name: device.1,
            lpd: OnceLock::new(),
        }
    }

    pub(crate) fn source(&self) -> &ModelSource {
        &self.source
    }

    pub(crate) fn config(&self) -> LpdConfig {
        self.source.config()
    }

    /// Precision and device, unless it is f32 on the CPU.
    pub(super) fn runs(&self) -> Option<String> {
        let is_usual = self.dtype == DType::F32 && self.device.is_cpu();
        (!is_usual).then(|| format!("{:?} on {}", self.dtype, self.device_name))
    }

    /// Reads the weights, if they are not there; `failed` says why there are none.
    pub(crate) fn load(&self, failed: impl FnOnce(ModelSourceError) -> Failure) -> Result<()> {
        if self.lpd.get().is_none() {
            let lpd = self.source.load(self.dtype, &self.device, memory::limit());
            let lpd = lpd.map_err(failed)?;
            // Whoever was faster read the same.
            let _ = self.lpd.set(lpd);
        }
        Ok(())
    }

    /// The model, if it was loaded.
    pub(super) fn loaded(&self) -> Option<&Lpd> {
        self.lpd.get()
    }

    /// The model, which was loaded.
    pub(super) fn lpd(&self) -> Result<&Lpd, JudgeError> {
        self.loaded()
            .ok_or_else(|| "the model is not loaded".into())
    }
}
