//! Mirror images.

use super::pixels::Image;

impl Image {
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
