//! From images of any size to those that a tokenizer takes.

use super::center_crop::CropError;
use super::pad::{Margins, PadError};
use super::pixels::Image;

/// What is done to every image before it becomes tokens, in this order: colour,
/// crop, padding.
///
/// ```
/// use orders_datasets::{Image, Preparation};
///
/// let preparation = Preparation { pad: Some(32), ..Preparation::default() };
/// let image = preparation.apply(Image::new(28, 28, 1, vec![255; 784])?)?;
/// assert_eq!(image.shape(), (32, 32, 1));
/// assert_eq!(image.pixels()[..66], [0; 66]);
/// assert_eq!(image.pixels()[66], 255);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preparation {
    /// Bytes of a pixel: 1 makes images grey, 3 makes them red-green-blue; as
    /// they are if not given.
    pub channels: Option<u8>,
    /// Side of a [centre crop](Image::center_crop).
    pub crop: Option<u32>,
    /// Side of a square that images are padded to with black.
    pub pad: Option<u32>,
}

impl Preparation {
    /// Prepares an image.
    ///
    /// # Errors
    ///
    /// [`PreparationError`] if it can't be cropped or padded to the sides asked
    /// for, or if the channels are neither 1 nor 3.
    pub fn apply(&self, image: Image) -> Result<Image, PreparationError> {
        let image = self.before_padding(image)?;
        let margins = self.margins(&image)?;
        Ok(if margins == Margins::default() {
            image
        } else {
            image.padded(margins)
        })
    }

    /// The image with everything done but the padding.
    ///
    /// # Errors
    ///
    /// As [`apply`](Self::apply).
    pub fn before_padding(&self, image: Image) -> Result<Image, PreparationError> {
        let image = match self.channels {
            None => image,
            Some(channels) if channels == image.channels() => image,
            Some(1) => image.to_grey(),
            Some(3) => image.to_rgb(),
            Some(channels) => return Err(PreparationError::Channels { channels }),
        };
        match self.crop {
            None => Ok(image),
            Some(side) => Ok(image.center_crop(side)?),
        }
    }

    /// The margins that padding puts around an image that is not padded yet.
    ///
    /// # Errors
    ///
    /// [`PreparationError::Pad`] if it is too large.
    pub fn margins(&self, image: &Image) -> Result<Margins, PreparationError> {
        match self.pad {
            None => Ok(Margins::default()),
            Some(side) => Ok(Margins::to_square(image.height(), image.width(), side)?),
        }
    }
}

/// Why an image can't be prepared.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreparationError {
    /// Neither grey nor red-green-blue was asked for.
    #[error("images can't be given {channels} channels; 1 (grey) or 3 (RGB) are allowed")]
    Channels {
        /// The channels asked for.
        channels: u8,
    },
    /// It has no such crop.
    #[error(transparent)]
    Crop(#[from] CropError),
    /// It is too large.
    #[error(transparent)]
    Pad(#[from] PadError),
}
