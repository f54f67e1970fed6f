//! Batches: how they end, early and in time.

use std::sync::atomic::{AtomicU64, Ordering};

use orders_core::methods::Random;
use orders_core::{
    Batch, BatchError, Catalogue, Cell, Grid, GroupSizes, LocalityAware, MethodError, OrderError,
    OrderGenerator, OrderRng, OrderingMethod, Problem, generate_batch, stream_batch,
};

fn problem() -> Problem {
    let sizes = GroupSizes::new([1, 15, 48]).unwrap();
    Problem::new(Grid::new(8, 8).unwrap(), sizes).unwrap()
}

fn encode(_: u64, cells: &[Cell], out: &mut Vec<Cell>) {
    out.extend_from_slice(cells);
}

#[test]
fn no_order_and_one() {
    for count in [0, 1] {
        let mut orders = Vec::new();
        let take = |cells: &[Cell]| orders.push(cells.to_vec());
        generate_batch(&Random::default(), &problem(), count, 5, take).unwrap();
        let expected: Vec<_> = (0..count)
            .map(|index| {
                Random::default()
                    .order(&problem(), 5, index)
                    .unwrap()
                    .into_cells()
            })
            .collect();
        assert_eq!(orders, expected);
    }
    // Nothing is written of nothing, not even an empty chunk.
    let write = |_: u64, _: &[Cell]| Err(());
    assert_eq!(
        stream_batch(&Random::default(), &problem(), 0, 5, encode, write),
        Ok(())
    );
}

/// The number of orders done that `write` gets belongs to the items.
#[test]
fn chunks_come_in_order_and_are_counted() {
    let (mut done, mut items) = (0, 0);
    let write = |end: u64, chunk: &[Cell]| -> Result<(), ()> {
        assert!(end > done);
        assert_eq!(chunk.len() as u64, 64 * (end - done));
        (done, items) = (end, items + chunk.len());
        Ok(())
    };
    stream_batch(&Random::default(), &problem(), 5001, 5, encode, write).unwrap();
    assert_eq!((done, items), (5001, 64 * 5001));
}

/// A writer that fails is not called again, and the batch ends, however long.
#[test]
fn an_error_of_the_writer_ends_the_batch() {
    let mut calls = 0;
    let write = |_: u64, _: &[Cell]| {
        calls += 1;
        if calls == 3 { Err("disk full") } else { Ok(()) }
    };
    let ended = stream_batch(
        &Random::default(),
        &problem(),
        u64::MAX / 2,
        5,
        encode,
        write,
    );
    assert_eq!(ended, Err(BatchError::Write("disk full")));
    assert_eq!(calls, 3);
}

/// Whoever watches ends a batch in the middle of its first order.
#[test]
fn a_watched_batch_ends_within_an_order() {
    let grid = Grid::new(128, 160).unwrap();
    let sizes = GroupSizes::new([1, 2000, 18_479]).unwrap();
    let problem = Problem::new(grid, sizes).unwrap();
    let lpd = LocalityAware::new(1.0, 2.0).unwrap();
    let video = Grid::video(2, 20, 20).unwrap();
    let of_video = Catalogue::standard()
        .method("lpd", video, &Default::default())
        .unwrap();
    let frames = Problem::new(video, GroupSizes::new([1, 399, 400]).unwrap()).unwrap();
    let methods: [(&dyn OrderingMethod, &Problem); 2] =
        [(&lpd, &problem), (of_video.as_ref(), &frames)];
    for (method, problem) in methods {
        let asked = AtomicU64::new(0);
        // The second time it is asked, an order has begun.
        let watch = || match asked.fetch_add(1, Ordering::Relaxed) {
            0 => Ok(()),
            _ => Err("enough"),
        };
        let write = |_: u64, _: &[Cell]| -> Result<(), &str> { panic!("an order was made") };
        let batch = Batch::new(method, problem, 0).unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let ended = pool
            .unwrap()
            .install(|| batch.stream_watched(1, encode, write, watch));
        assert_eq!(ended, Err(BatchError::Write("enough")));

        // Who never ends it changes nothing.
        let mut watched = Vec::new();
        let keep = |_: u64, cells: &[Cell]| -> Result<(), ()> {
            watched.extend_from_slice(cells);
            Ok(())
        };
        let batch = Batch::new(method, problem, 0).unwrap();
        batch.stream_watched(1, encode, keep, || Ok(())).unwrap();
        let order = method.order(problem, 0, 0).unwrap();
        assert_eq!(watched, order.cell_from_rank());
    }
}

