//! Schedulers against their definitions.

use orders_core::decoding::schedulers::{
    FixedOrders, LpdAdaptive, MaskGit, SchedulerError, SchedulingRule, Task,
};
use orders_core::decoding::{Asked, Distributions, Settled};
use orders_core::methods::{Halton, Random};
use orders_core::{
    Catalogue, Cell, Grid, GroupSizes, KnownCells, LocalityAware, OrderingMethod, Parameters,
    Problem,
};

use crate::decoders::{Answering, decoded, random_row};

type Answer = fn(usize, &[Option<u32>], Cell) -> Vec<f32>;

/// A fair coin for every cell of a sample.
fn flat(grid: Grid) -> Answering<Answer> {
    Answering::new(grid, 2, 1, |_, _, _| vec![0.5, 0.5])
}

/// Equal groups, the last one smaller.
fn problem(known: &KnownCells, size: u32) -> Problem {
    let free = known.free_count() as u32;
    let mut sizes = vec![size; (free / size) as usize];
    sizes.extend(Some(free % size).filter(|&rest| rest > 0));
    Problem::with_known(known.clone(), GroupSizes::new(sizes).unwrap()).unwrap()
}

/// Without a bound and without repulsion, groups of the size of the window are LPD's, for
/// the same random numbers.
#[test]
fn lpd_adaptive_takes_cells_in_the_order_of_lpd() {
    let grid = Grid::new(7, 9).unwrap();
    let some = KnownCells::new(grid, [0, 1, 2, 30, 31, 40]).unwrap();
    for known in [KnownCells::none(grid), some] {
        for (proximity, window) in [(1.0, 1), (1.0, 5), (0.0, 4), (f64::INFINITY, 6)] {
            let problem = problem(&known, window);
            let lpd = LocalityAware::proximity_only(proximity).unwrap();
            let rule = LpdAdaptive::new(proximity, 0.0, f64::INFINITY, window).unwrap();
            for index in 0..5 {
                let scheduler = rule.scheduler(&known.clone().into(), 3, index).unwrap();
                let sample = decoded(&mut flat(grid), &known, vec![scheduler], 0, &[0]);
                assert_eq!(sample[0].order, lpd.order(&problem, 3, index).unwrap());
            }
        }
    }
}

/// With repulsion, a first group that has room for all is LPD's as well.
#[test]
fn lpd_adaptive_repels_as_lpd_does() {
    let grid = Grid::new(16, 16).unwrap();
    let known = KnownCells::new(grid, 0..64).unwrap();
    let (lpd, window) = (LocalityAware::new(1.0, 2.0).unwrap(), 5);
    let problem = problem(&known, window);
    let rule = LpdAdaptive::new(1.0, 2.0, f64::INFINITY, window).unwrap();
    for index in 0..20 {
        let scheduler = rule.scheduler(&known.clone().into(), 3, index).unwrap();
        let sample = &decoded(&mut flat(grid), &known, vec![scheduler], 0, &[0])[0];
        let order = lpd.order(&problem, 3, index).unwrap();
        assert_eq!(sample.order.groups().next(), order.groups().next());
    }
}

/// Two tokens of equal probability have an entropy of ln 2, and the largest is free.
#[test]
fn lpd_adaptive_ends_a_group_where_the_budget_is_used_up() {
    let grid = Grid::new(8, 8).unwrap();
    let known = KnownCells::none(grid);
    for (budget, size) in [(0.0, 1), (0.69, 1), (0.70, 2), (2.78, 5), (1e9, 10)] {
        let rule = LpdAdaptive::new(1.0, 0.0, budget, 10).unwrap();
        let scheduler = rule.scheduler(&known.clone().into(), 0, 0).unwrap();
        let sample = &decoded(&mut flat(grid), &known, vec![scheduler], 0, &[0])[0];
        let sizes = sample.order.problem().group_sizes().as_slice();
        assert!(
            sizes[..sizes.len() - 1].iter().all(|&s| s == size),
            "{sizes:?}"
        );
    }
    // Certain cells cost nothing: all that are asked are revealed.
    let mut certain = Answering::new(grid, 2, 1, |_, _, _| vec![1.0, 0.0]);
    let rule = LpdAdaptive::new(1.0, 0.0, 0.0, 16).unwrap();
    let scheduler = rule.scheduler(&known.clone().into(), 0, 0).unwrap();
    let sample = &decoded(&mut certain, &known, vec![scheduler], 0, &[0])[0];
    assert_eq!(sample.order.problem().group_sizes().as_slice(), [16; 4]);
}

