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
            "--field: 'gauss:3' is no field; fields are exp:R, matern12:R, matern32:R, matern52:R, se:R, power:EXPONENT, photos and files NAME.npy, each with or without :shrink=S",
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

/// A `.npy` file of float64 numbers.
fn npy(shape: &str, values: &[f64]) -> Vec<u8> {
    let header = format!("{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    file.extend((header.len() as u16).to_le_bytes());
    file.extend(header.bytes());
    file.extend(values.iter().flat_map(|value| value.to_le_bytes()));
    file
}

/// Two cells of correlation 1/2, from a covariance and from patches, by hand.
#[test]
fn fields_out_of_files() {
    let folder = Folder::new();
    folder.write("orders.json", "[[0,1]]");
    folder.write("matrix.npy", npy("(2, 2)", &[4.0, 3.0, 3.0, 9.0]));
    // Means 0, variances 1/2 and 1/2, covariance 1/4.
    let patches = [
        1.0, 1.0, -1.0, -1.0, 1.0, 0.0, -1.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0,
    ];
    folder.write("patches.npy", npy("(8, 1, 2)", &patches));
    let line = "analyze orders.json --grid 1x2 --group-sizes 2 --json --field";
    let cost = |r: f64| -0.5 * (1.0 - r * r).ln();
    // Of the patches: 2 of 8 have products of 1, 4 of 8 squares of 1.
    for (field, r) in [
        ("matrix.npy", 0.5),
        ("matrix.npy:shrink=0.5", 0.25),
        ("patches.npy", 0.5),
        ("patches.npy:stationary", 0.5),
        ("patches.npy:stationary:shrink=0.2", 0.4),
    ] {
        let report = json(&folder.done(&format!("{line} {field}")));
        assert_eq!(report["field"], field);
        let found = &report["orders"][0]["total_correlation_nats"];
        assert!((found.as_f64().unwrap() - cost(r)).abs() < 1e-12, "{field}");
    }
    folder.done("optimize sizes --method random --grid 2x1 --steps 1 --field matrix.npy");
    folder.done("analyze orders.json --grid 1x2 --group-sizes 2 --field photos");

    folder.write("nan.npy", npy("(2, 1, 2)", &[1.0, 2.0, f64::NAN, 3.0]));
    folder.write("flat.npy", npy("(4,)", &[0.0; 4]));
    folder.write("indefinite.npy", npy("(2, 2)", &[1.0, 1.5, 1.5, 1.0]));
    for (field, error) in [
        (
            "missing.npy",
            "--field: failed to open file `missing.npy`: No such file or directory",
        ),
        (
            "nan.npy",
            "--field: nan.npy can't be read as a field: patch 1 has NaN at row 0, column 0; values must be finite numbers",
        ),
        (
            "flat.npy",
            "--field: flat.npy can't be read as a field: the array has the shape [4]; it must be [n, H, W], patches of HxW cells, or [N, N], a covariance of N cells, and no side may be 0",
        ),
        (
            "matrix.npy:stationary",
            "--field: matrix.npy can't be read as a field: 'stationary' is for patches, an array [n, H, W], and this is a covariance [N, N]",
        ),
        (
            "matrix.npy:stationnary",
            "--field: field 'matrix.npy:stationnary': 'stationnary' is none of stationary and shrink=S, each at most once",
        ),
        (
            "indefinite.npy",
            "--field indefinite.npy on a 1x2 grid: the covariance is not positive definite: the factorisation ends at cell 1, its smallest eigenvalue is -5.000e-1, and a mean variance of 1.000e0 asks for at least 1.000e-10; shrinking it by 6.7e-1 or more makes it so",
        ),
    ] {
        folder.refuses(2, &format!("{line} {field}"), error);
    }
    folder.refuses(
        2,
        "analyze orders.json --grid 2x1 --group-sizes 2 --field patches.npy",
        "--field patches.npy on a 2x1 grid: the field was measured on patches of 1x2 cells, and the grid is 2x1; a stationary one serves all smaller grids",
    );
}
