//! Models with what a space of trials has them do, as flags or a sweep file name them.

use std::sync::Arc;

use orders_analysis::experiment::Spec;
use orders_model::ModelSource;
use orders_model::lpd::GuidanceSchedule;

use super::clock::LpdClock;
use super::judge::LpdJudge;
use super::model::SharedModel;
use super::sampler::LpdSampler;
use super::samples::{Place, SamplesAsked};
use crate::failure::{Failure, Result};
use crate::settings::{self, RunsOn};
use crate::token_images::TokenImages;

/// A model, the images that it is asked about, and how it is run.
pub(crate) struct JudgeAsked {
    /// Where it is asked for.
    pub(crate) place: Place,
    /// What tables call it.
    pub(crate) name: String,
    pub(crate) source: ModelSource,
    /// Held-out images, and the token that is background, if there are some.
    pub(crate) images: Option<(TokenImages, Option<u32>)>,
    pub(crate) runs_on: RunsOn,
    /// How guidance grows.
    pub(crate) schedule: GuidanceSchedule,
    /// Images that are handled together.
    pub(crate) batch: usize,
    pub(crate) threads: usize,
}

impl JudgeAsked {
    /// The model, which generates the images of a space and is timed as that says. Its
    /// weights are not read yet.
    pub(crate) fn judge(self, spec: &Spec, notes: &mut Vec<String>) -> Result<LpdJudge> {
        let looked_at = settings::looked_at(&self.source, notes)?;
        if let Some((images, _)) = &self.images {
            images.check_tokenizer(&looked_at, notes)?;
        }
        let samples = spec.samples.as_ref().map(|choice| {
            let asked = SamplesAsked {
                place: self.place,
                choice,
                guidance: settings::guidance(choice.cfg, self.schedule)?,
                batch: self.batch,
            };
            asked.read((&self.source, &looked_at), &self.runs_on, notes)
        });
        let samples = samples.transpose()?;
        let model = Arc::new(SharedModel::new(self.source, self.runs_on));
        let sampler = samples.map(|samples| LpdSampler::new(Arc::clone(&model), samples));
        let clock = spec.clock.map(|clock| {
            let guidance = settings::guidance(clock.cfg, self.schedule)?;
            let runs = (clock.batch, clock.runs);
            Ok::<_, Failure>(LpdClock::new(
                Arc::clone(&model),
                guidance,
                runs,
                self.threads,
            ))
        });
        let (images, background) = self.images.unzip();
        let judge = LpdJudge::new(self.name, model, images, background.flatten(), self.batch)?;
        Ok(judge
            .with_sampler(sampler.transpose()?)
            .with_clock(clock.transpose()?))
    }
}
