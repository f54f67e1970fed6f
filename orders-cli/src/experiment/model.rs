//! A model that is loaded when it is first needed.

use std::sync::OnceLock;

use orders_analysis::experiment::JudgeError;
use orders_model::lpd::{Lpd, LpdConfig};
use orders_model::{ModelSource, Precision};

use crate::memory;
use crate::settings::RunsOn;

/// A model, which judge, sampler and clock share. Its weights are read once, and not at
/// all if every result is there.
pub(crate) struct SharedModel {
    source: ModelSource,
    runs_on: RunsOn,
    lpd: OnceLock<Lpd>,
}

impl SharedModel {
    pub(crate) fn new(source: ModelSource, runs_on: RunsOn) -> Self {
        Self {
            source,
            runs_on,
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
        let RunsOn {
            precision, words, ..
        } = &self.runs_on;
        let is_usual = *precision == Precision::F32 && self.runs_on.device.is_cpu();
        (!is_usual).then(|| format!("{precision:?} on {words}"))
    }

    /// What results say of the device, unless it is the CPU.
    pub(super) fn device(&self) -> Option<&str> {
        let RunsOn { device, words, .. } = &self.runs_on;
        (!device.is_cpu()).then_some(words)
    }

    /// The model, whose weights are read now if they were not; else a `ModelSourceError`.
    pub(super) fn lpd(&self) -> Result<&Lpd, JudgeError> {
        if let Some(lpd) = self.lpd.get() {
            return Ok(lpd);
        }
        let RunsOn {
            precision, device, ..
        } = &self.runs_on;
        let lpd = self.source.load(*precision, device, memory::limit())?;
        // Whoever was faster read the same.
        Ok(self.lpd.get_or_init(|| lpd))
    }
}
