//! MobileNetV2 against torchvision, of two photographs; `mobilenet_v2.py` wrote
//! what is expected.

use std::collections::BTreeMap;

use candle_core::{Device, Tensor};
use orders_datasets::{Image, decode};
use orders_model::features::{FeatureNetwork, MobileNetV2, Network};
use orders_model::weights::formula_values;

use crate::needed::not_run;
use crate::{assert_rows, fixture};

fn photo(name: &str) -> Image {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../datasets/tests/reference/center_crop"
    );
    decode(&fs_err::read(format!("{folder}/{name}")).unwrap()).unwrap()
}

fn by_formula() -> BTreeMap<String, Tensor> {
    let tensors = MobileNetV2::specs().into_iter().map(|spec| {
        let count = spec.shape.iter().product();
        let (offset, scale) = if spec.shape.len() > 1 {
            let fan_in: usize = spec.shape[1..].iter().product();
            (0.0, (6.0 / fan_in as f64).sqrt() as f32)
        } else {
            match spec.name.rsplit('.').next() {
                Some("weight") => (1.0, 0.1),
                Some("bias") => (0.0, 0.02),
                Some("running_mean") => (0.0, 0.05),
                _ => (1.0, 0.2),
            }
        };
        let values = formula_values(&spec.name, count, offset, scale);
        let tensor = Tensor::from_vec(values, &spec.shape[..], &Device::Cpu);
        (spec.name, tensor.unwrap())
    });
    tensors.collect()
}

#[track_caller]
fn agrees(network: &FeatureNetwork, weights: &str) {
    // One shrinks, one grows.
    let photos = ["astronaut_crop256.png", "coffee_crop128.png"].map(photo);
    let found = network.extract(&photos).unwrap();
    let features: Vec<Vec<f32>> = found.iter().map(|image| image.features.clone()).collect();
    let logits: Vec<Vec<f32>> = found.iter().map(|image| image.logits.clone()).collect();
    let expected = fixture("features/mobilenet_v2.safetensors");
    assert_rows(&features, &expected[&format!("{weights}_features")], 1e-4);
    assert_rows(&logits, &expected[&format!("{weights}_logits")], 1e-4);
}

#[test]
fn weights_by_formula() {
    let network = FeatureNetwork::new(Network::MobileNetV2, by_formula()).unwrap();
    agrees(&network, "formula");
}

/// The file `mobilenet_v2-b0353104.pth`, an old-style pickle, is too large to be
/// kept here; ORDERS_MOBILENET_V2 says where it is. Without, this does not run, and says
/// so.
#[test]
fn published_weights() {
    let Some(path) = std::env::var_os("ORDERS_MOBILENET_V2") else {
        return not_run("ORDERS_MOBILENET_V2 does not name mobilenet_v2-b0353104.pth");
    };
    let network = FeatureNetwork::read(Network::MobileNetV2, path).unwrap();
    agrees(&network, "published");
}
