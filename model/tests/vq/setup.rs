//! Tokenizers and their expected results.

use std::collections::BTreeMap;
use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};
use orders_model::checkpoint::read_checkpoint;
use orders_model::vq::{VqConfig, VqTokenizer};
use orders_model::weights::{FormulaTensor, Weights};
use serde::Deserialize;

/// A file of the reference.
pub fn path(model: &str, file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(model)
        .join(file)
}

pub fn config(model: &str) -> VqConfig {
    VqConfig::from_json(&fs_err::read(path(model, "config.json")).unwrap()).unwrap()
}

/// The weights of a checkpoint.
pub fn stored(model: &str, file: &str) -> Weights {
    let checkpoint = read_checkpoint(&path(model, file), None, &Device::Cpu).unwrap();
    config(model).weights(checkpoint.tensors).unwrap()
}

/// The weights by formula, held against our own list of tensors.
pub fn by_formula(model: &str) -> Weights {
    #[derive(Deserialize)]
    struct Config {
        tensors: Vec<FormulaTensor>,
    }
    let text = fs_err::read(path(model, "config.json")).unwrap();
    let stated: Config = serde_json::from_slice(&text).unwrap();
    let tensors: BTreeMap<String, Tensor> = stated
        .tensors
        .iter()
        .map(|tensor| {
            let values = Tensor::from_vec(tensor.values(), &tensor.shape[..], &Device::Cpu);
            (tensor.name.clone(), values.unwrap())
        })
        .collect();
    Weights::checked(&config(model).tensors(), tensors).unwrap()
}

/// A tokenizer with our own convolutions.
pub fn cpu(model: &str, weights: &Weights) -> VqTokenizer {
    VqTokenizer::new(config(model), weights, &Device::Cpu).unwrap()
}

/// A tokenizer with candle's.
pub fn candle(model: &str, weights: &Weights) -> VqTokenizer {
    VqTokenizer::with_candle(config(model), weights, &Device::Cpu, DType::F32).unwrap()
}

pub fn expected(model: &str) -> BTreeMap<String, Tensor> {
    let path = path(model, "expected.safetensors");
    read_checkpoint(&path, None, &Device::Cpu).unwrap().tensors
}

pub fn values(tensor: &Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

pub fn tokens(tensor: &Tensor) -> Vec<i64> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// The largest difference over the largest value.
pub fn difference(found: &Tensor, expected: &Tensor) -> f32 {
    assert_eq!(found.dims(), expected.dims());
    let (found, expected) = (values(found), values(expected));
    let largest = expected.iter().fold(0.0_f32, |max, x| max.max(x.abs()));
    let apart = found
        .iter()
        .zip(&expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(apart.is_finite());
    apart / largest
}
