//! `train-classifier`, and what takes the file that it makes.

use crate::data::fashion;
use crate::folder::Folder;
use crate::foreign::npy;

const TRAIN: &str = "train-classifier --tokens tokens/train.safetensors --tokenizer tokens/codebook.safetensors --held-out tokens/test.safetensors";

/// A folder with tokens of images of 8x8 pixels in 2 classes.
fn folder() -> Folder {
    let folder = fashion();
    folder.done("data prepare fashion --pad 8 --codes 16 --flip --out tokens");
    folder
}

#[test]
fn it_makes_the_same_file_again() {
    let folder = folder();
    let line = format!("{TRAIN} --epochs 2.5 --batch 8");
    let json = folder.done(&format!("{line} --out a.safetensors --json"));
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    for (key, expected) in [("classes", 2), ("updates", 13), ("held_out_images", 8)] {
        assert_eq!(report[key], expected, "{json}");
    }
    let accuracy = report["held_out_accuracy"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&accuracy), "{json}");
    let text = folder.done(&format!("{line} --threads 1 --out b.safetensors"));
    assert!(
        text.contains(" % of 8 held-out images assigned to their class, loss "),
        "{text}"
    );
    assert!(
        text.ends_with(" images a second: b.safetensors\n"),
        "{text}"
    );
    let first = folder.read("a.safetensors");
    assert!(first == folder.read("b.safetensors"));
    folder.done(&format!("{line} --seed 1 --out b.safetensors --force"));
    assert!(first != folder.read("b.safetensors"));

    // The file is a network for images of that size, and says which it is.
    folder.write("images.npy", npy("|u1", "(3, 8, 8)", &[7; 192]));
    for name in ["a", "b"] {
        let text = folder.done(&format!(
            "features images.npy --network classifier --weights {name}.safetensors --out of-{name}.safetensors"
        ));
        assert!(
            text.starts_with("features of 3 images (classifier, 128 dimensions) in "),
            "{text}"
        );
    }
    let json = folder.done("-q distance of-a.safetensors of-a.safetensors --frechet-only --json");
    assert!(
        json.contains("\"name\":\"Frechet distance (classifier)\""),
        "{json}"
    );
    folder.refuses(
        2,
        "distance of-a.safetensors of-b.safetensors",
        "of-a.safetensors has features of another classifier than of-b.safetensors",
    );
    // The bundled one takes larger images.
    folder.refuses(
        2,
        "features images.npy --network classifier --out c.safetensors",
        "images.npy: an image has 8x8 pixels; the classifier takes images of 32x32",
    );
    folder.refuses(
        2,
        "-q eval --samples 10 --network classifier --weights a.safetensors --out results",
        "--weights: the classifier knows 2 classes, but the model generates 10",
    );
}

#[test]
fn wrong_input() {
    let folder = folder();
    folder.done("data prepare fashion --pad 8 --codes 4 --out other");
    folder.write("a.safetensors", "mine");
    for (flags, error) in [
        ("--out a.npz", "--out a.npz does not end in .safetensors"),
        (
            "--out a.safetensors",
            "a.safetensors exists already; --force replaces it",
        ),
        (
            "--epochs 0 --out b.safetensors",
            "--epochs is 0; it takes a number above 0, up to 1000000",
        ),
        (
            "--batch 5000 --out b.safetensors",
            "--batch is 5000; it takes a whole number from 1 to 4096",
        ),
        (
            "--learning-rate -2 --out b.safetensors",
            "--learning-rate is -2; it takes a number above 0",
        ),
    ] {
        folder.refuses(2, &format!("{TRAIN} {flags}"), error);
    }
    for (from, to, error) in [
        (
            "tokens/codebook",
            "other/codebook",
            "tokens/train.safetensors: the tokens are from a codebook of 16, this one has 4 codes",
        ),
        (
            "tokens/test",
            "other/test",
            "other/test.safetensors: the tokens are from a codebook of 4, this one has 16 codes",
        ),
        ("tokens/train", "tokens/none", "tokens/none.safetensors"),
        ("tokens/codebook", "tokens/train", "--tokenizer: "),
        (
            "tokens/train",
            "tokens/codebook",
            "tokens/codebook.safetensors",
        ),
    ] {
        let before = folder.content();
        let line = format!("{} --out b.safetensors", TRAIN.replace(from, to));
        let outcome = folder.run(&line);
        assert_eq!(outcome.status, 2, "{line}: {outcome}");
        assert!(outcome.stderr.contains(error), "{line}: {outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{line}: {outcome}");
        assert!(folder.content() == before, "{line}");
    }
}
