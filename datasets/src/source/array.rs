//! Images of one size in memory.

use std::io::Read;

use orders_core::files::Digest;

use super::error::SourceError;
use super::image_source::ImageSource;
use crate::image::{Image, ImageError};

/// The most classes.
const MOST_CLASSES: u32 = 1 << 20;

/// Images of one size, one after the other in memory.
///
/// ```
/// use orders_datasets::{ImageArray, ImageSource};
///
/// let images = ImageArray::new((1, 2, 1), vec![0, 1, 2, 3], Some(vec![0, 4]), None)?;
/// assert_eq!((images.len(), images.class_names().len()), (2, 5));
/// assert_eq!(images.image(1)?.pixels(), [2, 3]);
/// # Ok::<(), orders_datasets::SourceError>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImageArray {
    shape: (u32, u32, u8),
    count: usize,
    pixels: Vec<u8>,
    labels: Option<Vec<u32>>,
    class_names: Vec<String>,
}

impl ImageArray {
    /// Images of `shape` (height, width, channels) from the pixels of all of
    /// them; let n be their number. There are `classes` classes, or as many as
    /// the largest of the n labels asks for.
    ///
    /// # Errors
    ///
    /// [`SourceError::Pixels`] if the shape is not allowed or the pixels are
    /// those of no whole number of images, [`SourceError::LabelCount`] unless
    /// there are n labels, [`SourceError::Label`] if one is not below
    /// `classes` (or 2^20).
    pub fn new(
        shape: (u32, u32, u8),
        pixels: Vec<u8>,
        labels: Option<Vec<u32>>,
        classes: Option<u32>,
    ) -> Result<Self, SourceError> {
        let image_bytes = Image::checked_bytes(shape.0, shape.1, shape.2)?;
        let count = pixels.len() / image_bytes;
        if !pixels.len().is_multiple_of(image_bytes) {
            return Err(ImageError::Length {
                length: pixels.len() - count * image_bytes,
                expected: image_bytes,
            }
            .into());
        }
        let mut class_names = Vec::new();
        if let Some(labels) = &labels {
            if labels.len() != count {
                return Err(SourceError::LabelCount {
                    images: count,
                    labels: labels.len(),
                });
            }
            let largest = labels.iter().copied().max().unwrap_or(0);
            let classes = classes
                .unwrap_or(largest.saturating_add(1))
                .min(MOST_CLASSES);
            if let Some(index) = labels.iter().position(|&label| label >= classes) {
                return Err(SourceError::Label {
                    index,
                    label: labels[index],
                    classes,
                });
            }
            class_names = (0..classes).map(|class| class.to_string()).collect();
        }
        Ok(Self {
            shape,
            count,
            pixels,
            labels,
            class_names,
        })
    }

    /// Height, width and channels of each image.
    pub fn shape(&self) -> (u32, u32, u8) {
        self.shape
    }
}

impl ImageSource for ImageArray {
    fn len(&self) -> usize {
        self.count
    }

    fn image(&self, index: usize) -> Result<Image, SourceError> {
        if index >= self.count {
            return Err(SourceError::Index {
                index,
                count: self.count,
            });
        }
        let bytes = self.pixels.len() / self.count;
        let pixels = self.pixels[index * bytes..][..bytes].to_vec();
        let (height, width, channels) = self.shape;
        Ok(Image::from_parts(height, width, channels, pixels))
    }

    fn size(&self) -> Option<(u32, u32)> {
        Some((self.shape.0, self.shape.1))
    }

    fn labels(&self) -> Option<&[u32]> {
        self.labels.as_deref()
    }

    fn class_names(&self) -> &[String] {
        &self.class_names
    }

    fn name(&self, index: usize) -> String {
        format!("{index:06}")
    }

    fn identity(&self) -> Result<Digest, SourceError> {
        let (height, width, channels) = self.shape;
        let mut rest = format!("{height}x{width}x{channels}").into_bytes();
        let labels = self.labels.iter().flatten();
        rest.extend(labels.flat_map(|label| label.to_le_bytes()));
        let (digest, _) = Digest::of(self.pixels.chain(&rest[..])).map_err(SourceError::Open)?;
        Ok(digest)
    }
}
