//! Image arrays in `.npy` and `.safetensors` files.

use std::convert::Infallible;
use std::io::{self, BufReader, Read};
use std::path::Path;

use orders_core::files::{IntegerType, NotACell, NpyHeader, ReadError, SafetensorsHeader};
use safetensors::tensor::{Dtype, TensorInfo};

use super::array::ImageArray;
use super::error::SourceError;
use crate::image::{Image, ImageError};

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
    let (mut source, length) = opened(path)?;
    let result = if is_npy(path) {
        images_from_npy(&mut source, length).map(|(shape, pixels)| (shape, pixels, None))
    } else {
        images_from_safetensors(&mut source, length)
    };
    let (shape, pixels, own_labels) = result.map_err(at(path))?;
    if own_labels.is_some() && labels.is_some() {
        return Err(SourceError::LabelsNotWanted { path: path.into() });
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
    let (mut source, length) = opened(path)?;
    labels_from_npy(&mut source, length).map_err(at(path))
}

fn opened(path: &Path) -> Result<(BufReader<std::fs::File>, u64), SourceError> {
    let file = fs_err::File::open(path).map_err(SourceError::Open)?;
    let length = file.metadata().map_err(SourceError::Open)?.len();
    Ok((BufReader::new(file.into_file()), length))
}

fn at(path: &Path) -> impl FnOnce(ArrayError) -> SourceError {
    |source| SourceError::Array {
        path: path.into(),
        source,
    }
}

pub(super) fn is_npy(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "npy")
}

type Shape = (u32, u32, u8);

fn images_from_npy(source: &mut impl Read, length: u64) -> Result<(Shape, Vec<u8>), ArrayError> {
    let header = NpyHeader::read(source, length)?;
    if !matches!(&header.descr[..], "|u1" | "<u1" | ">u1") {
        return Err(ArrayError::EntryType {
            found: header.descr,
            expected: "unsigned bytes (uint8)",
        });
    }
    if header.fortran_order {
        return Err(ArrayError::FortranOrder);
    }
    let (shape, bytes) = image_shape(&header.shape)?;
    check_bytes(length.saturating_sub(header.data_at), bytes)?;
    Ok((shape, entries(source, bytes)?))
}

fn labels_from_npy(source: &mut impl Read, length: u64) -> Result<Vec<u32>, ArrayError> {
    let header = NpyHeader::read(source, length)?;
    let integers = IntegerType::from_numpy(&header.descr).ok_or_else(|| ArrayError::EntryType {
        found: header.descr.clone(),
        expected: "whole numbers",
    })?;
    let &[count] = &header.shape[..] else {
        return Err(ArrayError::LabelShape {
            shape: header.shape,
        });
    };
    let bytes = count.saturating_mul(integers.width() as u64);
    check_bytes(length.saturating_sub(header.data_at), bytes)?;
    let mut labels = Vec::new();
    integers.decode(&entries(source, bytes)?, &mut labels)?;
    Ok(labels)
}

#[expect(
    clippy::type_complexity,
    reason = "shape, pixels and labels, taken apart at once"
)]
fn images_from_safetensors(
    source: &mut impl Read,
    length: u64,
) -> Result<(Shape, Vec<u8>, Option<Vec<u32>>), ArrayError> {
    let header = SafetensorsHeader::read(source, length)?;
    let images = header.named(IMAGES).ok_or(ArrayError::NoImages)?;
    if images.dtype != Dtype::U8 {
        return Err(ArrayError::EntryType {
            found: images.dtype.to_string(),
            expected: "unsigned bytes (U8)",
        });
    }
    let sides = |tensor: &TensorInfo| tensor.shape.iter().map(|&side| side as u64).collect();
    let (shape, bytes) = image_shape(&Vec::from_iter::<Vec<u64>>(sides(images)))?;
    let size = |tensor: &TensorInfo| (tensor.data_offsets.1 - tensor.data_offsets.0) as u64;
    check_bytes(size(images), bytes)?;
    let labels = match header.named(LABELS) {
        None => None,
        Some(labels) => {
            let integers = IntegerType::from_safetensors(labels.dtype).ok_or_else(|| {
                ArrayError::EntryType {
                    found: labels.dtype.to_string(),
                    expected: "whole numbers",
                }
            })?;
            if labels.shape.len() != 1 {
                return Err(ArrayError::LabelShape {
                    shape: sides(labels),
                });
            }
            Some((labels, integers))
        }
    };
    // The file is as long as its tensors: memory is bounded by it.
    let data = entries(source, length - header.data_at())?;
    let part = |tensor: &TensorInfo| &data[tensor.data_offsets.0..tensor.data_offsets.1];
    let mut decoded = None;
    if let Some((tensor, integers)) = labels {
        integers.decode(part(tensor), decoded.insert(Vec::new()))?;
    }
    Ok((shape, part(images).to_vec(), decoded))
}

/// Height, width and channels, and the bytes of all images.
fn image_shape(shape: &[u64]) -> Result<(Shape, u64), ArrayError> {
    let (count, height, width, channels) = match *shape {
        [count, height, width] => (count, height, width, 1),
        [count, height, width, channels @ (1 | 3)] => (count, height, width, channels as u8),
        _ => {
            return Err(ArrayError::ImageShape {
                shape: shape.into(),
            });
        }
    };
    let side = |side: u64| u32::try_from(side).unwrap_or(u32::MAX);
    let (height, width) = (side(height), side(width));
    let image_bytes = Image::checked_bytes(height, width, channels)? as u64;
    Ok(((height, width, channels), count.saturating_mul(image_bytes)))
}

fn check_bytes(found: u64, declared: u64) -> Result<(), ArrayError> {
    if found == declared {
        return Ok(());
    }
    Err(ArrayError::Length { found, declared })
}

/// `bytes` bytes, which the file was found to have.
fn entries(source: &mut impl Read, bytes: u64) -> Result<Vec<u8>, ArrayError> {
    let mut entries = Vec::new();
    source.take(bytes).read_to_end(&mut entries)?;
    check_bytes(entries.len() as u64, bytes)?;
    Ok(entries)
}

/// What is wrong with an array file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArrayError {
    /// The header is malformed.
    #[error(transparent)]
    Header(#[from] ReadError<Infallible>),
    /// The entries have another type.
    #[error("its entries are of type {found:?}; {expected} are read")]
    EntryType {
        /// The type, as the file says it.
        found: String,
        /// What is read.
        expected: &'static str,
    },
    /// The entries are in Fortran's order.
    #[error("its first dimension runs fastest; arrays in C order are read")]
    FortranOrder,
    /// The array is none of images.
    #[error(
        "it has shape {shape:?}; images are (images, height, width) or (images, height, width, 1 or 3)"
    )]
    ImageShape {
        /// The shape.
        shape: Vec<u64>,
    },
    /// The array is none of labels.
    #[error("its labels have shape {shape:?}; labels have one dimension")]
    LabelShape {
        /// The shape.
        shape: Vec<u64>,
    },
    /// There is no tensor of images.
    #[error("it has no tensor 'images'")]
    NoImages,
    /// The images have an impossible size.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// A label is no whole number from 0.
    #[error("its labels are wrong")]
    Label(#[from] NotACell),
    /// The entries are not as many as the shape says.
    #[error("by its shape it has {declared} bytes of entries, but there are {found}")]
    Length {
        /// Bytes by the shape.
        declared: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// Reading failed.
    #[error("reading failed")]
    Read(#[from] io::Error),
}
