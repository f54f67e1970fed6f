//! Against `reference/metrics`.

use std::collections::HashMap;

use candle_core::{Device, Tensor, safetensors};
use ndarray::{Array2, s};
use orders_model::metrics::{
    Features, Statistics, frechet_distance, inception_score, polynomial_mmd,
};
use serde::Deserialize;

use crate::random::{assert_close, features};

#[derive(Deserialize)]
struct Expected {
    frechet_distance: f64,
    inception_score_mean: f64,
    inception_score_std: f64,
    inception_score_splits: usize,
    mmd2_poly3_unbiased_first500: f64,
}

struct Reference {
    inputs: HashMap<String, Tensor>,
    expected: Expected,
}

impl Reference {
    fn load() -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/metrics");
        let expected = fs_err::read(format!("{folder}/expected.json")).unwrap();
        let inputs = format!("{folder}/inputs.safetensors");
        Self {
            inputs: safetensors::load(inputs, &Device::Cpu).unwrap(),
            expected: serde_json::from_slice(&expected).unwrap(),
        }
    }

    fn array(&self, name: &str) -> Array2<f32> {
        let tensor = &self.inputs[name];
        let shape = tensor.dims2().unwrap();
        let values = tensor.flatten_all().unwrap().to_vec1().unwrap();
        Array2::from_shape_vec(shape, values).unwrap()
    }
}

#[test]
fn frechet() {
    let reference = Reference::load();
    let of = |name| Statistics::of(&features(reference.array(name))).unwrap();
    let distance = frechet_distance(&of("features_a"), &of("features_b")).unwrap();
    // The reference's means were summed in single precision. In double
    // precision NumPy and SciPy's sqrtm give what follows.
    assert_close(distance, reference.expected.frechet_distance, 1e-8);
    assert_close(distance, 5.615934178983082, 1e-12);
}

#[test]
fn score() {
    let reference = Reference::load();
    let logits = features(reference.array("logits"));
    let expected = &reference.expected;
    let score = inception_score(&logits, expected.inception_score_splits, None).unwrap();
    assert_close(score.mean, expected.inception_score_mean, 1e-6);
    assert_close(score.sd, expected.inception_score_std, 1e-6);
}

#[test]
fn mmd() {
    let reference = Reference::load();
    let first: [Features; 2] = ["features_a", "features_b"]
        .map(|name| features(reference.array(name).slice(s![..500, ..]).to_owned()));
    let mmd = polynomial_mmd(&first[0], &first[1]).unwrap();
    let expected = reference.expected.mmd2_poly3_unbiased_first500;
    assert_close(mmd.squared, expected, 1e-9);
}
