//! Weights before training.

use orders_core::OrderRng;

use super::draw::{Stream, seed_of};
use crate::lpd::LpdConfig;

/// Standard deviation of embeddings.
const EMBEDDING: f64 = 0.02;

/// Weights before training, in the order of [`LpdConfig::tensors`]: matrices of
/// linear layers uniform within sqrt(6 / (inputs + outputs)) of 0 (Glorot and
/// Bengio 2010, equation 16), embeddings normal with standard deviation 0.02,
/// biases 0, weights of norms 1. Each tensor has a random stream of its own.
pub(super) fn initial(config: &LpdConfig, seed: u64) -> Vec<f32> {
    let seed = seed_of(seed, Stream::Initial);
    let mut all = Vec::new();
    for (tensor, index) in config.tensors().iter().zip(0..) {
        let mut rng = OrderRng::new(seed, index);
        let count: usize = tensor.shape.iter().product();
        let name = tensor.name.as_str();
        if name.ends_with(".bias") {
            all.extend(std::iter::repeat_n(0.0, count));
        } else if tensor.shape.len() == 1 {
            all.extend(std::iter::repeat_n(1.0, count));
        } else if name.contains(".attn.") || name.contains(".mlp.") {
            let bound = (6.0 / tensor.shape.iter().sum::<usize>() as f64).sqrt();
            all.extend((0..count).map(|_| ((2.0 * uniform(&mut rng) - 1.0) * bound) as f32));
        } else {
            all.extend((0..count).map(|_| (normal(&mut rng) * EMBEDDING) as f32));
        }
    }
    all
}

/// Uniform between 0 and 1, neither of them.
pub(super) fn uniform(rng: &mut OrderRng) -> f64 {
    ((rng.next_u64() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
}

/// Standard normal, by Box and Muller.
fn normal(rng: &mut OrderRng) -> f64 {
    let (u, v) = (uniform(rng), uniform(rng));
    libm::sqrt(-2.0 * libm::log(u)) * libm::cos(2.0 * std::f64::consts::PI * v)
}
