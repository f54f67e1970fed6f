//! A model that is loaded when it is first needed.

use std::sync::OnceLock;

use orders_analysis::experiment::JudgeError;
use orders_model::lpd::{Lpd, LpdConfig};
use orders_model::{ModelSource, ModelSourceError, Precision};

use crate::failure::{Failure, Result};
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

    /// Reads the weights, if they are not there; `failed` says why there are none.
    pub(crate) fn load(&self, failed: impl FnOnce(ModelSourceError) -> Failure) -> Result<()> {
        if self.lpd.get().is_none() {
            let RunsOn {
                precision, device, ..
            } = &self.runs_on;
            let lpd = self.source.load(*precision, device, memory::limit());
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
