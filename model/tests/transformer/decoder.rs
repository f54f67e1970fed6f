//! The transformer as a decoder, against generation and against itself.

use std::ops::ControlFlow;

use orders_core::decoding::{
    AskedGroup, Decoder, Decoding, Distributions, DraftRule, Drafts, ExactDecoding, ExactSample,
    FixedOrder, Question, Scheduler, Window, decode, decode_exactly,
};
use orders_core::methods::Random;
use orders_core::{GroupSizes, KnownCells, Order, OrderingMethod, Problem};
use orders_model::lpd::{Choice, Guidance, GuidanceSchedule, Kernels, LpdDecoder, Sampling};

use crate::reference::{ALL_KERNELS, Tiny};

fn guidance() -> Guidance {
    Guidance::new(4.0, GuidanceSchedule::Linear).unwrap()
}

fn order(tiny: &Tiny, sizes: &[u32], index: u64) -> Order {
    let problem = Problem::new(tiny.config.grid(), GroupSizes::new(sizes).unwrap());
    let method = Random::default();
    method.order(&problem.unwrap(), 1, index).unwrap()
}

fn fixed(order: Order) -> Box<dyn Scheduler> {
    Box::new(FixedOrder::new(order))
}

/// The first of the most likely tokens.
fn likeliest(row: &[f32]) -> u32 {
    let top = row.iter().copied().fold(0.0, f32::max);
    row.iter().position(|&p| p >= top).unwrap() as u32
}

/// An order that was made beforehand gives what generation gives, known cells and
/// guidance included.
#[test]
fn fixed_orders_give_what_generation_gives() {
    let tiny = Tiny::load();
    let labels = tiny.labels();
    let grid = tiny.config.grid();
    let known = KnownCells::new(grid, [0, 9, 18, 27, 28, 63]).unwrap();
    let given = tiny.tokens();
    let sizes = GroupSizes::new([3, 10, 20, 25]).unwrap();
    let partly = Problem::with_known(known.clone(), sizes).unwrap();
    let partly = (0..3).map(|i| Random::default().order(&partly, 1, i).unwrap());
    for kernels in ALL_KERNELS {
        let lpd = tiny.lpd(kernels);
        for (known, orders) in [
            (KnownCells::none(grid), tiny.orders()),
            (known.clone(), partly.clone().collect()),
        ] {
            let batch = orders_model::lpd::Batch::new(&orders, &labels).unwrap();
            let expected = lpd
                .generate(
                    &batch,
                    Some(given.view()),
                    guidance(),
                    Choice::Greedy,
                    (0, 0),
                )
                .unwrap();
            let known_tokens = (&known, Some(given.view()));
            let choice = Choice::Greedy;
            let mut decoder =
                LpdDecoder::new(&lpd, &labels, known_tokens, (guidance(), choice), 0).unwrap();
            let schedulers = orders.iter().cloned().map(fixed).collect();
            let mut decoding = Decoding::new(&known, schedulers);
            let take = &mut |_: usize, _: u32, row: &[f32]| likeliest(row);
            let decoded = decode(&mut decoder, &mut decoding, take).unwrap();
            for (index, decoded) in decoded.iter().enumerate() {
                assert_eq!(decoded.order, orders[index]);
                for cell in known.free_cells() {
                    let place = cell as usize;
                    assert_eq!(
                        decoded.tokens[place],
                        expected.tokens[[index, place]],
                        "{kernels:?}, sample {index}, cell {cell}"
                    );
                }
            }
        }
    }
}

/// The distributions of a decoder at each step of an order, its tokens given.
fn teacher_forced(
    tiny: &Tiny,
    kernels: Kernels,
    orders: &[Order],
    labels: &[Option<u32>],
) -> Vec<Vec<f32>> {
    let lpd = tiny.lpd(kernels);
    let choice = Choice::Sample(Sampling::default());
    let known = KnownCells::none(tiny.config.grid());
    let of_cells = (&known, None);
    let mut decoder = LpdDecoder::new(&lpd, labels, of_cells, (guidance(), choice), 0).unwrap();
    let mut decoding = Decoding::new(&known, orders.iter().cloned().map(fixed).collect());
    let tokens = tiny.tokens();
    let mut rows = vec![Vec::new(); orders.len()];
    decode(&mut decoder, &mut decoding, &mut |sample, cell, row| {
        rows[sample].extend_from_slice(row);
        tokens[[0, cell as usize]]
    })
    .unwrap();
    rows
}

/// Samples of a batch are at places of their own, each as if it were alone.
#[test]
fn each_sample_has_its_own_steps() {
    let tiny = Tiny::load();
    let orders = [
        order(&tiny, &[1, 3, 10, 20, 30], 0),
        order(&tiny, &[64], 1),
        order(&tiny, &[2; 32], 2),
    ];
    let labels = tiny.labels();
    for kernels in [Kernels::Cpu, Kernels::Device] {
        let together = teacher_forced(&tiny, kernels, &orders, &labels);
        for (index, order) in orders.iter().enumerate() {
            let alone = teacher_forced(
                &tiny,
                kernels,
                std::slice::from_ref(order),
                &labels[index..=index],
            );
            match kernels {
                Kernels::Cpu => assert_eq!(together[index], alone[0]),
                _ => assert_near(&together[index], &alone[0]),
            }
        }
    }
}