/// As [`Random`], but with cell 0 twice in one order of a batch. It tells by
/// what it draws which one that is.
struct BreaksOne {
    index: u64,
}

impl OrderingMethod for BreaksOne {
    fn name(&self) -> &str {
        "breaks-one"
    }

    fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
        let mut random = Random::default().generator(problem)?;
        let broken = OrderRng::new(5, self.index).next_u64();
        Ok(Box::new(
            move |rng: &mut OrderRng, cells: &mut Vec<Cell>| {
                let is_broken = rng.clone().next_u64() == broken;
                random.generate(rng, cells);
                if is_broken {
                    let zero = cells.iter().position(|&cell| cell == 0).unwrap();
                    cells[(zero + 1) % 64] = 0;
                }
            },
        ))
    }
}

#[test]
fn a_broken_order_is_named() {
    for index in [0, 1, 255, 256, 4000] {
        let method = BreaksOne { index };
        let mut taken = 0;
        let ended = generate_batch(&method, &problem(), 5000, 5, |_| taken += 1);
        let Err(MethodError::Broken {
            method,
            index: broken,
            source,
        }) = ended
        else {
            panic!("{ended:?}");
        };
        assert_eq!((method.as_str(), broken), ("breaks-one", index));
        assert!(matches!(source, OrderError::Repeated { cell: 0, .. }));
        // Whole orders only, and none after the broken one.
        assert!(taken <= index);
    }
    generate_batch(&BreaksOne { index: 5000 }, &problem(), 5000, 5, |_| {}).unwrap();
}

/// A method that makes no generator is reported as it says.
#[test]
fn an_error_of_the_method_is_passed_on() {
    struct NoGrid;

    impl OrderingMethod for NoGrid {
        fn name(&self) -> &str {
            "no-grid"
        }

        fn generator(&self, problem: &Problem) -> Result<Box<dyn OrderGenerator>, MethodError> {
            Err(MethodError::Grid {
                method: "no-grid".into(),
                grid: problem.grid(),
                reason: "it orders none".into(),
            })
        }
    }
    let ended = generate_batch(&NoGrid, &problem(), 10, 0, |_| {});
    let error = ended.unwrap_err();
    assert_eq!(
        error.to_string(),
        "method no-grid can't order a 8x8 grid: it orders none"
    );
}

/// What is in flight, made and not yet written, is bounded by the number of
/// threads and cells, not by the number of orders. So is memory.
#[test]
fn orders_in_flight_do_not_grow_with_their_number() {
    let in_flight = |count: u64| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build();
        let (made, mut written, mut most) = (AtomicU64::new(0), 0, 0);
        let encode = |_: u64, cells: &[Cell], out: &mut Vec<Cell>| {
            made.fetch_add(1, Ordering::Relaxed);
            out.push(cells[0]);
        };
        let write = |end: u64, _: &[Cell]| -> Result<(), ()> {
            most = most.max(made.load(Ordering::Relaxed) - written);
            written = end;
            Ok(())
        };
        pool.unwrap()
            .install(|| stream_batch(&Random::default(), &problem(), count, 5, encode, write))
            .unwrap();
        assert_eq!(written, count);
        most
    };
    // Two rounds of 4 chunks a thread, of 256 orders each.
    let bound = 2 * 4 * 2 * 256;
    assert!(in_flight(10_000) <= bound);
    assert!(in_flight(50_000) <= bound);
}
