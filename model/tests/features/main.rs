//! Feature networks: against what PyTorch gave for the same weights.

#![expect(clippy::unwrap_used, reason = "what tests prepare must work")]

mod inception;
mod mobilenet_v2;
#[path = "../../../tests/needed.rs"]
mod needed;

use std::collections::BTreeMap;

use candle_core::{Device, Tensor, safetensors};
use ndarray::Array2;

/// The tensors of a file in `tests`.
fn fixture(path: &str) -> BTreeMap<String, Tensor> {
    let path = format!("{}/tests/{path}", env!("CARGO_MANIFEST_DIR"));
    let tensors = safetensors::load(path, &Device::Cpu).unwrap();
    tensors.into_iter().collect()
}

fn matrix(tensor: &Tensor) -> Array2<f32> {
    let shape = tensor.dims2().unwrap();
    let values = tensor.flatten_all().unwrap().to_vec1().unwrap();
    Array2::from_shape_vec(shape, values).unwrap()
}

/// Whether all values agree to `tolerance` of the largest expected one.
#[track_caller]
fn assert_rows(found: &[Vec<f32>], expected: &Tensor, tolerance: f32) {
    let expected = matrix(expected);
    assert_eq!(found.len(), expected.nrows());
    let largest = expected.iter().fold(0.0_f32, |max, v| max.max(v.abs()));
    for (row, (found, expected)) in found.iter().zip(expected.rows()).enumerate() {
        assert_eq!(found.len(), expected.len());
        for (column, (found, expected)) in found.iter().zip(expected).enumerate() {
            let difference = (found - expected).abs();
            assert!(
                difference <= tolerance * largest,
                "image {row}, {column}: {found} is not {expected}"
            );
        }
    }
}
