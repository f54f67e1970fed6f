//! LPD models that are asked about held-out images.

use std::ops::ControlFlow;
use std::sync::Arc;

use ndarray::{ArrayView2, s};
use orders_analysis::experiment::{
    Chosen, Clock, Judge, JudgeError, Judgement, Sampler, TrialModel, TrialSettings,
};
use orders_core::files::Digest;
use orders_core::{Catalogue, Cell, Grid, Order};
use orders_model::ModelSource;
use orders_model::lpd::{Choice, Guidance, RequestError, SampleRequest, Sampling, ScoreRequest};

use super::asked::Asked;
use super::attention::{attention_of_image, attention_params};
use super::clock::LpdClock;
use super::model::SharedModel;
use super::room::Room;
use super::sampler::LpdSampler;
use crate::digest::digest_of;
use crate::failure::{Failure, Result};
use crate::token_images::TokenImages;
use crate::{memory, settings};

/// A model and the images that it is asked about, if there are some.
pub(crate) struct LpdJudge {
    settings: TrialModel,
    model: Arc<SharedModel>,
    images: Option<TokenImages>,
    batch: usize,
    sampler: Option<LpdSampler>,
    clock: Option<LpdClock>,
}

impl LpdJudge {
    /// A model that is called so, with images of which one token may be background, asked
    /// about `batch` at once.
    pub(crate) fn new(
        name: String,
        model: Arc<SharedModel>,
        images: Option<TokenImages>,
        background: Option<u32>,
        batch: usize,
    ) -> Result<Self> {
        let weights = settings::weights_digest(model.source())?;
        Ok(Self {
            settings: TrialModel {
                name,
                weights_sha256: weights.to_string(),
                config_sha256: digest_of_config(model.source())?.to_string(),
                tokens_sha256: images
                    .as_ref()
                    .map_or_else(String::new, |images| images.digest().to_string()),
                background,
                runs: model.runs(),
            },
            model,
            images,
            batch,
            sampler: None,
            clock: None,
        })
    }

    /// With something that generates images.
    pub(crate) fn with_sampler(mut self, sampler: Option<LpdSampler>) -> Self {
        self.sampler = sampler;
        self
    }

    /// With something that times it.
    pub(crate) fn with_clock(mut self, clock: Option<LpdClock>) -> Self {
        self.clock = clock;
        self
    }

    /// What generates images.
    pub(crate) fn lpd_sampler(&self) -> Option<&LpdSampler> {
        self.sampler.as_ref()
    }

    /// Classes and tokens of so many images from a number on.
    fn some_images(
        &self,
        first: u64,
        count: usize,
    ) -> Result<(&[Option<u32>], ArrayView2<'_, u32>), JudgeError> {
        let first = usize::try_from(first)?;
        let range = first..first.saturating_add(count);
        let all = self.images.as_ref();
        let images = all.filter(|images| range.end <= images.len());
        let images = images.ok_or_else(|| format!("there are {} images", self.images()))?;
        let labels = &images.labels[range.clone()];
        Ok((labels, images.tokens.slice(s![range, ..])))
    }

    /// Where the model is from.
    pub(crate) fn source(&self) -> &ModelSource {
        self.model.source()
    }
}

impl Judge for LpdJudge {
    fn model(&self) -> &TrialModel {
        &self.settings
    }

    fn grid(&self) -> Grid {
        self.model.config().grid()
    }

    fn images(&self) -> u64 {
        self.images.as_ref().map_or(0, |images| images.len() as u64)
    }

    fn batch(&self) -> usize {
        self.batch
    }

