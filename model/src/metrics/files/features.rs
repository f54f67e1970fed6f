//! Files of features.

use std::collections::BTreeMap;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use ndarray::{Array2, ArrayView2};
use orders_core::files::{FloatType, SafetensorsHeader};
use serde_json::json;

use super::Metadata;
use super::arrays::Entries;
use super::error::{MetricsFileError, MetricsReadError, MetricsWriteError};
use crate::metrics::features::Features;

/// The names of the tensors.
const FEATURES: &str = "features";
const LOGITS: &str = "logits";

/// Features, and what their file says of itself.
#[derive(Clone, Debug, PartialEq)]
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
    let file = fs_err::File::open(path).map_err(MetricsFileError::Open)?;
    let length = file.metadata().map_err(MetricsFileError::Open)?.len();
    // The errors of this file would name the path again.
    read(file.into_file(), length).map_err(|source| MetricsFileError::Read {
        path: path.into(),
        what: "features",
        source,
    })
}

fn read_npy(file: std::fs::File, length: u64) -> Result<FeatureFile, MetricsReadError> {
    let mut source = BufReader::new(file).take(length);
    let entries = Entries::from_npy(FEATURES, &mut source, length)?;
    Ok(FeatureFile {
        features: read_matrix(FEATURES, &entries, &mut source)?,
        logits: None,
        metadata: Metadata::new(),
    })
}

fn read_safetensors(file: std::fs::File, length: u64) -> Result<FeatureFile, MetricsReadError> {
    let header = SafetensorsHeader::read(&mut (&file).take(length), length)?;
    let features = read_tensor(&file, &header, FEATURES)?.ok_or(MetricsReadError::NoArray {
        name: FEATURES,
        needed: "it, or just one tensor",
    })?;
    let logits = if header.tensors() > 1 {
        read_tensor(&file, &header, LOGITS)?
    } else {
        None
    };
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
        metadata: header.metadata(),
    })
}

fn read_tensor(
    file: &std::fs::File,
    header: &SafetensorsHeader,
    name: &'static str,
) -> Result<Option<Features>, MetricsReadError> {
    let Some(tensor) = header.tensor(name) else {
        return Ok(None);
    };
    let float =
        FloatType::from_safetensors(tensor.dtype).ok_or_else(|| MetricsReadError::EntryType {
            name,
            found: tensor.dtype.to_string(),
        })?;
    let shape = tensor.shape.iter().map(|&side| side as u64).collect();
    let (start, end) = tensor.data_offsets;
    let entries = Entries::new(shape, float, (end - start) as u64)?;
    let mut source = file;
    source.seek(SeekFrom::Start(header.data_at() + start as u64))?;
    read_matrix(name, &entries, &mut BufReader::new(source)).map(Some)
}

fn read_matrix(
    name: &'static str,
    entries: &Entries,
    source: &mut impl Read,
) -> Result<Features, MetricsReadError> {
    let expected = "[images, dimensions]";
    let sides = entries.sides(name, expected)?;
    let values = entries.read(source, |value| value as f32)?;
    let matrix = Array2::from_shape_vec(sides, values).map_err(|_| MetricsReadError::Shape {
        name,
        shape: entries.shape.clone(),
        expected,
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
    let arrays: Vec<(&str, ArrayView2<'_, f32>)> = arrays.collect();
    // Sorted by name, so that the same features give the same file.
    let mut header = BTreeMap::from([("__metadata__", json!(metadata))]);
    let mut at = 0;
    for (name, array) in &arrays {
        let end = at + 4 * array.len();
        let entry = json!({"dtype": "F32", "shape": array.shape(), "data_offsets": [at, end]});
        header.insert(*name, entry);
        at = end;
    }
    let mut text = serde_json::to_vec(&header)?;
    text.resize(text.len().next_multiple_of(8), b' ');
    out.write_all(&(text.len() as u64).to_le_bytes())?;
    out.write_all(&text)?;
    for (_, array) in &arrays {
        for value in array {
            out.write_all(&value.to_le_bytes())?;
        }
    }
    Ok(())
}
