//! Pooling over 3 x 3 pixels.

use rayon::prelude::*;

use super::conv::Geometry;
use super::map::Map;

/// The mean of the 3 x 3 pixels around each, of those that are there: padding is
/// not counted, as in TensorFlow.
pub(super) fn average(input: &Map) -> Map {
    let geometry = Geometry {
        kernel: [3, 3],
        stride: 1,
        padding: [1, 1],
    };
    pool(
        input,
        geometry,
        0.0,
        |sum, value| sum + value,
        |sum, count| sum / count as f32,
    )
}

/// The largest of 3 x 3 pixels.
pub(super) fn max(input: &Map, stride: usize, padding: usize) -> Map {
    let geometry = Geometry {
        kernel: [3, 3],
        stride,
        padding: [padding; 2],
    };
    pool(
        input,
        geometry,
        f32::NEG_INFINITY,
        f32::max,
        |largest, _| largest,
    )
}

fn pool(
    input: &Map,
    geometry: Geometry,
    start: f32,
    add: impl Fn(f32, f32) -> f32 + Sync,
    finish: impl Fn(f32, usize) -> f32 + Sync,
) -> Map {
    let [height, width] = geometry.output(input.height, input.width);
    let mut output = Map::zeros(input.channels, height, width);
    let outputs = output.values.par_chunks_exact_mut(height * width);
    let inputs = input.values.par_chunks_exact(input.pixels());
    // The part of an axis that a window covers.
    let covered = |axis: usize, output: usize, side: usize| {
        let end = output * geometry.stride + geometry.kernel[axis];
        let start = (output * geometry.stride).saturating_sub(geometry.padding[axis]);
        start..(end - geometry.padding[axis]).min(side)
    };
    outputs.zip(inputs).for_each(|(output, channel)| {
        for (y, line) in output.chunks_exact_mut(width).enumerate() {
            let rows = covered(0, y, input.height);
            for (x, value) in line.iter_mut().enumerate() {
                let columns = covered(1, x, input.width);
                let window = rows.clone().flat_map(|row| {
                    &channel[row * input.width + columns.start..row * input.width + columns.end]
                });
                let count = rows.len() * columns.len();
                *value = finish(window.fold(start, |all, &value| add(all, value)), count);
            }
        }
    });
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(height: usize, width: usize, values: &[f32]) -> Map {
        Map {
            channels: 1,
            height,
            width,
            values: values.to_vec(),
        }
    }

    #[test]
    fn padding_is_not_counted() {
        let map = map(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!(average(&map).values, [3.0, 3.5, 4.0, 3.0, 3.5, 4.0]);
    }

    #[test]
    fn the_largest_may_be_negative() {
        let map = map(
            3,
            3,
            &[-9.0, -8.0, -7.0, -6.0, -5.0, -4.0, -3.0, -2.0, -1.0],
        );
        assert_eq!(max(&map, 2, 0).values, [-1.0]);
        let around = [-5.0, -4.0, -4.0, -2.0, -1.0, -1.0, -2.0, -1.0, -1.0];
        assert_eq!(max(&map, 1, 1).values, around);
    }
}
