//! The fast implementation gives the literal one's orders, cell by cell; and
//! conformance accepts exactly those orders that the literal one can give.

use std::f64::consts::FRAC_1_SQRT_2;

use orders_core::conformance::{Conformance, Violation};
use orders_core::{Cell, Grid, GroupSizes, LocalityAware, OrderRng, OrderingMethod, Problem};
use proptest::prelude::*;

use crate::literal::{self, Thresholds};

/// With a score itself, 1/sqrt(2), and its neighbours.
const PROXIMITIES: [f64; 12] = [
    0.0,
    0.2,
    0.5,
    FRAC_1_SQRT_2 - 1e-9,
    FRAC_1_SQRT_2,
    FRAC_1_SQRT_2 + 1e-9,
    1.0,
    1.41,
    1.5,
    2.0,
    7.0,
    f64::INFINITY,
];
const REPULSIONS: [f64; 8] = [0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 100.0, f64::INFINITY];

fn thresholds() -> impl Strategy<Value = Thresholds> {
    (
        prop_oneof![5 => prop::sample::select(&PROXIMITIES[..]), 1 => 0.0f64..7.0],
        prop_oneof![5 => prop::sample::select(&REPULSIONS[..]), 1 => 0.0f64..12.0],
    )
        .prop_map(|(proximity, repulsion)| Thresholds {
            proximity,
            repulsion,
        })
}

/// Any cut of `cells` cells into at most 40 groups; half of the cuts begin
/// with one cell.
fn group_sizes(cells: u32) -> impl Strategy<Value = GroupSizes> {
    let cuts = prop::collection::btree_set(1..cells.max(2), 0..cells.min(40) as usize);
    (cuts, any::<bool>()).prop_map(move |(mut cuts, starts_with_one)| {
        if starts_with_one {
            cuts.insert(1);
        }
        cuts.remove(&cells);
        let mut start = 0;
        let mut sizes: Vec<u32> = Vec::new();
        for end in cuts.into_iter().chain([cells]) {
            sizes.push(end - start);
            start = end;
        }
        GroupSizes::new(sizes).unwrap()
    })
}

fn problem_on(height: u32, width: u32) -> impl Strategy<Value = Problem> {
    group_sizes(height * width)
        .prop_map(move |sizes| Problem::new(Grid::new(height, width).unwrap(), sizes).unwrap())
}

fn problem() -> impl Strategy<Value = Problem> {
    prop_oneof![
        6 => (1u32..=24, 1u32..=24),
        1 => (Just(1), 1u32..=60),
        1 => (1u32..=60, Just(1)),
    ]
    .prop_flat_map(|(height, width)| problem_on(height, width))
}

/// Checks that the fast order is the literal one, and accepted.
fn check_order(
    problem: &Problem,
    thresholds: Thresholds,
    seed: u64,
    index: u64,
) -> Result<(), TestCaseError> {
    let method = LocalityAware::new(thresholds.proximity, thresholds.repulsion).unwrap();
    let fast = method.order(problem, seed, index).unwrap();
    let literal = literal::order(problem, thresholds, seed, index);
    prop_assert_eq!(
        fast.cell_from_rank(),
        &literal,
        "order {} of seed {}, {:?}, {:?}",
        index,
        seed,
        problem,
        thresholds
    );
    prop_assert_eq!(reported_rank(problem, thresholds, &literal), None);
    Ok(())
}

/// Whether the rules can give `cells` if ties are broken in its favour: see
/// the documentation of `conformance` for why that decides it.
fn is_possible(problem: &Problem, thresholds: Thresholds, cells: &[Cell]) -> bool {
    first_difference(problem, thresholds, cells).is_none()
}

/// The first rank at which the order that comes closest to `cells` is another.
fn first_difference(problem: &Problem, thresholds: Thresholds, cells: &[Cell]) -> Option<usize> {
    let mut rank_from_cell = vec![0; cells.len()];
    for (rank, &cell) in (0..).zip(cells) {
        rank_from_cell[cell as usize] = rank;
    }
    let rank_from_cell = &rank_from_cell;
    let favoured = literal::order_with_keys(problem, thresholds, || {
        |cell: Cell| rank_from_cell[cell as usize]
    });
    favoured.iter().zip(cells).position(|(a, b)| a != b)
}

/// The rank that conformance reports.
fn reported_rank(problem: &Problem, thresholds: Thresholds, cells: &[Cell]) -> Option<usize> {
    Conformance::new(problem, thresholds.proximity, thresholds.repulsion)
        .unwrap()
        .check(cells)
        .err()
        .map(|violation| match violation {
            Violation::Impossible { rank, cell, .. } => {
                assert_eq!(cells[rank], cell);
                rank
            }
            other => panic!("{other}"),
        })
}

