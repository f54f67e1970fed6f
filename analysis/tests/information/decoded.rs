//! Reverse total correlation and expected refusals, against their definitions.

use ndarray::Array2;
use orders_analysis::information::{Covariance, Information};
use orders_core::methods::Random;
use orders_core::{Cell, Grid, GroupSizes, OrderRng, OrderingMethod, Problem};

/// Mean weights and variance of a cell given others, by elimination.
struct Given {
    weights: Vec<f64>,
    variance: f64,
}

fn given(covariance: &Covariance, cell: Cell, context: &[Cell]) -> Given {
    let of = |a: Cell, b: Cell| covariance.between(a, b);
    let n = context.len();
    let mut rows = Array2::from_shape_fn((n, n + 1), |(row, column)| {
        of(context[row], context.get(column).copied().unwrap_or(cell))
    });
    for pivot in 0..n {
        for row in pivot + 1..n {
            let factor = rows[[row, pivot]] / rows[[pivot, pivot]];
            for column in pivot..=n {
                rows[[row, column]] -= factor * rows[[pivot, column]];
            }
        }
    }
    let mut weights = vec![0.0; n];
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|c| rows[[row, c]] * weights[c]).sum();
        weights[row] = (rows[[row, n]] - known) / rows[[row, row]];
    }
    let explained: f64 = weights
        .iter()
        .zip(context)
        .map(|(w, &a)| w * of(a, cell))
        .sum();
    Given {
        weights,
        variance: of(cell, cell) - explained,
    }
}

/// A normal number, by Box and Muller.
fn normal(rng: &mut OrderRng) -> f64 {
    let (a, b) = (1.0 - rng.uniform(), rng.uniform());
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

fn density(x: f64, mean: f64, variance: f64) -> f64 {
    (-(x - mean).powi(2) / (2.0 * variance)).exp() / (std::f64::consts::TAU * variance).sqrt()
}

fn problem() -> (Problem, Covariance) {
    let grid = Grid::new(4, 4).unwrap();
    let sizes = GroupSizes::new([1, 5, 10]).unwrap();
    let covariance = Covariance::of_field(&"exp:3".parse().unwrap(), grid).unwrap();
    (Problem::new(grid, sizes).unwrap(), covariance)
}

/// Drafts and verification are acted out: what is refused is counted, and what comes out
/// is the field.
#[test]
fn refusals_are_those_of_exact_decoding() {
    let (problem, covariance) = problem();
    let order = Random::default().order(&problem, 3, 0).unwrap();
    let cells = order.cell_from_rank();
    let mut starts = Vec::new();
    for group in problem.group_sizes().groups(cells) {
        let start = starts.len();
        starts.extend(vec![start; group.len()]);
    }
    let targets: Vec<Given> = (0..16)
        .map(|i| given(&covariance, cells[i], &cells[..i]))
        .collect();
    let drafts: Vec<Given> = (0..16)
        .map(|i| given(&covariance, cells[i], &cells[..starts[i]]))
        .collect();
    let mean = |of: &Given, values: &[f64]| -> f64 {
        of.weights.iter().zip(values).map(|(w, x)| w * x).sum()
    };
    let runs = 20_000;
    let (mut refused, mut squares, mut product) = (0_u32, 0.0, 0.0);
    for run in 0..runs {
        let mut rng = OrderRng::new(11, run);
        let mut values: Vec<f64> = Vec::new();
        let mut of_run = 0_u32;
        for i in 0..16 {
            let (q, p) = (&drafts[i], &targets[i]);
            let (q_mean, p_mean) = (mean(q, &values), mean(p, &values));
            let ratio = |x: f64| density(x, p_mean, p.variance) / density(x, q_mean, q.variance);
            let draft = q_mean + q.variance.sqrt() * normal(&mut rng);
            let mut value = draft;
            if starts[i] < i && rng.uniform() >= ratio(draft) {
                of_run += 1;
                // From what p has above q, by rejection.
                value = loop {
                    let x = p_mean + p.variance.sqrt() * normal(&mut rng);
                    if rng.uniform() < 1.0 - 1.0 / ratio(x) {
                        break x;
                    }
                };
            }
            values.push(value);
        }
        refused += of_run;
        squares += f64::from(of_run).powi(2);
        product += values[2] * values[15];
    }
    let count = runs as f64;
    let found = f64::from(refused) / count;
    let error = ((squares / count - found * found) / count).sqrt();
    let mut information = Information::new(&problem, &covariance).unwrap();
    let steps = information.expected_refusals(cells).unwrap();
    assert_eq!(steps[0], 0.0);
    let expected: f64 = steps.iter().sum();
    assert!(
        (found - expected).abs() < 4.0 * error,
        "{found} +- {error}, not {expected}"
    );
    let covaries = covariance.between(cells[2], cells[15]);
    assert!(
        (product / count - covaries).abs() < 0.05,
        "{product}, {covaries}"
    );
}

/// 1/2 (tr(S^-1 D) - n) - TC, with S^-1 by elimination.
#[test]
fn reverse_total_correlation_is_that_of_its_definition() {
    let (problem, covariance) = problem();
    let mut information = Information::new(&problem, &covariance).unwrap();
    for index in 0..5 {
        let order = Random::default().order(&problem, 0, index).unwrap();
        let cells = order.cell_from_rank();
        let found = information.reverse_total_correlations_nats(cells).unwrap();
        let forward = information.measure(cells).unwrap();
        let mut start = 0;
        for (step, &size) in problem.group_sizes().as_slice().iter().enumerate() {
            let end = start + size as usize;
            let mut expected = -f64::from(size) / 2.0 - forward.steps[step].total_correlation_nats;
            for i in start..end {
                // (S^-1)_ii is one over the variance given the context and all others of
                // the group.
                let mut others: Vec<Cell> = cells[..end].to_vec();
                others.remove(i);
                let alone = given(&covariance, cells[i], &cells[..start]).variance;
                expected += 0.5 * alone / given(&covariance, cells[i], &others).variance;
            }
            assert!(
                (found[step] - expected).abs() < 1e-9,
                "{found:?}, {expected}"
            );
            start = end;
        }
        assert_eq!(found[0], 0.0);
    }
}
