//! Grids at which numbers outgrow their lanes.

use orders_core::conformance::Conformance;
use orders_core::{Grid, GroupSizes, LocalityAware, OrderingMethod, Problem};

use crate::literal::{self, Thresholds};

#[track_caller]
fn check(height: u32, width: u32, first: &[u32], proximity: f64, repulsion: f64) {
    let grid = Grid::new(height, width).unwrap();
    let rest = grid.cells() as u32 - first.iter().sum::<u32>();
    let sizes: Vec<u32> = first.iter().copied().chain([rest]).collect();
    let problem = Problem::new(grid, GroupSizes::new(sizes).unwrap()).unwrap();
    let thresholds = Thresholds {
        proximity,
        repulsion,
    };
    let method = LocalityAware::new(proximity, repulsion).unwrap();
    let order = method.order(&problem, 9, 0).unwrap();
    let literal = literal::order(&problem, thresholds, 9, 0);
    assert!(order.cell_from_rank() == literal, "{grid} {thresholds:?}");
    let mut conformance = Conformance::new(&problem, proximity, repulsion).unwrap();
    assert_eq!(conformance.check(order.cell_from_rank()), Ok(()));
}

/// Every number of lanes that a row leaves empty, and every remainder of
/// chunks by lanes.
#[test]
fn rows_of_every_length_around_whole_chunks() {
    for width in (1..=40).chain([47, 48, 49, 255, 256, 257]) {
        for (proximity, repulsion) in [(1.0, 2.0), (0.0, 3.0), (7.0, 0.0)] {
            for height in [1, 3, 16] {
                if width * height > 6 {
                    check(height, width, &[1, 2, 3], proximity, repulsion);
                }
            }
        }
    }
}

/// 181^2 + 181^2 = 65,522 is the squared diagonal of a square of 182 cells a
/// side, the last that fits 16 bits; 181^2 + 182^2 is over it.
#[test]
fn squared_distances_around_16_bits() {
    for (height, width) in [
        (182, 182),
        (182, 183),
        (2, 256),
        (2, 257),
        (257, 1),
        (256, 1),
    ] {
        check(height, width, &[1, 9, 30], 1.0, 3.0);
        check(height, width, &[9, 30], 7.0, 0.0);
    }
}

/// Squared distances of more than 32 bits, and column differences and reaches
/// of more than 16.
#[test]
fn rows_and_columns_of_70_000_cells() {
    for (height, width) in [(1, 70_000), (70_000, 1), (1, 65_536), (1, 65_537)] {
        for repulsion in [2.0, 60_000.0, 65_534.0, 65_535.0, 66_000.0, f64::INFINITY] {
            check(height, width, &[1, 6, 20], 1.0, repulsion);
        }
        check(height, width, &[4, 6], 0.0, 65_533.0);
        check(height, width, &[4, 6], 0.0, 65_535.0);
        check(height, width, &[9, 6], 7.0, 0.0);
    }
}

/// Reaches that no cell lies beyond.
#[test]
fn every_cell_repels_all() {
    for repulsion in [16.0, 65_535.0, 65_536.0, 4e9, 5e9, f64::MAX, f64::INFINITY] {
        check(17, 17, &[1, 5, 20, 60], 1.0, repulsion);
        check(3, 90, &[1, 5, 20, 60], 0.0, repulsion);
    }
}
