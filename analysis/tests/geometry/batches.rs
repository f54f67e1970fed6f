//! Many orders.

use orders_analysis::geometry::{
    Geometry, GeometryError, GeometryParams, GeometrySummary, Measure, measure_batch,
};
use orders_core::{
    Catalogue, Grid, GroupSizes, LocalityAware, OrderingMethod, Parameters, Problem,
};

fn problem() -> Problem {
    let grid = Grid::new(16, 16).unwrap();
    Problem::new(grid, GroupSizes::published(grid, 20).unwrap()).unwrap()
}

/// Orders come in order, and are those of their indices, for any number of
/// threads.
#[test]
fn batches_are_their_orders() {
    let problem = problem();
    let params = GeometryParams::for_grid(problem.grid());
    let lpd = LocalityAware::new(1.0, 2.0).unwrap();
    let mut geometry = Geometry::new(&problem, params).unwrap();
    let expected: Vec<_> = (0..70)
        .map(|index| {
            geometry
                .measure(lpd.order(&problem, 5, index).unwrap().cell_from_rank())
                .unwrap()
        })
        .collect();
    for threads in [1, 3] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut found = Vec::new();
        pool.install(|| {
            measure_batch(&lpd, &problem, params, 70, 5, |index, order| {
                assert_eq!(index, found.len() as u64);
                found.push(order.clone());
            })
        })
        .unwrap();
        assert!(found == expected, "{threads} threads");
    }
}

/// What LPD is made for: context around each cell from early on, as spread
/// orders don't have it, and no pair within rho until there is no room.
#[test]
fn lpd_does_what_it_says() {
    let problem = problem();
    let params = GeometryParams::for_grid(problem.grid());
    let summary = |name: &str| {
        let method = Catalogue::standard()
            .method(name, problem.grid(), &Parameters::new())
            .unwrap();
        let mut summary = GeometrySummary::new(&problem);
        measure_batch(&*method, &problem, params, 40, 0, |_, order| {
            summary.add(order)
        })
        .unwrap();
        summary
    };
    let total = |name: &str, measure| summary(name).total(measure).mean().unwrap();
    let at = |name: &str, step, measure| summary(name).step(step, measure).unwrap().mean().unwrap();
    for step in 3..11 {
        let proximity = at("lpd", step, Measure::Proximity);
        assert!(proximity > 1.4 * at("random", step, Measure::Proximity));
        assert!(proximity > 1.4 * at("farthest", step, Measure::Proximity));
    }
    assert!(total("lpd", Measure::Violations) < 0.7 * total("random", Measure::Violations));
    assert!(total("raster", Measure::MeanPair) < 0.7 * total("lpd", Measure::MeanPair));
    assert!(total("raster", Measure::Discrepancy) > 2.0 * total("lpd", Measure::Discrepancy));

    let lpd = summary("lpd");
    assert_eq!((lpd.orders(), lpd.steps()), (40, 20));
    // In the first steps there is room for all.
    for step in 0..10 {
        assert_eq!(
            lpd.step(step, Measure::Violations).unwrap().max(),
            Some(0.0)
        );
    }
    let counts = |step| lpd.step(step, Measure::NearestContext).unwrap().count();
    assert_eq!((counts(0), counts(1)), (0, 40));
    assert!(lpd.step(20, Measure::Support).is_none());

    let json = serde_json::to_value(&lpd).unwrap();
    assert_eq!(json["steps"][0]["nearest_context"]["count"], 0);
    assert!(json["steps"][0]["nearest_context"]["mean"].is_null());
    let mean = json["total"]["proximity"]["mean"].as_f64();
    assert_eq!(mean, lpd.total(Measure::Proximity).mean());
}

#[test]
fn a_method_that_fails_is_reported() {
    let grid = Grid::video(2, 2, 2).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([1, 7]).unwrap()).unwrap();
    let lpd = LocalityAware::new(1.0, 2.0).unwrap();
    let params = GeometryParams::for_grid(grid);
    let error = measure_batch(&lpd, &problem, params, 3, 0, |_, _| {}).unwrap_err();
    assert!(matches!(error, GeometryError::Method(_)), "{error}");
}
