//! Optimal sizes against all sizes there are.

use orders_analysis::information::{
    Covariance, CutCosts, Information, InformationError, Loss, OptimalSizes, OrderSource,
    SizesParams, mean_cut_costs,
};
use orders_analysis::optimize::{self, Goal, SizesRequest};
use orders_core::methods::{Halton, Random};
use orders_core::{Grid, GroupSizes, Problem};
use proptest::prelude::*;

fn costs(height: u32, width: u32, seed: u64) -> CutCosts {
    let grid = Grid::new(height, width).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([grid.cells() as u32]).unwrap()).unwrap();
    let covariance = Covariance::of_field(&"exp:2".parse().unwrap(), grid).unwrap();
    mean_cut_costs(
        OrderSource::Method {
            method: &Random::default(),
            count: 2,
            seed,
        },
        &problem,
        &covariance,
        Loss::TotalCorrelation,
        &|_| {},
    )
    .unwrap()
}

/// The least cost of the cells from `start` on in so many groups: every size of
/// the next one is tried.
fn least(
    costs: &CutCosts,
    start: usize,
    steps: usize,
    smallest: usize,
    params: SizesParams,
) -> f64 {
    let left = costs.cells() - start;
    if steps == 0 {
        return if left == 0 { 0.0 } else { f64::INFINITY };
    }
    let sizes = smallest..=left.min(params.largest.unwrap_or(left));
    sizes
        .map(|size| {
            let smallest = if params.non_decreasing { size } else { 1 };
            let rest = least(costs, start + size, steps - 1, smallest, params);
            costs.cost(start, start + size) + rest
        })
        .fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn are_the_best_of_all(
        height in 1..4_u32,
        width in 1..5_u32,
        seed in any::<u64>(),
        largest in prop::option::of(1..13_usize),
        non_decreasing in any::<bool>(),
    ) {
        let costs = costs(height, width, seed);
        let params = SizesParams { largest, non_decreasing };
        let optimal = OptimalSizes::new(&costs, 64, params).unwrap();
        prop_assert_eq!(optimal.most_steps(), costs.cells());
        for steps in 1..=costs.cells() {
            let expected = least(&costs, 0, steps, 1, params);
            match optimal.for_steps(steps) {
                Ok((sizes, cost)) => {
                    prop_assert!((cost - expected).abs() < 1e-12);
                    prop_assert_eq!((sizes.steps(), sizes.cells()), (steps, costs.cells()));
                    let sizes = sizes.as_slice();
                    prop_assert!(sizes.iter().all(|&size| size as usize <= largest.unwrap_or(99)));
                    prop_assert!(!non_decreasing || sizes.is_sorted());
                    let mut start = 0;
                    let mut total = 0.0;
                    for &size in sizes {
                        total += costs.cost(start, start + size as usize);
                        start += size as usize;
                    }
                    prop_assert!((cost - total).abs() < 1e-12);
                }
                Err(InformationError::NoSizes { .. }) => prop_assert!(expected.is_infinite()),
                Err(error) => prop_assert!(false, "{error}"),
            }
        }
    }
}

/// Optimal cuts take Halton's order from 1.04 to 0.10 nats at 20 steps.
#[test]
fn of_halton_as_calculated_elsewhere() {
    let grid = Grid::new(16, 16).unwrap();
    let problem = Problem::new(grid, GroupSizes::published(grid, 20).unwrap()).unwrap();
    let covariance = Covariance::of_field(&"exp:5".parse().unwrap(), grid).unwrap();
    let halton = Halton {
        roll: false,
        scramble: false,
        ..Halton::default()
    };
    let costs = mean_cut_costs(
        OrderSource::Method {
            method: &halton,
            count: 1,
            seed: 0,
        },
        &problem,
        &covariance,
        Loss::TotalCorrelation,
        &|_| {},
    )
    .unwrap();
    let optimal = OptimalSizes::new(&costs, 64, SizesParams::default()).unwrap();
    let (_, cost) = optimal.for_steps(20).unwrap();
    assert!((cost - 0.10).abs() < 0.005, "{cost}");
    // More steps never cost more, and constraints never less.
    let by_steps: Vec<f64> = (1..=64).map(|k| optimal.for_steps(k).unwrap().1).collect();
    assert!(by_steps.is_sorted_by(|a, b| a >= b));
    let params = SizesParams {
        largest: Some(32),
        non_decreasing: true,
    };
    let constrained = OptimalSizes::new(&costs, 64, params).unwrap();
    for steps in 9..=64 {
        assert!(constrained.for_steps(steps).unwrap().1 >= by_steps[steps - 1] - 1e-12);
    }
}

#[test]
fn refused() {
    let costs = costs(2, 3, 0);
    let error = |steps, params| OptimalSizes::new(&costs, steps, params).unwrap_err();
    assert!(matches!(
        error(0, SizesParams::default()),
        InformationError::Steps { steps: 0, cells: 6 }
    ));
    let params = SizesParams {
        largest: Some(0),
        ..SizesParams::default()
    };
    assert!(matches!(error(3, params), InformationError::Largest));
    let params = SizesParams {
        largest: Some(2),
        ..SizesParams::default()
    };
    let optimal = OptimalSizes::new(&costs, 6, params).unwrap();
    assert!(matches!(
        optimal.for_steps(2),
        Err(InformationError::NoSizes {
            steps: 2,
            largest: 2,
            cells: 6
        })
    ));
    assert!(matches!(
        optimal.for_steps(7),
        Err(InformationError::Steps { .. })
    ));
}

/// For passes, the number of groups is free: of all ways to cut a small order, none takes
/// fewer.
#[test]
fn passes_are_the_fewest_of_all_sizes() {
    let grid = Grid::new(2, 5).unwrap();
    let covariance = Covariance::of_field(&"exp:3".parse().unwrap(), grid).unwrap();
    let cells: Vec<u32> = vec![0, 9, 4, 5, 2, 7, 1, 8, 3, 6];
    let passes = |sizes: &[u32]| {
        let problem = Problem::new(grid, GroupSizes::new(sizes).unwrap()).unwrap();
        let mut information = Information::new(&problem, &covariance).unwrap();
        let refusals = information.expected_refusals(&cells).unwrap();
        1.0 + sizes.len() as f64 + refusals.iter().sum::<f64>()
    };
    // Every subset of the nine borders is a way to cut.
    let all = (0..1_u32 << 9).map(|borders| {
        let mut sizes = vec![1];
        for border in 0..9 {
            match borders >> border & 1 {
                1 => sizes.push(1),
                _ => *sizes.last_mut().unwrap() += 1,
            }
        }
        sizes
    });
    let least = all
        .map(|sizes| passes(&sizes))
        .fold(f64::INFINITY, f64::min);
    let own = [1; 10];
    let problem = Problem::new(grid, GroupSizes::new(own).unwrap()).unwrap();
    let found = optimize::sizes(
        &SizesRequest {
            orders: OrderSource::Listed(std::slice::from_ref(&cells)),
            problem: &problem,
            covariance: &covariance,
            params: SizesParams::default(),
            goal: Goal::Passes,
        },
        &|_| {},
    )
    .unwrap();
    assert!((found.cost - least).abs() < 1e-6, "{} {least}", found.cost);
    assert!((found.cost - passes(found.sizes.as_slice())).abs() < 1e-6);
    assert!((found.own_cost - passes(&own)).abs() < 1e-6);
    assert!(found.cost < found.own_cost);
}
