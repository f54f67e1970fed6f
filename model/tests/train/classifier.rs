//! The small classifier: threads, what is refused, that it learns, and that what was
//! trained is what takes images.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use candle_core::Tensor;
use orders_core::Grid;
use orders_datasets::{Image, PatchCodebook, PatchShape, Provenance, TokenSet};
use orders_model::features::{Classifier, FeatureNetwork, FeaturesError, Network};
use orders_model::train::{ClassifierRecipe, ClassifierTraining, StepReport, TrainError};

use crate::data;

/// Eight grey levels in patches of 2 x 2 pixels.
fn codebook() -> PatchCodebook {
    let codes = (0..8).flat_map(|code| [30.0 * code as f32; 4]).collect();
    PatchCodebook::new(PatchShape::new(2, 1).unwrap(), codes, Provenance::new()).unwrap()
}

fn recipe() -> ClassifierRecipe {
    ClassifierRecipe {
        seed: 5,
        epochs: 12.0,
        batch: 18,
        learning_rate: 5e-3,
    }
}

fn bits(tensors: &BTreeMap<String, Tensor>) -> Vec<(String, Vec<u32>)> {
    let trained = tensors.iter().filter(|(name, _)| *name != "image_size");
    trained
        .map(|(name, tensor)| {
            let numbers: Vec<f32> = tensor.flatten_all().unwrap().to_vec1().unwrap();
            let bits = numbers.iter().map(|number| number.to_bits()).collect();
            (name.clone(), bits)
        })
        .collect()
}

/// A whole run on 100 images, on so many threads.
fn trained(threads: usize) -> (ClassifierTraining, Vec<StepReport>) {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(|| {
        let mut run = ClassifierTraining::new(recipe(), data(100, 1), codebook()).unwrap();
        let mut reports = Vec::new();
        while !run.is_done() {
            reports.push(run.step().unwrap());
        }
        (run, reports)
    })
}

