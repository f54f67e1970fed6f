//! How long feature networks and sample metrics take.
//!
//! `cargo bench -p orders-model --bench metrics`

#![expect(clippy::unwrap_used, reason = "what benches prepare must work")]

use divan::Bencher;
use divan::counter::ItemsCount;
use ndarray::Array2;
use orders_core::OrderRng;
use orders_datasets::Image;
use orders_model::features::{FeatureNetwork, InceptionV3, MobileNetV2, Network};
use orders_model::metrics::{
    Features, Statistics, frechet_distance, manifold_measures, polynomial_mmd,
};
use orders_model::weights::formula_values;

fn main() {
    divan::main();
}

/// A network whose weights are of the right size and mean nothing.
fn network(network: Network) -> FeatureNetwork {
    let specs = match network {
        Network::InceptionFid => InceptionV3::specs(),
        Network::MobileNetV2 => MobileNetV2::specs(),
        Network::Classifier => return orders_model::bundled::classifier(),
    };
    let tensors = specs.into_iter().map(|spec| {
        let count = spec.shape.iter().product();
        let (offset, scale) = if spec.shape.len() > 1 {
            (0.0, 0.1)
        } else {
            (1.0, 0.1)
        };
        let values = formula_values(&spec.name, count, offset, scale);
        let tensor =
            candle_core::Tensor::from_vec(values, &spec.shape[..], &candle_core::Device::Cpu);
        (spec.name, tensor.unwrap())
    });
    FeatureNetwork::new(network, tensors.collect()).unwrap()
}

#[divan::bench(args = Network::ALL, sample_count = 5, sample_size = 1)]
fn features(bencher: Bencher, name: &Network) {
    const IMAGES: usize = 8;
    let network = network(*name);
    let side = network.classifier().map_or(256, |small| small.sides()[0]);
    let pixels = (0..side * side * 3).map(|i| (i * 7 % 251) as u8).collect();
    let images = vec![Image::new(side, side, 3, pixels).unwrap(); IMAGES];
    bencher
        .counter(ItemsCount::new(IMAGES))
        .bench(|| network.extract(&images));
}

fn uniform(count: usize, dimensions: usize, seed: u64) -> Features {
    let mut rng = OrderRng::new(seed, 0);
    let values = Array2::from_shape_simple_fn((count, dimensions), || {
        (rng.next_u64() >> 40) as f32 / (1 << 23) as f32 - 1.0
    });
    Features::new(values).unwrap()
}

/// 5,000 images, and the dimensions of a network.
#[divan::bench(args = [1280, 2048], sample_count = 3, sample_size = 1)]
fn statistics(bencher: Bencher, dimensions: usize) {
    let set = uniform(5000, dimensions, 1);
    bencher.bench(|| Statistics::of(&set).unwrap());
}

#[divan::bench(args = [1280, 2048], sample_count = 3, sample_size = 1)]
fn frechet(bencher: Bencher, dimensions: usize) {
    let of = |seed| Statistics::of(&uniform(5000, dimensions, seed)).unwrap();
    let (a, b) = (of(1), of(2));
    bencher.bench(|| frechet_distance(&a, &b).unwrap());
}

/// Images in each set, of 2048 dimensions.
#[divan::bench(args = [1000, 5000], sample_count = 3, sample_size = 1)]
fn mmd(bencher: Bencher, images: usize) {
    let (a, b) = (uniform(images, 2048, 1), uniform(images, 2048, 2));
    bencher.bench(|| polynomial_mmd(&a, &b).unwrap());
}

#[divan::bench(args = [1000, 5000], sample_count = 3, sample_size = 1)]
fn manifold(bencher: Bencher, images: usize) {
    let (a, b) = (uniform(images, 2048, 1), uniform(images, 2048, 2));
    bencher.bench(|| manifold_measures(&a, &b, 5).unwrap());
}
