//! Generation against the training pass, and its settings.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use ndarray::Array2;
use orders_core::methods::Random;
use orders_core::{FirstGroup, GroupSizes, KnownCells, OrderingMethod, Problem, Shape};
use orders_model::lpd::{
    Batch, Choice, Guidance, GuidanceSchedule, Kernels, LpdError, Sampler, Sampling,
};

use crate::reference::{ALL_KERNELS, Tiny, assert_close};

/// Generates along given tokens, and gives the logits of all steps.
fn forced(tiny: &Tiny, kernels: Kernels, batch: &Batch, tokens: &Array2<u32>) -> Tensor {
    guided(tiny, kernels, batch, tokens, Guidance::NONE)
}

fn guided(
    tiny: &Tiny,
    kernels: Kernels,
    batch: &Batch,
    tokens: &Array2<u32>,
    guidance: Guidance,
) -> Tensor {
    let lpd = tiny.lpd(kernels);
    let mut generation = lpd
        .generation(batch, Some(tokens.view()), guidance)
        .unwrap();
    let known = batch.problem().known().count();
    let mut logits = Vec::new();
    while let Some(step) = generation.next_step().unwrap() {
        let mut chosen = Vec::new();
        for sample in 0..batch.len() {
            let cells = &batch.cells(sample)[known..][step.ranks.clone()];
            chosen.extend(cells.iter().map(|&cell| tokens[[sample, cell as usize]]));
        }
        let shape = (batch.len(), step.ranks.len());
        let chosen = Tensor::from_vec(chosen, shape, &Device::Cpu).unwrap();
        generation.commit(chosen).unwrap();
        logits.push(step.logits);
    }
    assert_eq!(&generation.finish().unwrap().tokens, tokens);
    Tensor::cat(&logits, 1).unwrap()
}

#[test]
fn with_its_cache_it_is_the_training_pass() {
    let tiny = Tiny::load();
    let (batch, tokens) = (tiny.batch(), tiny.tokens());
    for kernels in ALL_KERNELS {
        let found = forced(&tiny, kernels, &batch, &tokens);
        let lpd = tiny.lpd(kernels);
        let expected = lpd.training_pass(&batch, tokens.view(), None).unwrap();
        assert_close(&found, &expected, 2e-5, &format!("{kernels:?}"));
    }
}

/// The same with cells that are known: in training they are a group of context.
#[test]
fn known_cells_are_context() {
    let tiny = Tiny::load();
    let known = KnownCells::new(tiny.config.grid(), [0, 9, 18, 27, 28, 63]).unwrap();
    let sizes = GroupSizes::new([3, 10, 20, 25]).unwrap();
    let problem = Problem::with_known(known, sizes).unwrap();
    let orders: Vec<_> = (0..3)
        .map(|index| Random::default().order(&problem, 1, index).unwrap())
        .collect();
    let batch = Batch::new(&orders, &tiny.labels()).unwrap();
    let tokens = tiny.tokens();
    for kernels in ALL_KERNELS {
        let lpd = tiny.lpd(kernels);
        let found = forced(&tiny, kernels, &batch, &tokens);
        let expected = lpd.training_pass(&batch, tokens.view(), None).unwrap();
        assert_close(&found, &expected, 2e-5, &format!("{kernels:?}"));
    }

    let lpd = tiny.lpd(Kernels::Cpu);
    let guidance = Guidance::new(2.0, GuidanceSchedule::Linear).unwrap();
    let choice = Choice::Sample(Sampling::default());
    let generate = |known: Option<&Array2<u32>>| {
        lpd.generate(
            &batch,
            known.map(|known| known.view()),
            guidance,
            choice,
            (5, 0),
        )
    };
    assert!(matches!(
        generate(None).unwrap_err(),
        LpdError::KnownTokens { known: 6 }
    ));
    let generated = generate(Some(&tokens)).unwrap().tokens;
    let mut elsewhere = tokens.clone();
    for ((sample, cell), token) in elsewhere.indexed_iter_mut() {
        if problem.known().contains(cell as u32) {
            assert_eq!(generated[[sample, cell]], *token, "kept");
        } else {
            *token = u32::MAX;
        }
    }
    assert_eq!(
        generate(Some(&elsewhere)).unwrap().tokens,
        generated,
        "others are not read"
    );
    elsewhere[[0, 0]] = (tokens[[0, 0]] + 1) % 96;
    assert_ne!(
        generate(Some(&elsewhere)).unwrap().tokens.row(0),
        generated.row(0)
    );

    let likelihood = lpd.log_likelihood(&batch, tokens.view()).unwrap();
    for ((_, cell), &value) in likelihood.indexed_iter() {
        assert_eq!(value == 0.0, problem.known().contains(cell as u32));
    }
}

