//! Convolutions over 3 x 3 pixels at stride 2, with a pixel of zeros around, as
//! linear layers over patches.

use crate::features::KERNEL;

/// The size of an image whose pixels lie row by row, each with its channels
/// together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    pub(super) height: usize,
    pub(super) width: usize,
    pub(super) channels: usize,
}

impl Plane {
    pub(super) fn pixels(self) -> usize {
        self.height * self.width
    }

    pub(super) fn numbers(self) -> usize {
        self.pixels() * self.channels
    }

    /// What a convolution makes of it.
    pub(super) fn halved(self, channels: usize) -> Self {
        Self {
            height: self.height.div_ceil(2),
            width: self.width.div_ceil(2),
            channels,
        }
    }

    /// Numbers that an output pixel is made of.
    pub(super) fn patch(self) -> usize {
        KERNEL * KERNEL * self.channels
    }

    /// For each output pixel, the 3 x 3 inputs around it, row by row.
    pub(super) fn take(self, image: &[f32], patches: &mut [f32]) {
        patches.fill(0.0);
        self.for_each_line(|input, output, length| {
            patches[output..output + length].copy_from_slice(&image[input..input + length]);
        });
    }

    /// Adds each number of patches to where [`take`](Self::take) had it from.
    pub(super) fn give_back(self, patches: &[f32], image: &mut [f32]) {
        self.for_each_line(|input, output, length| {
            let image = &mut image[input..input + length];
            for (sum, number) in image.iter_mut().zip(&patches[output..output + length]) {
                *sum += number;
            }
        });
    }

    /// Calls with each line of a patch that is not in the padding: where it begins in
    /// the image and among the patches, and how many numbers it has.
    fn for_each_line(self, mut call: impl FnMut(usize, usize, usize)) {
        let outputs = self.halved(self.channels);
        for y in 0..outputs.height {
            for x in 0..outputs.width {
                let patch = (y * outputs.width + x) * self.patch();
                // Columns from 2 x - 1 to 2 x + 1 that are there.
                let (left, right) = ((2 * x).max(1) - 1, (2 * x + 2).min(self.width));
                let skipped = left + 1 - 2 * x;
                for tap in 0..KERNEL {
                    let Some(row) = (2 * y + tap).checked_sub(1) else {
                        continue;
                    };
                    if row < self.height {
                        let input = (row * self.width + left) * self.channels;
                        let output = patch + (tap * KERNEL + skipped) * self.channels;
                        call(input, output, (right - left) * self.channels);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patches_are_what_lies_around() {
        let plane = Plane {
            height: 3,
            width: 2,
            channels: 1,
        };
        let image = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let mut patches = [9.0; 18];
        plane.take(&image, &mut patches);
        assert_eq!(patches[..9], [0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 3.0, 4.0]);
        assert_eq!(patches[9..], [0.0, 3.0, 4.0, 0.0, 5.0, 6.0, 0.0, 0.0, 0.0]);
        // The pixels of the middle row are in both patches.
        let mut sums = [0.0; 6];
        plane.give_back(&patches, &mut sums);
        assert_eq!(sums, [1.0, 2.0, 6.0, 8.0, 5.0, 6.0]);
    }
}
