//! What orders cost under a model.

use orders_analysis::optimize::{CostError, Goal};
use orders_core::decoding::Drafts;
use orders_core::{Grid, Order};
use orders_model::lpd::{
    Choice, Chooser, Guidance, Lpd, RequestError, SampleOrders, SampleRequest, Sampling,
    ScoreRequest,
};

use crate::args::OptimizeModelArgs;
use crate::failure::{Failure, Result};
use crate::settings::RunsOn;
use crate::token_images::TokenImages;
use crate::{interrupt, memory, output, settings};

const MODEL: &str = "model";
const MODEL_DIGEST: &str = "model_sha256";
const TOKENS: &str = "tokens";
const TOKENS_DIGEST: &str = "tokens_sha256";
const IMAGES: &str = "images";
/// What manifests say.
pub(super) const SETTINGS: [&str; 5] = [MODEL, MODEL_DIGEST, TOKENS, TOKENS_DIGEST, IMAGES];

/// Images that a model is asked about, all under one order: how likely they are in its
/// groups, or how many passes as many samples of their classes take, decoded exactly.
pub(in crate::commands::optimize) struct ModelAim {
    lpd: Lpd,
    images: TokenImages,
    batch: usize,
    goal: Goal,
    drafts: Drafts,
    seed: u64,
    settings: Vec<(&'static str, String)>,
}

impl ModelAim {
    pub(super) fn new(
        args: &OptimizeModelArgs,
        (goal, seed): (Goal, u64),
        notes: &mut Vec<String>,
    ) -> Result<Self> {
        let source = settings::bundled_or_files(
            args.model.as_deref(),
            args.checkpoint.as_deref(),
            args.config.as_deref(),
        )?;
        let tokens = args.tokens.as_deref().ok_or_else(|| {
            Failure::input("images are needed that the model is asked about: --tokens FILE")
        })?;
        let images = TokenImages::read(tokens)?.first(args.limit);
        if images.len() == 0 {
            return Err(Failure::input(format!(
                "{} has no images",
                tokens.display()
            )));
        }
        if images.are_among(&TokenImages::bundled()?) {
            return Err(Failure::input(format!(
                "--tokens {}: these images are bundled to report results on; search with images of training",
                tokens.display()
            )));
        }
        let config = source.config();
        images.check(&config)?;
        let looked_at = settings::looked_at(&source, notes)?;
        images.check_tokenizer(&looked_at, notes)?;
        let weights = settings::weights_digest(&source)?;
        let runs_on = RunsOn::new(&args.runs, notes)?;
        let lpd = settings::lpd(&source, &runs_on)?;
        let drafts = settings::drafts_of_text("exact", config.grid())?;
        Ok(Self {
            settings: vec![
                (MODEL, source.label()),
                (MODEL_DIGEST, weights.to_string()),
                (TOKENS, output::file_name(tokens)),
                (TOKENS_DIGEST, images.digest().to_string()),
                (IMAGES, images.len().to_string()),
            ],
            lpd,
            images,
            batch: args.batch,
            goal,
            drafts: drafts.expect("it is exact"),
            seed,
        })
    }

    pub(super) fn grid(&self) -> Grid {
        self.lpd.config().grid()
    }

    pub(super) fn goal(&self) -> Goal {
        self.goal
    }

    pub(super) fn settings(&self) -> Vec<(&'static str, String)> {
        self.settings.clone()
    }

    pub(super) fn note(&self, cost: f64) -> String {
        let what = match self.goal {
            Goal::Loss => "nats a cell",
            Goal::Passes => "passes of exact decoding",
        };
        let (model, images) = (&self.settings[0].1, self.images.len());
        format!("{cost:.6} {what} by {model} on {images} images")
    }

    pub(super) fn costs(&self, orders: &[Order]) -> Result<Vec<f64>, CostError> {
        orders.iter().map(|order| self.cost(order)).collect()
    }

    fn cost(&self, order: &Order) -> Result<f64, CostError> {
        let orders = SampleOrders::listed("candidate".into(), vec![order.clone()])?;
        let images = self.images.len() as u64;
        let go_on = |_| interrupt::flow();
        match self.goal {
            Goal::Loss => {
                let request = ScoreRequest {
                    chooser: Chooser::Orders(&orders),
                    first: 0,
                    labels: &self.images.labels,
                    tokens: self.images.tokens.view(),
                    batch: self.batch,
                    memory: memory::limit(),
                };
                let scored = self.lpd.score(&request, go_on)?;
                let nats = scored
                    .log_probabilities
                    .iter()
                    .map(|&score| -f64::from(score));
                Ok(nats.sum::<f64>() / scored.log_probabilities.len() as f64)
            }
            Goal::Passes => {
                let request = SampleRequest {
                    chooser: Chooser::Exact(&orders, self.drafts),
                    samples: 0..images,
                    label: &|image| self.images.labels[image as usize],
                    known: None,
                    guidance: Guidance::NONE,
                    choice: Choice::Sample(Sampling::default()),
                    seed: self.seed,
                    batch: self.batch,
                    memory: memory::limit(),
                };
                let mut passes = 0;
                self.lpd.sample(&request, go_on, |_, sampled| {
                    passes += sampled.passes.iter().sum::<usize>();
                    Ok::<_, RequestError>(())
                })?;
                Ok(passes as f64 / images as f64)
            }
        }
    }
}
