//! Sets of images by their features, and the network that the features are of.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use orders_core::estimated_bytes;
use orders_model::features::Network;
use orders_model::metrics::{
    FeatureFile, Features, Metadata, MetricsFileError, MetricsReadError, NETWORK, Statistics,
    StatisticsFile, WEIGHTS, read_features, read_statistics,
};

use crate::failure::{Failure, Result};
use crate::memory;

/// What makes features of images.
const FEATURES: &str = "'orders-cli features' makes features or statistics of images";
/// The array of images in files of those who sample them.
const SAMPLES: &str = "arr_0";

/// A set of images, by what a file says of them.
pub(crate) struct FeatureSet {
    path: PathBuf,
    content: Content,
}

enum Content {
    Features(FeatureFile),
    Statistics(StatisticsFile),
}

impl FeatureSet {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let content = match extension {
            _ if path.is_dir() => {
                return Err(Failure::input(format!(
                    "{} is a folder; {FEATURES}",
                    path.display()
                )));
            }
            Some("npz") => read_statistics(path).map(Content::Statistics),
            Some("npy" | "safetensors") => read_features(path).map(Content::Features),
            _ => {
                return Err(Failure::input(format!(
                    "{} ends in neither .safetensors, .npy (features) nor .npz (statistics)",
                    path.display()
                )));
            }
        };
        let content = content.map_err(|error| match &error {
            MetricsFileError::Read {
                source: MetricsReadError::NoArray { found, .. },
                ..
            } if found.iter().any(|name| name == SAMPLES) => Failure::input(format!(
                "{} has no statistics (mu and sigma), but images ({SAMPLES}); {FEATURES}",
                path.display()
            )),
            _ => Failure::bad_input(error),
        })?;
        Ok(Self {
            path: path.into(),
            content,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn features(&self) -> Option<&Features> {
        match &self.content {
            Content::Features(file) => Some(&file.features),
            Content::Statistics(_) => None,
        }
    }

    pub(crate) fn logits(&self) -> Option<&Features> {
        match &self.content {
            Content::Features(file) => file.logits.as_ref(),
            Content::Statistics(_) => None,
        }
    }

    pub(crate) fn statistics(&self) -> Result<Cow<'_, Statistics>> {
        // The covariance, its factors, and what they are multiplied into.
        let dimensions = self.dimensions() as f64;
        let needed = estimated_bytes(8.0 * 6.0 * dimensions * dimensions);
        memory::limit().check(needed).map_err(|error| {
            Failure::input(format!(
                "{}: a covariance of {dimensions} dimensions {error}",
                self.path.display()
            ))
        })?;
        match &self.content {
            Content::Features(file) => Statistics::of(&file.features)
                .map(Cow::Owned)
                .map_err(|error| Failure::input_at(self.path.display(), &error)),
            Content::Statistics(file) => Ok(Cow::Borrowed(&file.statistics)),
        }
    }

    /// What the features are of: what the file says, or `asked` with the words of
    /// who asked. They must agree, and the features have as many dimensions.
    pub(crate) fn network(&self, asked: Option<(Network, &str)>) -> Result<Option<Network>> {
        let path = self.path.display();
        let said = self.metadata().get(NETWORK);
        let said = said
            .map(|name| name.parse::<Network>())
            .transpose()
            .map_err(|error| Failure::input_at(self.path.display(), &error))?;
        if let (Some(said), Some((asked, words))) = (said, asked)
            && said != asked
        {
            return Err(Failure::input(format!(
                "{path} has features of {said}, but {words}"
            )));
        }
        let network = said.or(asked.map(|(network, _)| network));
        if let Some(network) = network
            && network.dimensions() != self.dimensions()
        {
            let (found, expected) = (self.dimensions(), network.dimensions());
            return Err(Failure::input(format!(
                "{path} has {found} dimensions; features of {network} have {expected}"
            )));
        }
        Ok(network)
    }

    /// What tells the weights of the network from others, if the file says it.
    pub(crate) fn weights(&self) -> Option<&str> {
        self.metadata().get(WEIGHTS).map(String::as_str)
    }

    fn dimensions(&self) -> usize {
        match &self.content {
            Content::Features(file) => file.features.dimensions(),
            Content::Statistics(file) => file.statistics.dimensions(),
        }
    }

    fn metadata(&self) -> &Metadata {
        match &self.content {
            Content::Features(file) => &file.metadata,
            Content::Statistics(file) => &file.metadata,
        }
    }
}

/// What the features are of, if anybody says it: the files, or the flag for those
/// that don't.
pub(crate) fn network(
    real: &FeatureSet,
    generated: &FeatureSet,
    flag: Option<&str>,
) -> Result<Option<Network>> {
    let flag = flag
        .map(str::parse::<Network>)
        .transpose()
        .map_err(|error| Failure::input_at("--network", &error))?;
    let flag = flag.map(|network| (network, format!("--network says {network}")));
    let of = |set: &FeatureSet| {
        set.network(
            flag.as_ref()
                .map(|(network, word)| (*network, word.as_str())),
        )
    };
    match (of(real)?, of(generated)?) {
        (Some(a), Some(b)) if a != b => Err(Failure::input(format!(
            "{} has features of {a} and {} of {b}; both must be of the same network",
            real.path.display(),
            generated.path.display()
        ))),
        (Some(Network::Classifier), Some(_)) if are_others(real, generated) => {
            Err(Failure::input(format!(
                "{} has features of another classifier than {}",
                real.path.display(),
                generated.path.display()
            )))
        }
        (Some(a), Some(_)) => Ok(Some(a)),
        // A name for both needs word from both.
        _ => Ok(None),
    }
}

/// Whether both say whose weights their features are of, and these differ.
fn are_others(real: &FeatureSet, generated: &FeatureSet) -> bool {
    let weights = real.weights().zip(generated.weights());
    weights.is_some_and(|(a, b)| a != b)
}
