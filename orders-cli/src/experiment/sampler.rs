//! Images that LPD models generate, seen through a feature network.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use ndarray::Array2;
use orders_analysis::experiment::{
    Chosen, JudgeError, RealImages, SampledFeatures, Sampler, TrialSamples,
};
use orders_model::features::Network;
use orders_model::lpd::{Choice, Guidance, RequestError, SampleRequest, Sampling};

use super::asked::Asked;
use super::clock::words;
use super::model::SharedModel;
use super::real::{self, Floor};
use super::room::Room;
use crate::bounded_file::read_bounded;
use crate::digest::digest_of_file;
use crate::failure::{Failure, Result};
use crate::feature_set::FeatureSet;
use crate::settings::{ImageDecoder, LoadedNetwork};
use crate::single_file::SingleFile;
use crate::{interrupt, memory};

/// What generated images are judged with.
pub(crate) struct SampleSettings {
    /// Real images; without them, the bundled ones are.
    pub(crate) real: Option<FeatureSet>,
    /// What turns tokens into images, and its file, unless it is bundled.
    pub(crate) decoder: ImageDecoder,
    pub(crate) tokenizer: Option<PathBuf>,
    pub(crate) loaded: LoadedNetwork,
    pub(crate) guidance: Guidance,
    /// Images to generate.
    pub(crate) count: u64,
    /// Images that are generated together.
    pub(crate) batch: usize,
}

/// Generates images with a model.
pub(crate) struct LpdSampler {
    settings: TrialSamples,
    with: SampleSettings,
    model: Arc<SharedModel>,
    floor: OnceLock<Floor>,
}

impl LpdSampler {
    pub(crate) fn new(model: Arc<SharedModel>, with: SampleSettings) -> Result<Self> {
        let digest = |path: &Path| digest_of_file(path).map(|d| d.to_string());
        let SampleSettings { loaded, real, .. } = &with;
        Ok(Self {
            settings: TrialSamples {
                count: with.count,
                guidance: words(with.guidance),
                tokenizer_sha256: with.tokenizer.as_deref().map(digest).transpose()?,
                network: loaded.network.network().name().to_owned(),
                network_sha256: loaded.weights.to_string(),
                dimensions: loaded.network.network().dimensions(),
                classes: loaded.network.classes(),
                labels: model.config().classes() as u32,
                real_sha256: real.as_ref().map(|real| digest(real.path())).transpose()?,
            },
            with,
            model,
            floor: OnceLock::new(),
        })
    }

    /// Whether a batch has room.
    pub(super) fn check_memory(&self, room: &Room<'_>) -> Result<(), RequestError> {
        room.check_generation(self.with.count, self.with.batch, self.with.guidance)
    }

    /// The network whose features are compared.
    pub(crate) fn network(&self) -> Network {
        self.with.loaded.network.network()
    }

    /// How far the bundled images that generated ones are compared with are from each
    /// other: what was found out now, or is in the folder, where it is kept; none of other
    /// images.
    pub(crate) fn floor_in(&self, folder: &Path) -> Result<Option<Floor>> {
        if self.with.real.is_some() {
            return Ok(None);
        }
        let path = folder.join("floor.json");
        if !path.is_file() {
            if self.floor.get().is_none() {
                // All results were there, as after a merge.
                let real = self.real(&mut |_, _| interrupt::flow());
                interrupt::check()?;
                real.map_err(|error| Failure::Work(error.to_string()))?;
            }
            let json = serde_json::to_vec_pretty(&self.floor.get()).map_err(Failure::work)?;
            SingleFile::new(&path, false)?.write(&json)?;
        }
        let bytes = read_bounded(&path, "a result", 1 << 20, path.display())?;
        let floor = serde_json::from_slice(&bytes);
        floor.map_err(|error| Failure::input(format!("{} is damaged: {error}", path.display())))
    }
}

impl Sampler for LpdSampler {
    fn settings(&self) -> &TrialSamples {
        &self.settings
    }

    fn batch(&self) -> usize {
        self.with.batch
    }

    fn sample(
        &self,
        (seed, first): (u64, u64),
        chosen: Chosen<'_>,
    ) -> Result<SampledFeatures, JudgeError> {
        let lpd = self.model.lpd()?;
        let asked = Asked::new(first, chosen)?;
        let count = chosen.images();
        let request = SampleRequest {
            chooser: asked.chooser(),
            samples: first..first + count as u64,
            label: &|image| self.settings.label(image),
            known: None,
            guidance: self.with.guidance,
            choice: Choice::Sample(Sampling::default()),
            seed,
            batch: count,
            memory: memory::limit(),
        };
        let grid = lpd.config().grid();
        let mut images = Vec::with_capacity(count);
        let go_on = |_| ControlFlow::Continue(());
        lpd.sample(&request, go_on, |_, sampled| {
            let decoder = &self.with.decoder;
            let decoded = decoder.decode_all(grid, sampled.tokens.view(), |image| {
                images.push(image);
                Ok(())
            });
            decoded.map_err(|failure| JudgeError::from(failure.into_words()))
        })?;
        let (mut features, mut logits) = (Vec::new(), Vec::new());
        for of_image in self.with.loaded.network.extract(&images)? {
            features.extend(of_image.features);
            logits.extend(of_image.logits);
        }
        let rows = |values: Vec<f32>| {
            let columns = values.len() / images.len();
            Array2::from_shape_vec((images.len(), columns), values)
        };
        Ok(SampledFeatures {
            features: rows(features)?,
            logits: rows(logits)?,
        })
    }

    fn real(
        &self,
        watch: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<RealImages, JudgeError> {
        let found = match &self.with.real {
            Some(set) => real::of_set(set),
            None => real::bundled(&self.with.loaded.network, watch).map(|(images, floor)| {
                // It is the same whenever it is found.
                let _ = self.floor.set(floor);
                images
            }),
        };
        found.map_err(|failure| failure.into_words().into())
    }
}
