//! The tokenizer at full size: `cargo bench -p orders-model --bench vq`.
//!
//! PyTorch 2.6 with MKL (f32, two threads) decodes one image of 256 px in 1.01 s
//! on the machine that the guide's figures are from.

use std::collections::BTreeMap;

use candle_core::{DType, Device, Tensor};
use divan::Bencher;
use orders_model::vq::{VqConfig, VqTokenizer};
use orders_model::weights::{Weights, formula_values};

fn main() {
    divan::main();
}

fn tokenizer() -> VqTokenizer {
    let config = VqConfig::ds16();
    let specs = config.tensors();
    let tensors: BTreeMap<String, Tensor> = specs
        .iter()
        .map(|spec| {
            let count = spec.shape.iter().product();
            let inputs: usize = spec.shape.iter().skip(1).product();
            let scale = 1.0 / (inputs as f32).sqrt();
            let values = formula_values(&spec.name, count, 0.0, scale);
            let values = Tensor::from_vec(values, &spec.shape[..], &Device::Cpu);
            (
                spec.name.clone(),
                values.expect("as many values as it takes"),
            )
        })
        .collect();
    let weights = Weights::checked(&specs, tensors).expect("the list is its own");
    VqTokenizer::new(config, &weights, &Device::Cpu).expect("the configuration is right")
}

#[divan::bench(args = [128, 256, 512], sample_count = 5, sample_size = 1)]
fn decode(bencher: Bencher, pixels: usize) {
    let tokenizer = tokenizer();
    let side = pixels / 16;
    let tokens: Vec<i64> = (0..(side * side) as i64).map(|i| i * 37 % 16384).collect();
    let tokens = Tensor::from_vec(tokens, (1, side * side), &Device::Cpu).expect("fits");
    bencher.bench_local(|| tokenizer.decode(&tokens, side, side));
}

#[divan::bench(args = [256], sample_count = 5, sample_size = 1)]
fn encode(bencher: Bencher, pixels: usize) {
    let tokenizer = tokenizer();
    let shape = (1, 3, pixels, pixels);
    let image = Tensor::zeros(shape, DType::F32, &Device::Cpu).expect("fits");
    bencher.bench_local(|| tokenizer.encode(&image));
}
