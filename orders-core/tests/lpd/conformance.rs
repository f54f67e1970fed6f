//! Conformance accepts what the released program wrote, and little else.

use std::collections::BTreeMap;

use orders_core::conformance::{Conformance, Rule, Violation};
use orders_core::{
    Cell, FirstGroup, Grid, GroupSizes, MethodError, OrderRng, ParameterError, Problem, Shape,
};

use crate::literal::Thresholds;
use crate::released::Released;

fn conformance(problem: &Problem, thresholds: Thresholds) -> Conformance {
    Conformance::new(problem, thresholds.proximity, thresholds.repulsion).unwrap()
}

/// The share of a file's orders that is rejected under other rules.
fn rejected(released: &Released, problem: &Problem, thresholds: Thresholds) -> f64 {
    let mut conformance = conformance(problem, thresholds);
    let orders = &released.orders;
    let rejected = orders
        .iter()
        .filter(|cells| conformance.check(cells).is_err());
    rejected.count() as f64 / orders.len() as f64
}

#[test]
fn released_orders_are_possible() {
    for released in Released::all() {
        let mut conformance = conformance(&released.problem, released.thresholds);
        for (number, cells) in released.orders.iter().enumerate() {
            if let Err(violation) = conformance.check(cells) {
                panic!("{}, order {number}: {violation}", released.name);
            }
        }
    }
}

#[test]
fn orders_of_another_repulsion_threshold_are_rejected() {
    for released in Released::all() {
        for change in [-1.0, 1.0] {
            let repulsion = released.thresholds.repulsion + change;
            let thresholds = Thresholds {
                repulsion,
                ..released.thresholds
            };
            let rate = rejected(&released, &released.problem, thresholds);
            assert_eq!(rate, 1.0, "{} {repulsion}", released.name);
        }
    }
}

/// Below 1, cells that touch the context at a corner only are near as well. The
/// walk comes to them last, and in some orders, 7 % at most, that makes no
/// difference.
#[test]
fn orders_of_another_proximity_threshold_are_rejected() {
    for released in Released::all() {
        for (proximity, at_least) in [(0.0, 0.95), (0.5, 0.93), (1.5, 0.98), (2.0, 1.0)] {
            let thresholds = Thresholds {
                proximity,
                ..released.thresholds
            };
            let rate = rejected(&released, &released.problem, thresholds);
            assert!(rate >= at_least, "{} {proximity}: {rate}", released.name);
        }
    }
}

/// No score lies between 1/sqrt(2) and 1, so all thresholds there are one.
#[test]
fn thresholds_between_the_same_scores_are_the_same() {
    for released in Released::all() {
        let thresholds = Thresholds {
            proximity: 0.75,
            ..released.thresholds
        };
        assert_eq!(rejected(&released, &released.problem, thresholds), 0.0);
    }
}

#[test]
fn orders_of_other_group_sizes_are_rejected() {
    for released in Released::all() {
        let published = released.problem.group_sizes();
        let grid = released.problem.grid();
        for shape in [Shape::Cosine, Shape::Linear, Shape::Arccos, Shape::Uniform] {
            let sizes = shape
                .group_sizes(grid.cells(), published.steps(), FirstGroup::One)
                .unwrap();
            // The cosine shape gives some published rows exactly.
            let rate = if sizes == *published { 0.0 } else { 1.0 };
            let problem = Problem::new(grid, sizes).unwrap();
            assert_eq!(
                rejected(&released, &problem, released.thresholds),
                rate,
                "{} {shape:?}",
                released.name
            );
        }
    }
}

#[test]
fn one_token_in_another_group_is_noticed() {
    let mut rng = OrderRng::new(1, 0);
    for released in Released::all() {
        let (mut changed, mut accepted) = (0, 0);
        for cells in &released.orders {
            let mut sizes = released.problem.group_sizes().as_slice().to_vec();
            let from = rng.below(sizes.len() as u32) as usize;
            let to = rng.below(sizes.len() as u32) as usize;
            if from == to || sizes[from] == 1 {
                continue;
            }
            sizes[from] -= 1;
            sizes[to] += 1;
            let sizes = GroupSizes::new(sizes).unwrap();
            let problem = Problem::new(released.problem.grid(), sizes).unwrap();
            changed += 1;
            let checked = conformance(&problem, released.thresholds).check(cells);
            accepted += u32::from(checked.is_ok());
        }
        assert!(changed > 90);
        assert!(
            accepted * 100 <= changed,
            "{}: {accepted} of {changed}",
            released.name
        );
    }
}

