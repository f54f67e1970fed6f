//! `distance`: features and statistics of small sets, and wrong input.

use ndarray::{Array2, array};
use orders_model::metrics::{
    Features, Metadata, NETWORK, Statistics, write_features, write_statistics,
};

use crate::folder::Folder;
use crate::foreign::npy;

fn set(shift: f32) -> Features {
    let values = Array2::from_shape_fn((12, 2), |(row, column)| {
        let place = if column == 0 { row % 4 } else { row / 4 };
        place as f32 + shift
    });
    Features::new(values).unwrap()
}

fn metadata(network: Option<&str>) -> Metadata {
    let network = network.map(|name| (NETWORK.to_owned(), name.to_owned()));
    network.into_iter().collect()
}

fn feature_file(folder: &Folder, name: &str, features: &Features, network: Option<&str>) {
    let mut bytes = Vec::new();
    write_features(&mut bytes, features, None, &metadata(network)).unwrap();
    folder.write(name, bytes);
}

fn statistics_file(folder: &Folder, name: &str, features: &Features, network: Option<&str>) {
    let mut bytes = Vec::new();
    let statistics = Statistics::of(features).unwrap();
    write_statistics(&mut bytes, &statistics, &metadata(network)).unwrap();
    folder.write(name, bytes);
}

const UNSTATED: &str = "note: not both files say which network their features are of; --network says it for those that don't\n";

#[test]
fn features_of_a_network_that_is_not_stated() {
    let folder = Folder::new();
    feature_file(&folder, "a.safetensors", &set(0.0), None);
    feature_file(&folder, "b.safetensors", &set(3.0), None);
    let outcome = folder.run("distance a.safetensors b.safetensors");
    outcome.is(0, &outcome.stdout, UNSTATED);
    for line in [
        "images            12 real, 12 generated\n",
        "features          2 of a network that is not stated\n",
        // The same spread, with the mean moved by (3, 3).
        "Frechet distance  18.0000\n",
        "precision         0.2500 (k 5)\n",
        "recall            0.2500 (k 5)\n",
    ] {
        assert!(outcome.stdout.contains(line), "{line}{outcome}");
    }
    assert!(!outcome.stdout.contains("FID"), "{outcome}");
    let same = folder.done("distance a.safetensors a.safetensors --json -q");
    assert!(
        same.contains("\"frechet\":{\"name\":\"Frechet distance\",\"distance\":0.0}"),
        "{same}"
    );
    assert!(same.contains("\"precision\":1.0,\"recall\":1.0"), "{same}");
}

#[test]
fn statistics_give_the_frechet_distance_only() {
    let folder = Folder::new();
    statistics_file(&folder, "a.npz", &set(0.0), None);
    feature_file(&folder, "b.safetensors", &set(3.0), None);
    folder.run("distance a.npz b.safetensors").is(
        0,
        "images            12 real, 12 generated
features          2 of a network that is not stated
Frechet distance  18.0000
",
        UNSTATED,
    );
}

/// FID is of the FID Inception only, and of both files.
#[test]
fn names_follow_the_network() {
    let folder = Folder::new();
    let wide = |dimensions: usize| {
        let values =
            Array2::from_shape_fn(
                (3, dimensions),
                |(row, column)| {
                    if column < 2 { row as f32 } else { 0.0 }
                },
            );
        Features::new(values).unwrap()
    };
    // Statistics would have four million entries.
    feature_file(
        &folder,
        "inception.safetensors",
        &wide(2048),
        Some("inception-fid"),
    );
    feature_file(
        &folder,
        "mobilenet.safetensors",
        &wide(1280),
        Some("mobilenet-v2"),
    );
    feature_file(&folder, "other.safetensors", &wide(1280), None);
    let names = |line: &str| {
        let text = folder.done(&format!("distance {line} --json -q --frechet-only"));
        let name = text.split("\"name\":\"").nth(1).unwrap();
        name.split('"').next().unwrap().to_owned()
    };
    assert_eq!(
        names("mobilenet.safetensors mobilenet.safetensors"),
        "Frechet distance (MobileNetV2)"
    );
    assert_eq!(
        names("mobilenet.safetensors other.safetensors"),
        "Frechet distance"
    );
    assert_eq!(
        names("mobilenet.safetensors other.safetensors --network mobilenet-v2"),
        "Frechet distance (MobileNetV2)"
    );
    folder.refuses(
        2,
        "distance inception.safetensors mobilenet.safetensors",
        "inception.safetensors has features of inception-fid and mobilenet.safetensors of mobilenet-v2; both must be of the same network",
    );
    folder.refuses(
        2,
        "distance mobilenet.safetensors other.safetensors --network inception-fid",
        "mobilenet.safetensors has features of mobilenet-v2, but --network says inception-fid",
    );
    folder.refuses(
        2,
        "distance other.safetensors other.safetensors --network inception-fid",
        "other.safetensors has 1280 dimensions; features of inception-fid have 2048",
    );
}

#[test]
fn the_floor() {
    let folder = Folder::new();
    feature_file(&folder, "a.safetensors", &set(0.0), None);
    feature_file(&folder, "b.safetensors", &set(3.0), None);
    let text = folder.done("distance a.safetensors b.safetensors --floor -q");
    assert!(text.contains("(two sets of 6 real, seed 0)\n"), "{text}");
    let again = folder.done("distance a.safetensors b.safetensors --floor -q --threads 1");
    assert_eq!(text, again);
    let other = folder.done("distance a.safetensors b.safetensors --floor -q --seed 1");
    assert_ne!(text, other);
    statistics_file(&folder, "a.npz", &set(0.0), None);
    folder.refuses(
        2,
        "distance a.npz b.safetensors --floor",
        "--floor needs the features of real images; a.npz has statistics only",
    );
}

#[test]
fn wrong_files() {
    let folder = Folder::new();
    feature_file(&folder, "a.safetensors", &set(0.0), None);
    let three = Features::new(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [1.0, 1.0, 0.0]]).unwrap();
    feature_file(&folder, "b.safetensors", &three, None);
    folder.write("c.npy", npy("<i2", "(1, 2)", &[0; 4]));
    folder.write("d.npz", "nothing");
    for (line, error) in [
        (
            "a.safetensors b.safetensors",
            "a.safetensors and b.safetensors: one set has 2 dimensions and the other 3; both must have the same",
        ),
        (
            "a.safetensors a.safetensors --neighbours 12",
            "a.safetensors and a.safetensors: neighbour 12 is asked for; it must be from 1 to 11, the images of the smaller set less one",
        ),
        (
            "a.safetensors a.png",
            "a.png ends in neither .safetensors, .npy (features) nor .npz (statistics)",
        ),
        (
            "a.safetensors c.npy",
            "c.npy can't be read as features: the entries are of type '<i2'; float16, bfloat16, float32 and float64 are allowed",
        ),
        (
            "a.safetensors a.safetensors --network inception",
            "--network: there is no feature network 'inception'; there are inception-fid, mobilenet-v2 and classifier",
        ),
    ] {
        folder.refuses(2, &format!("distance {line}"), error);
    }
    let outcome = folder.run("distance a.safetensors d.npz");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(
        outcome.stderr.contains("d.npz can't be read as statistics"),
        "{outcome}"
    );
}
