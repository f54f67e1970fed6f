//! The two sets, and what they are features of.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use orders_model::features::Network;
use orders_model::metrics::{
    FeatureFile, Features, Metadata, NETWORK, Statistics, StatisticsFile, read_features,
    read_statistics,
};

use crate::failure::Failure;

/// A set of images, by what a file says of them.
pub(super) struct Set {
    path: PathBuf,
    content: Content,
}

enum Content {
    Features(FeatureFile),
    Statistics(StatisticsFile),
}

impl Set {
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let content = match extension {
            Some("npz") => read_statistics(path).map(Content::Statistics),
            Some("npy" | "safetensors") => read_features(path).map(Content::Features),
            _ => {
                return Err(Failure::input(format!(
                    "{} ends in neither .safetensors, .npy (features) nor .npz (statistics)",
                    path.display()
                )));
            }
        };
        let content = content.map_err(|error| Failure::bad_input(&error))?;
        Ok(Self {
            path: path.into(),
            content,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn features(&self) -> Option<&Features> {
        match &self.content {
            Content::Features(file) => Some(&file.features),
            Content::Statistics(_) => None,
        }
    }

    pub(super) fn logits(&self) -> Option<&Features> {
        match &self.content {
            Content::Features(file) => file.logits.as_ref(),
            Content::Statistics(_) => None,
        }
    }

    pub(super) fn statistics(&self) -> Result<Cow<'_, Statistics>, Failure> {
        match &self.content {
            Content::Features(file) => Statistics::of(&file.features)
                .map(Cow::Owned)
                .map_err(|error| Failure::input_at(self.path.display(), &error)),
            Content::Statistics(file) => Ok(Cow::Borrowed(&file.statistics)),
        }
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
pub(super) fn network(
    real: &Set,
    generated: &Set,
    flag: Option<&str>,
) -> Result<Option<Network>, Failure> {
    let flag = flag
        .map(str::parse::<Network>)
        .transpose()
        .map_err(|error| Failure::input_at("--network", &error))?;
    let of = |set: &Set| -> Result<Option<Network>, Failure> {
        let path = set.path.display();
        let said = set
            .metadata()
            .get(NETWORK)
            .map(|name| name.parse::<Network>());
        let said = said
            .transpose()
            .map_err(|error| Failure::input_at(path, &error))?;
        let path = set.path.display();
        if let (Some(said), Some(flag)) = (said, flag)
            && said != flag
        {
            return Err(Failure::input(format!(
                "{path} has features of {said}, but --network says {flag}"
            )));
        }
        let network = said.or(flag);
        if let Some(network) = network
            && network.dimensions() != set.dimensions()
        {
            let (found, expected) = (set.dimensions(), network.dimensions());
            return Err(Failure::input(format!(
                "{path} has {found} dimensions; features of {network} have {expected}"
            )));
        }
        Ok(network)
    };
    match (of(real)?, of(generated)?) {
        (Some(a), Some(b)) if a != b => Err(Failure::input(format!(
            "{} has features of {a} and {} of {b}; both must be of the same network",
            real.path.display(),
            generated.path.display()
        ))),
        (Some(a), Some(_)) => Ok(Some(a)),
        // A name for both needs word from both.
        _ => Ok(None),
    }
}
