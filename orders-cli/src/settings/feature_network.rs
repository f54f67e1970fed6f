//! The network whose features are compared.

use std::path::Path;

use orders_core::files::Digest;
use orders_model::bundled;
use orders_model::features::{FeatureNetwork, Network};

use crate::digest::{digest_of, digest_of_file};
use crate::failure::{Failure, Result};

/// A network and what tells its weights from others.
pub(crate) struct LoadedNetwork {
    pub(crate) network: FeatureNetwork,
    /// The SHA-256 of the file of weights.
    pub(crate) weights: Digest,
}

/// The network with the weights of a file that `flag` takes; the classifier that is
/// bundled if there is no file.
pub(crate) fn feature_network(
    network: Network,
    weights: Option<&Path>,
    flag: &str,
) -> Result<LoadedNetwork> {
    match (weights, network.published_weights()) {
        (Some(path), Some(published)) if !path.exists() => Err(Failure::input(format!(
            "{flag} {} is not there; it takes the file {published}",
            path.display()
        ))),
        (Some(path), _) => {
            let loaded = FeatureNetwork::read(network, path)
                .map_err(|error| Failure::input_at(format!("{flag} {}", path.display()), &error))?;
            Ok(LoadedNetwork {
                network: loaded,
                weights: digest_of_file(path)?,
            })
        }
        (None, Some(published)) => Err(Failure::input(format!(
            "{network} needs its weights: {flag} takes the file {published}"
        ))),
        (None, None) => Ok(LoadedNetwork {
            network: bundled::classifier(),
            weights: digest_of(bundled::classifier_bytes()),
        }),
    }
}
