//! What generated images are judged with, as flags or a sweep file name it.

use ndarray::Array2;
use orders_analysis::experiment::SamplesChoice;
use orders_model::ModelSource;
use orders_model::features::Network;
use orders_model::lpd::Guidance;

use super::sampler::SampleSettings;
use crate::failure::{Failure, Result};
use crate::feature_set::FeatureSet;
use crate::hub::located;
use crate::settings::{self, LookedAt, RunsOn, TokenizerFiles};

/// Where something is asked for, which is how messages call it.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Flags,
    File,
}

/// What is asked for of images that a model is to generate. A bundled model has a network
/// and real images, where none are named.
pub(crate) struct SamplesAsked<'a> {
    pub(crate) place: Place,
    pub(crate) choice: &'a SamplesChoice,
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
        let choice = self.choice;
        let (before, count_flag) = match self.place {
            Place::Flags => ("--", "--samples"),
            Place::File => ("samples: ", "samples: count"),
        };
        let [network_flag, weights_flag, real_flag] =
            ["network", "weights", "real"].map(|name| format!("{before}{name}"));
        let network: Network = match &choice.network {
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
        if choice.real.is_none() && !is_bundled {
            return Err(Failure::input(format!(
                "{real_flag} is needed: features or statistics of real images"
            )));
        }
        let files = TokenizerFiles {
            file: choice.tokenizer.as_deref(),
            config: choice.tokenizer_config.as_deref(),
            key: None,
        };
        let tokenizer = files.file.map(|path| located(path, "--tokenizer"));
        let tokenizer = tokenizer.transpose()?;
        let decoder = settings::model_decoder(files, (model, looked_at), runs_on, notes)?;
        settings::check_features(network, choice.count, count_flag)?;
        let real = choice.real.as_deref().map(FeatureSet::read).transpose()?;
        if let Some(real) = &real {
            real.network(Some((network, &format!("{network_flag} is {network}"))))?;
        }
        let loaded = settings::feature_network(
            network,
            choice.weights.as_deref(),
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
            count: choice.count,
            batch: self.batch,
        })
    }
}
