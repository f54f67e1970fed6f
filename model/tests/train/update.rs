//! What an update does, as the recipe says: clipping, weight decay, the average of the
//! weights, dropout.

use std::collections::BTreeMap;
use std::path::Path;

use candle_core::Tensor;
use orders_core::Catalogue;
use orders_model::Device;
use orders_model::checkpoint::{read_checkpoint, save_safetensors};
use orders_model::train::{Recipe, Training};

use crate::{data, recipe};

fn start(recipe: Recipe) -> Training {
    Training::new(recipe, data(20, 1), &Catalogue::standard(), &Device::Cpu).unwrap()
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    let numbers: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
    numbers.into_iter().map(f64::from).collect()
}

fn all_numbers(run: &Training) -> Vec<f64> {
    let weights = run.weights().unwrap();
    weights
        .iter()
        .flat_map(|(_, tensor)| numbers(tensor))
        .collect()
}

/// While a gradient g is far below AdamW's epsilon of 1e-8, the first update is g / 1e-8 times
/// the learning rate; so its norm says what that of the gradient was.
#[test]
fn a_gradient_is_clipped_to_the_norm() {
    let mut recipe = recipe();
    recipe.average = 0.0;
    recipe.weight_decay = 0.0;
    recipe.learning_rate.peak = 1.0;
    for clip in [1e-10, 5e-11] {
        recipe.clip = clip;
        let mut run = start(recipe.clone());
        let before = all_numbers(&run);
        let report = run.step().unwrap();
        assert!(report.gradient_norm > 0.01, "{report:?}");
        let changes = all_numbers(&run).into_iter().zip(before);
        let norm = changes.map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        let expected = report.learning_rate * clip / 1e-8;
        assert!((norm / expected - 1.0).abs() < 0.02, "{norm} {expected}");
    }
    // A gradient within the limit is not changed.
    let [unlimited, wide] = [0.0, 1e6].map(|clip| {
        recipe.clip = clip;
        let mut run = start(recipe.clone());
        run.step().unwrap();
        all_numbers(&run)
    });
    assert_eq!(unlimited, wide);
}

#[test]
fn weights_of_two_dimensions_decay_and_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.safetensors");
    let after = |weight_decay: f64| {
        let mut recipe = recipe();
        recipe.average = 0.0;
        recipe.weight_decay = weight_decay;
        start(recipe.clone()).save(&path).unwrap();
        let before = raised(&path);
        let (data, catalogue) = (data(20, 1), Catalogue::standard());
        let mut run = Training::resume(recipe, data, &catalogue, &Device::Cpu, &path).unwrap();
        let rate = run.step().unwrap().learning_rate;
        (before, run.weights().unwrap(), rate)
    };
    let ((before, plain, rate), (_, decayed, _)) = (after(0.0), after(2.0));
    let mut by_decay = [0, 0];
    for (name, tensor) in plain.iter() {
        let decays = !name.ends_with(".bias") && tensor.rank() > 1;
        by_decay[usize::from(decays)] += 1;
        let plain = numbers(tensor);
        let decayed = numbers(&decayed.get(name));
        let before = numbers(&before[&format!("parameters.{name}")]);
        for ((plain, decayed), before) in plain.into_iter().zip(decayed).zip(before) {
            let lost = if decays { rate * 2.0 * before } else { 0.0 };
            assert!((plain - decayed - lost).abs() < 1e-6, "{name}");
        }
    }
    assert!(by_decay.into_iter().all(|count| count > 4), "{by_decay:?}");
}

/// Raises all parameters of a saved run by a tenth, so that none is 0, and gives the tensors.
fn raised(path: &Path) -> BTreeMap<String, Tensor> {
    let mut file = read_checkpoint(path, None, &Device::Cpu).unwrap();
    for (name, tensor) in &mut file.tensors {
        if name.starts_with("parameters.") {
            *tensor = (&*tensor + 0.1).unwrap();
        }
    }
    save_safetensors(path, &file.tensors, &file.metadata, true).unwrap();
    file.tensors
}

/// The average after update t keeps a share of (1 + t) / (10 + t) of what it was, and no more
/// than the recipe says: here from the third on.
#[test]
fn the_average_warms_up() {
    let mut recipe = recipe();
    recipe.average = 0.3;
    let mut averaged = start(recipe.clone());
    recipe.average = 0.0;
    let mut plain = start(recipe);
    let mut expected = all_numbers(&plain);
    assert_eq!(all_numbers(&averaged), expected);
    for kept in [2.0 / 11.0, 3.0 / 12.0, 0.3, 0.3] {
        assert_eq!(averaged.step().unwrap(), plain.step().unwrap());
        for (average, now) in expected.iter_mut().zip(all_numbers(&plain)) {
            *average += (now - *average) * (1.0 - kept);
        }
        for (found, expected) in all_numbers(&averaged).into_iter().zip(&expected) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
    }
}

/// It changes the loss of an update, and not what is measured on held-out images.
#[test]
fn dropout_is_of_updates_only() {
    let losses = |dropout| {
        let mut recipe = recipe();
        recipe.dropout = dropout;
        let mut run = start(recipe);
        let mut held_out = run.held_out(data(6, 2), 6).unwrap();
        let before = run.held_out_loss(&mut held_out).unwrap();
        (before, run.step().unwrap().loss)
    };
    let (held_out, plain) = losses(0.0);
    let (same, dropped) = losses(0.4);
    assert_eq!(held_out, same);
    assert!((plain - dropped).abs() > 1e-4, "{plain} {dropped}");
}