#[test]
fn lpd_adaptive_is_for_one_frame() {
    let grid = Grid::video(2, 4, 4).unwrap();
    let rule = Catalogue::standard().scheduler("lpd-adaptive", grid, &Parameters::new());
    let made = rule
        .unwrap()
        .scheduler(&KnownCells::none(grid).into(), 0, 0);
    assert_eq!(
        made.err().unwrap().to_string(),
        "scheduler lpd-adaptive can't do a 2x4x4 grid: it is for one frame"
    );
}

/// Without noise, MaskGIT's rule takes the tokens of largest probability.
#[test]
fn maskgit_looks_at_the_tokens() {
    let grid = Grid::new(1, 4).unwrap();
    let known = KnownCells::none(grid);
    let task: Task = problem(&known, 2).into();
    let rows = [[0.9, 0.1], [0.3, 0.7], [0.5, 0.5], [0.4, 0.6]].concat();
    let asked = Asked {
        cells: &[0, 1, 2, 3],
        distributions: &Distributions::new(2, rows),
        tokens: Some(&[1, 1, 0, 0]),
    };
    let settled = Settled::at_start(&known);
    let mut cold = MaskGit::new(0.0).unwrap().scheduler(&task, 0, 0).unwrap();
    assert!(cold.looks_at_tokens());
    assert_eq!(cold.choose(&settled, &asked), [1, 2]);
    // With much noise, every cell comes first, about equally often.
    let hot = MaskGit::new(1000.0).unwrap();
    let mut first = [0; 4];
    for index in 0..4000 {
        let chosen = hot
            .scheduler(&task, 0, index)
            .unwrap()
            .choose(&settled, &asked);
        first[chosen[0] as usize] += 1;
    }
    assert!(
        first.iter().all(|&count| (860..1140).contains(&count)),
        "{first:?}"
    );
    // Gumbel noise of temperature 1 picks a cell in proportion to the probability of its
    // token: with half of it left (t = 1 of 2), to the square.
    let warm = MaskGit::new(1.0).unwrap();
    let mut first = [0; 4];
    for index in 0..20_000 {
        let chosen = warm
            .scheduler(&task, 1, index)
            .unwrap()
            .choose(&settled, &asked);
        first[chosen[0] as usize] += 1;
    }
    let squares = [0.01, 0.49, 0.25, 0.16];
    for (count, square) in first.into_iter().zip(squares) {
        let share: f64 = square / squares.iter().sum::<f64>();
        let deviation = (20_000.0 * share * (1.0 - share)).sqrt();
        assert!(
            (f64::from(count) - 20_000.0 * share).abs() < 5.0 * deviation,
            "{first:?}"
        );
    }
}

#[test]
fn a_method_is_a_scheduler_that_looks_at_nothing() {
    let grid = Grid::new(6, 5).unwrap();
    let known = KnownCells::new(grid, [7, 8]).unwrap();
    let problem = problem(&known, 4);
    let task = Task::from(problem.clone());
    let random = Random::in_batches_of(1).unwrap();
    for (rule, method) in [
        (FixedOrders::new(random), &random as &dyn OrderingMethod),
        (FixedOrders::new(Halton::default()), &Halton::default()),
    ] {
        let schedulers = (0..3).map(|i| rule.scheduler(&task, 5, i).unwrap());
        let row = |sample: usize, tokens: &[Option<u32>], cell: Cell| {
            random_row(sample as u64, 3, tokens, cell)
        };
        let mut decoder = Answering::new(grid, 3, 3, row);
        let samples = decoded(&mut decoder, &known, schedulers.collect(), 0, &[0, 1, 2]);
        for (index, sample) in (0..).zip(&samples) {
            assert_eq!(sample.order, method.order(&problem, 5, index).unwrap());
        }
    }
    let unsized_task = Task::from(known);
    assert!(matches!(
        FixedOrders::new(random).scheduler(&unsized_task, 0, 0),
        Err(SchedulerError::NoSizes { .. })
    ));
}

/// What repulsion leaves out of a step, the next one makes up for; after the last, all that
/// is left may come.
#[test]
fn group_sizes_are_caught_up_with() {
    let grid = Grid::new(2, 6).unwrap();
    let known = KnownCells::none(grid);
    let task = Task::from(problem(&known, 6));
    let parameters = Parameters::from([("repulsion".into(), 1.0.into())]);
    let rule = Catalogue::standard()
        .scheduler("confidence", grid, &parameters)
        .unwrap();
    let scheduler = rule.scheduler(&task, 0, 0).unwrap();
    let sample = &decoded(&mut flat(grid), &known, vec![scheduler], 0, &[0])[0];
    let groups: Vec<&[Cell]> = sample.order.groups().collect();
    // All cells are alike. The 6 best are the upper row; then the 9 best, since 12 are due
    // and 3 are there; then all.
    let expected: [&[Cell]; 4] = [&[0, 2, 4], &[1, 3, 5], &[6, 8, 10], &[7, 9, 11]];
    assert_eq!(groups, expected);
}
