//! Named tensors, held against the list that a network expects.
//!
//! A network states its tensors as [`TensorSpec`]s and is built from
//! [`Weights`], which exist only if they fit that list: names and shapes, with
//! nothing missing and nothing left over.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use candle_core::{DType, Device, Tensor};
use rayon::prelude::*;
use serde::Deserialize;

/// Name and shape of a tensor that a network expects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorSpec {
    /// The name, as checkpoints have it.
    pub name: String,
    /// The shape, outermost dimension first.
    pub shape: Vec<usize>,
}

impl TensorSpec {
    /// A tensor of a name and a shape.
    pub fn new(name: impl Into<String>, shape: impl Into<Vec<usize>>) -> Self {
        Self {
            name: name.into(),
            shape: shape.into(),
        }
    }

    /// Weight and bias of a layer, of which the weight's first dimension is the outputs.
    pub(crate) fn layer(name: &str, weight: &[usize]) -> [Self; 2] {
        [("weight", weight), ("bias", &weight[..1])]
            .map(|(part, shape)| Self::new(format!("{name}.{part}"), shape))
    }
}

/// The tensors of a network, by name.
#[derive(Clone, Debug)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
}

impl Weights {
    /// Holds tensors against the list that a network expects.
    ///
    /// # Errors
    ///
    /// [`WeightsError`] with everything that is missing, left over or of
    /// another shape.
    pub fn checked(
        expected: &[TensorSpec],
        tensors: BTreeMap<String, Tensor>,
    ) -> Result<Self, WeightsError> {
        let mut error = WeightsError::default();
        for spec in expected {
            match tensors.get(&spec.name) {
                None => error.missing.push(spec.clone()),
                Some(tensor) if tensor.dims() != spec.shape => error.misshapen.push(Misshapen {
                    expected: spec.clone(),
                    found: tensor.dims().to_vec(),
                }),
                Some(_) => {}
            }
        }
        let names: BTreeSet<&str> = expected.iter().map(|spec| spec.name.as_str()).collect();
        error.left_over = tensors
            .keys()
            .filter(|name| !names.contains(name.as_str()))
            .cloned()
            .collect();
        if error == WeightsError::default() {
            Ok(Self { tensors })
        } else {
            Err(error)
        }
    }

    /// Tensors by formula, for those who have no checkpoint.
    ///
    /// # Errors
    ///
    /// If the device has no room.
    pub fn by_formula(
        tensors: Vec<FormulaTensor>,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Self> {
        let made = tensors.into_par_iter().map(|tensor| {
            let values = Tensor::from_vec(tensor.values(), &tensor.shape[..], device)?;
            Ok((tensor.name, values.to_dtype(dtype)?))
        });
        let tensors = made.collect::<candle_core::Result<_>>()?;
        Ok(Self { tensors })
    }

    /// The tensor of a name in the list that was checked; a shared handle, not
    /// a copy.
    ///
    /// # Panics
    ///
    /// If the name is not in that list: a network that asks for what it did
    /// not state. Never otherwise.
    pub fn get(&self, name: &str) -> Tensor {
        match self.tensors.get(name) {
            Some(tensor) => tensor.clone(),
            None => panic!("the network did not state its tensor {name}"),
        }
    }

    /// The values of a tensor, row by row.
    pub(crate) fn numbers(&self, name: &str) -> candle_core::Result<Vec<f32>> {
        let tensor = self.get(name).to_device(&Device::Cpu)?;
        tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1()
    }

    /// All tensors, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors
            .iter()
            .map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// All tensors, by name.
    pub fn into_tensors(self) -> BTreeMap<String, Tensor> {
        self.tensors
    }
}

/// A tensor whose shape is not the one expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Misshapen {
    /// What the network expects.
    pub expected: TensorSpec,
    /// The shape that was found.
    pub found: Vec<usize>,
}

/// Everything by which tensors differ from the list that a network expects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WeightsError {
    /// Tensors that are not there.
    pub missing: Vec<TensorSpec>,
    /// Names that the network doesn't know.
    pub left_over: Vec<String>,
    /// Tensors of another shape.
    pub misshapen: Vec<Misshapen>,
}

impl std::error::Error for WeightsError {}

impl fmt::Display for WeightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self
            .missing
            .iter()
            .map(|spec| format!("{} {:?}", spec.name, spec.shape));
        let misshapen = self.misshapen.iter().map(|tensor| {
            let TensorSpec { name, shape } = &tensor.expected;
            format!("{name} is {:?}, not {shape:?}", tensor.found)
        });
        let kinds = [
            ("missing", some(missing)),
            ("of another shape", some(misshapen)),
            ("left over", some(self.left_over.iter().cloned())),
        ];
        let kinds: Vec<String> = kinds
            .into_iter()
            .filter_map(|(kind, names)| Some(format!("{kind}: {}", names?)))
            .collect();
        write!(f, "the tensors don't fit the network; {}", kinds.join("; "))
    }
}

/// The first few of a list and how many more there are; none if it is empty.
fn some(items: impl ExactSizeIterator<Item = String>) -> Option<String> {
    const SHOWN: usize = 6;
    let count = items.len();
    if count == 0 {
        return None;
    }
    let mut text = items.take(SHOWN).collect::<Vec<_>>().join(", ");
    if count > SHOWN {
        text.push_str(&format!(" and {} more", count - SHOWN));
    }
    Some(text)
}

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
            let unit = (splitmix64(hash, i) >> 40) as f32 / (1 << 24) as f32;
            offset + scale * (2.0 * unit - 1.0)
        })
        .collect()
}

/// Draw `step` of the generator splitmix64 from a seed.
pub(crate) fn splitmix64(seed: u64, step: u64) -> u64 {
    let z = seed.wrapping_add(step.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use candle_core::safetensors;

    use super::*;

    #[test]
    fn all_faults_are_told_at_once() {
        let zeros = |shape: &[usize]| Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        let expected = [
            TensorSpec::new("a", [2, 3]),
            TensorSpec::new("b", [4]),
            TensorSpec::new("c", [1]),
        ];
        let tensors = BTreeMap::from([
            ("a".to_owned(), zeros(&[2, 3])),
            ("b".to_owned(), zeros(&[5])),
            ("d".to_owned(), zeros(&[1])),
        ]);
        let error = Weights::checked(&expected, tensors).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the tensors don't fit the network; missing: c [1]; of another shape: b is [5], not [4]; left over: d"
        );
    }

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
