//! The calculator against the definitions.

use ndarray::Array2;
use orders_analysis::information::{
    Covariance, Field, Information, Loss, OrderSource, mean_cut_costs,
};
use orders_core::methods::Random;
use orders_core::{Cell, Grid, GroupSizes, KnownCells, OrderingMethod, Problem};
use proptest::prelude::*;

use crate::literal;

fn close(found: f64, expected: f64) -> bool {
    (found - expected).abs() < 1e-9 * (1.0 + expected.abs())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Every step, the totals, the identity and all cuts, with known cells, frames
    /// and covariances without structure.
    #[test]
    fn is_what_determinants_say(
        order in literal::orders(),
        entries in prop::collection::vec(-1.0..1.0_f64, 600),
    ) {
        let problem = order.problem();
        let matrix = literal::any_covariance(problem.grid().cells(), &entries);
        let covariance = Covariance::new(problem.grid(), matrix.view()).unwrap();
        let mut information = Information::new(problem, &covariance).unwrap();
        let measured = information.measure(order.cell_from_rank()).unwrap();

        let known: Vec<Cell> = problem.known().cells().collect();
        let mut context = known.clone();
        for (group, step) in order.groups().zip(&measured.steps) {
            let (entropy, correlation) = literal::of_group(matrix.view(), group, &context);
            prop_assert_eq!(step.size as usize, group.len());
            prop_assert!(close(step.entropy_nats, entropy));
            prop_assert!(close(step.total_correlation_nats, correlation));
            context.extend(group);
        }
        let cells = order.cell_from_rank();
        let joint = literal::entropy(matrix.view(), cells, &known);
        prop_assert!(close(information.joint_entropy_nats(), joint));
        let (_, one_shot) = literal::of_group(matrix.view(), cells, &known);
        prop_assert!(close(measured.one_shot_total_correlation_nats, one_shot));
        // Sum of the entropies at reveal = H(X) + sum of TC.
        prop_assert!(close(measured.entropy_nats, joint + measured.total_correlation_nats));

        let costs = information.cut_costs(cells, Loss::TotalCorrelation).unwrap();
        for start in 0..cells.len() {
            for end in start + 1..=cells.len() {
                let context: Vec<Cell> = known.iter().chain(&cells[..start]).copied().collect();
                let (_, cost) = literal::of_group(matrix.view(), &cells[start..end], &context);
                prop_assert!(close(costs.cost(start, end), cost));
            }
        }
    }
}

/// Cuts and groups are two ways to the same sums.
#[test]
fn cuts_add_up_to_orders() {
    let grid = Grid::new(16, 16).unwrap();
    let sizes = GroupSizes::published(grid, 20).unwrap();
    let problem = Problem::new(grid, sizes.clone()).unwrap();
    for field in ["exp:5", "matern32:3", "matern52:2", "se:4", "power:2.9"] {
        let covariance = Covariance::of_field(&field.parse().unwrap(), grid).unwrap();
        let mut information = Information::new(&problem, &covariance).unwrap();
        let order = Random::default().order(&problem, 3, 0).unwrap();
        let cells = order.cell_from_rank();
        let measured = information.measure(cells).unwrap();
        let costs = information
            .cut_costs(cells, Loss::TotalCorrelation)
            .unwrap();
        let mut start = 0;
        for step in &measured.steps {
            let end = start + step.size as usize;
            let cost = costs.cost(start, end);
            assert!(
                (cost - step.total_correlation_nats).abs() < 1e-6 * (1.0 + cost),
                "{field}"
            );
            start = end;
        }
        let one_shot = costs.cost(0, grid.cells());
        assert!(
            (one_shot / measured.one_shot_total_correlation_nats - 1.0).abs() < 1e-6,
            "{field}"
        );
        let lost = measured.entropy_nats - information.joint_entropy_nats();
        assert!(
            (lost - measured.total_correlation_nats).abs() < 1e-6,
            "{field}"
        );
    }
}

