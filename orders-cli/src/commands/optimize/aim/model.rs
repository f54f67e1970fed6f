//! What orders cost under a model.

use orders_analysis::optimize::{CostError, Goal};
use orders_core::decoding::Drafts;
use orders_core::{Grid, Order};
use orders_model::lpd::{
    Choice, Chooser, Guidance, RequestError, SampleOrders, SampleRequest, Sampling, ScoreRequest,
};

use crate::args::OptimizeModelArgs;
use crate::failure::Result;
use crate::settings::AskedModel;
use crate::{interrupt, memory, settings};

/// Images that a model is asked about, all under one order: how likely they are in its
/// groups, or how many passes as many samples of their classes take, decoded exactly.
pub(in crate::commands::optimize) struct ModelAim {
    model: AskedModel,
    goal: Goal,
    drafts: Drafts,
    seed: u64,
}

impl ModelAim {
    pub(super) fn new(
        args: &OptimizeModelArgs,
        (goal, seed): (Goal, u64),
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        let model = AskedModel::new(args, notes)?;
        let drafts = settings::drafts_of_text("exact", model.grid())?;
        Ok(Self {
            model,
            goal,
            drafts: drafts.expect("it is exact"),
            seed,
        })
    }

    pub(super) fn grid(&self) -> Grid {
        self.model.grid()
    }

    pub(super) fn goal(&self) -> Goal {
        self.goal
    }

    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        self.model.about()
    }

    pub(super) fn note(&self, cost: f64) -> String {
        let what = match self.goal {
            Goal::Loss => "nats a cell",
            Goal::Passes => "passes of exact decoding",
        };
        let (model, images) = (self.model.label(), self.model.images.len());
        format!("{cost:.6} {what} by {model} on {images} images")
    }

    pub(super) fn costs(&self, orders: &[Order]) -> Result<Vec<f64>, CostError> {
        orders.iter().map(|order| self.cost(order)).collect()
    }

    fn cost(&self, order: &Order) -> Result<f64, CostError> {
        let orders = SampleOrders::listed("candidate".into(), vec![order.clone()])?;
        let AskedModel {
            lpd, images, batch, ..
        } = &self.model;
        let go_on = |_| interrupt::flow();
        match self.goal {
            Goal::Loss => {
                let request = ScoreRequest {
                    chooser: Chooser::Orders(&orders),
                    first: 0,
                    labels: &images.labels,
                    tokens: images.tokens.view(),
                    batch: *batch,
                    memory: memory::limit(),
                };
                let scored = lpd.score(&request, go_on)?;
                let nats = scored
                    .log_probabilities
                    .iter()
                    .map(|&score| -f64::from(score));
                Ok(nats.sum::<f64>() / scored.log_probabilities.len() as f64)
            }
            Goal::Passes => {
                let request = SampleRequest {
                    chooser: Chooser::Exact(&orders, self.drafts),
                    samples: 0..images.len() as u64,
                    label: &|image| images.labels[image as usize],
                    known: None,
                    guidance: Guidance::NONE,
                    choice: Choice::Sample(Sampling::default()),
                    seed: self.seed,
                    batch: *batch,
                    memory: memory::limit(),
                };
                let mut passes = 0;
                lpd.sample(&request, go_on, |_, sampled| {
                    passes += sampled.passes.iter().sum::<usize>();
                    Ok::<_, RequestError>(())
                })?;
                Ok(passes as f64 / images.len() as f64)
            }
        }
    }
}
