//! What generated images are judged with, as flags or a sweep file name it.

use std::path::Path;

use ndarray::Array2;
use orders_model::ModelSource;
use orders_model::features::Network;
use orders_model::lpd::Guidance;

use super::sampler::SampleSettings;
use crate::failure::{Failure, Result};
use crate::feature_set::FeatureSet;
use crate::hub::located;
use crate::settings::{self, LookedAt, RunsOn, TokenizerFiles};

/// What is asked for of images that a model is to generate.
pub(crate) struct SamplesAsked<'a> {
    /// What names begin with: "--" of flags, "samples: " of a file.
    pub(crate) at: &'static str,
    /// The feature network; the classifier for a bundled model, if none is named.
    pub(crate) network: Option<&'a str>,
    /// Its weights, unless they are bundled.
    pub(crate) weights: Option<&'a Path>,
    /// Real images; without them, those that are bundled with the model.
    pub(crate) real: Option<&'a Path>,
    /// What turns tokens into images, unless it is bundled.
    pub(crate) tokenizer: TokenizerFiles<'a>,
    /// Images to generate, and what the number is called.
    pub(crate) count: (u64, &'static str),
    pub(crate) guidance: Guidance,
    /// Images that are generated together.
    pub(crate) batch: usize,
}

impl SamplesAsked<'_> {
    /// The files, read and held against the model. Real images are not looked at yet.
    pub(crate) fn read(
        self,
        (model, looked_at): (&ModelSource, &LookedAt),
        runs_on: &RunsOn,
        notes: &mut Vec<String>,
    ) -> Result<SampleSettings> {
        let (config, is_bundled) = (model.config(), model.bundled().is_some());
        let [network_flag, weights_flag, real_flag] =
            ["network", "weights", "real"].map(|name| format!("{}{name}", self.at));
        let network: Network = match self.network {
            Some(name) => name
                .parse()
                .map_err(|error| Failure::input_at(&network_flag, &error))?,
            None if is_bundled => Network::Classifier,
            None => {
                return Err(Failure::input(format!(
                    "generated images need a network: {network_flag} {}",
                    Network::ALL.map(Network::name).join(", ")
                )));
            }
        };
        if self.real.is_none() && !is_bundled {
            return Err(Failure::input(format!(
                "{real_flag} is needed: features or statistics of real images"
            )));
        }
        let tokenizer = self.tokenizer.file.map(|path| located(path, "--tokenizer"));
        let tokenizer = tokenizer.transpose()?;
        let decoder = settings::model_decoder(self.tokenizer, (model, looked_at), runs_on, notes)?;
        let (count, count_flag) = self.count;
        settings::check_features(network, count, count_flag)?;
        let real = self.real.map(FeatureSet::read).transpose()?;
        if let Some(real) = &real {
            real.network(Some((network, &format!("{network_flag} is {network}"))))?;
        }
        let loaded = settings::feature_network(
            network,
            self.weights,
            &weights_flag,
            &runs_on.device,
            notes,
        )?;
        if let Some(classifier) = loaded.network.classifier() {
            let weights = loaded.weights.to_string();
            if let Some(real) = &real
                && real.weights().is_some_and(|of_real| of_real != weights)
            {
                return Err(Failure::input(format!(
                    "{} has features of another classifier than {weights_flag}",
                    real.path().display()
                )));
            }
            let (known, generated) = (classifier.classes(), config.classes());
            if known != generated {
                return Err(Failure::input(format!(
                    "{weights_flag}: the classifier knows {known} classes, but the model generates {generated}"
                )));
            }
            // Whether it takes images of this size is known before any is generated.
            let tokens = Array2::zeros((1, config.grid().cells()));
            decoder.decode_all(config.grid(), tokens.view(), |image| {
                let taken = loaded.network.extract(&[image]);
                let taken = taken.map_err(|error| Failure::input_at(&weights_flag, &error));
                taken.map(|_| ())
            })?;
        }
        Ok(SampleSettings {
            real,
            decoder,
            tokenizer,
            loaded,
            guidance: self.guidance,
            count,
            batch: self.batch,
        })
    }
}
