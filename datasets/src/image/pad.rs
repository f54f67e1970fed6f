//! Borders around images, and images without them.

use super::pixels::Image;

/// Pixels on each side of an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Margins {
    /// Rows above.
    pub top: u32,
    /// Rows below.
    pub bottom: u32,
    /// Pixels to the left.
    pub left: u32,
    /// Pixels to the right.
    pub right: u32,
}

impl Margins {
    /// What brings an image of `height` x `width` pixels to `side` x `side`,
    /// as evenly as can be: where it is odd, the extra row is below and the
    /// extra column to the right.
    ///
    /// # Errors
    ///
    /// [`PadError`] if a side of the image is longer.
    pub fn to_square(height: u32, width: u32, side: u32) -> Result<Self, PadError> {
        if height > side || width > side || side > Image::MAX_SIDE {
            return Err(PadError {
                height,
                width,
                side,
            });
        }
        let (rows, columns) = (side - height, side - width);
        Ok(Self {
            top: rows / 2,
            bottom: rows - rows / 2,
            left: columns / 2,
            right: columns - columns / 2,
        })
    }
}

impl Image {
    /// The image with black pixels around it. O(pixels).
    ///
    /// # Panics
    ///
    /// If a side becomes longer than [`Image::MAX_SIDE`], which it can't with
    /// [`Margins::to_square`]. Never otherwise.
    pub fn padded(&self, margins: Margins) -> Self {
        let channels = usize::from(self.channels());
        let (left, right) = (margins.left as usize, margins.right as usize);
        let width = self.width() + margins.left + margins.right;
        let height = self.height() + margins.top + margins.bottom;
        assert!(
            width.max(height) <= Self::MAX_SIDE,
            "an image padded to {height}x{width}"
        );
        let row_bytes = width as usize * channels;
        let mut pixels = vec![0; margins.top as usize * row_bytes];
        for row in self.pixels().chunks_exact(self.row_bytes()) {
            pixels.resize(pixels.len() + left * channels, 0);
            pixels.extend_from_slice(row);
            pixels.resize(pixels.len() + right * channels, 0);
        }
        pixels.resize(height as usize * row_bytes, 0);
        Self::from_parts(height, width, self.channels(), pixels)
    }

    /// The image without its margins: what [`padded`](Self::padded) was called
    /// on. O(pixels).
    ///
    /// # Panics
    ///
    /// If nothing is left. Never otherwise.
    pub fn without(&self, margins: Margins) -> Self {
        self.window(
            margins.top,
            margins.left,
            self.height() - margins.top - margins.bottom,
            self.width() - margins.left - margins.right,
        )
    }

    /// A part of the image.
    pub(crate) fn window(&self, top: u32, left: u32, height: u32, width: u32) -> Self {
        let channels = usize::from(self.channels());
        let (from, to) = (left as usize * channels, (left + width) as usize * channels);
        let rows = self.pixels().chunks_exact(self.row_bytes());
        let rows = rows.skip(top as usize).take(height as usize);
        let pixels: Vec<u8> = rows.flat_map(|row| &row[from..to]).copied().collect();
        assert!(!pixels.is_empty(), "an empty part of an image");
        Self::from_parts(height, width, self.channels(), pixels)
    }
}

/// An image does not fit the size that it is to be padded to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an image of {height}x{width} pixels can't be padded to {side}x{side}; sides of at least its own, up to {}, are allowed",
    Image::MAX_SIDE
)]
pub struct PadError {
    /// Rows of the image.
    pub height: u32,
    /// Pixels of its rows.
    pub width: u32,
    /// The side asked for.
    pub side: u32,
}
