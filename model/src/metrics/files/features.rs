//! Files of features.

use std::io::{Read, Seek, Write};
use std::path::Path;

use ndarray::Array2;
use orders_arrays::{Array, Element, ElementType, SafetensorsFile, open_npy, safetensors_header};
use orders_core::files::open_regular;

use super::Metadata;
use super::error::{MetricsFileError, MetricsReadError, MetricsWriteError};
use crate::metrics::features::Features;

/// The names of the tensors.
const FEATURES: &str = "features";
const LOGITS: &str = "logits";

/// Features, and what their file says of itself.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct FeatureFile {
    /// The features.
    pub features: Features,
    /// The class scores of the same images.
    pub logits: Option<Features>,
    /// The metadata; empty for `.npy` files.
    pub metadata: Metadata,
}

/// Reads features from a file: an `.npy` file with one array [n, d], or a
/// `.safetensors` file with the tensor `features` [n, d] (or only one tensor), and
/// `logits` [n, classes] if it has them. Numbers of 64 bits are rounded to 32.
///
/// O(bytes) time and memory.
///
/// # Errors
///
/// [`MetricsFileError`], which names the file.
pub fn read_features(path: impl AsRef<Path>) -> Result<FeatureFile, MetricsFileError> {
    let path = path.as_ref();
    let extension = path.extension().and_then(|extension| extension.to_str());
    let read = match extension {
        Some("npy") => read_npy,
        Some("safetensors") => read_safetensors,
        _ => {
            return Err(MetricsFileError::Extension {
                path: path.into(),
                allowed: ".npy nor .safetensors",
            });
        }
    };
    let file = open_regular(path).map_err(MetricsFileError::Open)?;
    read(file).map_err(|source| MetricsFileError::Read {
        path: path.into(),
        what: "features",
        source,
    })
}

fn read_npy(file: std::fs::File) -> Result<FeatureFile, MetricsReadError> {
    Ok(FeatureFile {
        features: read_matrix(FEATURES, open_npy(file)?)?,
        logits: None,
        metadata: Metadata::new(),
    })
}

fn read_safetensors(file: std::fs::File) -> Result<FeatureFile, MetricsReadError> {
    let mut file = SafetensorsFile::open(file)?;
    let features = read_matrix(FEATURES, file.array_or_only(FEATURES)?)?;
    // The only tensor has the features, whatever its name.
    let logits = match file.names().len() {
        ..=1 => None,
        _ => file.array(LOGITS),
    };
    let logits = logits
        .map(|logits| read_matrix(LOGITS, logits))
        .transpose()?;
    if let Some(logits) = &logits
        && logits.count() != features.count()
    {
        return Err(MetricsReadError::Rows {
            features: features.count(),
            logits: logits.count(),
        });
    }
    Ok(FeatureFile {
        features,
        logits,
        metadata: file.metadata(),
    })
}

fn read_matrix(
    name: &'static str,
    array: Array<impl Read + Seek>,
) -> Result<Features, MetricsReadError> {
    let entries = array.entries()?;
    let shape = entries.shape().to_vec();
    let matrix = match shape[..] {
        [rows, columns] => Array2::from_shape_vec((rows, columns), entries.read_all()?).ok(),
        _ => None,
    };
    let matrix = matrix.ok_or(MetricsReadError::Shape {
        name,
        shape,
        expected: "[images, dimensions]",
    })?;
    Ok(Features::new(matrix)?)
}

/// Writes features, and class scores of the same images if there are any, as a
/// safetensors file with metadata. The same arguments give the same bytes.
///
/// O(bytes) time.
///
/// # Errors
///
/// [`MetricsWriteError`].
pub fn write_features(
    out: &mut impl Write,
    features: &Features,
    logits: Option<&Features>,
    metadata: &Metadata,
) -> Result<(), MetricsWriteError> {
    let arrays = [(FEATURES, Some(features)), (LOGITS, logits)];
    let arrays = arrays
        .into_iter()
        .filter_map(|(name, array)| Some((name, array?.view())));
    let arrays: Vec<_> = arrays.collect();
    let tensors: Vec<_> = arrays
        .iter()
        .map(|(name, array)| (*name, ElementType::F32, array.shape()))
        .collect();
    out.write_all(&safetensors_header(metadata, &tensors)?)?;
    let mut bytes = Vec::new();
    for row in arrays.iter().flat_map(|(_, array)| array.rows()) {
        bytes.clear();
        row.iter().for_each(|value| value.append_le(&mut bytes));
        out.write_all(&bytes)?;
    }
    Ok(())
}
