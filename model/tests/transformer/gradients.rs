//! Gradients reach every variable and are right.

use candle_core::{DType, Tensor, Var};
use orders_model::lpd::{Dropout, Kernels, Lpd};

use crate::reference::{Tiny, assert_close};

fn loss(tiny: &Tiny, lpd: &Lpd) -> Tensor {
    let (mut batch_labels, tokens) = (tiny.labels(), tiny.tokens());
    // One without class, so that its embedding gets a gradient.
    batch_labels[1] = None;
    let batch = orders_model::lpd::Batch::new(&tiny.orders(), &batch_labels).unwrap();
    let logits = lpd.training_pass(&batch, tokens.view(), None).unwrap();
    lpd.cross_entropy(&logits, &batch, tokens.view()).unwrap()
}

#[test]
fn every_variable_gets_one() {
    let tiny = Tiny::load();
    let lpd = Lpd::trainable(tiny.config.clone(), &tiny.weights).unwrap();
    assert_eq!(lpd.kernels(), Kernels::Differentiable);
    let gradients = loss(&tiny, &lpd).backward().unwrap();
    assert_eq!(lpd.variables().len(), tiny.config.tensors().len());
    for (name, variable) in lpd.variables() {
        let gradient = gradients.get(variable).unwrap_or_else(|| panic!("{name}"));
        let values: Vec<f32> = gradient.flatten_all().unwrap().to_vec1().unwrap();
        assert!(values.iter().all(|value| value.is_finite()), "{name}");
        assert!(values.iter().any(|&value| value != 0.0), "{name}");
    }
}

/// Central differences in the direction of the gradient, in f64.
#[test]
fn gradients_are_those_of_finite_differences() {
    let tiny = Tiny::load();
    let tensors = tiny
        .weights
        .iter()
        .map(|(name, tensor)| (name.to_owned(), tensor.to_dtype(DType::F64).unwrap()))
        .collect();
    let weights = orders_model::weights::Weights::checked(&tiny.config.tensors(), tensors).unwrap();
    let lpd = Lpd::trainable(tiny.config.clone(), &weights).unwrap();
    let gradients = loss(&tiny, &lpd).backward().unwrap();
    for name in [
        "fake_latent",
        "pos_embed",
        "mask_token",
        "class_emb.weight",
        "token_emb.weight",
        "z_proj_ln.bias",
        "blocks.0.norm1.weight",
        "blocks.1.attn.qkv.weight",
        "blocks.1.attn.qkv.bias",
        "blocks.2.attn.proj.weight",
        "blocks.0.mlp.fc1.weight",
        "blocks.2.mlp.fc2.bias",
        "norm.bias",
        "head.weight",
    ] {
        let variable: &Var = &lpd.variables()[name];
        let gradient = gradients.get(variable).unwrap();
        let norm: f64 = gradient
            .sqr()
            .and_then(|squares| squares.sum_all()?.to_scalar())
            .unwrap();
        let here = variable.as_tensor().copy().unwrap();
        let step = 1e-3 / norm.sqrt();
        let mut ends = [0.0; 2];
        for (end, sign) in ends.iter_mut().zip([-1.0, 1.0]) {
            let there = (&here + (gradient * (sign * step)).unwrap()).unwrap();
            variable.set(&there).unwrap();
            // Logits are f32, of which this loss is made.
            *end = f64::from(loss(&tiny, &lpd).to_scalar::<f32>().unwrap());
        }
        variable.set(&here).unwrap();
        let slope = (ends[1] - ends[0]) / (2.0 * step);
        let error = (slope - norm).abs() / norm.max(1e-2);
        assert!(error < 2e-2, "{name}: {slope} for {norm}");
    }
}

/// Dropout of nothing changes nothing, and what is dropped follows from the seed.
#[test]
fn dropout_follows_its_seed() {
    let tiny = Tiny::load();
    let lpd = Lpd::trainable(tiny.config.clone(), &tiny.weights).unwrap();
    let (batch, tokens) = (tiny.batch(), tiny.tokens());
    let logits = |probability, seed| {
        let dropout = Dropout::new(probability, seed);
        assert!(dropout.is_some());
        lpd.training_pass(&batch, tokens.view(), dropout).unwrap()
    };
    let expected = &tiny.expected["train_logits"];
    assert_close(&logits(0.0, 1), expected, 2e-5, "none dropped");
    assert_close(&logits(0.5, 1), &logits(0.5, 1), 0.0, "the same seed");
    let numbers = |logits: Tensor| logits.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_ne!(numbers(logits(0.5, 1)), numbers(logits(0.5, 2)));
    assert_ne!(numbers(logits(0.5, 1)), numbers(logits(0.0, 1)));
}
