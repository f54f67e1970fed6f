//! How long a model takes.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::judge::{Chosen, JudgeError};

/// Times a model.
pub trait Clock: Sync {
    /// The machine, and what is timed.
    fn settings(&self) -> &TrialMachine;

    /// How long generation takes, of as many images as there are in a batch
    /// ([`TrialMachine::batch`]). `watch` is told of runs done and to do.
    ///
    /// # Errors
    ///
    /// Whatever keeps the model from answering, and that `watch` ended it.
    fn time(
        &self,
        chosen: Chosen<'_>,
        watch: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Timing, JudgeError>;
}

/// The machine of a trial: its results are of this machine only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialMachine {
    /// Processor or card.
    pub name: String,
    /// Threads that work.
    pub threads: usize,
    /// Images that are generated together, for the throughput.
    pub batch: usize,
    /// Timed runs, of which the best counts.
    pub runs: usize,
    /// Classifier-free guidance, in words.
    pub guidance: String,
}

/// What a clock says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    /// Seconds for one image alone.
    pub latency_seconds: f64,
    /// Images a second in batches.
    pub images_per_second: f64,
    /// Passes of the model for an image, on average, where they are counted.
    pub passes: Option<f64>,
}
