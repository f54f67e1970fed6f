//! The FID Inception, with weights by formula, against
//! `reference/inception_fid_full`.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use orders_datasets::Image;
use orders_model::features::{FeatureNetwork, FeaturesError, InceptionV3, Network};
use orders_model::weights::{FormulaTensor, TensorSpec};
use serde::Deserialize;

use crate::{assert_rows, fixture};

const FOLDER: &str = "reference/inception_fid_full";

#[derive(Deserialize)]
struct Manifest {
    tensors: Vec<FormulaTensor>,
}

impl Manifest {
    fn load() -> Self {
        let path = format!(
            "{}/tests/{FOLDER}/manifest.json",
            env!("CARGO_MANIFEST_DIR")
        );
        serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap()
    }

    fn tensors(&self) -> BTreeMap<String, Tensor> {
        let tensors = self.tensors.iter().map(|tensor| {
            let values = Tensor::from_vec(tensor.values(), &tensor.shape[..], &Device::Cpu);
            (tensor.name.clone(), values.unwrap())
        });
        tensors.collect()
    }
}

#[test]
fn tensors_are_those_of_the_reference() {
    let name = |spec: &TensorSpec| spec.name.clone();
    let mut expected: Vec<TensorSpec> = Manifest::load()
        .tensors
        .into_iter()
        .map(|tensor| TensorSpec::new(tensor.name, tensor.shape))
        .collect();
    expected.sort_by_key(name);
    let mut found = InceptionV3::specs();
    found.sort_by_key(name);
    assert_eq!(found, expected);
}

#[test]
fn features_and_scores() {
    let mut tensors = Manifest::load().tensors();
    // What files of PyTorch may have besides.
    let counter = Tensor::zeros((), candle_core::DType::I64, &Device::Cpu).unwrap();
    tensors.insert("Conv2d_1a_3x3.bn.num_batches_tracked".into(), counter);
    let network = FeatureNetwork::new(Network::InceptionFid, tensors).unwrap();

    let expected = fixture(&format!("{FOLDER}/expected.safetensors"));
    let images = &expected["image_u8"];
    let (count, _, height, width) = images.dims4().unwrap();
    let images: Vec<Image> = (0..count)
        .map(|index| {
            let rows = images.get(index).unwrap().permute((1, 2, 0)).unwrap();
            let pixels = rows.flatten_all().unwrap().to_vec1().unwrap();
            Image::new(height as u32, width as u32, 3, pixels).unwrap()
        })
        .collect();
    let found = network.extract(&images).unwrap();
    let features: Vec<Vec<f32>> = found.iter().map(|image| image.features.clone()).collect();
    let logits: Vec<Vec<f32>> = found.iter().map(|image| image.logits.clone()).collect();
    assert_rows(&features, &expected["pool_2048"], 1e-5);
    assert_rows(&logits, &expected["logits_unbiased_1008"], 1e-5);

    // An image does not depend on its batch or the threads.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let alone = pool
        .unwrap()
        .install(|| network.extract(&images[1..]).unwrap());
    assert!(alone == found[1..]);
}

#[test]
fn other_tensors_are_refused() {
    let mut tensors = Manifest::load().tensors();
    tensors.remove("fc.bias");
    let Err(FeaturesError::Weights(error)) = FeatureNetwork::new(Network::InceptionFid, tensors)
    else {
        panic!("a tensor was missing");
    };
    assert_eq!(error.missing, [TensorSpec::new("fc.bias", [1008])]);
}
