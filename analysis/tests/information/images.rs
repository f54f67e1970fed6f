//! Fields that are measured on images.

use ndarray::{Array2, Array3, array};
use orders_analysis::information::{
    Covariance, CovarianceError, Field, MeasuredError, MeasuredField,
};
use orders_core::{Cell, Grid, OrderRng};

/// Patches of cells that share a part with the cell to their right, some cells with
/// more variance than others.
pub(crate) fn patches(count: usize, height: usize, width: usize) -> Array3<f64> {
    let mut rng = OrderRng::new(7, 0);
    let mut noise = Array3::zeros((count, height, width + 1));
    noise.mapv_inplace(|_: f64| rng.uniform());
    Array3::from_shape_fn((count, height, width), |(patch, row, column)| {
        let shared = noise[[patch, row, column]] + noise[[patch, row, column + 1]];
        (1 + row + 2 * column) as f64 * shared - 3.0 * row as f64
    })
}

fn close(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-12, "{found} {expected}");
}

/// Each cell by itself: the textbook's correlation of two columns.
#[test]
fn patches_give_the_correlations_of_their_cells() {
    let patches = patches(2500, 2, 3);
    let grid = Grid::new(2, 3).unwrap();
    let field = MeasuredField::from_patches(patches.view(), false).unwrap();
    let covariance = Covariance::of_measured(&field, grid, 0.0).unwrap();
    let values = |cell: Cell| {
        let (row, column) = grid.position_from_cell(cell);
        let patches = patches.outer_iter();
        patches.map(move |patch| patch[[row as usize, column as usize]])
    };
    let mean = |cell| values(cell).sum::<f64>() / 2500.0;
    let moment = |a, b| {
        let (mean_a, mean_b) = (mean(a), mean(b));
        let products = values(a)
            .zip(values(b))
            .map(|(a, b)| (a - mean_a) * (b - mean_b));
        products.sum::<f64>()
    };
    for a in 0..6 {
        for b in 0..6 {
            let expected = moment(a, b) / (moment(a, a) * moment(b, b)).sqrt();
            close(covariance.between(a, b), expected);
        }
    }
    let shrunk = Covariance::of_measured(&field, grid, 0.25).unwrap();
    close(shrunk.between(0, 1), 0.75 * covariance.between(0, 1));
    close(shrunk.between(4, 4), 1.0);
}

/// All pairs of all patches at an offset, one after the other.
#[test]
fn stationary_ones_are_means_over_pairs() {
    let patches = patches(40, 3, 4);
    let field = MeasuredField::from_patches(patches.view(), true).unwrap();
    let mean = patches.mean().unwrap();
    let at = |dy: i64, dx: i64| {
        let (mut sum, mut count) = (0.0, 0.0);
        for patch in patches.outer_iter() {
            for ((row, column), value) in patch.indexed_iter() {
                let other = (row as i64 + dy, column as i64 + dx);
                if (0..3).contains(&other.0) && (0..4).contains(&other.1) {
                    let other = patch[[other.0 as usize, other.1 as usize]];
                    sum += (value - mean) * (other - mean);
                    count += 1.0;
                }
            }
        }
        sum / count
    };
    // The grid of the patches and smaller ones.
    for (height, width) in [(3, 4), (2, 4), (3, 1), (1, 2)] {
        let grid = Grid::new(height, width).unwrap();
        let covariance = Covariance::of_measured(&field, grid, 0.9).unwrap();
        for a in 0..grid.cells() as Cell {
            for b in (0..grid.cells() as Cell).filter(|&b| b != a) {
                let (a_row, a_column) = grid.position_from_cell(a);
                let (b_row, b_column) = grid.position_from_cell(b);
                let dy = i64::from(b_row) - i64::from(a_row);
                let dx = i64::from(b_column) - i64::from(a_column);
                close(
                    covariance.between(a, b),
                    (1.0 - 0.9) * at(dy, dx) / at(0, 0),
                );
            }
            close(covariance.between(a, a), 1.0);
        }
    }
}

#[test]
fn matrices_become_correlations() {
    let matrix = array![[4.0, 3.0], [3.0, 9.0]];
    let field = MeasuredField::from_covariance(matrix.view()).unwrap();
    for grid in [Grid::new(1, 2), Grid::new(2, 1), Grid::video(2, 1, 1)] {
        let covariance = Covariance::of_measured(&field, grid.unwrap(), 0.0).unwrap();
        assert_eq!(covariance.between(0, 1), 0.5);
        assert_eq!(covariance.between(1, 1), 1.0);
    }
    let error = Covariance::of_measured(&field, Grid::new(2, 2).unwrap(), 0.0).unwrap_err();
    assert!(matches!(error, CovarianceError::Shape { rows: 2, .. }));
}

