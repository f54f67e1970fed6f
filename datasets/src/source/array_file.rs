//! Image arrays in `.npy`, `.npz` and `.safetensors` files.

use std::io::{BufReader, Read, Seek};
use std::path::Path;

use orders_arrays::{Array, NpzFile, SafetensorsFile, excerpt, open_npy};
use orders_core::files::open_regular;

use super::array::ImageArray;
use super::error::{ImageArrayError, SourceError};

/// The names of images and of their labels in a `.safetensors` file.
const TENSORS: [&str; 2] = ["images", "labels"];
/// The same in an `.npz` file: those that `numpy.savez` gives, as programs that sample
/// images leave them.
const ARRAYS: [&str; 2] = ["arr_0", "arr_1"];
/// The most bytes of an array in an `.npz` file: over 80,000 images of 256x256 pixels.
const MOST_BYTES: u64 = 1 << 34;

/// Whether files of images have such a name.
pub(super) fn is_array(path: &Path) -> bool {
    ["npy", "npz", "safetensors"]
        .iter()
        .any(|ending| has_ending(path, ending))
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found == ending)
}

/// Reads images from an array file, with the labels that a file of several arrays
/// may have, or with those given.
pub(super) fn read_images(
    path: &Path,
    labels: Option<Vec<u32>>,
    classes: Option<u32>,
) -> Result<ImageArray, SourceError> {
    let file = open_regular(path).map_err(SourceError::Open)?;
    let has_labels = labels.is_some();
    let read = || {
        if has_ending(path, "npy") {
            return Ok((images_of(open_npy(file)?, has_labels)?, None));
        }
        if has_ending(path, "npz") {
            let mut file = NpzFile::open(BufReader::new(file))?;
            let [images, labels] = ARRAYS;
            let own_labels = file.array(labels, MOST_BYTES)?.map(labels_of).transpose()?;
            let found = file.names();
            let array = file.array(images, MOST_BYTES)?;
            let array = array.ok_or(ImageArrayError::NoImages {
                expected: images,
                found,
            })?;
            let has_labels = has_labels || own_labels.is_some();
            return Ok((images_of(array, has_labels)?, own_labels));
        }
        let mut file = SafetensorsFile::open(file)?;
        let [images, labels] = TENSORS;
        let own_labels = file.array(labels).map(labels_of).transpose()?;
        let found = file.names().iter().map(|name| excerpt(name)).collect();
        let array = file.array(images);
        let array = array.ok_or(ImageArrayError::NoImages {
            expected: images,
            found,
        })?;
        Ok((
            images_of(array, has_labels || own_labels.is_some())?,
            own_labels,
        ))
    };
    let ((shape, pixels), own_labels) = read().map_err(at(path))?;
    if own_labels.is_some() && labels.is_some() {
        return Err(SourceError::LabelsNotWanted(path.into()));
    }
    ImageArray::new(shape, pixels, labels.or(own_labels), classes).map_err(|error| error.at(path))
}

/// Reads labels, whole numbers in one dimension, from a `.npy` file.
///
/// # Errors
///
/// [`SourceError::Open`] and [`SourceError::Array`], which name the file.
pub fn read_labels(path: impl AsRef<Path>) -> Result<Vec<u32>, SourceError> {
    let path = path.as_ref();
    let file = open_regular(path).map_err(SourceError::Open)?;
    let array = open_npy(file).map_err(ImageArrayError::from);
    array.and_then(labels_of).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(ImageArrayError) -> SourceError {
    |source| SourceError::Array {
        path: path.into(),
        source,
    }
}

type Shape = (u32, u32, u8);

/// Height, width and channels, and the pixels of all images. Without labels, which say how
/// many these are, an array of pixels with channels is not taken for rows of grey ones.
fn images_of<R: Read + Seek>(
    array: Array<R>,
    has_labels: bool,
) -> Result<(Shape, Vec<u8>), ImageArrayError> {
    let (height, width, channels) = match *array.shape() {
        [rows, columns, channels @ (1 | 3 | 4)] if rows > 1 && !has_labels => {
            return Err(ImageArrayError::OneOrMany {
                rows,
                columns,
                channels,
            });
        }
        [_, height, width] => (height, width, 1),
        [_, height, width, channels @ (1 | 3)] => (height, width, channels as u8),
        _ => {
            let shape = array.shape().into();
            return Err(ImageArrayError::ImageShape(shape));
        }
    };
    let side = |side: usize| u32::try_from(side).unwrap_or(u32::MAX);
    let shape = (side(height), side(width), channels);
    Ok((shape, array.entries()?.read_all()?))
}

fn labels_of<R: Read + Seek>(array: Array<R>) -> Result<Vec<u32>, ImageArrayError> {
    if array.shape().len() != 1 {
        let shape = array.shape().into();
        return Err(ImageArrayError::LabelShape(shape));
    }
    Ok(array.entries()?.read_all()?)
}
