//! `curve`, and what takes its files.

use serde_json::Value;

use crate::folder::Folder;

/// The curve of an order says what every way to cut it loses, which `score` finds as well;
/// the best sizes lose no more, and predictions of pairs are there.
#[test]
fn curves_say_what_sizes_lose() {
    let folder = Folder::new();
    let sample = "sample --labels 0,1,2 --scheduler entropy-bound,budget=8";
    folder.done(&format!("{sample} --tokens-out mine.safetensors -q"));
    let curve = "curve --model nano --tokens mine.safetensors --method halton -q";
    let report = folder.done(&format!("{curve} --out curve.json --json"));
    let report: Value = serde_json::from_str(&report).unwrap();
    let nats = |sizes: &str| -> f64 {
        let line = format!(
            "score --model nano --tokens mine.safetensors --method halton {sizes} --json -q"
        );
        let scored: Value = serde_json::from_str(&folder.done(&line)).unwrap();
        scored["nats_per_cell"].as_f64().unwrap()
    };
    let ones = vec!["1"; 256].join(",");
    let one_by_one = nats(&format!("--group-sizes {ones}"));
    let found = report["nats_per_cell"].as_f64().unwrap();
    assert!((found - one_by_one).abs() < 1e-5, "{found} {one_by_one}");
    // Cells of a group see each other where they are asked together, and once they have
    // their tokens, so that losses are near and not the same.
    let lost = nats("--steps 8") - one_by_one;
    let said = &report["losses"][0];
    assert_eq!(said["steps"], 8);
    let said = said["nats_per_cell"].as_f64().unwrap();
    assert!((said - lost).abs() < 0.02, "{said} {lost}");

    let outcome = folder.run("optimize sizes --curve curve.json --steps 8");
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("those that flags ask for"),
        "{}",
        outcome.stderr
    );
    let sizes: Vec<u32> = outcome
        .stdout
        .trim()
        .split(',')
        .map(|size| size.parse().unwrap())
        .collect();
    assert_eq!((sizes.len(), sizes.iter().sum::<u32>()), (8, 256));
    folder.refuses(
        2,
        "optimize sizes --grid 4x4 --steps 3 --method halton --field exp:2 --pooled",
        "--pooled is taken with --curve alone",
    );
    let pooled = folder.done("-q optimize sizes --curve curve.json --steps 8 --pooled --json");
    assert_eq!(serde_json::from_str::<Vec<u32>>(&pooled).unwrap().len(), 8);

    folder.done("gen --method halton --grid 16x16 --steps 8 --num 2 --out orders.json -q");
    let text = folder.done("analyze orders.json --curve curve.json --json");
    let analysis: Value = serde_json::from_str(&text).unwrap();
    let order = &analysis["orders"][0];
    let steps = order["steps"].as_array().unwrap().iter();
    let sum: f64 = steps
        .map(|step| step["pair_loss_nats"].as_f64().unwrap())
        .sum();
    assert!((sum - order["pair_loss_nats"].as_f64().unwrap()).abs() < 1e-9);
    let words = folder.done("analyze orders.json --curve curve.json --explain");
    assert!(words.contains("pair_loss_nats (nats): "), "{words}");

    folder.done("gen --method halton --grid 8x8 --steps 8 --num 2 --out small.json -q");
    folder.refuses(
        2,
        "analyze small.json --curve curve.json -q",
        "small.json: the curve is that of a 16x16 grid, but the orders are of a 8x8 grid",
    );

    // The same for any batch and number of threads.
    folder.done(&format!("{curve} --batch 2 --threads 1 --out again.json"));
    let numbers = |name: &str| -> Value {
        let curve: Value = serde_json::from_slice(&folder.read(name)).unwrap();
        curve["nats"].clone()
    };
    assert_eq!(numbers("curve.json"), numbers("again.json"));
}

#[test]
fn what_is_no_curve_is_refused() {
    let folder = Folder::new();
    folder.write("curve.json", "{}");
    folder.refuses(
        2,
        "optimize sizes --curve curve.json --steps 8",
        "curve.json: missing field `format` at line 1 column 2",
    );
    folder.refuses(
        2,
        "optimize sizes --curve none.json --steps 8",
        "--curve can't be read: there is no such file or folder",
    );
    let outcome = folder.run("optimize sizes --curve curve.json --field exp:5 --steps 8");
    assert_eq!(outcome.status, 2);
    let outcome = folder.run("curve --method halton --out a.json");
    assert_eq!(outcome.status, 2);
    let error = "images are needed that the model is asked about: --tokens FILE";
    assert!(outcome.stderr.contains(error), "{}", outcome.stderr);
}
