//! A table of costs that was calculated elsewhere, for the field `exp:5` at
//! 16x16 with the published sizes for 32, 20 and 12 steps.
//!
//! Its deterministic rows and its one-shot total are met to the last digit with a
//! variance of 1 + 0.0001 in place of 1, as some add before they factor; without
//! it they differ by 0.05 %. Its random rows are means over 8 seeds.

use orders_analysis::information::{Covariance, Information, measure_batch};
use orders_core::{
    Catalogue, Grid, GroupSizes, LocalityAware, OrderingMethod, Parameters, Problem,
};

const STEPS: [usize; 3] = [32, 20, 12];

/// Seeds behind each random entry of the table.
const SEEDS: f64 = 8.0;

fn problem(steps: usize) -> Problem {
    let grid = Grid::new(16, 16).unwrap();
    Problem::new(grid, GroupSizes::published(grid, steps).unwrap()).unwrap()
}

fn method(name: &str) -> Box<dyn OrderingMethod> {
    Catalogue::standard()
        .method(name, Grid::new(16, 16).unwrap(), &Parameters::new())
        .unwrap()
}

/// Total correlation of orders 0 to `count` - 1, in nats.
fn costs(method: &dyn OrderingMethod, steps: usize, field: &str, count: u64) -> Vec<f64> {
    let problem = problem(steps);
    let covariance = Covariance::of_field(&field.parse().unwrap(), problem.grid()).unwrap();
    let mut costs = Vec::new();
    measure_batch(method, &problem, &covariance, count, 0, |_, order| {
        costs.push(order.total_correlation_nats);
    })
    .unwrap();
    costs
}

#[test]
fn deterministic_orders() {
    // 1.0001 of variance, up to a scale that costs do not depend on.
    let field = format!("exp:5:shrink={}", 0.0001 / 1.0001);
    for (name, row) in [
        ("raster", [27.54, 34.88, 57.06]),
        ("halton", [0.22, 1.04, 2.41]),
    ] {
        for (steps, expected) in STEPS.into_iter().zip(row) {
            let found = costs(method(name).as_ref(), steps, &field, 1)[0];
            assert!((found - expected).abs() <= 0.005, "{name} {steps}: {found}");
            let exact = costs(method(name).as_ref(), steps, "exp:5", 1)[0];
            assert!(
                (exact / expected - 1.0).abs() < 0.02,
                "{name} {steps}: {exact}"
            );
        }
    }
}

#[test]
fn one_shot() {
    let problem = problem(20);
    for (field, expected) in [("exp:5", 190.403), ("exp:5:shrink=0.0001", 190.335)] {
        let covariance = Covariance::of_field(&field.parse().unwrap(), problem.grid()).unwrap();
        let information = Information::new(&problem, &covariance).unwrap();
        let found = information.one_shot_total_correlation_nats();
        assert!((found - expected).abs() < 0.001, "{field}: {found}");
    }
}

/// Each entry of a random row is a mean over 8 seeds, so it must lie within a few
/// standard errors of such a mean around ours of 400: 3.5 of them for each of 12
/// entries leave a chance of 0.6 % to miss one of them.
#[test]
fn random_orders() {
    let far_only = LocalityAware::new(f64::INFINITY, 0.0).unwrap();
    let methods: [(Box<dyn OrderingMethod>, [f64; 3]); 4] = [
        (method("random"), [2.16, 4.11, 7.17]),
        (method("proximity"), [5.89, 11.78, 14.55]),
        (method("lpd"), [0.42, 0.65, 1.19]),
        // "Farthest points only": no cell is near, so every group is filled from
        // the cells without context next to them first.
        (Box::new(far_only), [0.23, 0.47, 1.23]),
    ];
    for (method, row) in &methods {
        for (steps, &expected) in STEPS.into_iter().zip(row) {
            let costs = costs(method.as_ref(), steps, "exp:5", 400);
            let mean = costs.iter().sum::<f64>() / 400.0;
            let squares = costs.iter().map(|cost| (cost - mean).powi(2));
            let error = (squares.sum::<f64>() / 399.0 / SEEDS).sqrt();
            let away = (expected - mean) / error;
            println!(
                "{} {steps}: {mean:.3}, {away:+.2} standard errors",
                method.name()
            );
            assert!(away.abs() < 3.5, "{} {steps}: {mean}", method.name());
        }
    }
}