    fn judge(&self, first: u64, chosen: Chosen<'_>) -> Result<Vec<Judgement>, JudgeError> {
        let (labels, tokens) = self.some_images(first, chosen.images())?;
        let asked = Asked::new(first, chosen)?;
        let request = ScoreRequest {
            chooser: asked.chooser(),
            first,
            labels,
            tokens,
            batch: labels.len(),
            memory: memory::limit(),
        };
        let scored = self
            .model
            .lpd()?
            .score(&request, |_| ControlFlow::Continue(()))?;
        let background = self.settings.background;
        let mut orders = scored.orders.into_iter();
        let said = scored
            .log_probabilities
            .rows()
            .into_iter()
            .zip(tokens.rows());
        let said = said.map(|(scores, tokens)| Judgement {
            nats: scores.iter().map(|&score| -f64::from(score)).collect(),
            is_foreground: background
                .map(|background| tokens.iter().map(|&token| token != background).collect()),
            revealed: orders.next(),
        });
        Ok(said.collect())
    }

    /// Without guidance, as images are judged.
    fn passes(
        &self,
        (seed, first): (u64, u64),
        chosen: Chosen<'_>,
    ) -> Result<Vec<usize>, JudgeError> {
        let (labels, _) = self.some_images(first, chosen.images())?;
        let asked = Asked::new(first, chosen)?;
        let request = SampleRequest {
            chooser: asked.chooser(),
            samples: first..first + labels.len() as u64,
            label: &|image| labels[(image - first) as usize],
            known: None,
            guidance: Guidance::NONE,
            choice: Choice::Sample(Sampling::default()),
            seed,
            batch: labels.len(),
            memory: memory::limit(),
        };
        let mut passes = Vec::new();
        let go_on = |_| ControlFlow::Continue(());
        self.model.lpd()?.sample(&request, go_on, |_, sampled| {
            passes.extend(&sampled.passes);
            Ok::<_, RequestError>(())
        })?;
        Ok(passes)
    }

    /// One image after the other, since maps are large; all layers and heads weigh the same.
    fn attention(
        &self,
        first: u64,
        chosen: Chosen<'_>,
        within: f64,
    ) -> Result<Vec<f64>, JudgeError> {
        let (labels, tokens) = self.some_images(first, chosen.images())?;
        let Chosen::Orders { problem, orders } = chosen else {
            return Err("attention is that of orders that are decoded in parallel".into());
        };
        let lpd = self.model.lpd()?;
        let layers: Vec<usize> = (0..lpd.config().depth()).collect();
        let of_image = |(image, cells): (usize, &Vec<Cell>)| {
            let order = Order::new(problem.clone(), cells.clone())?;
            let asked = (labels[image], tokens.slice(s![image..=image, ..]));
            let report = attention_of_image(lpd, &order, asked, &layers, attention_params(within))?;
            Ok(report.overall.attention_within)
        };
        orders.iter().enumerate().map(of_image).collect()
    }

    /// The model is loaded, and nothing computed.
    fn check(&self, trial: &TrialSettings, catalogue: &Catalogue) -> Result<(), JudgeError> {
        let lpd = self.model.lpd()?;
        let room = Room::new(lpd, trial, catalogue, memory::limit())?;
        if let Some(images) = self.images.as_ref().filter(|_| trial.orders > 0) {
            room.check_score(images, self.batch)?;
        }
        if let Some(sampler) = self.sampler.as_ref().filter(|_| trial.samples.is_some()) {
            sampler.check_memory(&room)?;
        }
        if let Some(clock) = self.clock.as_ref().filter(|_| trial.machine.is_some()) {
            clock.check_memory(&room)?;
        }
        Ok(())
    }

    fn sampler(&self) -> Option<&dyn Sampler> {
        self.sampler.as_ref().map(|sampler| sampler as _)
    }

    fn clock(&self) -> Option<&dyn Clock> {
        self.clock.as_ref().map(|clock| clock as _)
    }
}

/// The digest of the sizes, and of the grid that positions are interpolated from.
fn digest_of_config(source: &ModelSource) -> Result<Digest> {
    let mut json = serde_json::to_vec(&source.config()).map_err(Failure::work)?;
    if let ModelSource::Checkpoint {
        trained_on: Some(grid),
        ..
    } = source
    {
        json.extend(format!("trained on {grid}").bytes());
    }
    Ok(digest_of(&json))
}
