//! An image in memory.

use std::fmt;

/// An image of 8-bit pixels, grey or red-green-blue: rows from the top, pixels
/// from the left, channels together.
///
/// There is at least one pixel, and no side is over [`Image::MAX_SIDE`].
///
/// ```
/// use orders_datasets::Image;
///
/// let image = Image::new(1, 2, 1, vec![0, 255])?;
/// assert_eq!(image.flipped().pixels(), [255, 0]);
/// # Ok::<(), orders_datasets::ImageError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    height: u32,
    width: u32,
    channels: u8,
    pixels: Vec<u8>,
}

impl Image {
    /// The longest side: 2^14 pixels.
    pub const MAX_SIDE: u32 = 1 << 14;

    /// An image of `height` rows of `width` pixels with `channels` bytes each.
    ///
    /// # Errors
    ///
    /// [`ImageError::Side`] unless both sides are from 1 to
    /// [`Image::MAX_SIDE`], [`ImageError::Channels`] unless there are 1 or 3,
    /// [`ImageError::Length`] unless `pixels` has `height * width * channels`
    /// bytes.
    pub fn new(height: u32, width: u32, channels: u8, pixels: Vec<u8>) -> Result<Self, ImageError> {
        let expected = Self::checked_bytes(height, width, channels)?;
        if pixels.len() != expected {
            return Err(ImageError::Length {
                length: pixels.len(),
                expected,
            });
        }
        Ok(Self::from_parts(height, width, channels, pixels))
    }

    /// Bytes of an image, if there can be one.
    pub(crate) fn checked_bytes(
        height: u32,
        width: u32,
        channels: u8,
    ) -> Result<usize, ImageError> {
        let sides = 1..=Self::MAX_SIDE;
        if !sides.contains(&height) || !sides.contains(&width) {
            return Err(ImageError::Side { height, width });
        }
        if !matches!(channels, 1 | 3) {
            return Err(ImageError::Channels(channels));
        }
        Ok(height as usize * width as usize * usize::from(channels))
    }

    /// An image whose parts are right by construction.
    pub(crate) fn from_parts(height: u32, width: u32, channels: u8, pixels: Vec<u8>) -> Self {
        debug_assert_eq!(
            Self::checked_bytes(height, width, channels),
            Ok(pixels.len())
        );
        Self {
            height,
            width,
            channels,
            pixels,
        }
    }

    /// Rows of pixels.
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Pixels of a row.
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Bytes of a pixel: 1 (grey) or 3 (red, green, blue).
    pub fn channels(&self) -> u8 {
        self.channels
    }

    /// Height, width and channels.
    pub fn shape(&self) -> (u32, u32, u8) {
        (self.height, self.width, self.channels)
    }

    /// All pixels: `height * width * channels` bytes.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Bytes of a row.
    pub(crate) fn row_bytes(&self) -> usize {
        self.width as usize * usize::from(self.channels)
    }

    /// The image in red, green and blue; a grey one has the same value in all
    /// three.
    pub fn to_rgb(&self) -> Self {
        if self.channels == 3 {
            return self.clone();
        }
        let pixels = self.pixels.iter().flat_map(|&grey| [grey; 3]).collect();
        Self::from_parts(self.height, self.width, 3, pixels)
    }

    /// The image in grey: `L = (19595 R + 38470 G + 7471 B + 2^15) / 2^16`, the
    /// luma of ITU-R BT.601 in the fixed-point form of Pillow's `convert("L")`.
    pub fn to_grey(&self) -> Self {
        if self.channels == 1 {
            return self.clone();
        }
        let (pixels, _) = self.pixels.as_chunks::<3>();
        let luma = |&[red, green, blue]: &[u8; 3]| {
            let sum = 19595 * u32::from(red) + 38470 * u32::from(green) + 7471 * u32::from(blue);
            ((sum + (1 << 15)) >> 16) as u8
        };
        let pixels = pixels.iter().map(luma).collect();
        Self::from_parts(self.height, self.width, 1, pixels)
    }

    /// The image with left and right exchanged. O(pixels).
    pub fn flipped(&self) -> Self {
        let channels = usize::from(self.channels());
        let mut pixels = Vec::with_capacity(self.pixels().len());
        for row in self.pixels().chunks_exact(self.row_bytes()) {
            for pixel in row.chunks_exact(channels).rev() {
                pixels.extend_from_slice(pixel);
            }
        }
        Self::from_parts(self.height(), self.width(), self.channels(), pixels)
    }
}

impl fmt::Debug for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Image")
            .field("height", &self.height)
            .field("width", &self.width)
            .field("channels", &self.channels)
            .finish_non_exhaustive()
    }
}

/// What is wrong with an image.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// A side is 0 or too long.
    #[error(
        "an image of {height}x{width} pixels is not allowed; sides are from 1 to {}",
        Image::MAX_SIDE
    )]
    Side {
        /// Rows.
        height: u32,
        /// Pixels of a row.
        width: u32,
    },
    /// The pixels are neither grey nor red-green-blue.
    #[error("pixels of {0} channels are not allowed; there are 1 (grey) or 3 (RGB)")]
    Channels(u8),
    /// There are too many or too few bytes.
    #[error("the image has {length} bytes of pixels, but by its size it has {expected}")]
    Length {
        /// Bytes given.
        length: usize,
        /// Bytes by size and channels.
        expected: usize,
    },
}
