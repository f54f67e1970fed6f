//! `analyze`: geometry and information of order files.

use serde_json::Value;

use crate::folder::Folder;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A row of four cells, one after the other and all at once, by hand: with
/// correlations r^d the field is a Markov chain, whose one-shot total correlation is
/// -3/2 ln(1 - r^2).
#[test]
fn a_chain_by_hand() {
    let folder = Folder::new();
    folder.write("orders.json", "[[0,1,2,3],[3,1,0,2]]");
    let line = "analyze orders.json --grid 1x4 --field exp:2 --json --group-sizes";
    let report = json(&folder.done(&format!("{line} 4")));
    let r = (-0.5_f64).exp();
    let one_shot = -1.5 * (1.0 - r * r).ln();
    for order in report["orders"].as_array().unwrap() {
        for field in ["total_correlation_nats", "one_shot_total_correlation_nats"] {
            assert!((order[field].as_f64().unwrap() - one_shot).abs() < 1e-12);
        }
        assert_eq!(order["steps"][0]["size"], 4);
        assert_eq!(order["steps"][0]["smallest_pair"], 1.0);
    }
    assert_eq!(report["summary"]["total_correlation_nats"]["count"], 2);
    assert_eq!(report["field"], "exp:2");

    let report = json(&folder.done(&format!("{line} 1,1,1,1")));
    assert_eq!(report["orders"][1]["total_correlation_nats"], 0.0);
    let entropy = &report["orders"][1]["entropy_nats"];
    let joint = &report["joint_entropy_nats"];
    assert!((entropy.as_f64().unwrap() - joint.as_f64().unwrap()).abs() < 1e-12);
}

/// Grid and sizes of the manifest; without a field, geometry only.
#[test]
fn a_file_with_a_manifest() {
    let folder = Folder::new();
    folder.done("gen --res 256 --steps 20 --num 6 --out lpd.npy");
    let report = json(&folder.done("analyze lpd.npy --json"));
    assert_eq!(report["orders"].as_array().unwrap().len(), 6);
    assert!(report["orders"][0].get("total_correlation_nats").is_none());
    assert_eq!(report["orders"][0]["steps"].as_array().unwrap().len(), 20);
    let outcome = folder.run("analyze lpd.npy --limit 2 --json --threads 1 --field exp:5");
    assert!(outcome.stderr.contains("the first 2 orders were measured"));
    let two = json(&outcome.stdout);
    let all = json(&folder.done("analyze lpd.npy --json --threads 3 --field exp:5"));
    assert_eq!(two["orders"][1], all["orders"][1]);
    let table = folder.done("analyze lpd.npy --field exp:5");
    assert!(table.starts_with("lpd.npy: 6 orders, 16x16, 20 steps, field exp:5\n"));
}

#[test]
fn wrong_input() {
    let folder = Folder::new();
    folder.write("orders.json", "[[0,1,2,3],[3,1,1,2]]");
    for (line, error) in [
        (
            "orders.json",
            "orders.json: --res or --grid is needed, since no manifest names it",
        ),
        (
            "orders.json --grid 1x4",
            "orders.json: --steps or --group-sizes is needed, since no manifest names it",
        ),
        (
            "orders.json --grid 1x4 --group-sizes 1,3 --field gauss:3",
            "--field: 'gauss:3' is no field; fields are exp:R, matern12:R, matern32:R, matern52:R, se:R and power:EXPONENT, each with or without :shrink=S",
        ),
        (
            "orders.json --grid 1x4 --group-sizes 1,3 --field exp:0",
            "--field: the range of the field is 0; it must be a positive number of cells",
        ),
        (
            "orders.json --grid 1x4 --group-sizes 1,3",
            "orders.json: order 1: the cells are no order of the problem: cell 1 comes twice: at entry 1 (step 2) and at entry 2 (step 2)",
        ),
    ] {
        folder.refuses(2, &format!("analyze {line}"), error);
    }
    let outcome = folder
        .run("analyze orders.json --grid 1x4 --steps 2 --limit 1 --field se:1000000000:shrink=0");
    assert_eq!(outcome.status, 2);
    assert!(
        outcome.stderr.contains("not positive definite"),
        "{outcome}"
    );
    assert!(outcome.stderr.contains("shrinking it by"), "{outcome}");
}
