//! Our own convolutions against candle's, and what must not matter.

use candle_core::{Device, Tensor};
use orders_core::OrderRng;

use crate::setup::{candle, cpu, difference, stored, tokens, values};

const TINY: &str = "vq_tiny";

/// Images of noise.
fn noise(shape: (usize, usize, usize, usize), seed: u64) -> Tensor {
    let count = shape.0 * shape.1 * shape.2 * shape.3;
    let mut rng = OrderRng::new(seed, 0);
    let values: Vec<f32> = (0..count)
        .map(|_| rng.below(2001) as f32 / 1000.0 - 1.0)
        .collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

#[test]
fn both_ways_agree_on_any_shape() {
    let weights = stored(TINY, "model.safetensors");
    let (ours, theirs) = (cpu(TINY, &weights), candle(TINY, &weights));
    // Maps that are split by rows, with a rest, and by channels; one cell.
    for (height, width) in [(4, 4), (20, 36), (44, 8), (8, 132), (160, 68)] {
        let images = noise((1, 3, height, width), 1);
        let (a, b) = (
            ours.encode(&images).unwrap(),
            theirs.encode(&images).unwrap(),
        );
        let apart = difference(&a.latent, &b.latent);
        assert!(apart < 2e-5, "{height}x{width}: {apart}");
        let cells = (height / 4, width / 4);
        let (x, y) = (
            ours.decode(&b.tokens, cells.0, cells.1).unwrap(),
            theirs.decode(&b.tokens, cells.0, cells.1).unwrap(),
        );
        assert_eq!(x.dims(), [1, 3, height, width]);
        let apart = difference(&x, &y);
        assert!(apart < 2e-5, "{height}x{width}: {apart}");
    }
}

#[test]
fn a_batch_is_its_images_one_by_one() {
    let tokenizer = cpu(TINY, &stored(TINY, "model.safetensors"));
    let images = noise((3, 3, 16, 24), 2);
    let all = tokenizer.encode(&images).unwrap();
    let decoded = tokenizer.decode(&all.tokens, 4, 6).unwrap();
    for index in 0..3 {
        let one = tokenizer
            .encode(&images.narrow(0, index, 1).unwrap())
            .unwrap();
        assert_eq!(
            tokens(&one.tokens),
            tokens(&all.tokens.narrow(0, index, 1).unwrap())
        );
        let image = tokenizer.decode(&one.tokens, 4, 6).unwrap();
        assert_eq!(
            values(&image),
            values(&decoded.narrow(0, index, 1).unwrap())
        );
    }
}

#[test]
fn threads_do_not_matter() {
    let tokenizer = cpu(TINY, &stored(TINY, "model.safetensors"));
    let images = noise((1, 3, 160, 68), 3);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        pool.unwrap().install(|| {
            let encoded = tokenizer.encode(&images).unwrap();
            let decoded = tokenizer.decode(&encoded.tokens, 40, 17).unwrap();
            (values(&encoded.latent), values(&decoded))
        })
    };
    let one = with(1);
    for threads in [2, 3, 7] {
        assert!(with(threads) == one, "{threads} threads");
    }
}