/// Two cells of different steps change places: at least 99.5 % of such orders
/// are impossible. (Those that are not mostly swap two cells of equal score in
/// neighbouring steps.)
#[test]
fn swapped_cells_are_noticed() {
    let mut rng = OrderRng::new(0, 0);
    for released in Released::all() {
        let sizes = released.problem.group_sizes().as_slice();
        let steps = (0..).zip(sizes);
        let step_from_rank: Vec<usize> = steps
            .flat_map(|(step, &size)| std::iter::repeat_n(step, size as usize))
            .collect();
        let mut conformance = conformance(&released.problem, released.thresholds);
        let (mut swapped, mut accepted) = (0, 0);
        let mut rules: BTreeMap<&str, u32> = BTreeMap::new();
        for original in released.orders.iter().cycle().take(4000) {
            let mut cells = original.clone();
            let a = rng.below(cells.len() as u32) as usize;
            let b = rng.below(cells.len() as u32) as usize;
            if step_from_rank[a] == step_from_rank[b] {
                continue;
            }
            cells.swap(a, b);
            swapped += 1;
            match conformance.check(&cells) {
                Ok(()) => accepted += 1,
                Err(Violation::Impossible { rank, rule, .. }) => {
                    assert!(rank >= a.min(b), "all before the swap is possible");
                    *rules.entry(name(rule)).or_default() += 1;
                }
                Err(other) => panic!("{other}"),
            }
        }
        assert!(swapped > 3000);
        assert!(
            accepted * 200 <= swapped,
            "{}: {accepted} of {swapped}",
            released.name
        );
        // No rule alone does it.
        assert!(rules.len() >= 4, "{rules:?}");
    }
}

fn name(rule: Rule) -> &'static str {
    match rule {
        Rule::HighestScoreFirst { .. } => "highest score first",
        Rule::NearBeforeFar { .. } => "near before far",
        Rule::RepelledLast { .. } => "repelled last",
        Rule::FarthestFirst { .. } => "farthest first",
        Rule::FarBeforeRepelled { .. } => "far before repelled",
        Rule::TiesByScore { .. } => "ties by score",
        Rule::ListOrder { .. } => "list order",
        other => panic!("{other}"),
    }
}

/// The violation of an order that begins with some cells and goes on in raster
/// order, with proximity threshold and repulsion threshold.
fn violation(grid: &str, sizes: &[u32], thresholds: (f64, f64), first: &[Cell]) -> Violation {
    let grid: Grid = grid.parse().unwrap();
    let problem = Problem::new(grid, GroupSizes::new(sizes).unwrap()).unwrap();
    let rest = (0..grid.cells() as Cell).filter(|cell| !first.contains(cell));
    let cells: Vec<Cell> = first.iter().copied().chain(rest).collect();
    Conformance::new(&problem, thresholds.0, thresholds.1)
        .unwrap()
        .check(&cells)
        .unwrap_err()
}

/// Checks what is reported, and its text.
#[track_caller]
fn assert_violation(actual: Violation, step: usize, rank: usize, rule: Rule, text: &str) {
    match actual {
        Violation::Impossible {
            step: actual_step,
            rank: actual_rank,
            rule: actual_rule,
            ..
        } => assert_eq!((actual_step, actual_rank, actual_rule), (step, rank, rule)),
        ref other => panic!("{other}"),
    }
    assert_eq!(actual.to_string(), text);
}

#[test]
fn a_far_cell_waits_for_the_near_ones() {
    assert_violation(
        violation("1x6", &[1, 1, 4], (1.0, 1.0), &[0, 2]),
        2,
        1,
        Rule::NearBeforeFar {
            score: 0.0,
            before: 1,
            before_score: 1.0,
        },
        "step 2: cell 2 (entry 1) is impossible: it is far (score 0.000), but cell 1 is near (score 1.000) and not repelled",
    );
}

#[test]
fn the_walk_goes_by_score() {
    // Cells 0 and 1 of the first row: 3 and 4 touch both, 2 touches one.
    assert_violation(
        violation("3x3", &[1, 1, 1, 6], (1.0, 1.0), &[0, 1, 2]),
        3,
        2,
        Rule::HighestScoreFirst {
            score: 1.0,
            before: 3,
            before_score: 1.0 + std::f64::consts::FRAC_1_SQRT_2,
        },
        "step 3: cell 2 (entry 2) is impossible: its score is 1.000, but cell 3 with score 1.707 is free and not repelled",
    );
}

