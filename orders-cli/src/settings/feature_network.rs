//! The network whose features are compared.

use std::path::Path;

use orders_core::files::Digest;
use orders_model::checkpoint::read_checkpoint;
use orders_model::features::{FeatureNetwork, Network};
use orders_model::{Device, bundled};

use crate::digest::{digest_of, digest_of_file};
use crate::failure::{Failure, Result};
use crate::hub::located;
#[cfg(feature = "tables")]
use crate::memory;

/// A network and what tells its weights from others.
pub(crate) struct LoadedNetwork {
    pub(crate) network: FeatureNetwork,
    /// The SHA-256 of the file of weights.
    pub(crate) weights: Digest,
}

/// Bytes that the features and class scores of an image take while those of many are
/// gathered, at most.
pub(crate) fn bytes_of_features(network: Network) -> u64 {
    // As many classes as a published network has; what is gathered grows by doubling.
    const CLASSES: u64 = 1008;
    4 * 3 * (network.dimensions() as u64 + CLASSES)
}

/// Whether there is room for the features of so many generated images, which `flag` asks
/// for: they are held until they are compared.
#[cfg(feature = "tables")]
pub(crate) fn check_features(network: Network, count: u64, flag: &str) -> Result<()> {
    let checked = memory::limit().check_count(0, bytes_of_features(network), count);
    checked.map_err(|error| Failure::input(format!("{flag} {count} {error}")))
}

/// The network with the weights of a file that `flag` takes, with notes on how they were
/// read; the classifier that is bundled if there is no file.
pub(crate) fn feature_network(
    network: Network,
    weights: Option<&Path>,
    flag: &str,
    device: &Device,
    notes: &mut Vec<String>,
) -> Result<LoadedNetwork> {
    let weights = weights.map(|path| located(path, flag)).transpose()?;
    match (weights.as_deref(), network.published_weights()) {
        (Some(path), Some(published)) if !path.exists() => Err(Failure::input(format!(
            "{flag} {} is not there; it takes the file {published}",
            path.display()
        ))),
        (Some(path), _) => {
            let place = format!("{flag} {}", path.display());
            let checkpoint = read_checkpoint(path, None, &Device::Cpu).map_err(|error| {
                let failure = Failure::input_at(&place, &error);
                match (error.is_of_key(), failure) {
                    (true, Failure::Input(message)) => Failure::Input(format!(
                        "{message}; 'orders-cli convert --key KEY' makes a file of the tensors at a key"
                    )),
                    (_, failure) => failure,
                }
            })?;
            let of_file = checkpoint.notes.iter();
            notes.extend(of_file.map(|note| format!("{place}: {note}")));
            let loaded = FeatureNetwork::new(network, checkpoint.tensors)
                .map_err(|error| Failure::input_at(&place, &error))?;
            Ok(LoadedNetwork {
                network: loaded.on(device),
                weights: digest_of_file(path)?,
            })
        }
        (None, Some(published)) => Err(Failure::input(format!(
            "{network} needs its weights: {flag} takes the file {published}"
        ))),
        (None, None) => Ok(LoadedNetwork {
            network: bundled::classifier().on(device),
            weights: digest_of(bundled::classifier_bytes()),
        }),
    }
}
