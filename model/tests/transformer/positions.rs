//! Positions of another resolution, against PyTorch's formula written out.

use candle_core::{Device, Tensor};
use orders_core::Grid;
use orders_model::lpd::interpolate_positions;

/// The kernel of Keys with a = -0.75 at any distance.
fn keys(distance: f64) -> f64 {
    let (a, d) = (-0.75, distance.abs());
    if d <= 1.0 {
        (a + 2.0) * d.powi(3) - (a + 3.0) * d.powi(2) + 1.0
    } else if d < 2.0 {
        a * d.powi(3) - 5.0 * a * d.powi(2) + 8.0 * a * d - 4.0 * a
    } else {
        0.0
    }
}

#[test]
fn resized_as_a_picture() {
    let width = 3;
    for (from, to) in [
        ((4, 4), (8, 8)),
        ((4, 6), (7, 5)),
        ((8, 8), (4, 4)),
        ((2, 3), (6, 6)),
    ] {
        let from = Grid::new(from.0, from.1).unwrap();
        let to = Grid::new(to.0, to.1).unwrap();
        let numbers: Vec<f32> = (0..(1 + from.cells()) * width)
            .map(|i| ((i * 37 % 101) as f32 / 50.0) - 1.0)
            .collect();
        let shape = (1, 1 + from.cells(), width);
        let old = Tensor::from_vec(numbers.clone(), shape, &Device::Cpu).unwrap();
        let new = interpolate_positions(&old, from, to).unwrap();
        assert_eq!(new.dims(), [1, 1 + to.cells(), width]);
        let new: Vec<f32> = new.flatten_all().unwrap().to_vec1().unwrap();
        assert_eq!(new[..width], numbers[..width], "the class is kept");
        let (sides, new_sides) = (
            [from.height(), from.width()].map(i64::from),
            [to.height(), to.width()].map(i64::from),
        );
        for cell in 0..to.cells() as u32 {
            let (row, column) = to.position_from_cell(cell);
            let at = [(row, 0), (column, 1)].map(|(place, axis)| {
                (f64::from(place) + 0.5) * sides[axis] as f64 / new_sides[axis] as f64 - 0.5
            });
            for part in 0..width {
                let mut expected = 0.0;
                for y in -3..sides[0] + 3 {
                    for x in -3..sides[1] + 3 {
                        let weight = keys(at[0] - y as f64) * keys(at[1] - x as f64);
                        let source = y.clamp(0, sides[0] - 1) * sides[1] + x.clamp(0, sides[1] - 1);
                        let value = numbers[(1 + source as usize) * width + part];
                        expected += weight * f64::from(value);
                    }
                }
                let found = f64::from(new[(1 + cell as usize) * width + part]);
                assert!((found - expected).abs() < 1e-5, "{from} {to} {cell}");
            }
        }
    }
}

#[test]
fn another_number_of_slots_is_refused() {
    let grid = Grid::new(4, 4).unwrap();
    let old = Tensor::zeros((1, 16, 2), candle_core::DType::F32, &Device::Cpu).unwrap();
    assert!(interpolate_positions(&old, grid, grid).is_err());
}
