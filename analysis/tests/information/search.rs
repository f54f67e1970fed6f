//! Searched orders.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use orders_analysis::information::{
    Covariance, Information, InformationError, OrderSearch, greedy_order, greedy_order_watched,
};
use orders_analysis::optimize::{self, OrderRequest, SearchProgress, SearchStart};
use orders_core::{Catalogue, Cell, Grid, GroupSizes, KnownCells, Problem, Watch};

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

/// A greedy start tells of every cell, and can be ended at each.
#[test]
fn a_greedy_start_can_be_ended() {
    let (problem, covariance) = problem();
    let mut told = Vec::new();
    let order = greedy_order_watched(&problem, &covariance, 3, &mut |cells, of| {
        assert_eq!(of, 3 * 28);
        told.push(cells);
        ControlFlow::Continue(())
    });
    assert_eq!(order, greedy_order(&problem, &covariance, 3));
    assert_eq!(told, (0..84).collect::<Vec<u64>>());
    for last in [0, 40, 83] {
        let ended = greedy_order_watched(&problem, &covariance, 3, &mut |cells, _| match cells
            < last
        {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        });
        assert_eq!(ended, Err(InformationError::Stopped));
    }
}

/// A round that is ended in its middle is none.
#[test]
fn a_round_can_be_ended() {
    let (problem, covariance) = problem();
    let start = greedy_order(&problem, &covariance, 3).unwrap();
    let mut search = OrderSearch::new(&problem, &covariance, &start, 0, 0).unwrap();
    let mut plain = search.clone();
    let asked = AtomicUsize::new(0);
    // Passes ask before each of the four groups.
    let watch = || match asked.fetch_add(1, Ordering::Relaxed) % 3 {
        2 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert_eq!(search.round_watched(Watch::new(&watch)), None);
    assert_eq!((search.rounds(), search.best()), (0, &start[..]));
    for _ in 0..10 {
        assert_eq!(search.round(), plain.round());
    }
    assert_eq!(search.best(), plain.best());
    assert_eq!(search.best_nats(), plain.best_nats());
}

#[test]
fn a_search_that_is_ended_has_what_it_found() {
    let (problem, covariance) = problem();
    let request = OrderRequest {
        problem: &problem,
        covariance: &covariance,
        start: SearchStart::Greedy,
        seed: 3,
        rounds: 1000,
    };
    let search = |last: u64| {
        optimize::order(&request, &mut |at| match at {
            SearchProgress::Rounds(round) if round >= last => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        })
    };
    let found = search(5).unwrap();
    assert_eq!(found.rounds, 5);
    assert!(found.nats <= found.start_nats);
    let none = search(0).unwrap();
    assert_eq!((none.rounds, none.nats), (0, none.start_nats));
    let ended = optimize::order(&request, &mut |_| ControlFlow::Break(()));
    assert_eq!(ended, Err(InformationError::Stopped));
}
