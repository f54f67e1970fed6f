//! Whether batches have room, before anything is computed.

use std::ops::ControlFlow;

use ndarray::s;
use orders_analysis::experiment::{JudgeError, TrialSettings};
use orders_core::methods::Raster;
use orders_core::{Catalogue, GroupSizes, MemoryLimit, Problem};
use orders_model::lpd::{
    Choice, Guidance, Lpd, RequestError, SampleOrders, SampleRequest, ScoreRequest,
};

use crate::settings::CellChoice;
use crate::token_images::TokenImages;

/// The room for batches of a trial. What they take does not depend on their orders.
pub(super) struct Room<'a> {
    lpd: &'a Lpd,
    choice: CellChoice,
    memory: MemoryLimit,
}

impl<'a> Room<'a> {
    pub(super) fn new(
        lpd: &'a Lpd,
        trial: &TrialSettings,
        catalogue: &Catalogue,
        memory: MemoryLimit,
    ) -> Result<Self, JudgeError> {
        let grid = lpd.config().grid();
        let choice = match trial.rule(grid, catalogue)? {
            Some(rule) => CellChoice::Rule(rule),
            None => {
                let problem = Problem::new(grid, GroupSizes::new(trial.group_sizes.as_slice())?)?;
                let orders = SampleOrders::of_method(Box::new(Raster), problem, 0);
                CellChoice::of_orders(orders, trial.drafts(grid)?)
            }
        };
        Ok(Self {
            lpd,
            choice,
            memory,
        })
    }

    /// Whether it is enough to ask about images, so many at once.
    pub(super) fn check_score(
        &self,
        images: &TokenImages,
        batch: usize,
    ) -> Result<(), RequestError> {
        let of_batch = batch.min(images.len());
        let request = ScoreRequest {
            chooser: self.choice.chooser(),
            first: 0,
            labels: &images.labels[..of_batch],
            tokens: images.tokens.slice(s![..of_batch, ..]),
            batch,
            memory: self.memory,
        };
        unless_stopped(self.lpd.score(&request, |_| ControlFlow::Break(())))
    }

    /// Whether it is enough to generate `count` images, so many at once.
    pub(super) fn check_generation(
        &self,
        count: u64,
        batch: usize,
        guidance: Guidance,
    ) -> Result<(), RequestError> {
        let request = SampleRequest {
            chooser: self.choice.chooser(),
            samples: 0..count,
            label: &|_| None,
            known: None,
            guidance,
            choice: Choice::Greedy,
            seed: 0,
            batch,
            memory: self.memory,
        };
        let stop = |_| ControlFlow::Break(());
        unless_stopped(
            self.lpd
                .sample(&request, stop, |_, _| Ok::<_, RequestError>(())),
        )
    }
}

/// Requests are stopped before their first batch; what has no room is refused before that.
fn unless_stopped<T>(answer: Result<T, RequestError>) -> Result<(), RequestError> {
    match answer {
        Ok(_) | Err(RequestError::Stopped) => Ok(()),
        Err(error) => Err(error),
    }
}
