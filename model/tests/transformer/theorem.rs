//! Exact decoding of a transformer draws from its one-by-one distribution: the theorem, on
//! all 625 images of 2x2 cells with 5 tokens, with guidance and filtered tokens as well.

use std::ops::ControlFlow;

use candle_core::{DType, Device};
use orders_core::decoding::{
    Decoding, DraftRule, Drafts, ExactDecoding, FixedOrder, Scheduler, Window, decode,
    decode_exactly,
};
use orders_core::{GroupSizes, KnownCells, Order, Problem};
use orders_model::lpd::{
    Choice, Guidance, GuidanceSchedule, ImageSize, Lpd, LpdConfig, LpdDecoder, LpdParams, Sampling,
};

const SAMPLES: usize = 200_000;
const BATCH: usize = 4_000;
const TOKENS: usize = 5;
const CELLS: usize = 4;
const IMAGES: usize = TOKENS.pow(CELLS as u32);

fn tiny() -> Lpd {
    let params = LpdParams {
        image_size: ImageSize::Square(2),
        stride: 1,
        embed_dim: 8,
        depth: 1,
        heads: 2,
        mlp_ratio: 2,
        classes: 3,
        vocab: TOKENS,
        norm_eps: 1e-6,
        tensors: (),
    };
    let config = LpdConfig::new(params).unwrap();
    let weights = config.formula_weights(DType::F32, &Device::Cpu).unwrap();
    Lpd::new(config, weights).unwrap()
}

fn order(lpd: &Lpd, sizes: &[u32]) -> Order {
    let problem = Problem::new(lpd.config().grid(), GroupSizes::new(sizes).unwrap());
    Order::new(problem.unwrap(), vec![2, 0, 3, 1]).unwrap()
}

fn tokens_of(image: usize) -> [u32; CELLS] {
    let mut left = image;
    std::array::from_fn(|_| {
        let token = left % TOKENS;
        left /= TOKENS;
        token as u32
    })
}

fn image_of(tokens: &[u32]) -> usize {
    tokens
        .iter()
        .rev()
        .fold(0, |image, &token| image * TOKENS + token as usize)
}

/// The probability of every image, cell after cell.
fn joint(lpd: &Lpd, guidance: Guidance, choice: Choice) -> Vec<f64> {
    let known = KnownCells::none(lpd.config().grid());
    let labels = vec![Some(1); IMAGES];
    let mut decoder = LpdDecoder::new(lpd, &labels, (&known, None), (guidance, choice), 0).unwrap();
    let one_by_one = || Box::new(FixedOrder::new(order(lpd, &[1; CELLS]))) as Box<dyn Scheduler>;
    let mut decoding = Decoding::new(&known, (0..IMAGES).map(|_| one_by_one()).collect());
    let mut joint = vec![1.0; IMAGES];
    decode(&mut decoder, &mut decoding, &mut |image, cell, row| {
        let token = tokens_of(image)[cell as usize];
        joint[image] *= f64::from(row[token as usize]);
        token
    })
    .unwrap();
    joint
}

/// Chi-squared of counts, and what it stays below in all but about 1 of 100,000 seeds
/// (Wilson-Hilferty). Images that are rare count together.
fn chi_squared(joint: &[f64], counts: &[usize]) -> (f64, f64) {
    let total = SAMPLES as f64;
    let (mut chi, mut kinds) = (0.0, -1.0);
    let mut rare = (0.0, 0.0);
    let mut add = |count: f64, expected: f64| {
        chi += (count - expected).powi(2) / expected;
        kinds += 1.0;
    };
    for (&probability, &count) in joint.iter().zip(counts) {
        let (count, expected) = (count as f64, probability * total);
        if probability == 0.0 {
            assert_eq!(count, 0.0, "an image without support was drawn");
        } else if expected < 5.0 {
            rare = (rare.0 + count, rare.1 + expected);
        } else {
            add(count, expected);
        }
    }
    if rare.1 > 5.0 {
        add(rare.0, rare.1);
    }
    let spread: f64 = 2.0 / (9.0 * kinds);
    let level = kinds * (1.0 - spread + 4.265 * spread.sqrt()).powi(3);
    (chi, level)
}

fn counts(
    lpd: &Lpd,
    (guidance, choice): (Guidance, Choice),
    sizes: &[u32],
    drafts: Drafts,
) -> (Vec<usize>, usize) {
    let known = KnownCells::none(lpd.config().grid());
    let labels = vec![Some(1); BATCH];
    let order = order(lpd, sizes);
    let most = drafts.window.most(order.group_sizes());
    let orders = vec![order; BATCH];
    let (mut counts, mut refusals) = (vec![0; IMAGES], 0);
    for first in (0..SAMPLES).step_by(BATCH) {
        let of_cells = (&known, None);
        let mut decoder =
            LpdDecoder::new(lpd, &labels, of_cells, (guidance, choice), most).unwrap();
        let request = ExactDecoding {
            orders: &orders,
            drafts,
            draws: (3, first as u64),
        };
        let go_on = &mut || ControlFlow::Continue(());
        for sample in decode_exactly(&mut decoder, &request, go_on).unwrap() {
            counts[image_of(&sample.tokens)] += 1;
            refusals += sample.refusals;
        }
    }
    (counts, refusals)
}

#[test]
fn samples_follow_the_one_by_one_distribution_of_a_transformer() {
    let lpd = tiny();
    let plain = (Guidance::NONE, Choice::Sample(Sampling::default()));
    let guided = (
        Guidance::new(2.5, GuidanceSchedule::Linear).unwrap(),
        Choice::Sample(Sampling::new(0.8, Some(4), Some(0.9)).unwrap()),
    );
    let cases = [
        (plain, DraftRule::Coupled, Window::Cells(4), &[4][..]),
        (plain, DraftRule::Kept, Window::Groups(0), &[1, 3]),
        (guided, DraftRule::Coupled, Window::Cells(3), &[4]),
        (guided, DraftRule::Kept, Window::Cells(4), &[4]),
        (guided, DraftRule::Renewed, Window::Groups(1), &[1, 1, 2]),
    ];
    for (target, rule, window, sizes) in cases {
        let joint = joint(&lpd, target.0, target.1);
        assert!((joint.iter().sum::<f64>() - 1.0).abs() < 1e-5);
        let (counts, refusals) = counts(&lpd, target, sizes, Drafts { rule, window });
        let (chi, level) = chi_squared(&joint, &counts);
        assert!(chi < level, "{rule:?} {window:?}: {chi} of {level}");
        // Drafts that always held would prove nothing.
        assert!(refusals > SAMPLES / 20, "{rule:?} {window:?}: {refusals}");
    }
}

/// Parallel decoding takes every draft, and the same test tells it from the target.
#[test]
fn the_test_tells_parallel_decoding() {
    let lpd = tiny();
    let choice = Choice::Sample(Sampling::default());
    let joint = joint(&lpd, Guidance::NONE, choice);
    let labels = vec![Some(1); BATCH];
    let orders = vec![order(&lpd, &[CELLS as u32]); BATCH];
    let batch = orders_model::lpd::Batch::new(&orders, &labels).unwrap();
    let mut counts = vec![0; IMAGES];
    for first in (0..SAMPLES as u64).step_by(BATCH) {
        let generated = lpd.generate(&batch, None, Guidance::NONE, choice, (3, first));
        for row in generated.unwrap().tokens.rows() {
            counts[image_of(&row.to_vec())] += 1;
        }
    }
    let (chi, level) = chi_squared(&joint, &counts);
    assert!(chi > 3.0 * level, "{chi} of {level}");
}
