//! `features`: what is asked for before any image is looked at.

use crate::folder::Folder;
use crate::foreign::npy;

#[test]
fn missing_weights_are_named() {
    let folder = Folder::new();
    folder.refuses(
        2,
        "features images --network inception-fid --out a.safetensors",
        "inception-fid needs its weights: --weights takes the file pt_inception-2015-12-05-6726825d.pth, at https://github.com/mseitzer/pytorch-fid/releases/tag/fid_weights",
    );
    folder.refuses(
        2,
        "features images --network mobilenet-v2 --out a.npz",
        "mobilenet-v2 needs its weights: --weights takes the file mobilenet_v2-b0353104.pth, at https://download.pytorch.org/models/mobilenet_v2-b0353104.pth",
    );
}

#[test]
fn wrong_flags() {
    let folder = Folder::new();
    folder.refuses(
        2,
        "features images --network resnet --out a.npz",
        "--network: there is no feature network 'resnet'; there are inception-fid, mobilenet-v2 and classifier",
    );
    folder.refuses(
        2,
        "features images --network mobilenet-v2 --out a.npy",
        "--out a.npy ends in neither .safetensors (features) nor .npz (statistics)",
    );
    folder.write("a.npz", "something");
    folder.refuses(
        2,
        "features images --network mobilenet-v2 --out a.npz",
        "a.npz exists already; --force replaces it",
    );
}

/// What `sample --images` and other programs that sample leave.
#[test]
fn samples_are_taken_as_they_are_left() {
    let folder = Folder::new();
    folder.done("-q sample --labels 1,2 --per-label 2 --steps 8 --images out");
    let outcome = folder.run("features out --network classifier --out f.safetensors --json");
    assert_eq!(outcome.status, 0, "{outcome}");
    assert!(outcome.stdout.contains("\"images\":4,"), "{outcome}");
    assert_eq!(
        outcome.stderr,
        "note: left out: the overview of the samples, out/sheet.png\n"
    );
    // Three images of 32x32 pixels, as `arr_0`.
    let samples = "../model/tests/metrics/statistics/samples.npz";
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(samples);
    fs_err::copy(samples, folder.path("samples.npz")).unwrap();
    let json = folder.done("features samples.npz --network classifier --out g.safetensors --json");
    assert!(json.contains("\"images\":3,"), "{json}");
    // Distances are of features.
    let hint = "'orders-cli features' makes features or statistics of images";
    folder.refuses(
        2,
        "distance f.safetensors samples.npz",
        &format!("samples.npz has no statistics (mu and sigma), but images (arr_0); {hint}"),
    );
    folder.refuses(
        2,
        "distance f.safetensors out",
        &format!("out is a folder; {hint}"),
    );
    let text =
        folder.done("distance f.safetensors g.safetensors --splits 2 --seed 3 --neighbours 2");
    assert!(
        text.contains("(2 splits of images shuffled by seed 3)"),
        "{text}"
    );
}

#[test]
fn one_image_as_an_array_is_asked_about() {
    let folder = Folder::new();
    folder.write("x.npy", npy("|u1", "(32, 32, 3)", &[9; 3072]));
    folder.refuses(
        2,
        "features x.npy --network classifier --out f.safetensors",
        "x.npy can't be read as an array: it has shape [32, 32, 3]: one image with 3 channels, or 32 grey ones of 32x3 pixels? The shape [1, 32, 32, 3] says the first, [32, 32, 3, 1] the second",
    );
}