proptest! {
    #[test]
    fn orders_are_the_literal_ones(
        problem in problem(), thresholds in thresholds(), seed: u64, index: u64,
    ) {
        check_order(&problem, thresholds, seed, index)?;
    }

    #[test]
    fn changed_orders_are_judged_as_by_the_literal_rules(
        problem in problem(), thresholds in thresholds(), seed: u64,
        swaps in prop::collection::vec(any::<(prop::sample::Index, prop::sample::Index)>(), 1..3),
    ) {
        let mut cells = literal::order(&problem, thresholds, seed, 0);
        for (a, b) in swaps {
            let ends = (a.index(cells.len()), b.index(cells.len()));
            cells.swap(ends.0, ends.1);
        }
        prop_assert_eq!(
            reported_rank(&problem, thresholds, &cells),
            first_difference(&problem, thresholds, &cells)
        );
    }

    /// Swaps of neighbours keep many orders possible, and the others nearly.
    #[test]
    fn small_changes_are_judged_as_by_the_literal_rules(
        problem in problem(), thresholds in thresholds(), seed: u64,
        place in any::<prop::sample::Index>(),
    ) {
        let mut cells = literal::order(&problem, thresholds, seed, 0);
        if cells.len() > 1 {
            let place = place.index(cells.len() - 1);
            cells.swap(place, place + 1);
        }
        prop_assert_eq!(
            reported_rank(&problem, thresholds, &cells),
            first_difference(&problem, thresholds, &cells)
        );
    }

    /// Orders that were made under other thresholds.
    #[test]
    fn foreign_orders_are_judged_as_by_the_literal_rules(
        problem in problem(), made in thresholds(), checked in thresholds(), seed: u64,
    ) {
        let cells = literal::order(&problem, made, seed, 0);
        prop_assert_eq!(
            reported_rank(&problem, checked, &cells),
            first_difference(&problem, checked, &cells)
        );
    }

    #[test]
    fn shuffled_cells_are_judged_as_by_the_literal_rules(
        problem in (1u32..=3, 1u32..=3).prop_flat_map(|(h, w)| problem_on(h, w)),
        thresholds in thresholds(), seed: u64,
    ) {
        let mut cells: Vec<Cell> = (0..problem.grid().cells() as Cell).collect();
        OrderRng::new(seed, 0).shuffle(&mut cells);
        prop_assert_eq!(
            reported_rank(&problem, thresholds, &cells),
            first_difference(&problem, thresholds, &cells)
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Rows of more than 64 cells, and many rows.
    #[test]
    fn wide_and_high_grids_as_well(
        problem in prop::sample::select(vec![(1, 300), (2, 200), (200, 1), (20, 70), (3, 129)])
            .prop_flat_map(|(height, width)| problem_on(height, width)),
        thresholds in thresholds(), seed: u64,
    ) {
        check_order(&problem, thresholds, seed, 0)?;
    }
}

/// Corners and edges: grids of every small shape, in two and in three steps.
/// Few of them fill whole machine words.
#[test]
fn every_small_shape_of_grid() {
    for (height, width) in (1..=12).flat_map(|height| (1..=12).map(move |width| (height, width))) {
        let cells = height * width;
        let grid = Grid::new(height, width).unwrap();
        for sizes in [
            vec![cells / 2, cells - cells / 2],
            vec![1, cells / 3, cells - 1 - cells / 3],
        ] {
            let Ok(sizes) = GroupSizes::new(sizes) else {
                continue; // A group without cells, on the smallest grids.
            };
            let problem = Problem::new(grid, sizes).unwrap();
            for (proximity, repulsion) in [(0.5, 0.0), (1.0, 2.0), (7.0, 0.0)] {
                let thresholds = Thresholds {
                    proximity,
                    repulsion,
                };
                for index in 0..4 {
                    check_order(&problem, thresholds, 0, index).unwrap();
                }
            }
        }
    }
}

/// Squared distances of more than 16 bits.
#[test]
fn a_grid_of_36_864_cells() {
    let sizes = GroupSizes::new([1, 6, 20, 60, 150, 36_627]).unwrap();
    let problem = Problem::new(Grid::new(192, 192).unwrap(), sizes).unwrap();
    for (proximity, repulsion) in [(1.0, 2.0), (1.0, 40.0), (0.5, 0.0), (7.0, 0.0)] {
        let thresholds = Thresholds {
            proximity,
            repulsion,
        };
        check_order(&problem, thresholds, 5, 0).unwrap();
    }
}

/// The sets of orders that are possible at all, on grids small enough to try
/// every permutation: those that conformance accepts are those that turn up.
#[test]
fn possible_orders_are_those_that_turn_up() {
    for (height, width, sizes) in [
        (2, 3, &[1, 2, 3][..]),
        (2, 3, &[1, 1, 4]),
        (1, 6, &[1, 3, 2]),
        (2, 3, &[2, 4]),
        (3, 2, &[1, 2, 2, 1]),
    ] {
        let grid = Grid::new(height, width).unwrap();
        let problem = Problem::new(grid, GroupSizes::new(sizes).unwrap()).unwrap();
        for (proximity, repulsion) in [(1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (7.0, 0.0), (1.5, 2.0)] {
            let thresholds = Thresholds {
                proximity,
                repulsion,
            };
            let made: std::collections::BTreeSet<Vec<Cell>> = (0..20_000)
                .map(|index| literal::order(&problem, thresholds, 0, index))
                .collect();
            let mut conformance = Conformance::new(&problem, proximity, repulsion).unwrap();
            let mut possible = 0;
            for_each_permutation(6, &mut |cells| {
                let accepted = conformance.check(cells).is_ok();
                assert_eq!(accepted, made.contains(cells), "{cells:?} {thresholds:?}");
                assert_eq!(accepted, is_possible(&problem, thresholds, cells));
                possible += usize::from(accepted);
            });
            assert!(possible < 720, "something is impossible");
        }
    }
}

/// All permutations of `0..count`: Heap's algorithm.
fn for_each_permutation(count: usize, visit: &mut impl FnMut(&[Cell])) {
    fn heap(length: usize, cells: &mut [Cell], visit: &mut impl FnMut(&[Cell])) {
        if length <= 1 {
            visit(cells);
            return;
        }
        for i in 0..length {
            heap(length - 1, cells, visit);
            if i + 1 < length {
                cells.swap(if length.is_multiple_of(2) { i } else { 0 }, length - 1);
            }
        }
    }
    heap(count, &mut (0..count as Cell).collect::<Vec<_>>(), visit);
}
