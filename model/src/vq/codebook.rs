//! The codebook: vectors of length 1.

use candle_core::{DType, Device, Result, Tensor};
use orders_core::files::{Digest, Hasher};
use rayon::prelude::*;

/// What a length is at least, as in the released program.
const SHORTEST: f32 = 1e-12;

/// Vectors of length 1, one for each token.
pub(super) struct Codebook {
    pub(super) dimension: usize,
    vectors: Vec<f32>,
}

/// The nearest vector of the codebook.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Nearest {
    pub(super) token: usize,
    /// By how much the cosine of the angle to the second nearest is smaller, which
    /// is half the difference of the squared distances.
    pub(super) margin: f32,
}

impl Codebook {
    /// The rows of a table, normalised.
    pub(super) fn new(table: &Tensor) -> Result<Self> {
        let (_, dimension) = table.dims2()?;
        let table = table.to_device(&Device::Cpu)?.to_dtype(DType::F32)?;
        let mut vectors: Vec<f32> = table.flatten_all()?.to_vec1()?;
        vectors.chunks_exact_mut(dimension).for_each(normalise);
        Ok(Self { dimension, vectors })
    }

    pub(super) fn size(&self) -> usize {
        self.vectors.len() / self.dimension
    }

    /// What tells it from others: the SHA-256 of its vectors.
    pub(super) fn id(&self) -> Digest {
        let mut hasher = Hasher::default();
        hasher.update(format!("vq-codebook {}\0", self.dimension).as_bytes());
        for value in &self.vectors {
            hasher.update(&value.to_le_bytes());
        }
        hasher.finish().0
    }

    pub(super) fn vector(&self, token: usize) -> &[f32] {
        &self.vectors[token * self.dimension..][..self.dimension]
    }

    /// The nearest vector for each of many, which are normalised first; the
    /// first of several that are equally near. O(n k d) for n vectors and a
    /// codebook of k vectors of d numbers.
    pub(super) fn nearest(&self, vectors: &[f32]) -> Vec<Nearest> {
        vectors
            .par_chunks_exact(self.dimension)
            .map(|vector| {
                let mut vector = vector.to_vec();
                normalise(&mut vector);
                self.nearest_of_one(&vector)
            })
            .collect()
    }

    fn nearest_of_one(&self, vector: &[f32]) -> Nearest {
        let length = dot(vector, vector);
        let (mut token, mut best, mut second) = (0, f32::INFINITY, f32::INFINITY);
        for (index, code) in self.vectors.chunks_exact(self.dimension).enumerate() {
            // |z - e|^2, with both lengths as they are after rounding.
            let distance = length + dot(code, code) - 2.0 * dot(vector, code);
            if distance < best {
                (second, best, token) = (best, distance, index);
            } else if distance < second {
                second = distance;
            }
        }
        Nearest {
            token,
            margin: (second - best) / 2.0,
        }
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn normalise(vector: &mut [f32]) {
    let length = dot(vector, vector).sqrt().max(SHORTEST);
    for value in vector {
        *value /= length;
    }
}
