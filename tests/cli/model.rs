//! `sample`, `score` and `bench`, with the small reference model.

use std::collections::BTreeMap;
use std::path::PathBuf;

use safetensors::SafeTensors;

use crate::folder::Folder;

/// A folder with the reference model, its orders and its tokens.
fn folder() -> Folder {
    let folder = Folder::new();
    let reference =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../model/tests/reference/lpd_tiny");
    for name in [
        "model.safetensors",
        "model.pth",
        "config.json",
        "expected.safetensors",
    ] {
        fs_err::copy(reference.join(name), folder.path(name)).unwrap();
    }
    let orders = integers(&folder.read("expected.safetensors"), "orders");
    let rows: Vec<&[i64]> = orders.chunks(64).collect();
    folder.write("orders.json", serde_json::to_string(&rows).unwrap());
    folder
}

fn integers(file: &[u8], name: &str) -> Vec<i64> {
    let file = SafeTensors::deserialize(file).unwrap();
    let bytes = file.tensor(name).unwrap();
    let (numbers, rest) = bytes.data().as_chunks();
    assert!(rest.is_empty());
    numbers
        .iter()
        .map(|&bytes| i64::from_le_bytes(bytes))
        .collect()
}

fn numbers(file: &[u8], name: &str) -> Vec<f32> {
    let file = SafeTensors::deserialize(file).unwrap();
    let bytes = file.tensor(name).unwrap();
    let (numbers, rest) = bytes.data().as_chunks();
    assert!(rest.is_empty());
    numbers
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
}

fn list(numbers: &[i64]) -> String {
    let words: Vec<String> = numbers.iter().map(i64::to_string).collect();
    words.join(",")
}

/// Sizes and labels of the reference, as flags take them.
fn sizes_and_labels(folder: &Folder) -> (String, String) {
    let expected = folder.read("expected.safetensors");
    let [sizes, labels] = ["group_sizes", "labels"].map(|name| list(&integers(&expected, name)));
    (sizes, labels)
}

/// Greedy tokens are the reference's, from both kinds of checkpoint, with each kind
/// of guidance, for any batch.
#[test]
fn samples_are_those_of_the_reference() {
    let folder = folder();
    let (sizes, labels) = sizes_and_labels(&folder);
    let expected = folder.read("expected.safetensors");
    for (checkpoint, cfg, schedule, name) in [
        ("model.safetensors", 1, "linear", "greedy_cfg1_tokens"),
        ("model.safetensors", 4, "linear", "greedy_linear4_tokens"),
        ("model.pth", 4, "linear", "greedy_linear4_tokens"),
        ("model.pth", 3, "constant", "greedy_constant3_tokens"),
    ] {
        for batch in [1, 2, 8] {
            folder.done(&format!(
                "-q sample --checkpoint {checkpoint} --config config.json --orders orders.json --group-sizes {sizes} --labels {labels} --cfg {cfg} --cfg-schedule {schedule} --greedy --batch {batch} --tokens-out tokens.safetensors --force"
            ));
            let made = folder.read("tokens.safetensors");
            assert_eq!(
                integers(&made, "tokens"),
                integers(&expected, name),
                "{checkpoint}, {name}, batch {batch}"
            );
            assert_eq!(integers(&made, "labels"), integers(&expected, "labels"));
        }
    }
}

/// What is drawn depends on the seed, not on batches and threads.
#[test]
fn draws_do_not_depend_on_batches() {
    let folder = folder();
    let sample = |rest: &str| {
        folder.done(&format!(
            "-q sample --checkpoint model.safetensors --config config.json --method halton --steps 9 --labels 1,2,none --per-label 2 --cfg 2 --top-k 40 --top-p 0.9 --temperature 1.1 {rest} --tokens-out t.safetensors --force"
        ));
        folder.read("t.safetensors")
    };
    let first = sample("--seed 3 --batch 6");
    assert_eq!(sample("--seed 3 --batch 1 --threads 1"), first);
    assert_eq!(sample("--seed 3 --batch 4 --threads 3"), first);
    assert_ne!(sample("--seed 4 --batch 6"), first);
}

/// A file with one order is for all samples.
#[test]
fn one_order_serves_all_samples() {
    let folder = folder();
    folder.done("-q gen --grid 8x8 --method halton --steps 9 --num 1 --out one.npy");
    let sample = |orders: &str| {
        folder.done(&format!(
            "-q sample --checkpoint model.safetensors --config config.json {orders} --labels 1,2,3 --tokens-out t.safetensors --force"
        ));
        integers(&folder.read("t.safetensors"), "tokens")
    };
    assert_eq!(
        sample("--orders one.npy"),
        sample("--method halton --steps 9")
    );
}