/// Every field against its formula, on a grid that is not square and on a
/// video.
#[test]
fn fields_are_their_formulas() {
    for grid in [Grid::new(3, 7).unwrap(), Grid::video(3, 4, 5).unwrap()] {
        let between = |field: &str, a: Cell, b: Cell| {
            let field: Field = field.parse().unwrap();
            Covariance::of_field(&field, grid).unwrap().between(a, b)
        };
        for (a, b) in [(0, 20), (3, 11), (20, 1), (7, 7)] {
            let d = (grid.squared_distance(a, b) as f64).sqrt();
            let x = 3_f64.sqrt() * d / 2.5;
            let y = 5_f64.sqrt() * d / 1.5;
            for (field, expected) in [
                ("exp:5", (-d / 5.0).exp()),
                ("matern12:5", (-d / 5.0).exp()),
                ("matern32:2.5", (1.0 + x) * (-x).exp()),
                ("matern52:1.5", (1.0 + y + y * y / 3.0) * (-y).exp()),
                ("se:1:shrink=0", (-d * d / 2.0).exp()),
                (
                    "exp:5:shrink=0.25",
                    (-d / 5.0).exp() * if a == b { 1.0 } else { 0.75 },
                ),
            ] {
                let found = between(field, a, b);
                assert!(
                    (found - expected).abs() < 1e-14,
                    "{field}: {found}, {expected}"
                );
            }
        }
    }
}

/// White noise has nothing to lose; nor has one cell at a time.
#[test]
fn independence_costs_nothing() {
    let grid = Grid::new(4, 4).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([16]).unwrap()).unwrap();
    let white = Covariance::new(grid, Array2::eye(16).view()).unwrap();
    let cells: Vec<Cell> = (0..16).collect();
    let measured = Information::new(&problem, &white)
        .unwrap()
        .measure(&cells)
        .unwrap();
    assert_eq!(measured.total_correlation_nats, 0.0);

    let problem = Problem::new(grid, GroupSizes::new([1; 16]).unwrap()).unwrap();
    let covariance = Covariance::of_field(&"exp:5".parse().unwrap(), grid).unwrap();
    let measured = Information::new(&problem, &covariance)
        .unwrap()
        .measure(&cells)
        .unwrap();
    assert_eq!(measured.total_correlation_nats, 0.0);
}

/// Means are those of single orders, and known cells count as context.
#[test]
fn means_are_of_single_orders() {
    let grid = Grid::new(5, 6).unwrap();
    let known = KnownCells::new(grid, [0, 7, 13]).unwrap();
    let problem = Problem::with_known(known, GroupSizes::new([3, 10, 14]).unwrap()).unwrap();
    let covariance = Covariance::of_field(&"matern32:3".parse().unwrap(), grid).unwrap();
    let mut information = Information::new(&problem, &covariance).unwrap();
    let orders: Vec<Vec<Cell>> = (0..11)
        .map(|index| {
            Random::default()
                .order(&problem, 5, index)
                .unwrap()
                .into_cells()
        })
        .collect();
    let singles: Vec<_> = orders
        .iter()
        .map(|cells| {
            information
                .cut_costs(cells, Loss::TotalCorrelation)
                .unwrap()
        })
        .collect();
    let mean = mean_cut_costs(
        OrderSource::Method {
            method: &Random::default(),
            count: 11,
            seed: 5,
        },
        &problem,
        &covariance,
        Loss::TotalCorrelation,
        &|_| {},
    )
    .unwrap();
    assert_eq!(
        mean,
        mean_cut_costs(
            OrderSource::Listed(&orders),
            &problem,
            &covariance,
            Loss::TotalCorrelation,
            &|_| {}
        )
        .unwrap()
    );
    for start in 0..27 {
        for end in start + 1..=27 {
            let expected = singles
                .iter()
                .map(|costs| costs.cost(start, end))
                .sum::<f64>()
                / 11.0;
            assert!(close(mean.cost(start, end), expected));
        }
    }
}
