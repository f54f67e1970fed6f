//! Images of half the size.
//!
//! Halving an odd side leaves a pixel over. Which pixels Pillow's box filter averages then
//! is decided by its rounding of positions: the middle one goes to the output on its left,
//! to the one on its right, or to none. So positions are computed here just as there, and
//! not by the resizing library, which gives it to both.

use std::ops::Range;

use super::pixels::Image;

/// Bits behind the point of Pillow's weights.
const FRACTION: u32 = 22;

impl Image {
    /// The image with half the rows and columns, rounded down, each output the mean of the
    /// 2 or 3 inputs that Pillow's `resize` with `BOX` takes: first along the rows, then
    /// along the columns, rounded to 8 bits between. Sides are at least 2. O(pixels).
    pub(super) fn halved(&self) -> Self {
        let channels = usize::from(self.channels());
        let (height, width) = (self.height() / 2, self.width() / 2);
        let columns = windows(self.width());
        let mut narrow = Vec::with_capacity(self.pixels().len() / 2);
        for row in self.pixels().chunks_exact(self.row_bytes()) {
            for window in &columns {
                let pixels = &row[window.start * channels..window.end * channels];
                for channel in 0..channels {
                    let values = pixels.iter().skip(channel).step_by(channels);
                    let sum = values.map(|&value| u64::from(value)).sum();
                    narrow.push(mean(sum, window.len()));
                }
            }
        }
        let row_bytes = width as usize * channels;
        let mut pixels = Vec::with_capacity(narrow.len() / 2);
        let mut sums = vec![0_u64; row_bytes];
        for window in windows(self.height()) {
            sums.fill(0);
            for row in narrow[window.start * row_bytes..window.end * row_bytes].chunks(row_bytes) {
                for (sum, &value) in sums.iter_mut().zip(row) {
                    *sum += u64::from(value);
                }
            }
            pixels.extend(sums.iter().map(|&sum| mean(sum, window.len())));
        }
        Self::from_parts(height, width, self.channels(), pixels)
    }
}

/// The mean of some values by their sum, with Pillow's fixed-point weights.
fn mean(sum: u64, count: usize) -> u8 {
    let weight = (0.5 + f64::from(1 << FRACTION) / count as f64) as u64;
    let half = 1 << (FRACTION - 1);
    ((sum * weight + half) >> FRACTION).min(255) as u8
}

/// The inputs of each output of a side of `length` pixels.
fn windows(length: u32) -> Vec<Range<usize>> {
    let outputs = length / 2;
    let scale = f64::from(length) / f64::from(outputs);
    let (support, per_pixel) = (0.5 * scale, 1.0 / scale);
    let window = |output: u32| {
        let centre = (f64::from(output) + 0.5) * scale;
        let first = (centre - support + 0.5) as u32;
        let end = ((centre + support + 0.5) as u32).min(length);
        let has_weight = |pixel: &u32| {
            let distance = (f64::from(*pixel) - centre + 0.5) * per_pixel;
            distance > -0.5 && distance <= 0.5
        };
        let mut taken = (first..end).filter(has_weight);
        let first = taken.next().unwrap_or(first);
        let last = taken.next_back().unwrap_or(first);
        first as usize..last as usize + 1
    };
    (0..outputs).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By Pillow's formula in double precision, as Python computes it.
    #[test]
    fn the_middle_goes_left_or_right_or_nowhere() {
        for (length, to_left, to_right) in [
            (9, true, false),
            (13, false, false),
            (37, false, true),
            (41, false, false),
            (125, true, false),
            (613, true, false),
        ] {
            let (all, middle) = (windows(length), length as usize / 2);
            let (left, right) = (&all[middle / 2 - 1], &all[middle / 2]);
            let found = (left.contains(&middle), right.contains(&middle));
            assert_eq!(found, (to_left, to_right), "{length}");
        }
    }

    #[test]
    fn even_sides_are_halved_pair_by_pair() {
        for length in (2..3000).step_by(2) {
            let pairs: Vec<_> = (0..length as usize / 2)
                .map(|at| 2 * at..2 * at + 2)
                .collect();
            assert_eq!(windows(length), pairs, "{length}");
        }
        assert_eq!(
            [mean(1, 2), mean(2, 2), mean(510, 2), mean(765, 3)],
            [1, 1, 255, 255]
        );
    }
}
