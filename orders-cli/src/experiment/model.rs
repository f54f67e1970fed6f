//! A model that is loaded when it is first needed.

use std::sync::OnceLock;

use orders_model::lpd::{Lpd, LpdConfig};
use orders_model::{DType, Device, ModelSource, ModelSourceError};

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

    /// The model, whose weights are read now if they were not.
    pub(super) fn lpd(&self) -> Result<&Lpd, ModelSourceError> {
        if let Some(lpd) = self.lpd.get() {
            return Ok(lpd);
        }
        let lpd = self
            .source
            .load(self.dtype, &self.device, memory::limit())?;
        // Whoever was faster read the same.
        Ok(self.lpd.get_or_init(|| lpd))
    }
}
