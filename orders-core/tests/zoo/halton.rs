//! Halton's order and its two options.

use orders_core::methods::Halton;
use orders_core::{Cell, Grid, GroupSizes, OrderRng, OrderingMethod, Problem};

fn problem(grid: &str) -> Problem {
    let grid: Grid = grid.parse().unwrap();
    Problem::new(grid, GroupSizes::new([grid.cells() as u32]).unwrap()).unwrap()
}

fn cells(method: Halton, problem: &Problem, seed: u64, index: u64) -> Vec<Cell> {
    method.order(problem, seed, index).unwrap().into_cells()
}

fn halton(roll: bool, scramble: bool) -> Halton {
    Halton {
        roll,
        scramble,
        ..Halton::default()
    }
}

const GRIDS: [&str; 9] = [
    "1x1", "1x29", "29x1", "16x16", "17x23", "40x24", "64x64", "5x6x7", "2x1x9",
];

/// The radical inverse as a fraction, added up digit by digit.
fn radical_inverse(mut index: u64, base: u64) -> (u64, u64) {
    let (mut numerator, mut denominator) = (0, 1);
    while index > 0 {
        denominator *= base;
        numerator = numerator * base + index % base;
        index /= base;
    }
    (numerator, denominator)
}

#[test]
fn the_plain_order_is_that_of_the_first_visits() {
    for name in GRIDS {
        let problem = problem(name);
        let grid = problem.grid();
        let place = |index: u64, base: u64, side: u32| {
            let (numerator, denominator) = radical_inverse(index, base);
            (numerator * u64::from(side) / denominator) as u32
        };
        let mut expected: Vec<Cell> = Vec::new();
        let mut seen = vec![false; grid.cells()];
        for index in 1.. {
            if expected.len() == grid.cells() {
                break;
            }
            let cell = grid.cell_in_frame(
                place(index, 5, grid.frames()),
                place(index, 2, grid.height()),
                place(index, 3, grid.width()),
            );
            if !std::mem::replace(&mut seen[cell as usize], true) {
                expected.push(cell);
            }
        }
        assert_eq!(cells(Halton::default(), &problem, 0, 0), expected, "{name}");
    }
}

/// The shift of a rolled order, from its first cell; all others follow.
fn is_rolled(grid: Grid, plain: &[Cell], rolled: &[Cell]) -> Option<[u32; 3]> {
    let sides = [grid.frames(), grid.height(), grid.width()];
    let place = |cell: Cell| {
        let (row, column) = grid.position_from_cell(cell);
        [grid.frame_from_cell(cell), row, column]
    };
    let difference = |a: Cell, b: Cell| {
        let (a, b) = (place(a), place(b));
        [0, 1, 2].map(|i| (b[i] + sides[i] - a[i]) % sides[i])
    };
    let shift = difference(plain[0], rolled[0]);
    let mut pairs = plain.iter().zip(rolled);
    pairs
        .all(|(&a, &b)| difference(a, b) == shift)
        .then_some(shift)
}

#[test]
fn a_rolled_order_is_the_plain_one_shifted() {
    for name in GRIDS {
        let problem = problem(name);
        let plain = cells(Halton::default(), &problem, 0, 0);
        for index in 0..20 {
            let rolled = cells(halton(true, false), &problem, 3, index);
            assert!(
                is_rolled(problem.grid(), &plain, &rolled).is_some(),
                "{name}"
            );
        }
    }
}

/// All 12 shifts of 3 x 4 cells, equally often.
#[test]
fn every_roll_is_equally_likely() {
    let problem = problem("3x4");
    let plain = cells(Halton::default(), &problem, 0, 0);
    let mut counts = [0u32; 12];
    for index in 0..12_000 {
        let rolled = cells(halton(true, false), &problem, 0, index);
        let [_, row, column] = is_rolled(problem.grid(), &plain, &rolled).unwrap();
        counts[(row * 4 + column) as usize] += 1;
    }
    // 11 degrees of freedom: below 44 in all but about 1 of 100,000 seeds.
    let term = |&count: &u32| (f64::from(count) - 1000.0).powi(2) / 1000.0;
    let chi: f64 = counts.iter().map(term).sum();
    assert!(chi < 44.0, "{counts:?}");
}

