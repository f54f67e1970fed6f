//! Searched orders.

use orders_analysis::information::{Covariance, Information, OrderSearch, greedy_order};
use orders_core::{Catalogue, Cell, Grid, GroupSizes, KnownCells, Problem};

fn problem() -> (Problem, Covariance) {
    let grid = Grid::new(5, 6).unwrap();
    let known = KnownCells::new(grid, [0, 14]).unwrap();
    let problem = Problem::with_known(known, GroupSizes::new([2, 5, 9, 12]).unwrap()).unwrap();
    let covariance = Covariance::of_field(&"exp:3".parse().unwrap(), grid).unwrap();
    (problem, covariance)
}

/// At a local optimum no exchange of two cells of different steps gains, as the
/// calculator of single orders says, which shares no code with the search.
#[test]
fn ends_where_no_exchange_gains() {
    let (problem, covariance) = problem();
    let lpd = Catalogue::standard()
        .method("lpd", problem.grid(), &Default::default())
        .unwrap();
    let start = lpd.order(&problem, 0, 0).unwrap().into_cells();
    let mut search = OrderSearch::new(&problem, &covariance, &start, 0, 0).unwrap();
    let at_start = search.best_nats();
    while search.round() > 0 {}
    assert!(search.best_nats() < at_start);

    let mut information = Information::new(&problem, &covariance).unwrap();
    let mut cost = |cells: &[Cell]| information.measure(cells).unwrap().total_correlation_nats;
    let best = search.best().to_vec();
    let least = cost(&best);
    assert!((least - search.best_nats()).abs() < 1e-9);
    for a in 0..best.len() {
        for b in a + 1..best.len() {
            let mut other = best.clone();
            other.swap(a, b);
            assert!(cost(&other) > least - 1e-8);
        }
    }
}

#[test]
fn depends_on_rounds_and_seed_only() {
    let (problem, covariance) = problem();
    let start = greedy_order(&problem, &covariance, 3).unwrap();
    let run = |threads, seed| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| {
            let mut search = OrderSearch::new(&problem, &covariance, &start, seed, 0).unwrap();
            let costs: Vec<f64> = (0..40)
                .map(|_| {
                    search.round();
                    search.best_nats()
                })
                .collect();
            assert!(costs.is_sorted_by(|a, b| a >= b));
            (search.best().to_vec(), costs)
        })
    };
    assert_eq!(run(1, 7), run(3, 7));
}

/// Of all orders of a small grid, the search finds the cheapest.
#[test]
fn finds_the_best_of_all() {
    let grid = Grid::new(2, 4).unwrap();
    let problem = Problem::new(grid, GroupSizes::new([1, 3, 4]).unwrap()).unwrap();
    let covariance = Covariance::of_field(&"exp:2".parse().unwrap(), grid).unwrap();
    let mut information = Information::new(&problem, &covariance).unwrap();
    // Which step each cell is in, as digits of a number in base 3.
    let mut least = f64::INFINITY;
    for code in 0..3_u32.pow(8) {
        let step = |cell: u32| code / 3_u32.pow(cell) % 3;
        let of_step = |wanted| (0..8).filter(move |&cell| step(cell) == wanted);
        let cells: Vec<Cell> = (0..3).flat_map(of_step).collect();
        if of_step(0).count() == 1 && of_step(1).count() == 3 {
            let cost = information.measure(&cells).unwrap().total_correlation_nats;
            least = least.min(cost);
        }
    }
    let start = greedy_order(&problem, &covariance, 0).unwrap();
    let mut search = OrderSearch::new(&problem, &covariance, &start, 0, 0).unwrap();
    for _ in 0..300 {
        search.round();
    }
    assert!(
        (search.best_nats() - least).abs() < 1e-9,
        "{} {least}",
        search.best_nats()
    );
}