#[test]
fn arrays_that_are_no_field() {
    let of = |patches: Array3<f64>, stationary| {
        MeasuredField::from_patches(patches.view(), stationary).unwrap_err()
    };
    assert!(matches!(
        of(patches(1, 2, 2), true),
        MeasuredError::TooFew { patches: 1 }
    ));
    assert!(matches!(
        of(Array3::zeros((5, 0, 2)), true),
        MeasuredError::Grid(_)
    ));
    assert!(matches!(
        of(Array3::zeros((2, 1, 10_000)), false),
        MeasuredError::TooLarge { cells: 10_000 }
    ));
    assert!(matches!(
        of(Array3::ones((5, 2, 2)), true),
        MeasuredError::Constant { variance: 0.0 }
    ));
    // A corner that is always of one colour, whose mean may be rounded.
    let constants = [0.0, 1.0, 0.5, 0.1, 1.0 / 3.0, 255.0, -1e300];
    for (count, constant) in [2, 3, 100]
        .into_iter()
        .flat_map(|count| constants.map(|constant| (count, constant)))
    {
        let mut corner = patches(count, 2, 2);
        corner.slice_mut(ndarray::s![.., 1, 1]).fill(constant);
        let variance = CovarianceError::Variance {
            cell: 3,
            value: 0.0,
        };
        assert_eq!(
            of(corner, false),
            MeasuredError::Covariance(variance),
            "{count} {constant}"
        );
        let all = Array3::from_elem((count, 2, 2), constant);
        assert_eq!(of(all, true), MeasuredError::Constant { variance: 0.0 });
    }
    // Cells that have their own value each do vary together.
    let cells = Array3::from_shape_fn((3, 1, 2), |(_, _, column)| column as f64);
    assert!(MeasuredField::from_patches(cells.view(), true).is_ok());
    let mut broken = patches(5, 2, 3);
    broken[[4, 1, 2]] = f64::NAN;
    assert!(matches!(
        of(broken, false),
        MeasuredError::NotFinite {
            patch: 4,
            row: 1,
            column: 2,
            ..
        }
    ));
    // Squares are beyond the largest number.
    for stationary in [false, true] {
        of(patches(5, 2, 2) * 1e200, stationary);
    }

    let of = |matrix: Array2<f64>| MeasuredField::from_covariance(matrix.view()).unwrap_err();
    assert!(matches!(
        of(Array2::zeros((2, 3))),
        MeasuredError::NotSquare {
            rows: 2,
            columns: 3
        }
    ));
    for matrix in [
        array![[1.0, f64::INFINITY], [0.5, 1.0]],
        array![[1.0, 0.5], [0.4, 1.0]],
        array![[1.0, 0.0], [0.0, -1.0]],
        array![[1e-320, 1e300], [1e300, 1.0]],
    ] {
        assert!(matches!(of(matrix), MeasuredError::Covariance(_)));
    }
}

/// What is not positive definite says how far off it is, and the shrinkage that it
/// offers does.
#[test]
fn few_patches_need_shrinkage() {
    let grid = Grid::new(3, 3).unwrap();
    for stationary in [false, true] {
        let patches = patches(4, 3, 3);
        let field = MeasuredField::from_patches(patches.view(), stationary).unwrap();
        let error = Covariance::of_measured(&field, grid, 0.0).unwrap_err();
        let CovarianceError::NotPositiveDefinite {
            eigenvalue,
            shrinkage,
            ..
        } = error
        else {
            panic!("{error}");
        };
        assert!(eigenvalue < 1e-9, "{eigenvalue}");
        Covariance::of_measured(&field, grid, shrinkage).unwrap();
    }
}

#[test]
fn photos_serve_grids_up_to_64() {
    let photos: Field = "photos".parse().unwrap();
    for (height, width) in [(1, 1), (16, 16), (1, 64), (64, 2), (12, 20), (24, 24)] {
        let grid = Grid::new(height, width).unwrap();
        let covariance = Covariance::of_field(&photos, grid).unwrap();
        assert_eq!(covariance.between(0, 0), 1.0);
    }
    let grid = Grid::new(16, 16).unwrap();
    let covariance = Covariance::of_field(&photos, grid).unwrap();
    // Rows of photographs are more alike than columns; mirrored they are the same.
    assert!(covariance.between(0, 1) > covariance.between(0, 16));
    assert_eq!(covariance.between(0, 17), covariance.between(1, 16));
    let shrunk = "photos:shrink=0.5".parse().unwrap();
    let shrunk = Covariance::of_field(&shrunk, grid).unwrap();
    close(shrunk.between(3, 40), 0.5 * covariance.between(3, 40));

    for grid in [Grid::new(65, 2), Grid::new(1, 65), Grid::video(2, 8, 8)] {
        let grid = grid.unwrap();
        assert_eq!(
            Covariance::of_field(&photos, grid).unwrap_err().to_string(),
            format!(
                "the field was measured for grids of one frame with at most 64x64 cells, and the grid is {grid}"
            )
        );
    }
}

/// The spectral density is positive on the torus that has every offset once, so that
/// the covariance of every grid of the field is positive definite.
#[test]
fn photos_have_a_positive_density() {
    let side = 127;
    let cosines = Array2::from_shape_fn((64, 64), |(frequency, offset)| {
        let turns = (frequency * offset % side) as f64 / side as f64;
        let times = if offset == 0 { 1.0 } else { 2.0 };
        times * (std::f64::consts::TAU * turns).cos()
    });
    let file = include_bytes!("../../data/photos.npy");
    let values = file[file.len() - 8 * 64 * 64..].chunks_exact(8);
    let values = values.map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()));
    let values = Array2::from_shape_vec((64, 64), values.collect()).unwrap();
    let density = cosines.dot(&values).dot(&cosines.t());
    let least = density.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(least > 0.000_09, "{least}");

    // It is this file that the field is of.
    let photos = MeasuredField::photos();
    let grid = Grid::new(3, 5).unwrap();
    let covariance = Covariance::of_measured(&photos, grid, 0.0).unwrap();
    assert_eq!(covariance.between(0, 14), values[[2, 4]]);
}
