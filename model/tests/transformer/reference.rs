//! What lies in `tests/reference`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use candle_core::{DType, Device, Tensor};
use ndarray::Array2;
use orders_core::{GroupSizes, Order, Problem};
use orders_model::lpd::{Batch, Kernels, Lpd, LpdConfig};
use orders_model::weights::Weights;

pub const ALL_KERNELS: [Kernels; 4] = [
    Kernels::Cpu,
    Kernels::Device,
    Kernels::Differentiable,
    Kernels::Cuda,
];

pub fn path(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference")).join(name)
}

pub fn tensors(name: &str) -> BTreeMap<String, Tensor> {
    candle_core::safetensors::load(path(name), &Device::Cpu)
        .unwrap()
        .into_iter()
        .collect()
}

pub fn integers(tensor: &Tensor) -> Vec<u32> {
    let numbers: Vec<i64> = tensor.flatten_all().unwrap().to_vec1().unwrap();
    numbers
        .into_iter()
        .map(|n| u32::try_from(n).unwrap())
        .collect()
}

pub fn matrix(tensor: &Tensor) -> Array2<u32> {
    let shape = tensor.dims2().unwrap();
    Array2::from_shape_vec(shape, integers(tensor)).unwrap()
}

/// The tiny model, and what the released program made of it.
pub struct Tiny {
    pub config: LpdConfig,
    pub weights: Weights,
    pub expected: BTreeMap<String, Tensor>,
}

impl Tiny {
    pub fn load() -> Self {
        let config = fs_err::read(path("lpd_tiny/config.json")).unwrap();
        let config: LpdConfig = serde_json::from_slice(&config).unwrap();
        let weights =
            Weights::checked(&config.tensors(), tensors("lpd_tiny/model.safetensors")).unwrap();
        let expected = tensors("lpd_tiny/expected.safetensors");
        Self {
            config,
            weights,
            expected,
        }
    }

    pub fn lpd(&self, kernels: Kernels) -> Lpd {
        Lpd::with_kernels(self.config.clone(), self.weights.clone(), kernels).unwrap()
    }

    pub fn sizes(&self) -> GroupSizes {
        GroupSizes::new(integers(&self.expected["group_sizes"])).unwrap()
    }

    pub fn orders(&self) -> Vec<Order> {
        let problem = Problem::new(self.config.grid(), self.sizes()).unwrap();
        matrix(&self.expected["orders"])
            .rows()
            .into_iter()
            .map(|row| Order::new(problem.clone(), row.to_vec()).unwrap())
            .collect()
    }

    pub fn labels(&self) -> Vec<Option<u32>> {
        integers(&self.expected["labels"])
            .into_iter()
            .map(Some)
            .collect()
    }

    pub fn batch(&self) -> Batch {
        Batch::new(&self.orders(), &self.labels()).unwrap()
    }

    pub fn tokens(&self) -> Array2<u32> {
        matrix(&self.expected["tokens"])
    }
}

/// Asserts that tensors of the same shape differ by at most `tolerance` times
/// the largest absolute value expected.
pub fn assert_close(found: &Tensor, expected: &Tensor, tolerance: f64, what: &str) {
    assert_eq!(found.dims(), expected.dims(), "{what}");
    let [found, expected]: [Vec<f32>; 2] = [found, expected].map(|tensor| {
        let flat = tensor.to_dtype(DType::F32).unwrap().flatten_all().unwrap();
        flat.to_vec1().unwrap()
    });
    let largest = expected.iter().fold(0f32, |a, b| a.max(b.abs()));
    let worst = found
        .iter()
        .zip(&expected)
        .map(|(a, b)| f64::from((a - b).abs()))
        .fold(
            0.0,
            |a: f64, b| if b.is_nan() { f64::NAN } else { a.max(b) },
        );
    assert!(
        worst <= tolerance * f64::from(largest),
        "{what}: off by {worst}, the largest value is {largest}"
    );
}
