//! Exact decoding draws from the one-by-one distribution: the theorem, on a table of 625
//! sequences.

use std::ops::ControlFlow;

use orders_core::decoding::{
    DecodeError, Decoding, DraftRule, Drafts, ExactDecoding, ExactSample, FixedOrder, Scheduler,
    Window, decode, decode_exactly,
};
use orders_core::{Grid, GroupSizes, KnownCells, Order, OrderRng, Problem};

use crate::table::Table;

const SAMPLES: usize = 200_000;

/// Chi-squared with 624 degrees of freedom stays below this in all but about 1 of 100,000
/// seeds (Wilson-Hilferty: 624 (1 - 2/5616 + 4.265 sqrt(2/5616))^3).
const LEVEL: f64 = 786.0;

fn table() -> Table {
    Table::random(Grid::new(2, 2).unwrap(), 5, 1)
}

fn order(sizes: &[u32]) -> Order {
    let problem = Problem::new(Grid::new(2, 2).unwrap(), GroupSizes::new(sizes).unwrap());
    Order::new(problem.unwrap(), vec![2, 0, 3, 1]).unwrap()
}

/// The statistic of counts by sequence.
fn chi_squared(table: &Table, counts: &[u32]) -> f64 {
    let total: u32 = counts.iter().sum();
    let of_sequence = |(&count, &probability): (&u32, &f64)| {
        let expected = probability * f64::from(total);
        (f64::from(count) - expected).powi(2) / expected
    };
    counts.iter().zip(&table.joint).map(of_sequence).sum()
}

fn run(
    table: &mut Table,
    order: &Order,
    rule: DraftRule,
    window: Window,
    (first, count): (u64, usize),
) -> Vec<ExactSample> {
    table.begin(count);
    let orders = vec![order.clone(); count];
    let request = ExactDecoding {
        orders: &orders,
        drafts: Drafts { rule, window },
        draws: (3, first),
    };
    decode_exactly(table, &request, &mut || ControlFlow::Continue(())).unwrap()
}

#[test]
fn samples_follow_the_one_by_one_distribution() {
    let windows = [
        (DraftRule::Coupled, Window::Cells(4), &[1, 3][..]),
        (DraftRule::Coupled, Window::Groups(0), &[2, 2]),
        (DraftRule::Kept, Window::Groups(0), &[1, 3]),
        (DraftRule::Kept, Window::Cells(3), &[4]),
        (DraftRule::Renewed, Window::Groups(1), &[1, 1, 2]),
        (DraftRule::Renewed, Window::Cells(4), &[4]),
    ];
    for (rule, window, sizes) in windows {
        let mut table = table();
        let mut counts = vec![0; table.joint.len()];
        let mut refusals = 0;
        for sample in run(&mut table, &order(sizes), rule, window, (0, SAMPLES)) {
            counts[table.sequence(&sample.tokens)] += 1;
            refusals += sample.refusals;
        }
        let chi = chi_squared(&table, &counts);
        assert!(chi < LEVEL, "{rule:?} {window:?}: {chi}");
        // Drafts that always held would prove nothing.
        assert!(refusals > SAMPLES / 4, "{rule:?} {window:?}: {refusals}");
    }
}

/// What a rule that takes every draft gives is parallel decoding, which the same test
/// tells from the right distribution.
#[test]
fn the_test_tells_a_wrong_rule() {
    let mut table = table();
    table.begin(SAMPLES);
    let known = KnownCells::none(table.grid);
    let scheduler = || Box::new(FixedOrder::new(order(&[1, 3]))) as Box<dyn Scheduler>;
    let mut decoding = Decoding::new(&known, (0..SAMPLES).map(|_| scheduler()).collect());
    let mut random = OrderRng::new(4, 0);
    let decoded = decode(&mut table, &mut decoding, &mut |_, _, row| {
        let mut left = random.uniform();
        let place = row.iter().position(|&probability| {
            left -= f64::from(probability);
            left < 0.0
        });
        place.unwrap_or(row.len() - 1) as u32
    });
    let mut counts = vec![0; table.joint.len()];
    for sample in decoded.unwrap() {
        counts[table.sequence(&sample.tokens)] += 1;
    }
    assert!(chi_squared(&table, &counts) > 10.0 * LEVEL);
}

/// With noise that belongs to cells, drafts change nothing at all.
#[test]
fn coupled_samples_are_those_of_one_by_one() {
    let one_by_one = run(
        &mut table(),
        &order(&[1, 1, 1, 1]),
        DraftRule::Coupled,
        Window::Cells(1),
        (0, 500),
    );
    assert!(one_by_one.iter().all(|sample| sample.passes == 5));
    for window in [
        Window::Groups(0),
        Window::Groups(1),
        Window::Cells(2),
        Window::Cells(4),
    ] {
        let together = run(
            &mut table(),
            &order(&[2, 2]),
            DraftRule::Coupled,
            window,
            (0, 500),
        );
        for (a, b) in one_by_one.iter().zip(&together) {
            assert_eq!(a.tokens, b.tokens);
        }
    }
    // And a sample does not depend on those beside it.
    let window = Window::Cells(4);
    let alone = run(
        &mut table(),
        &order(&[4]),
        DraftRule::Renewed,
        window,
        (7, 1),
    );
    let beside = run(
        &mut table(),
        &order(&[4]),
        DraftRule::Renewed,
        window,
        (0, 20),
    );
    assert_eq!(alone[0], beside[7]);
}

/// Passes are one for the first drafts, one for each group, and one for each refusal but
/// those of a last cell.
#[test]
fn passes_are_counted() {
    for rule in [DraftRule::Coupled, DraftRule::Kept, DraftRule::Renewed] {
        let mut table = table();
        let samples = run(
            &mut table,
            &order(&[1, 3]),
            rule,
            Window::Groups(0),
            (0, 1000),
        );
        for sample in &samples {
            assert!(sample.passes <= 1 + 2 + sample.refusals, "{sample:?}");
            assert!(sample.passes >= 3, "{sample:?}");
        }
        let slowest = samples.iter().map(|sample| sample.passes).max();
        assert_eq!(Some(table.passes), slowest);
    }
}

#[test]
fn what_cannot_be_decoded_is_refused() {
    let mut table = table();
    table.begin(2);
    let orders = [order(&[4])];
    let request = ExactDecoding {
        orders: &orders,
        drafts: Drafts {
            rule: DraftRule::Coupled,
            window: Window::Cells(4),
        },
        draws: (0, 0),
    };
    let go = &mut || ControlFlow::Continue(());
    let refused = decode_exactly(&mut table, &request, go);
    assert!(matches!(refused, Err(DecodeError::Count { found: 1, .. })));
    table.begin(1);
    let problem = Problem::new(Grid::new(2, 3).unwrap(), GroupSizes::new([6]).unwrap());
    let wider = [Order::new(problem.unwrap(), (0..6).collect()).unwrap()];
    let other = ExactDecoding {
        orders: &wider,
        ..request
    };
    let refused = decode_exactly(&mut table, &other, go);
    assert!(matches!(refused, Err(DecodeError::Grid { .. })));
    table.joint[0] = f64::NAN;
    let refused = decode_exactly(&mut table, &request, go);
    assert!(matches!(refused, Err(DecodeError::Probability { .. })));
    let stop = &mut || ControlFlow::Break(());
    let refused = decode_exactly(&mut table, &request, stop);
    assert!(matches!(refused, Err(DecodeError::Stopped)));
}
