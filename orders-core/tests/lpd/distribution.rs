//! Our orders have the distribution of the released ones.
//!
//! Conformance says that both programs choose among the same possible orders;
//! this says that they choose equally often. What is compared is listed at
//! [`features::of_order`].

use orders_core::{Cell, LocalityAware, OrderRng, TieKeys, generate_batch};

use crate::features;
use crate::literal::{self, Thresholds};
use crate::permutation::{Comparison, compare};
use crate::released::Released;

/// The false-alarm rate of all four files together is 1 %: if the
/// distributions are the same, 99 of 100 seeds pass. Each file gets a quarter
/// (Bonferroni).
const ALPHA: f64 = 0.01 / 4.0;

/// The smallest p-value is 0.0005, well below alpha.
const PERMUTATIONS: u32 = 1999;

fn features(released: &Released, orders: &[Vec<Cell>]) -> Vec<Vec<f64>> {
    let features = |cells| features::of_order(&released.problem, released.thresholds, cells);
    orders.iter().map(|cells| features(cells)).collect()
}

fn compare_with_released(released: &Released, orders: &[Vec<Cell>]) -> Comparison {
    compare(
        &features(released, &released.orders),
        &features(released, orders),
        PERMUTATIONS,
        0,
    )
}

/// Orders of this crate for the problem of a file.
fn ours(released: &Released, thresholds: Thresholds, count: u64) -> Vec<Vec<Cell>> {
    let method = LocalityAware::new(thresholds.proximity, thresholds.repulsion).unwrap();
    let mut orders = Vec::new();
    let take = |cells: &[Cell]| orders.push(cells.to_vec());
    generate_batch(&method, &released.problem, count, 0, take).unwrap();
    orders
}

/// Orders by the rules, but with ties broken by other keys: `key` gets the
/// keys of the step, counted from 1, and a cell.
fn with_keys(
    released: &Released,
    count: u64,
    key: impl Fn(TieKeys, usize, Cell) -> u64,
) -> Vec<Vec<Cell>> {
    let key = &key;
    let order = |index| {
        let mut rng = OrderRng::new(0, index);
        let mut step = 0;
        literal::order_with_keys(&released.problem, released.thresholds, || {
            step += 1;
            let (step, keys) = (step, TieKeys::new(&mut rng));
            move |cell| key(keys, step, cell)
        })
    };
    (0..count).map(order).collect()
}

#[track_caller]
fn assert_same(released: &Released, orders: &[Vec<Cell>]) {
    let comparison = compare_with_released(released, orders);
    assert!(comparison.p > ALPHA, "{}: {comparison:?}", released.name);
}

#[track_caller]
fn assert_different(released: &Released, orders: &[Vec<Cell>], what: &str) {
    let comparison = compare_with_released(released, orders);
    assert!(
        comparison.p <= ALPHA,
        "{}, {what}: {comparison:?}",
        released.name
    );
}

/// The files for 256 px, of 400 orders each.
fn small_files() -> [Released; 3] {
    [
        Released::res256_steps20_repulsion2(),
        Released::res256_steps20_repulsion3(),
        Released::res256_steps32_repulsion2(),
    ]
}

#[test]
fn our_orders_have_the_distribution_of_the_released_ones() {
    for released in small_files() {
        assert_same(&released, &ours(&released, released.thresholds, 2000));
    }
    let released = Released::res512_steps48_repulsion4();
    assert_same(&released, &ours(&released, released.thresholds, 1000));
}

// What follows shows that the test above could fail: it finds small mistakes,
// already in fewer orders.

#[test]
fn another_repulsion_threshold_shows() {
    for released in Released::all() {
        for change in [-1.0, 1.0] {
            let thresholds = Thresholds {
                repulsion: released.thresholds.repulsion + change,
                ..released.thresholds
            };
            let orders = ours(&released, thresholds, released.orders.len() as u64);
            assert_different(&released, &orders, &format!("{thresholds:?}"));
        }
    }
}

#[test]
fn another_proximity_threshold_shows() {
    let changed = |released: &Released, proximity: f64| {
        let thresholds = Thresholds {
            proximity,
            ..released.thresholds
        };
        let orders = ours(released, thresholds, released.orders.len() as u64);
        assert_different(released, &orders, &format!("{thresholds:?}"));
    };
    for released in Released::all() {
        changed(&released, 1.5);
    }
    for released in small_files() {
        changed(&released, 0.5);
    }
}

/// The first cell is random as it should be, all other ties go to the first
/// cell in raster order. Each of these orders is possible.
#[test]
fn ties_that_are_not_random_show() {
    for released in small_files() {
        let orders = with_keys(&released, 400, |keys, step, cell| match step {
            1 => keys.key(cell),
            _ => cell.into(),
        });
        assert_different(&released, &orders, "ties in raster order");
    }
}

/// In every tie, cells of the upper half are preferred: their keys are halved.
#[test]
fn ties_that_are_not_uniform_show() {
    for released in small_files() {
        let upper_half = 0..released.problem.grid().cells() as Cell / 2;
        let orders = with_keys(&released, 800, |keys, _, cell| {
            let key = keys.key(cell);
            if upper_half.contains(&cell) {
                key / 2
            } else {
                key
            }
        });
        assert_different(&released, &orders, "ties in favour of the upper half");
    }
}
