//! Images to the size that a network takes.

use orders_datasets::Image;
use rayon::prelude::*;

use super::map::Map;

/// Bilinear interpolation as TensorFlow 1 has it: output i of n is at i * side /
/// n of the input, between the pixels to its left and right, and nothing is
/// averaged when an image shrinks. Values stay 0 to 255.
///
/// O(size^2) time.
pub(super) fn tensorflow_1(image: &Image, size: usize) -> Map {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let places = |side: usize| -> Vec<(usize, usize, f32)> {
        let scale = side as f32 / size as f32;
        let place = |output: usize| {
            let at = output as f32 * scale;
            let low = (at.floor() as usize).min(side - 1);
            (low, (low + 1).min(side - 1), at - at.floor())
        };
        (0..size).map(place).collect()
    };
    let (rows, columns) = (places(height), places(width));
    let pixels = image.pixels();
    let mut map = Map::zeros(3, size, size);
    for (channel, plane) in map.values.chunks_exact_mut(size * size).enumerate() {
        let at = |y: usize, x: usize| f32::from(pixels[(y * width + x) * 3 + channel]);
        for (line, &(top, bottom, down)) in plane.chunks_exact_mut(size).zip(&rows) {
            for (value, &(left, right, along)) in line.iter_mut().zip(&columns) {
                let upper = at(top, left) + (at(top, right) - at(top, left)) * along;
                let lower = at(bottom, left) + (at(bottom, right) - at(bottom, left)) * along;
                *value = upper + (lower - upper) * down;
            }
        }
    }
    map
}

/// Bilinear interpolation that averages when an image shrinks: torchvision's
/// `Resize` with `antialias`, on floating-point tensors. Values stay 0 to 255,
/// unrounded.
///
/// Output i is at (i + 1/2) * side / n; weights fall linearly to 0 at a distance
/// of max(1, side / n) and are scaled to sum to 1.
///
/// O(pixels + size^2) time for images that shrink.
pub(super) fn antialiased(image: &Image, size: usize) -> Map {
    let (width, height) = (image.width() as usize, image.height() as usize);
    let (columns, rows) = (taps(width, size), taps(height, size));
    let pixels = image.pixels();
    let mut map = Map::zeros(3, size, size);
    let planes = map.values.par_chunks_exact_mut(size * size).enumerate();
    planes.for_each(|(channel, plane)| {
        let mut narrow = vec![0.0; height * size];
        for (line, source) in narrow
            .chunks_exact_mut(size)
            .zip(pixels.chunks_exact(3 * width))
        {
            for (value, (first, weights)) in line.iter_mut().zip(&columns) {
                let taken = source[3 * first..]
                    .chunks_exact(3)
                    .map(|pixel| pixel[channel]);
                *value = weights
                    .iter()
                    .zip(taken)
                    .map(|(w, v)| w * f32::from(v))
                    .sum();
            }
        }
        for (line, (first, weights)) in plane.chunks_exact_mut(size).zip(&rows) {
            for (weight, source) in weights
                .iter()
                .zip(narrow[first * size..].chunks_exact(size))
            {
                for (sum, value) in line.iter_mut().zip(source) {
                    *sum += weight * value;
                }
            }
        }
    });
    map
}

/// What each output takes from the inputs along an axis: the first, and the weights from
/// there on.
fn taps(side: usize, size: usize) -> Vec<(usize, Vec<f32>)> {
    let scale = side as f64 / size as f64;
    let reach = scale.max(1.0);
    let output = |output: usize| {
        let centre = (output as f64 + 0.5) * scale;
        let first = (centre - reach + 0.5).max(0.0) as usize;
        let last = ((centre + reach + 0.5) as usize).min(side);
        let weight = |input: usize| {
            let distance = (input as f64 + 0.5 - centre) / reach;
            (1.0 - distance.abs()).max(0.0)
        };
        let weights: Vec<f64> = (first..last).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        (first, weights.iter().map(|w| (w / sum) as f32).collect())
    };
    (0..size).map(output).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Equal rows of grey pixels, in colour.
    fn rows(height: u32, values: &[u8]) -> Image {
        let pixels = values.repeat(height as usize);
        let image = Image::new(height, values.len() as u32, 1, pixels).unwrap();
        image.to_rgb()
    }

    #[test]
    fn tensorflow_keeps_the_left_edge() {
        // Outputs at 0, 2/3, 4/3 of two pixels.
        let map = tensorflow_1(&rows(1, &[0, 90]), 3);
        let expected = [0.0, 60.0, 90.0];
        for (found, expected) in map.values[..3].iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{found}");
        }
    }

    #[test]
    fn antialiasing_averages() {
        // Output centres at 2 and 6 of eight pixels; a triangle of reach 4.
        let map = antialiased(&rows(1, &[80, 0, 0, 0, 0, 0, 0, 0]), 2);
        // Weights of the pixels at 0.5 to 5.5: 2.5, 3.5, 3.5, 2.5, 1.5, 0.5 of 14.
        assert!(
            (map.values[0] - 80.0 * 2.5 / 14.0).abs() < 1e-4,
            "{}",
            map.values[0]
        );
        assert!(map.values[1].abs() < 1e-6);
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let image = rows(3, &[5, 200, 31]);
        for map in [tensorflow_1(&image, 3), antialiased(&image, 3)] {
            assert_eq!(map.values[..6], [5.0, 200.0, 31.0, 5.0, 200.0, 31.0]);
        }
    }
}
