//! Patches of images, each different one once.

use orders_core::estimated_bytes;
use rayon::prelude::*;

use super::error::CodebookError;
use crate::image::Image;

/// The shape of a patch: a square of pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PatchShape {
    side: u32,
    channels: u8,
}

impl PatchShape {
    /// Patches of `side` x `side` pixels with `channels` bytes each.
    ///
    /// # Errors
    ///
    /// [`CodebookError::PatchShape`] unless the side is from 1 to 64 and there
    /// are 1 or 3 channels.
    pub fn new(side: u32, channels: u8) -> Result<Self, CodebookError> {
        if !(1..=64).contains(&side) || !matches!(channels, 1 | 3) {
            return Err(CodebookError::PatchShape { side, channels });
        }
        Ok(Self { side, channels })
    }

    /// Pixels of a side.
    pub fn side(self) -> u32 {
        self.side
    }

    /// Bytes of a pixel.
    pub fn channels(self) -> u8 {
        self.channels
    }

    /// Values of a patch: `side * side * channels`.
    pub fn values(self) -> usize {
        self.side as usize * self.row_values()
    }

    /// Bytes that it takes to count the patches of images with so many bytes of pixels in
    /// all, and to find codes for them on so many threads, estimated.
    pub fn training_bytes(self, image_bytes: u64, codes: usize, threads: usize) -> u64 {
        let values = self.values() as f64;
        let patches = image_bytes as f64 / values;
        // The images, their patches as they come and sorted, those that differ; for each
        // of them where it lies, its count, weight and distances.
        let of_patches = 4.0 * image_bytes as f64 + 56.0 * patches;
        // Codes as they are and as they are looked for, and sums for each thread.
        let of_codes = codes as f64 * values * (12.0 + 16.0 * (threads as f64 + 1.0));
        estimated_bytes(of_patches + of_codes)
    }

    /// Values of a row of a patch.
    pub(super) fn row_values(self) -> usize {
        self.side as usize * usize::from(self.channels)
    }

    /// Rows and columns of the patches of an image.
    pub(super) fn grid_of(self, image: &Image) -> Result<(u32, u32), CodebookError> {
        if image.channels() != self.channels {
            return Err(CodebookError::Channels {
                channels: image.channels(),
                expected: self.channels,
            });
        }
        let (height, width) = (image.height(), image.width());
        if !height.is_multiple_of(self.side) || !width.is_multiple_of(self.side) {
            return Err(CodebookError::Indivisible {
                height,
                width,
                side: self.side,
            });
        }
        Ok((height / self.side, width / self.side))
    }

    /// Hands out the patches of an image in raster order: rows of a patch from
    /// the top, pixels from the left, channels together.
    pub(super) fn for_each_patch(
        self,
        image: &Image,
        mut take: impl FnMut(&[u8]),
    ) -> Result<(), CodebookError> {
        let (_, columns) = self.grid_of(image)?;
        let mut patch = vec![0; self.values()];
        let row_values = self.row_values();
        for band in image
            .pixels()
            .chunks_exact(image.row_bytes() * self.side as usize)
        {
            for column in 0..columns as usize {
                let rows = band.chunks_exact(image.row_bytes());
                for (row, target) in rows.zip(patch.chunks_exact_mut(row_values)) {
                    target.copy_from_slice(&row[column * row_values..][..row_values]);
                }
                take(&patch);
            }
        }
        Ok(())
    }
}

/// The different patches of some images and how often each occurs.
///
/// In images with a plain background many patches are equal; counting them first
/// makes k-means faster without changing what it computes.
#[derive(Clone, Debug)]
pub struct CountedPatches {
    pub(super) shape: PatchShape,
    /// Patch after patch, each different, in rising order.
    pub(super) values: Vec<u8>,
    pub(super) counts: Vec<u32>,
}

impl CountedPatches {
    /// The patches of images; let n be their number. O(n log n) time, O(n)
    /// memory.
    ///
    /// # Errors
    ///
    /// [`CodebookError`] if an image can't be cut into such patches.
    pub fn from_images<'a>(
        shape: PatchShape,
        images: impl IntoIterator<Item = &'a Image>,
    ) -> Result<Self, CodebookError> {
        let mut all = Vec::new();
        for image in images {
            shape.for_each_patch(image, |patch| all.extend_from_slice(patch))?;
        }
        let mut patches: Vec<&[u8]> = all.chunks_exact(shape.values()).collect();
        patches.par_sort_unstable();
        let (mut values, mut counts) = (Vec::new(), Vec::new());
        for equal in patches.chunk_by(|a, b| a == b) {
            values.extend_from_slice(equal[0]);
            counts.push(u32::try_from(equal.len()).unwrap_or(u32::MAX));
        }
        Ok(Self {
            shape,
            values,
            counts,
        })
    }

    /// How many different patches there are.
    pub fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// How many patches there are.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|&count| u64::from(count)).sum()
    }

    pub(super) fn patch(&self, index: usize) -> &[u8] {
        let values = self.shape.values();
        &self.values[index * values..][..values]
    }
}
