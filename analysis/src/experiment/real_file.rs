//! The real images of a shard's trials, kept so that shards are merged without a network.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use ndarray::{Array1, Array2};
use orders_arrays::{ElementType, npy_header, open_npy};

use super::disk::{bytes_of, damaged, io, write};
use super::error::ExperimentError;
use super::measure::RealImages;
use super::trial::{TrialSettings, digest};

/// The longest file that is read: the features of 50,000 images, with 2,048 numbers each.
const MOST_BYTES: u64 = 1 << 30;

/// Keeps the real images of a trial in a folder of results, unless they are there.
pub(super) fn write_real(
    results: &Path,
    settings: &TrialSettings,
    real: &RealImages,
) -> Result<(), ExperimentError> {
    let folder = folder_of(results, settings);
    if folder.join("mean.npy").is_file() {
        return Ok(());
    }
    fs_err::create_dir_all(&folder).map_err(io(&folder, "made"))?;
    let bytes = |element, shape: &[usize], values: Vec<u8>| {
        let header = npy_header(element, shape);
        let header = header.map_err(|error| damaged(&folder, error.to_string()));
        header.map(|header| [header, values].concat())
    };
    if let Some(features) = &real.features {
        let values = features.iter().flat_map(|value| value.to_le_bytes());
        let bytes = bytes(ElementType::F32, features.shape(), values.collect())?;
        write(&folder.join("features.npy"), &bytes)?;
    }
    let of = |values: &mut dyn Iterator<Item = &f64>| -> Vec<u8> {
        values.flat_map(|value| value.to_le_bytes()).collect()
    };
    let covariance = of(&mut real.covariance.iter());
    let covariance = bytes(ElementType::F64, real.covariance.shape(), covariance)?;
    write(&folder.join("covariance.npy"), &covariance)?;
    let mean = bytes(
        ElementType::F64,
        real.mean.shape(),
        of(&mut real.mean.iter()),
    )?;
    // The last: with it, all are there.
    write(&folder.join("mean.npy"), &mean)
}

/// The real images of a trial, if a folder of results has them.
pub(super) fn read_real(
    results: &Path,
    settings: &TrialSettings,
) -> Result<Option<RealImages>, ExperimentError> {
    let folder = folder_of(results, settings);
    let Some(samples) = settings
        .samples
        .as_ref()
        .filter(|_| folder.join("mean.npy").is_file())
    else {
        return Ok(None);
    };
    let dimensions = samples.dimensions;
    let doubles = |name: &str, shape: &[usize]| {
        let path = folder.join(name);
        let array = open_npy(Cursor::new(bytes_of(&path, MOST_BYTES)?));
        let values = array.and_then(|array| {
            let is_fine = array.shape() == shape;
            Ok((is_fine, array.entries::<f64>()?.read_all()?))
        });
        match values {
            Ok((true, values)) if values.iter().all(|value| value.is_finite()) => Ok(values),
            Ok(_) => Err(damaged(
                &path,
                format!("it has not the shape {shape:?}, or no numbers"),
            )),
            Err(error) => Err(damaged(&path, error.to_string())),
        }
    };
    let path = folder.join("features.npy");
    let features = match path.is_file() {
        false => None,
        true => {
            let array = open_npy(Cursor::new(bytes_of(&path, MOST_BYTES)?));
            let array = array.and_then(|array| {
                let shape = array.shape().to_vec();
                Ok((shape, array.entries::<f32>()?.read_all()?))
            });
            match array {
                Ok((shape, values)) if shape.len() == 2 && shape[1] == dimensions => {
                    let array = Array2::from_shape_vec((shape[0], dimensions), values);
                    Some(array.map_err(|error| damaged(&path, error.to_string()))?)
                }
                Ok((shape, _)) => {
                    return Err(damaged(&path, format!("it has the shape {shape:?}")));
                }
                Err(error) => return Err(damaged(&path, error.to_string())),
            }
        }
    };
    let covariance = doubles("covariance.npy", &[dimensions, dimensions])?;
    let covariance = Array2::from_shape_vec((dimensions, dimensions), covariance);
    Ok(Some(RealImages {
        mean: Array1::from(doubles("mean.npy", &[dimensions])?),
        covariance: covariance.map_err(|error| damaged(&folder, error.to_string()))?,
        features,
    }))
}

fn folder_of(results: &Path, settings: &TrialSettings) -> PathBuf {
    results
        .join("real")
        .join(digest(&settings.samples).to_string())
}