/// Guidance grows with the rank among all cells, of which known ones have the first: the
/// logits are those without class, and the difference to those of the class times its scale.
#[test]
fn guidance_counts_known_cells() {
    let tiny = Tiny::load();
    let known = KnownCells::new(tiny.config.grid(), (0..40).step_by(2)).unwrap();
    let sizes = GroupSizes::new([4, 10, 30]).unwrap();
    let problem = Problem::with_known(known, sizes).unwrap();
    let order = Random::default().order(&problem, 1, 0).unwrap();
    let batch = |label| Batch::new(std::slice::from_ref(&order), &[label]).unwrap();
    let tokens = tiny.tokens().slice_move(ndarray::s![..1, ..]);
    let logits = |label, guidance| {
        let logits = guided(&tiny, Kernels::Cpu, &batch(label), &tokens, guidance);
        logits.squeeze(0).unwrap().to_vec2::<f32>().unwrap()
    };
    let class = logits(Some(4), Guidance::NONE);
    let free = logits(None, Guidance::NONE);
    let found = logits(
        Some(4),
        Guidance::new(5.0, GuidanceSchedule::Linear).unwrap(),
    );
    for (rank, ((found, class), free)) in found.iter().zip(&class).zip(&free).enumerate() {
        // 20 of the 64 cells are known.
        let scale = 1.0 + 4.0 * (20.0 + rank as f32) / 64.0;
        for ((found, class), free) in found.iter().zip(class).zip(free) {
            let expected = free + scale * (class - free);
            assert!(
                (found - expected).abs() < 1e-4,
                "{rank}: {found} {expected}"
            );
        }
    }
    assert!(class != free);
}

/// A model that gets one cell after the other, written out: every step is a
/// training pass of its own whose last query is asked.
#[test]
fn groups_of_one_are_plain_autoregression() {
    let tiny = Tiny::load();
    let lpd = tiny.lpd(Kernels::Cpu);
    let grid = tiny.config.grid();
    let ones = Shape::OneByOne
        .group_sizes(64, 64, FirstGroup::One)
        .unwrap();
    let problem = Problem::new(grid, ones).unwrap();
    let order = Random::default().order(&problem, 2, 0).unwrap();
    let batch = Batch::new(std::slice::from_ref(&order), &[Some(4)]).unwrap();
    let generated = lpd
        .generate(&batch, None, Guidance::NONE, Choice::Greedy, (0, 0))
        .unwrap();
    let mut tokens = Array2::zeros((1, 64));
    for (rank, &cell) in order.cell_from_rank().iter().enumerate() {
        let logits = lpd.training_pass(&batch, tokens.view(), None).unwrap();
        let best: u32 = logits
            .narrow(1, rank, 1)
            .and_then(|row| row.flatten_all()?.argmax(0)?.to_scalar())
            .unwrap();
        tokens[[0, cell as usize]] = best;
    }
    assert_eq!(generated.tokens, tokens);
}

/// Log-likelihood is the logits' log-softmax at the tokens; the loss is minus
/// its mean.
#[test]
fn likelihood_is_that_of_the_training_pass() {
    let tiny = Tiny::load();
    let (batch, tokens) = (tiny.batch(), tiny.tokens());
    let lpd = tiny.lpd(Kernels::Cpu);
    let found = lpd.log_likelihood(&batch, tokens.view()).unwrap();
    let logits: Vec<Vec<Vec<f32>>> = tiny.expected["train_logits"].to_vec3().unwrap();
    let mut mean = 0.0;
    for (sample, logits) in logits.iter().enumerate() {
        for (&cell, logits) in batch.cells(sample).iter().zip(logits) {
            let token = tokens[[sample, cell as usize]];
            let total: f64 = logits.iter().map(|&logit| f64::from(logit).exp()).sum();
            let expected = f64::from(logits[token as usize]) - total.ln();
            let value = f64::from(found[[sample, cell as usize]]);
            assert!((value - expected).abs() < 1e-4, "{value} {expected}");
            mean -= value / 192.0;
        }
    }
    assert!((mean - 4.977_193_4).abs() < 1e-4, "{mean}");
}