/// A rotated order is the plain list, begun elsewhere; all 12 places of 3 x 4
/// cells equally often.
#[test]
fn a_rotated_order_begins_anywhere_in_the_list() {
    let rotate = Halton {
        rotate: true,
        ..Halton::default()
    };
    for name in GRIDS {
        let problem = problem(name);
        let plain = cells(Halton::default(), &problem, 0, 0);
        for index in 0..20 {
            let mut rotated = cells(rotate, &problem, 3, index);
            let place = rotated.iter().position(|&cell| cell == plain[0]).unwrap();
            rotated.rotate_left(place);
            assert_eq!(rotated, plain, "{name}");
        }
    }
    let problem = problem("3x4");
    let plain = cells(Halton::default(), &problem, 0, 0);
    let mut counts = [0u32; 12];
    for index in 0..12_000 {
        let first = cells(rotate, &problem, 0, index)[0];
        counts[plain.iter().position(|&cell| cell == first).unwrap()] += 1;
    }
    let term = |&count: &u32| (f64::from(count) - 1000.0).powi(2) / 1000.0;
    let chi: f64 = counts.iter().map(term).sum();
    assert!(chi < 44.0, "{counts:?}");
}

/// What is rotated is rolled as well, and scrambled before.
#[test]
fn a_rotated_order_keeps_the_other_draws() {
    let problem = problem("17x23");
    let other = halton(true, true);
    let plain = cells(other, &problem, 4, 1);
    let mut rotated = cells(
        Halton {
            rotate: true,
            ..other
        },
        &problem,
        4,
        1,
    );
    assert_ne!(rotated, plain);
    let place = rotated.iter().position(|&cell| cell == plain[0]).unwrap();
    rotated.rotate_left(place);
    assert_eq!(rotated, plain);
}

/// A rolled scrambled order is a scrambled one, shifted: digits come first.
#[test]
fn both_options_go_together() {
    for name in GRIDS {
        let problem = problem(name);
        let scrambled = cells(halton(false, true), &problem, 8, 2);
        let both = cells(halton(true, true), &problem, 8, 2);
        assert!(
            is_rolled(problem.grid(), &scrambled, &both).is_some(),
            "{name}"
        );
    }
}

/// On 2^p x 3^q cells a scrambled sequence visits every cell with its first N
/// points, so each beginning of the order is balanced: of the first 2^a 3^b
/// cells, each of as many equal boxes has exactly one.
#[test]
fn a_scrambled_order_is_balanced() {
    for (p, q) in [(2, 1), (3, 2), (4, 2), (5, 3), (0, 3), (4, 0)] {
        let (height, width) = (2u32.pow(p), 3u32.pow(q));
        let problem = problem(&format!("{height}x{width}"));
        for index in 0..30 {
            let cells = cells(halton(false, true), &problem, 1, index);
            for (a, b) in (0..=p).flat_map(|a| (0..=q).map(move |b| (a, b))) {
                let (rows, columns) = (2u32.pow(a), 3u32.pow(b));
                let mut boxes: Vec<u32> = cells[..(rows * columns) as usize]
                    .iter()
                    .map(|&cell| {
                        let (row, column) = problem.grid().position_from_cell(cell);
                        row / (height / rows) * columns + column / (width / columns)
                    })
                    .collect();
                boxes.sort_unstable();
                assert!(
                    boxes.into_iter().eq(0..rows * columns),
                    "{height}x{width} {a} {b}"
                );
            }
        }
    }
}

/// The first cell of a scrambled order is uniform where the digits allow it.
#[test]
fn every_cell_is_first_equally_often() {
    let problem = problem("4x3");
    let mut counts = [0u32; 12];
    for index in 0..12_000 {
        counts[cells(halton(false, true), &problem, 0, index)[0] as usize] += 1;
    }
    let term = |&count: &u32| (f64::from(count) - 1000.0).powi(2) / 1000.0;
    let chi: f64 = counts.iter().map(term).sum();
    assert!(chi < 44.0, "{counts:?}");
}

#[test]
fn scrambled_orders_cover_random_grids() {
    let mut rng = OrderRng::new(9, 0);
    for index in 0..60 {
        let [frames, height, width] = [6, 50, 50].map(|most| 1 + rng.below(most));
        let problem = problem(&format!("{frames}x{height}x{width}"));
        // An order is checked: every cell, and each once.
        let cells = cells(halton(false, true), &problem, 0, index);
        assert_eq!(cells.len(), problem.grid().cells());
    }
}
