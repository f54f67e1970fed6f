//! Weights that two programs can compute independently.

use serde::Deserialize;

/// A tensor whose values are given by a formula of its name.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct FormulaTensor {
    /// The name, on which the values depend.
    pub name: String,
    /// The shape, outermost dimension first.
    pub shape: Vec<usize>,
    /// The middle of the values.
    pub offset: f32,
    /// The largest distance from it.
    pub scale: f32,
}

impl FormulaTensor {
    /// The values, row by row. O(n) for n elements.
    pub fn values(&self) -> Vec<f32> {
        let count = self.shape.iter().product();
        formula_values(&self.name, count, self.offset, self.scale)
    }
}

/// `count` values between `offset - scale` and `offset + scale` that depend on
/// the name only: element i is splitmix64 of the name's FNV-1a hash and i, as
/// a fraction of 2^24.
///
/// They stand in for trained weights where a network at full size is held
/// against another implementation.
pub fn formula_values(name: &str, count: usize, offset: f32, scale: f32) -> Vec<f32> {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (1..=count as u64)
        .map(|i| {
            let mut z = hash.wrapping_add(i.wrapping_mul(0x9E37_79B9_7F4A_7C15));
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^= z >> 31;
            let unit = (z >> 40) as f32 / (1 << 24) as f32;
            offset + scale * (2.0 * unit - 1.0)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, safetensors};

    use super::*;

    #[test]
    fn values_are_those_of_the_released_files() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/lpd_tiny");
        let stored =
            safetensors::load(format!("{folder}/model.safetensors"), &Device::Cpu).unwrap();
        #[derive(Deserialize)]
        struct Config {
            tensors: Vec<FormulaTensor>,
        }
        let config = fs_err::read(format!("{folder}/config.json")).unwrap();
        let config: Config = serde_json::from_slice(&config).unwrap();
        assert_eq!(stored.len(), config.tensors.len());
        for tensor in &config.tensors {
            let stored = &stored[&tensor.name];
            assert_eq!(stored.dims(), tensor.shape);
            let stored: Vec<f32> = stored.flatten_all().unwrap().to_vec1().unwrap();
            assert_eq!(stored, tensor.values(), "{}", tensor.name);
        }
    }
}
