//! Small models, their codebook, held-out images and a classifier, which are part of
//! the program.
//!
//! They are trained on Fashion-MNIST (Zalando SE, MIT licence) at 16 x 16 cells,
//! by the recipes in `recipes/`; `bundled/` has the files, the model card and the
//! licence.
//!
//! ```
//! use orders_model::bundled::{self, BundledModel};
//! use orders_model::lpd::Lpd;
//!
//! let nano = BundledModel::named("nano").expect("a bundled model");
//! let lpd = Lpd::new(nano.config(), nano.weights()?)?;
//! assert_eq!(lpd.config().grid(), bundled::held_out().grid());
//! assert_eq!(lpd.config().vocab(), bundled::codebook().len());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use orders_datasets::{PatchCodebook, TokenFileOptions, TokenSet};

use crate::checkpoint::{CheckpointError, read_bytes};
use crate::features::{FeatureNetwork, Network};
use crate::lpd::{LpdConfig, LpdError};
use crate::weights::Weights;

/// A model that is part of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundledModel {
    name: &'static str,
    weights: &'static [u8],
}

/// The file of a model.
macro_rules! file {
    ($name:literal) => {
        include_bytes!(concat!("../bundled/", $name))
    };
}

const MODELS: [BundledModel; 2] = [
    BundledModel {
        name: "nano",
        weights: file!("nano.safetensors"),
    },
    BundledModel {
        name: "nano-mixture",
        weights: file!("nano-mixture.safetensors"),
    },
];

impl BundledModel {
    /// The names: `nano` was trained on random orders, `nano-mixture` on a mixture
    /// of methods.
    pub const NAMES: [&str; 2] = [MODELS[0].name, MODELS[1].name];

    /// The model of a name.
    pub fn named(name: &str) -> Option<Self> {
        MODELS.into_iter().find(|model| model.name == name)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// The bytes of its file of weights.
    pub fn bytes(self) -> &'static [u8] {
        self.weights
    }

    /// Its sizes: those of all bundled models.
    ///
    /// # Panics
    ///
    /// Never: the file is part of the program, and a test reads it.
    pub fn config(self) -> LpdConfig {
        serde_json::from_slice(file!("config.json")).expect("the bundled config is one")
    }

    /// Its weights, f32 on the CPU.
    ///
    /// # Errors
    ///
    /// [`BundledError`], if memory can't be had.
    pub fn weights(self) -> Result<Weights, BundledError> {
        let tensors = read_bytes(self.weights, self.name)?.tensors;
        let weights = Weights::checked(&self.config().tensors(), tensors);
        Ok(weights.map_err(LpdError::from)?)
    }
}

/// The codebook that turns the tokens of bundled models into images.
///
/// # Panics
///
/// Never: the file is part of the program, and a test reads it.
pub fn codebook() -> PatchCodebook {
    PatchCodebook::from_bytes(file!("codebook.safetensors")).expect("the bundled codebook is one")
}

/// 2,000 images that no bundled model was trained on, as tokens, with their
/// classes: drawn from the test split of Fashion-MNIST.
///
/// # Panics
///
/// Never: the file is part of the program, and a test reads it.
pub fn held_out() -> TokenSet {
    let bytes = file!("held-out.safetensors");
    TokenSet::from_bytes(bytes, &TokenFileOptions::default())
        .expect("the bundled tokens are a token file")
}

/// A classifier of images of the [`codebook`], to judge generated ones by; trained on the
/// training split, as bundled models are.
///
/// # Panics
///
/// Never: the file is part of the program, and a test reads it.
pub fn classifier() -> FeatureNetwork {
    let read = read_bytes(classifier_bytes(), "the bundled classifier");
    let tensors = read.expect("the bundled classifier is a checkpoint");
    FeatureNetwork::new(Network::Classifier, tensors.tensors)
        .expect("the bundled classifier is one")
}

/// The bytes of the [`classifier`]'s file.
pub fn classifier_bytes() -> &'static [u8] {
    file!("classifier.safetensors")
}

/// Why a bundled model can't be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BundledError {
    /// Its file can't be read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// Its tensors are not those of its sizes.
    #[error(transparent)]
    Lpd(#[from] LpdError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_bundled_belongs_together() -> Result<(), BundledError> {
        let (codebook, held_out) = (codebook(), held_out());
        assert_eq!(held_out.len(), 2000);
        assert_eq!(held_out.tokenizer(), Some(codebook.tokenizer_id().as_str()));
        let labels = held_out.labels().unwrap_or_default();
        for class in 0..10 {
            let count = labels.iter().filter(|&&label| label == class).count();
            assert!((150..=250).contains(&count), "{count} of class {class}");
        }
        for name in BundledModel::NAMES {
            let model = BundledModel::named(name).unwrap_or_else(|| panic!("{name}"));
            assert_eq!(model.name(), name);
            let config = model.config();
            assert_eq!(config.grid(), held_out.grid());
            assert_eq!(config.vocab(), codebook.len());
            assert_eq!(config.classes() as u32, held_out.classes());
            model.weights()?;
        }
        assert_eq!(BundledModel::named("lpd-l"), None);
        let made = read_bytes(classifier_bytes(), "classifier")?.metadata;
        assert_eq!(made.get("tokenizer"), Some(&codebook.tokenizer_id()));
        let network = classifier();
        let classifier = network.classifier();
        let classes = classifier.map(|classifier| classifier.classes() as u32);
        assert_eq!(classes, Some(held_out.classes()));
        let image = codebook.decode(held_out.grid(), held_out.image(0).unwrap_or_default());
        let image = image.unwrap_or_else(|error| panic!("{error}"));
        let found = network.extract(&[image]);
        assert!(found.is_ok_and(|found| found[0].class() == labels[0] as usize));
        Ok(())
    }
}