#[test]
fn it_learns_the_same_on_any_number_of_threads() {
    let (run, reports) = trained(3);
    assert_eq!(run.step_count(), 67);
    let loss = |reports: &[StepReport]| {
        reports.iter().map(|report| report.loss).sum::<f64>() / reports.len() as f64
    };
    let (first, last) = (loss(&reports[..5]), loss(&reports[62..]));
    // Not knowing anything costs ln 3 = 1.10.
    assert!(first > 0.8 && last < 0.4, "{first}, {last}");
    assert_eq!(reports[66].epoch, 67.0 * 18.0 / 100.0);

    let held_out = data(60, 2);
    let mut looked_at = 0;
    let accuracy = run
        .accuracy(&held_out, |images| {
            looked_at = images;
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(looked_at, 60);
    assert!(accuracy > 0.8, "{accuracy}");

    let (other, _) = trained(1);
    let [found, expected] = [&run, &other].map(|run| bits(&run.tensors().unwrap()));
    assert!(found == expected);

    // The network that takes images says the same.
    let network = FeatureNetwork::new(Network::Classifier, run.tensors().unwrap()).unwrap();
    let images: Vec<Image> = (0..60)
        .map(|index| {
            let tokens = held_out.image(index).unwrap();
            codebook().decode(held_out.grid(), tokens).unwrap()
        })
        .collect();
    let extracted = network.extract(&images).unwrap();
    let labels = held_out.labels().unwrap();
    let right = extracted.iter().zip(labels);
    let right = right.filter(|(found, label)| found.class() == **label as usize);
    assert_eq!(right.count() as f64 / 60.0, accuracy);
    assert_eq!(
        extracted[0].features.len(),
        Network::Classifier.dimensions()
    );
    // In colour, and alone.
    assert_eq!(
        network.extract(&[images[7].to_rgb()]).unwrap()[0],
        extracted[7]
    );
}

/// Parts of a set, with something changed.
fn changed(change: impl FnOnce(&mut orders_datasets::TokenParts)) -> TokenSet {
    let mut parts = data(4, 1).into_parts();
    change(&mut parts);
    TokenSet::new(parts).unwrap()
}

#[test]
fn wrong_data_is_refused() {
    let cases = [
        (
            changed(|parts| {
                parts.labels = None;
                parts.classes = 0;
            }),
            "the images have no labels",
        ),
        (
            changed(|parts| parts.classes = 5000),
            "there are 5000 classes; a classifier takes up to 4096",
        ),
        (
            changed(|parts| parts.codebook_size = 9),
            "the tokens are from a codebook of 9, this one has 8 codes",
        ),
        (
            changed(|parts| {
                parts.tokens.clear();
                parts.flipped = None;
                parts.labels = Some(Vec::new());
            }),
            "there are no images",
        ),
    ];
    for (tokens, expected) in cases {
        let error = ClassifierTraining::new(recipe(), tokens, codebook())
            .err()
            .unwrap();
        assert_eq!(error.to_string(), expected);
    }
    let other = changed(|parts| parts.tokenizer = Some("patch-codebook:1234".into()));
    let error = ClassifierTraining::new(recipe(), other, codebook())
        .err()
        .unwrap();
    let message = error.to_string();
    assert!(
        message.starts_with("the tokens are of patch-codebook:1234, not of "),
        "{message}"
    );

    let run = ClassifierTraining::new(recipe(), data(4, 1), codebook()).unwrap();
    let wide = changed(|parts| parts.grid = Grid::new(2, 8).unwrap());
    let error = run.check(&wide).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the images have 4x16 pixels, those that are trained on 8x8"
    );
    let error = run.check(&changed(|parts| parts.classes = 4)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there are 4 classes, of the images that are trained on 3"
    );
}

#[test]
fn wrong_recipes_are_refused() {
    let right = recipe();
    for (recipe, expected) in [
        (
            ClassifierRecipe {
                epochs: 0.0,
                ..right
            },
            "epochs is 0; it takes a number above 0, up to 1000000",
        ),
        (
            ClassifierRecipe {
                epochs: f64::NAN,
                ..right
            },
            "epochs is NaN; it takes a number above 0, up to 1000000",
        ),
        (
            ClassifierRecipe {
                batch: 5000,
                ..right
            },
            "batch is 5000; it takes a whole number from 1 to 4096",
        ),
        (
            ClassifierRecipe {
                learning_rate: -1.0,
                ..right
            },
            "learning_rate is -1; it takes a number above 0",
        ),
    ] {
        let error = ClassifierTraining::new(recipe, data(4, 1), codebook())
            .err()
            .unwrap();
        assert_eq!(error.to_string(), expected);
    }
}

/// A run that leaves the numbers says so, and changes nothing.
#[test]
fn a_loss_that_is_no_number_stops_it() {
    let recipe = ClassifierRecipe {
        learning_rate: 1e30,
        ..recipe()
    };
    let mut run = ClassifierTraining::new(recipe, data(100, 1), codebook()).unwrap();
    let error = loop {
        if let Err(error) = run.step() {
            break error;
        }
    };
    let TrainError::NotFinite { step, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(run.step_count(), step - 1);
}

#[test]
fn other_tensors_are_refused() {
    let run = ClassifierTraining::new(recipe(), data(4, 1), codebook()).unwrap();
    let mut tensors = run.tensors().unwrap();
    let classifier = Classifier::new(tensors.clone()).unwrap();
    assert_eq!((classifier.classes(), classifier.sides()), (3, [8, 8]));
    let image = Image::new(8, 10, 1, vec![0; 80]).unwrap();
    assert_eq!(
        classifier.extract(&image).unwrap_err().to_string(),
        "an image has 8x10 pixels; the classifier takes images of 8x8"
    );

    let none = Tensor::new(&[0_u32, 8], &candle_core::Device::Cpu).unwrap();
    tensors.insert("image_size".into(), none);
    assert_eq!(
        Classifier::new(tensors.clone()).err().unwrap().to_string(),
        "image_size is [0, 8]; it takes a height and a width from 1 to 16384"
    );
    tensors.remove("head.weight");
    let Err(FeaturesError::Weights(error)) = Classifier::new(tensors) else {
        panic!("a tensor was missing");
    };
    assert_eq!(error.missing.len(), 1);
}
