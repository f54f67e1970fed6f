//! Image arrays in `.npy` and `.safetensors` files.

use std::io::{Read, Seek};
use std::path::Path;

use orders_arrays::{Array, SafetensorsFile, open_npy};

use super::array::ImageArray;
use super::error::{ImageArrayError, SourceError};

/// The name of the tensor of images.
const IMAGES: &str = "images";
/// The name of the tensor of labels.
const LABELS: &str = "labels";

/// Reads images from an array file, with the labels that a `.safetensors` file
/// may have, or with those given.
pub(super) fn read_images(
    path: &Path,
    labels: Option<Vec<u32>>,
    classes: Option<u32>,
) -> Result<ImageArray, SourceError> {
    let file = fs_err::File::open(path).map_err(SourceError::Open)?;
    let read = || {
        if is_npy(path) {
            return Ok((images_of(open_npy(file.into_file())?)?, None));
        }
        let mut file = SafetensorsFile::open(file.into_file())?;
        let own_labels = file.array(LABELS).map(labels_of).transpose()?;
        let images = file.array(IMAGES).ok_or(ImageArrayError::NoImages)?;
        Ok((images_of(images)?, own_labels))
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
    let file = fs_err::File::open(path).map_err(SourceError::Open)?;
    let array = open_npy(file.into_file()).map_err(ImageArrayError::from);
    array.and_then(labels_of).map_err(at(path))
}

fn at(path: &Path) -> impl FnOnce(ImageArrayError) -> SourceError {
    |source| SourceError::Array {
        path: path.into(),
        source,
    }
}

pub(super) fn is_npy(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "npy")
}

type Shape = (u32, u32, u8);

/// Height, width and channels, and the pixels of all images.
fn images_of<R: Read + Seek>(array: Array<R>) -> Result<(Shape, Vec<u8>), ImageArrayError> {
    let (height, width, channels) = match *array.shape() {
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
