//! `optimize`: sizes, orders and thresholds.

use serde_json::Value;

use crate::folder::Folder;

fn cost(folder: &Folder, file: &str, more: &str) -> f64 {
    let text = folder.done(&format!("analyze {file} --field exp:3 --json {more}"));
    let report: Value = serde_json::from_str(&text).unwrap();
    report["summary"]["total_correlation_nats"]["mean"]
        .as_f64()
        .unwrap()
}

/// Sizes go back into `gen`, and cost less than the usual ones.
#[test]
fn sizes_are_taken_by_gen() {
    let folder = Folder::new();
    let find = "optimize sizes --method halton --grid 8x8 --steps 6 --field exp:3 -q";
    let sizes = folder.done(find);
    let array = folder.done(&format!("{find} --json"));
    assert_eq!(format!("[{}]\n", sizes.trim()), array);
    folder.done("gen --method halton --grid 8x8 --steps 6 --num 1 --out usual.json -q");
    let gen_line = format!(
        "gen --method halton --grid 8x8 --group-sizes {} --num 1 --out found.json -q",
        sizes.trim()
    );
    folder.done(&gen_line);
    assert!(cost(&folder, "found.json", "") < cost(&folder, "usual.json", ""));
    // Of the file, the same.
    let of_file = "optimize sizes --orders usual.json --field exp:3 -q";
    assert_eq!(folder.done(of_file), sizes);
    let bounded = folder.done(&format!("{find} --largest 16 --non-decreasing --json"));
    let bounded: Vec<u32> = serde_json::from_str(&bounded).unwrap();
    assert!(bounded.is_sorted() && bounded.iter().all(|&size| size <= 16));
}

#[test]
fn orders_get_no_worse() {
    let folder = Folder::new();
    let find = "optimize order --grid 6x6 --steps 5 --field exp:3 --start lpd -q";
    folder.done(&format!("{find} --rounds 6 --out best.json"));
    folder.done("gen --grid 6x6 --steps 5 --num 1 --out lpd.json -q");
    let found = cost(&folder, "best.json", "");
    assert!(found <= cost(&folder, "lpd.json", ""));
    assert_eq!(
        folder.manifest("best.json").method.as_deref(),
        Some("search")
    );
    folder.done("check best.json");
    // The same again, with other threads.
    folder.done(&format!("{find} --rounds 6 --threads 1 --out again.json"));
    assert_eq!(folder.read("best.json"), folder.read("again.json"));
    let resumed = find.replace("--start lpd", "--resume");
    let report: Value =
        serde_json::from_str(&folder.done(&format!("{resumed} --rounds 4 --out best.json --json")))
            .unwrap();
    assert_eq!(report["rounds"], 10);
    assert!(cost(&folder, "best.json", "") <= found + 1e-9);
}

#[test]
fn thresholds_are_tabulated() {
    let folder = Folder::new();
    let line = "optimize thresholds --grid 8x8 --steps 6 --field exp:3 --num 5 -q";
    let text = folder.done(&format!("{line} --proximity 0,1 --repulsion 0,1,2 --json"));
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["entries"].as_array().unwrap().len(), 6);
    folder.done("gen --grid 8x8 --steps 6 --proximity 1 --repulsion 2 --num 5 --out five.json -q");
    let entry = &report["entries"][5];
    let expected = cost(&folder, "five.json", "");
    assert!((entry["total_correlation_nats"].as_f64().unwrap() - expected).abs() < 1e-12);
    assert!(folder.done(line).contains("least: "));
}

#[test]
fn wrong_input() {
    let folder = Folder::new();
    folder.write("best.json", "[]");
    for (line, error) in [
        (
            "sizes --method lpd --grid 4x4 --steps 2 --field exp:5 --largest 3",
            "16 cells don't fit in 2 groups of at most 3",
        ),
        (
            "order --grid 4x4 --steps 2 --field exp:5 --out best.json",
            "best.json exists already; --force replaces it",
        ),
        (
            "thresholds --grid 4x4 --steps 2 --field exp",
            "--field: 'exp' is no field; fields are exp:R, matern12:R, matern32:R, matern52:R, se:R, power:EXPONENT, photos and files NAME.npy, each with or without :shrink=S",
        ),
    ] {
        folder.refuses(2, &format!("optimize {line} -q"), error);
    }
}
