//! Speed of patch codebooks and centre crops.

#![expect(clippy::unwrap_used, reason = "what benches prepare must work")]

use std::ops::ControlFlow;

use divan::Bencher;
use divan::counter::ItemsCount;
use orders_datasets::{
    CodebookParams, CountedPatches, Image, PatchCodebook, PatchShape, Provenance,
};

fn main() {
    divan::main();
}

/// An image in which no patch is like the one before it.
fn noise(side: u32, channels: u8, seed: u32) -> Image {
    let values = side * side * u32::from(channels);
    let pixel = |at: u32| (at.wrapping_mul(2_654_435_761).wrapping_add(seed * 977) >> 23) as u8;
    Image::new(side, side, channels, (0..values).map(pixel).collect()).unwrap()
}

/// Tokens of one 32x32 image in 2x2 patches, on one thread.
#[divan::bench(args = [128, 256, 512])]
fn encode(bencher: Bencher<'_, '_>, codes: usize) {
    let values = (0..4 * codes)
        .map(|value| (value * 37 % 256) as f32)
        .collect();
    let shape = PatchShape::new(2, 1).unwrap();
    let codebook = PatchCodebook::new(shape, values, Provenance::new()).unwrap();
    let image = noise(32, 1, 0);
    bencher
        .counter(ItemsCount::new(256_u32))
        .bench(|| codebook.encode(&image).unwrap());
}

/// 20 rounds of k-means on the patches of 100 images, on all threads.
#[divan::bench(args = [128, 512], sample_count = 5, sample_size = 1)]
fn train(bencher: Bencher<'_, '_>, codes: usize) {
    let images: Vec<Image> = (0..100).map(|seed| noise(32, 1, seed)).collect();
    let patches = CountedPatches::from_images(PatchShape::new(2, 1).unwrap(), &images).unwrap();
    let params = CodebookParams {
        codes,
        iterations: 20,
        tolerance: 0.0,
        ..CodebookParams::default()
    };
    let go_on = |_| ControlFlow::Continue(());
    bencher.bench(|| PatchCodebook::train(&patches, &params, go_on).unwrap());
}

/// A photograph of 500x500 pixels to 256x256.
#[divan::bench]
fn center_crop(bencher: Bencher<'_, '_>) {
    let image = noise(500, 3, 0);
    bencher.bench(|| image.center_crop(256).unwrap());
}
