//! How long LPD models take on this machine.

use std::ops::ControlFlow;
use std::sync::Arc;

use orders_analysis::experiment::{Chosen, Clock, JudgeError, Timing, TrialMachine};
use orders_model::lpd::{Guidance, RequestError, TimeRequest};

use super::asked::Asked;
use super::model::SharedModel;
use super::room::Room;
use crate::memory;

/// Times a model.
pub(crate) struct LpdClock {
    settings: TrialMachine,
    model: Arc<SharedModel>,
    guidance: Guidance,
}

impl LpdClock {
    /// The best of `runs` timed runs, for one image and for a batch, on the threads that
    /// there are.
    pub(crate) fn new(
        model: Arc<SharedModel>,
        guidance: Guidance,
        (batch, runs): (usize, usize),
        threads: usize,
    ) -> Self {
        Self {
            settings: TrialMachine {
                name: model.device().map_or_else(processor, str::to_owned),
                threads,
                batch,
                runs,
                guidance: words(guidance),
            },
            model,
            guidance,
        }
    }

    /// Whether the batch has room.
    pub(super) fn check_memory(&self, room: &Room<'_>) -> Result<(), RequestError> {
        let batch = self.settings.batch;
        room.check_generation(batch as u64, batch, self.guidance)
    }
}

impl Clock for LpdClock {
    fn settings(&self) -> &TrialMachine {
        &self.settings
    }

    fn time(
        &self,
        chosen: Chosen<'_>,
        watch: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Timing, JudgeError> {
        let asked = Asked::new(0, chosen)?;
        let mut passes = None;
        let all = self.settings.runs as u64 + 1;
        let mut best = |batch| -> Result<f64, JudgeError> {
            let request = TimeRequest {
                chooser: asked.chooser(),
                guidance: self.guidance,
                batch,
                warm_up: 1,
                runs: self.settings.runs,
                memory: memory::limit(),
            };
            let watch = |done| watch(done, all);
            let timing = self.model.lpd()?.time(&request, watch)?;
            passes = Some(timing.sample_passes);
            Ok(timing.best())
        };
        let latency_seconds = best(1)?;
        let of_batch = match self.settings.batch {
            1 => latency_seconds,
            batch => best(batch)?,
        };
        Ok(Timing {
            latency_seconds,
            images_per_second: self.settings.batch as f64 / of_batch,
            passes,
        })
    }
}

/// Guidance as settings of trials state it.
pub(super) fn words(guidance: Guidance) -> String {
    format!("{} {:?}", guidance.scale(), guidance.schedule())
}

/// What the processor calls itself, where the system says.
fn processor() -> String {
    let said = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = said.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        (key.trim() == "model name").then(|| value.trim().to_owned())
    });
    name.unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}
