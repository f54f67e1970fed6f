//! The tiny model against the released program.

use candle_core::{DType, Tensor};
use orders_model::lpd::{AttentionMask, Choice, Guidance, GuidanceSchedule, Sampler};

use crate::reference::{ALL_KERNELS, Tiny, assert_close, matrix};

#[test]
fn logits_and_loss_of_the_training_pass() {
    let tiny = Tiny::load();
    let (batch, tokens) = (tiny.batch(), tiny.tokens());
    for kernels in ALL_KERNELS {
        let lpd = tiny.lpd(kernels);
        let logits = lpd.training_pass(&batch, tokens.view(), None).unwrap();
        let what = format!("{kernels:?}");
        assert_close(&logits, &tiny.expected["train_logits"], 2e-5, &what);
        let loss = lpd.cross_entropy(&logits, &batch, tokens.view()).unwrap();
        let expected = tiny.expected["train_loss"].squeeze(0).unwrap();
        assert_close(&loss, &expected, 1e-6, &what);
    }
}

#[test]
fn mask_of_the_training_pass() {
    let tiny = Tiny::load();
    let mask = AttentionMask::training(&tiny.sizes(), 0)
        .additive()
        .mapv(|number| number == 0.0);
    let (rows, keys) = mask.dim();
    let expected: Vec<Vec<u8>> = tiny.expected["train_mask"].to_vec2().unwrap();
    assert_eq!((rows, keys), (expected.len(), expected[0].len()));
    for ((row, key), &visible) in mask.indexed_iter() {
        assert_eq!(u8::from(visible), expected[row][key], "{row} {key}");
    }
}

#[test]
fn greedy_tokens_and_guided_logits() {
    let tiny = Tiny::load();
    let batch = tiny.batch();
    let settings = [
        ("greedy_cfg1", Guidance::NONE),
        (
            "greedy_linear4",
            Guidance::new(4.0, GuidanceSchedule::Linear).unwrap(),
        ),
        (
            "greedy_constant3",
            Guidance::new(3.0, GuidanceSchedule::Constant).unwrap(),
        ),
    ];
    for kernels in ALL_KERNELS {
        let lpd = tiny.lpd(kernels);
        for (name, guidance) in settings {
            let what = format!("{name} {kernels:?}");
            let mut sampler = Sampler::new(Choice::Greedy, 0, 0, batch.len());
            let mut generation = lpd.generation(&batch, None, guidance).unwrap();
            let mut logits = Vec::new();
            while let Some(step) = generation.next_step().unwrap() {
                generation
                    .commit(sampler.choose(&step.logits).unwrap())
                    .unwrap();
                logits.push(step.logits);
            }
            let tokens = generation.finish().unwrap().tokens;
            assert_eq!(
                tokens,
                matrix(&tiny.expected[&format!("{name}_tokens")]),
                "{what}"
            );
            let logits = Tensor::cat(&logits, 1).unwrap();
            assert_eq!(logits.dtype(), DType::F32);
            let expected = &tiny.expected[&format!("{name}_logits")];
            assert_close(&logits, expected, 2e-5, &what);
        }
    }
}
