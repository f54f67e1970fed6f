//! Features to test with.

use ndarray::Array2;
use orders_core::OrderRng;
use orders_model::metrics::Features;

/// Numbers from -1 to 1.
pub fn uniform(count: usize, dimensions: usize, seed: u64) -> Array2<f32> {
    let mut rng = OrderRng::new(seed, 0);
    Array2::from_shape_simple_fn((count, dimensions), || {
        (rng.next_u64() >> 40) as f32 / (1 << 23) as f32 - 1.0
    })
}

/// Whole numbers from 0 to `most`: products of them are exact, and many
/// distances tie.
pub fn whole(count: usize, dimensions: usize, most: u32, seed: u64) -> Array2<f32> {
    let mut rng = OrderRng::new(seed, 0);
    Array2::from_shape_simple_fn((count, dimensions), || rng.below(most + 1) as f32)
}

pub fn features(values: Array2<f32>) -> Features {
    Features::new(values).unwrap()
}

/// Whether two numbers agree to a relative difference, or both are nearly 0.
#[track_caller]
pub fn assert_close(found: f64, expected: f64, tolerance: f64) {
    let difference = (found - expected).abs();
    assert!(
        difference <= tolerance * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}