/// The log-probabilities are those of the reference's logits.
#[test]
fn scores_are_those_of_the_reference() {
    let folder = folder();
    let (sizes, _) = sizes_and_labels(&folder);
    folder.done(&format!(
        "-q score --checkpoint model.safetensors --config config.json --tokens expected.safetensors --orders orders.json --group-sizes {sizes} --out scores.safetensors"
    ));
    let scores = numbers(&folder.read("scores.safetensors"), "log_prob");
    let expected = folder.read("expected.safetensors");
    let (tokens, orders) = (integers(&expected, "tokens"), integers(&expected, "orders"));
    let logits = numbers(&expected, "train_logits");
    // Logits are in the order of generation.
    let mut in_raster = BTreeMap::new();
    for (place, (&cell, logits)) in orders.iter().zip(logits.chunks(96)).enumerate() {
        let at = place / 64 * 64 + cell as usize;
        let logits: Vec<f64> = logits.iter().copied().map(f64::from).collect();
        let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
        in_raster.insert(at, logits[tokens[at] as usize] - sum.ln());
    }
    assert_eq!(scores.len(), in_raster.len());
    for (at, expected) in in_raster {
        let found = f64::from(scores[at]);
        assert!((found - expected).abs() < 1e-4, "{at}: {found}, {expected}");
    }
    let mean = -scores.iter().copied().map(f64::from).sum::<f64>() / scores.len() as f64;
    let loss = f64::from(numbers(&expected_file(&folder), "train_loss")[0]);
    assert!((mean - loss).abs() < 1e-4, "{mean}, {loss}");
}

fn expected_file(folder: &Folder) -> Vec<u8> {
    folder.read("expected.safetensors")
}

#[test]
fn speed_is_reported() {
    let folder = folder();
    let json = folder
        .done("-q bench --config config.json --steps 6 --batch 2 --runs 1 --warm-up 0 --json");
    let report: serde_json::Value = serde_json::from_str(&json).unwrap();
    let cases = report["cases"].as_array().unwrap();
    let what: Vec<(&str, u64, u64)> = cases
        .iter()
        .map(|case| {
            (
                case["method"].as_str().unwrap(),
                case["passes"].as_u64().unwrap(),
                case["batch"].as_u64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("lpd", 6, 1),
        ("raster", 64, 1),
        ("lpd", 6, 2),
        ("raster", 64, 2),
    ];
    assert_eq!(what, expected);
    assert!(report["speed_up"].as_f64().unwrap() > 0.0);
}

#[test]
fn wrong_input() {
    let folder = folder();
    let (sizes, _) = sizes_and_labels(&folder);
    let model = "--checkpoint model.safetensors --config config.json";
    let steps = format!("--orders orders.json --group-sizes {sizes}");
    folder.write("short.json", "[[0,1,2]]");
    folder.write("other.json", "{\"image_size\":128}");
    for (line, part) in [
        (
            format!("sample --config config.json {steps} --labels 1 --tokens-out t.safetensors"),
            "--checkpoint FILE",
        ),
        (
            format!("sample --checkpoint none.pth --config config.json {steps} --labels 1 --tokens-out t.safetensors"),
            "--checkpoint none.pth is not there",
        ),
        (
            format!("sample --checkpoint model.safetensors --config other.json {steps} --labels 1 --tokens-out t.safetensors"),
            "--config other.json: missing field",
        ),
        (
            format!("sample {model} {steps} --labels 1,2,10 --batch 1 --tokens-out t.safetensors"),
            "--labels: label 10 of sample 2 is no class of the model; they go from 0 to ",
        ),
        (
            format!("sample {model} {steps} --labels 1,2,3,4 --tokens-out t.safetensors"),
            "orders.json has 3 orders, but 4 are needed; a file with one order is for all samples",
        ),
        (
            format!("sample {model} --orders short.json --group-sizes {sizes} --labels 1 --tokens-out t.safetensors"),
            "short.json",
        ),
        (
            format!("sample {model} {steps} --labels 1"),
            "nothing would be kept",
        ),
        (
            format!("sample {model} {steps} --labels 1,2 --per-label 18446744073709551615 --tokens-out t.safetensors"),
            "--per-label 18446744073709551615 of 2 labels are more samples than can be numbered",
        ),
        (
            format!("sample {model} {steps} --labels 1 --tokens-out -"),
            "'-' is stdout, which 'gen' and 'convert' write orders to",
        ),
        (
            format!("sample {model} {steps} --labels 1 --temperature 0 --tokens-out t.safetensors"),
            "temperature",
        ),
        (
            format!("sample {model} {steps} --labels 1 --device cuda --tokens-out t.safetensors"),
            "--device",
        ),
        (
            "sample --checkpoint model.safetensors --model lpd-l --steps 20 --labels 1 --tokens-out t.safetensors".into(),
            "the tensors don't fit the network",
        ),
        (
            "score --model nano --tokens expected.safetensors --steps 8 --out s.safetensors".into(),
            "expected.safetensors: tokens have the shape [3, 64], not [3, 256]",
        ),
        (
            format!("score {model} --tokens config.json {steps} --out s.safetensors"),
            "config.json",
        ),
        (
            format!("score {model} --tokens expected.safetensors {steps} --out s.json"),
            "--out s.json does not end in .safetensors",
        ),
    ] {
        let before = folder.content();
        let outcome = folder.run(&line);
        assert_eq!(outcome.status, 2, "{line}: {}", outcome.stderr);
        assert_eq!(outcome.stderr.lines().count(), 1, "{line}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(part), "{line}: {}", outcome.stderr);
        assert!(folder.content() == before, "{line}");
    }
}