/// How often each token is drawn from logits that are known.
fn drawn(sampling: Sampling, logits: &[f32], draws: usize) -> BTreeMap<u32, usize> {
    let rows: Vec<f32> = logits.repeat(draws);
    let logits = Tensor::from_vec(rows, (1, draws, logits.len()), &Device::Cpu).unwrap();
    let mut sampler = Sampler::new(Choice::Sample(sampling), 7, 0, 1);
    let tokens: Vec<u32> = sampler
        .choose(&logits)
        .and_then(|tokens| tokens.flatten_all()?.to_vec1())
        .unwrap();
    let mut counts = BTreeMap::new();
    for token in tokens {
        *counts.entry(token).or_insert(0) += 1;
    }
    counts
}

#[test]
fn draws_follow_the_distribution() {
    let shares = [0.5f64, 0.25, 0.125, 0.125];
    let logits: Vec<f32> = shares.iter().map(|share| share.ln() as f32 + 3.0).collect();
    let count = 40_000;
    let check = |sampling: Sampling, expected: &[f64]| {
        let counts = drawn(sampling, &logits, count);
        let drawn_tokens: Vec<u32> = counts.keys().copied().collect();
        let possible: Vec<u32> = (0..).take(expected.len()).collect();
        assert_eq!(drawn_tokens, possible);
        // Chi-squared with 3 degrees of freedom is below 21 in all but 1 of
        // 10,000 seeds.
        let chi: f64 = counts
            .values()
            .zip(expected)
            .map(|(&found, share)| {
                let expected = share * count as f64;
                (found as f64 - expected).powi(2) / expected
            })
            .sum();
        assert!(chi < 21.0, "{chi} {counts:?}");
    };
    let sampling = |temperature, k, p| Sampling::new(temperature, k, p).unwrap();
    check(sampling(1.0, None, None), &shares);
    check(
        sampling(1.0, Some(3), None),
        &[4.0 / 7.0, 2.0 / 7.0, 1.0 / 7.0],
    );
    check(sampling(1.0, None, Some(0.6)), &[2.0 / 3.0, 1.0 / 3.0]);
    check(sampling(1.0, Some(3), Some(0.8)), &[2.0 / 3.0, 1.0 / 3.0]);
    check(sampling(1.0, Some(1), None), &[1.0]);
    let hot: Vec<f64> = shares.iter().map(|share| share.sqrt()).collect();
    let total: f64 = hot.iter().sum();
    let hot: Vec<f64> = hot.iter().map(|share| share / total).collect();
    check(sampling(2.0, None, None), &hot);
}

#[test]
fn settings_out_of_range_are_refused() {
    for (sampling, message) in [
        (
            Sampling::new(0.0, None, None),
            "the temperature is 0; it takes a number above 0; greedy choice is a setting of its own",
        ),
        (
            Sampling::new(1.0, Some(0), None),
            "top-k is 0; it takes a whole number from 1",
        ),
        (
            Sampling::new(1.0, None, Some(1.5)),
            "top-p is 1.5; it takes a number above 0 and at most 1",
        ),
    ] {
        assert_eq!(sampling.unwrap_err().to_string(), message);
    }
    let refused = Guidance::new(-1.0, GuidanceSchedule::Constant).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the guidance scale is -1; it takes a number from 0"
    );
    let linear = Guidance::new(5.0, GuidanceSchedule::Linear).unwrap();
    assert_eq!([linear.at(0, 64), linear.at(32, 64)], [1.0, 3.0]);
}

#[test]
fn steps_are_taken_in_turn() {
    let tiny = Tiny::load();
    let lpd = tiny.lpd(Kernels::Cpu);
    let batch = tiny.batch();
    let mut generation = lpd.generation(&batch, None, Guidance::NONE).unwrap();
    let one = Tensor::zeros((3, 1), candle_core::DType::U32, &Device::Cpu).unwrap();
    assert!(matches!(
        generation.commit(one.clone()),
        Err(LpdError::Turn(_))
    ));
    generation.next_step().unwrap();
    assert!(matches!(generation.next_step(), Err(LpdError::Turn(_))));
    let two = Tensor::zeros((3, 2), candle_core::DType::U32, &Device::Cpu).unwrap();
    assert!(matches!(generation.commit(two), Err(LpdError::Turn(_))));
    generation.commit(one).unwrap();
    assert!(matches!(generation.finish(), Err(LpdError::Turn(_))));
}
