//! The networks there are.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use candle_core::{Device, Tensor};
use orders_datasets::Image;
use rayon::prelude::*;

use super::activations::{Activations, from_device, on_device};
use super::classifier::Classifier;
use super::error::FeaturesError;
use super::head::ImageFeatures;
use super::inception::InceptionV3;
use super::map::Map;
use super::mobilenet_v2::MobileNetV2;
use crate::checkpoint::read_checkpoint;

/// Images that are handled together on a device.
const AT_ONCE: usize = 32;

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
#[non_exhaustive]
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
    device: Device,
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
        Ok(Self {
            network,
            weights,
            device: Device::Cpu,
        })
    }

    /// The same on a device, where convolutions are candle's. It is brought there when it is
    /// first used.
    pub fn on(self, device: &Device) -> Self {
        let device = device.clone();
        Self { device, ..self }
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
    /// On the CPU a batch of one for each thread keeps them all busy, and memory is about
    /// 30 MB for each thread with the FID Inception. On a device they are handled
    /// together, 32 at most; images are brought to their size on the CPU.
    ///
    /// # Errors
    ///
    /// [`FeaturesError::OtherSides`] for an image that the classifier does not take;
    /// [`FeaturesError::Device`] if the device fails.
    pub fn extract(&self, images: &[Image]) -> Result<Vec<ImageFeatures>, FeaturesError> {
        let seen = images.par_iter().map(|image| self.seen(image));
        if self.device.is_cpu() {
            let of_image = seen.map(|seen| {
                let last = self.last(seen?).map_err(FeaturesError::Device)?;
                Ok(self.head(&last))
            });
            return of_image.collect();
        }
        let seen = seen.collect::<Result<Vec<Map>, FeaturesError>>()?;
        let mut all = Vec::with_capacity(seen.len());
        for batch in seen.chunks(AT_ONCE) {
            let last = on_device(batch, &self.device)
                .and_then(|seen| from_device(&self.last(seen)?))
                .map_err(FeaturesError::Device)?;
            all.extend(last.iter().map(|last| self.head(last)));
        }
        Ok(all)
    }

    /// What the network sees of an image.
    fn seen(&self, image: &Image) -> Result<Map, FeaturesError> {
        match &self.weights {
            Kind::InceptionFid(_) => Ok(InceptionV3::seen(&image.to_rgb())),
            Kind::MobileNetV2(_) => Ok(MobileNetV2::seen(&image.to_rgb())),
            Kind::Classifier(network) => network.seen(image),
        }
    }

    /// The last activations.
    fn last<A: Activations>(&self, seen: A) -> candle_core::Result<A> {
        match &self.weights {
            Kind::InceptionFid(network) => network.last(seen),
            Kind::MobileNetV2(network) => network.last(&seen),
            Kind::Classifier(network) => network.last(seen),
        }
    }

    /// What the last activations of an image say.
    fn head(&self, last: &Map) -> ImageFeatures {
        match &self.weights {
            Kind::InceptionFid(network) => network.head(last),
            Kind::MobileNetV2(network) => network.head(last),
            Kind::Classifier(network) => network.head(last),
        }
    }
}