#[test]
fn a_repelled_cell_waits_for_the_others() {
    // Around the centre, 7 repels 11 and 13, but not 17 on the other side.
    assert_violation(
        violation("5x5", &[1, 2, 22], (1.0, 1.0), &[12, 7, 11]),
        2,
        2,
        Rule::RepelledLast {
            repelled_by: 7,
            before: 17,
            before_score: 1.0,
        },
        "step 2: cell 11 (entry 2) is impossible: cell 7 of the same step repels it, but cell 17 is near (score 1.000) and not repelled",
    );
}

#[test]
fn the_fill_takes_the_farthest() {
    // Nothing is near, so any cell may begin, here 0.
    assert_violation(
        violation("1x5", &[1, 2, 2], (7.0, 1.0), &[2, 0, 3]),
        2,
        2,
        Rule::FarthestFirst {
            squared_distance: 9.0,
            before: 4,
            before_squared_distance: 16.0,
        },
        "step 2: cell 3 (entry 2) is impossible: its squared distance to the cells of the step is 9, but that of cell 4 is 16",
    );
}

#[test]
fn of_equally_far_cells_those_that_are_not_near_come_first() {
    // 2 repels the other near cells, of them 12. Corners 10 and 14 are taken;
    // then corners 0 and 4 are as far as 12.
    assert_violation(
        violation("3x5", &[1, 4, 10], (1.0, 4.0), &[7, 2, 10, 14, 12]),
        2,
        4,
        Rule::FarBeforeRepelled {
            squared_distance: 4.0,
            before: 0,
        },
        "step 2: cell 12 (entry 4) is impossible: it is repelled, but cell 0 is far and has the same squared distance 4 to the cells of the step",
    );
}

#[test]
fn of_equally_far_cells_the_highest_score_comes_first() {
    assert_violation(
        violation("1x5", &[1, 2, 2], (7.0, 1.0), &[1, 2, 4]),
        2,
        2,
        Rule::TiesByScore {
            squared_distance: 4.0,
            score: 0.0,
            before: 0,
            before_score: 1.0,
        },
        "step 2: cell 4 (entry 2) is impossible: its score is 0.000, but cell 0 with score 1.000 has the same squared distance 4 to the cells of the step",
    );
}

#[test]
fn the_last_cells_come_in_list_order() {
    assert_violation(
        violation("1x5", &[1, 4], (7.0, 1.0), &[1, 0, 3, 2]),
        2,
        2,
        Rule::ListOrder {
            score: 0.0,
            before: 2,
            before_score: 1.0,
        },
        "step 2: cell 3 (entry 2) is impossible: the last cells come in list order, in which cell 2 (score 1.000) stands before it (score 0.000)",
    );
}

#[test]
fn what_is_no_permutation_is_no_order() {
    let grid = Grid::new(2, 2).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([1, 3]).unwrap()).unwrap();
    let mut conformance = Conformance::new(&problem, 1.0, 2.0).unwrap();
    for cells in [&[0, 1, 2][..], &[0, 1, 2, 4], &[0, 1, 2, 0], &[]] {
        let violation = conformance.check(cells).unwrap_err();
        assert!(matches!(violation, Violation::NotAnOrder(_)), "{violation}");
    }
    // What was checked before leaves no trace.
    assert_eq!(conformance.check(&[0, 1, 3, 2]), Ok(()));
}

#[test]
fn thresholds_that_mean_nothing_are_refused() {
    let problem = Problem::new(Grid::new(1, 1).unwrap(), GroupSizes::new([1]).unwrap()).unwrap();
    for (proximity, repulsion, bad) in [
        (-0.1, 2.0, "proximity"),
        (f64::NAN, 2.0, "proximity"),
        (1.0, -1.0, "repulsion"),
        (1.0, f64::NAN, "repulsion"),
    ] {
        match Conformance::new(&problem, proximity, repulsion) {
            Err(MethodError::Parameter(ParameterError::Value { parameter, .. })) => {
                assert_eq!(parameter, bad)
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(Conformance::new(&problem, f64::INFINITY, f64::INFINITY).is_ok());
}
