//! The networks there are.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use candle_core::{Device, Tensor};
use orders_datasets::Image;
use rayon::prelude::*;

use super::classifier::Classifier;
use super::error::FeaturesError;
use super::head::ImageFeatures;
use super::inception::InceptionV3;
use super::mobilenet_v2::MobileNetV2;
use crate::checkpoint::read_checkpoint;

/// A network by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Network {
    /// `inception-fid`: [`InceptionV3`].
    InceptionFid,
    /// `mobilenet-v2`: [`MobileNetV2`].
    MobileNetV2,
    /// `classifier`: [`Classifier`].
    Classifier,
}

impl Network {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InceptionFid, Self::MobileNetV2, Self::Classifier];

    /// The name, as files and flags have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::InceptionFid => "inception-fid",
            Self::MobileNetV2 => "mobilenet-v2",
            Self::Classifier => "classifier",
        }
    }

    /// Number of features.
    pub fn dimensions(self) -> usize {
        match self {
            Self::InceptionFid => 2048,
            Self::MobileNetV2 => 1280,
            Self::Classifier => Classifier::FEATURES,
        }
    }

    /// What the Fréchet distance of its features is called.
    pub fn frechet_name(self) -> &'static str {
        match self {
            Self::InceptionFid => "FID",
            Self::MobileNetV2 => "Frechet distance (MobileNetV2)",
            Self::Classifier => "Frechet distance (classifier)",
        }
    }

    /// What the Inception Score of its class scores is called.
    pub fn score_name(self) -> &'static str {
        match self {
            Self::InceptionFid => "Inception Score",
            Self::MobileNetV2 => "Inception Score formula (MobileNetV2)",
            Self::Classifier => "Inception Score formula (classifier)",
        }
    }

    /// The file that has its weights, and where it is published; none for the
    /// classifier, which is trained here.
    pub fn published_weights(self) -> Option<&'static str> {
        match self {
            Self::InceptionFid => Some(
                "pt_inception-2015-12-05-6726825d.pth, at https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights",
            ),
            Self::MobileNetV2 => Some(
                "mobilenet_v2-b0353104.pth, at https://download.pytorch.org/models/mobilenet_v2-b0353104.pth",
            ),
            Self::Classifier => None,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no network of a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no feature network '{name}'; there are inception-fid, mobilenet-v2 and classifier"
)]
pub struct UnknownNetwork {
    /// The name given.
    pub name: String,
}

impl FromStr for Network {
    type Err = UnknownNetwork;

    fn from_str(name: &str) -> Result<Self, UnknownNetwork> {
        let found = Self::ALL.into_iter().find(|network| network.name() == name);
        found.ok_or_else(|| UnknownNetwork { name: name.into() })
    }
}

/// A network with weights.
pub struct FeatureNetwork {
    network: Network,
    weights: Kind,
}

enum Kind {
    InceptionFid(InceptionV3),
    MobileNetV2(Box<MobileNetV2>),
    Classifier(Box<Classifier>),
}

impl FeatureNetwork {
    /// The network with the tensors of its file. Counters of batches
    /// that some files have besides (`num_batches_tracked`) are left out.
    ///
    /// # Errors
    ///
    /// [`FeaturesError::Weights`] unless the tensors are the network's;
    /// [`FeaturesError::Sides`] as for [`Classifier::new`].
    pub fn new(
        network: Network,
        mut tensors: BTreeMap<String, Tensor>,
    ) -> Result<Self, FeaturesError> {
        tensors.retain(|name, _| !name.ends_with(".num_batches_tracked"));
        let weights = match network {
            Network::InceptionFid => Kind::InceptionFid(InceptionV3::new(tensors)?),
            Network::MobileNetV2 => Kind::MobileNetV2(Box::new(MobileNetV2::new(tensors)?)),
            Network::Classifier => Kind::Classifier(Box::new(Classifier::new(tensors)?)),
        };
        Ok(Self { network, weights })
    }

    /// The network with the weights of a file, of any format that
    /// [`read_checkpoint`] knows.
    ///
    /// # Errors
    ///
    /// [`FeaturesError::Checkpoint`] if the file can't be read, and those of
    /// [`new`](Self::new).
    pub fn read(network: Network, path: impl AsRef<Path>) -> Result<Self, FeaturesError> {
        let checkpoint = read_checkpoint(path.as_ref(), None, &Device::Cpu)?;
        Self::new(network, checkpoint.tensors)
    }

    /// Which network it is.
    pub fn network(&self) -> Network {
        self.network
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        match &self.weights {
            Kind::InceptionFid(_) => super::inception::CLASSES,
            Kind::MobileNetV2(_) => super::mobilenet_v2::CLASSES,
            Kind::Classifier(classifier) => classifier.classes(),
        }
    }

    /// The classifier, if it is one.
    pub fn classifier(&self) -> Option<&Classifier> {
        match &self.weights {
            Kind::Classifier(classifier) => Some(classifier),
            _ => None,
        }
    }

    /// Features and class scores of images, each of any size, grey or in colour. The
    /// classifier takes images of one size only.
    ///
    /// A batch of one for each thread keeps them all busy. Memory is about 30 MB
    /// for each thread with the FID Inception.
    ///
    /// # Errors
    ///
    /// [`FeaturesError::OtherSides`] for an image that the classifier does not take.
    pub fn extract(&self, images: &[Image]) -> Result<Vec<ImageFeatures>, FeaturesError> {
        let extract = |image: &Image| match &self.weights {
            Kind::InceptionFid(network) => Ok(network.extract(&image.to_rgb())),
            Kind::MobileNetV2(network) => Ok(network.extract(&image.to_rgb())),
            Kind::Classifier(network) => network.extract(image),
        };
        images.par_iter().map(extract).collect()
    }
}