fn assert_near(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 2e-5, "{found} {expected}");
    }
}

fn ask_one(decoder: &mut LpdDecoder<'_>, question: Question) -> Distributions {
    decoder.ask(&[question]).unwrap().remove(0)
}

/// Drafts are context for those who are asked after them, as if they were committed one
/// by one, and drafts that are committed are not computed again.
#[test]
fn drafts_are_as_good_as_commitments() {
    let tiny = Tiny::load();
    let cells: Vec<u32> = order(&tiny, &[64], 0).cell_from_rank().to_vec();
    let draft = |place: usize| (cells[place], place as u32 % 5);
    let choice = Choice::Sample(Sampling::new(0.8, None, Some(0.9)).unwrap());
    let asked = |after: usize, ranks: std::ops::Range<usize>| AskedGroup {
        after,
        cells: cells[ranks].to_vec(),
        in_order: true,
    };
    for kernels in [Kernels::Cpu, Kernels::Device] {
        let lpd = tiny.lpd(kernels);
        let labels = &tiny.labels()[..1];
        let none = KnownCells::none(tiny.config.grid());
        let of_cells = (&none, None);
        let begin = || LpdDecoder::new(&lpd, labels, of_cells, (guidance(), choice), 8).unwrap();
        let mut one_by_one = begin();
        let mut expected = Vec::new();
        for place in 0..6 {
            let question = Question {
                drafts: Vec::new(),
                groups: vec![asked(0, place..place + 1)],
            };
            expected.push(ask_one(&mut one_by_one, question).row(0).to_vec());
            one_by_one.commit(0, &[draft(place)]).unwrap();
        }
        let next = || Question {
            drafts: Vec::new(),
            groups: vec![asked(0, 6..9)],
        };
        let behind = ask_one(&mut one_by_one, next());

        let mut at_once = begin();
        let question = Question {
            drafts: (0..6).map(draft).collect(),
            groups: (0..6)
                .map(|place| asked(place, place..place + 1))
                .chain([asked(6, 6..9)])
                .collect(),
        };
        let answer = ask_one(&mut at_once, question);
        for (place, expected) in expected.iter().enumerate() {
            assert_near(answer.row(place), expected);
        }
        for place in 0..3 {
            assert_near(answer.row(6 + place), behind.row(place));
        }
        // Four hold; the fifth cell gets another token, and the sixth draft is void.
        let before = at_once.positions();
        for place in 0..4 {
            at_once.commit(0, &[draft(place)]).unwrap();
        }
        at_once.commit(0, &[(cells[4], 3)]).unwrap();
        let question = Question {
            drafts: Vec::new(),
            groups: vec![asked(0, 5..7)],
        };
        let found = ask_one(&mut at_once, question.clone());
        // The token of the fifth and two queries, with class and without.
        assert_eq!(at_once.positions() - before, 6);
        let mut again = begin();
        for place in 0..4 {
            again.commit(0, &[draft(place)]).unwrap();
        }
        again.commit(0, &[(cells[4], 3)]).unwrap();
        let expected = ask_one(&mut again, question);
        for place in 0..2 {
            assert_near(found.row(place), expected.row(place));
        }
    }
}

fn exact(tiny: &Tiny, sizes: &[u32], rule: DraftRule, window: Window) -> Vec<ExactSample> {
    let lpd = tiny.lpd(Kernels::Cpu);
    let orders: Vec<Order> = (0..3).map(|index| order(tiny, sizes, index)).collect();
    let choice = Choice::Sample(Sampling::new(1.1, Some(40), Some(0.95)).unwrap());
    let decoding = (guidance(), choice);
    let none = KnownCells::none(tiny.config.grid());
    let of_cells = (&none, None);
    let mut decoder = LpdDecoder::new(&lpd, &tiny.labels(), of_cells, decoding, 64).unwrap();
    let request = ExactDecoding {
        orders: &orders,
        drafts: Drafts { rule, window },
        draws: (5, 0),
    };
    decode_exactly(&mut decoder, &request, &mut || ControlFlow::Continue(())).unwrap()
}

/// With noise that belongs to cells, images are those of decoding one by one, token for
/// token, with guidance and all filters; in fewer passes.
#[test]
fn coupled_images_are_those_of_one_by_one() {
    let tiny = Tiny::load();
    let one_by_one = exact(&tiny, &[1; 64], DraftRule::Coupled, Window::Cells(1));
    for window in [Window::Groups(0), Window::Cells(5), Window::Cells(64)] {
        let together = exact(&tiny, &[1, 3, 10, 20, 30], DraftRule::Coupled, window);
        for (a, b) in one_by_one.iter().zip(&together) {
            assert_eq!(a.tokens, b.tokens, "{window:?}");
            assert!(b.passes < a.passes, "{window:?}: {} {}", b.passes, a.passes);
        }
    }
}
