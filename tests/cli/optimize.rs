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

/// Only what the same search wrote is gone on with, and replaced without --force.
#[test]
fn nothing_else_is_resumed() {
    let folder = Folder::new();
    let search = "optimize order --grid 4x4 --steps 4 --field exp:3 --rounds 2 -q";
    folder.done(&format!("{search} --out best.json"));
    folder.done("gen --grid 4x4 --steps 4 --num 1000 --out many.json -q");
    folder.done(&format!("{search} --out changed.json"));
    folder.write("changed.json", "[[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]]");
    folder.write("alone.json", folder.read("best.json"));
    // A manifest that says one, of a file that holds two.
    folder.write(
        "two.json",
        "[[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],[15,1,2,3,4,5,6,7,8,9,10,11,12,13,14,0]]",
    );
    folder.done("convert two.json two.npy");
    let two = folder.manifest("two.npy");
    let manifest = String::from_utf8(folder.read("best.json.toml")).unwrap();
    let best = folder.manifest("best.json");
    let of_two = manifest
        .replace("format = \"json\"", "format = \"npy\"")
        .replace(&best.sha256.to_string(), &two.sha256.to_string())
        .replace(
            &format!("bytes = {}", best.bytes),
            &format!("bytes = {}", two.bytes),
        );
    folder.write("two.npy.toml", of_two);
    folder.write("rounds.json", folder.read("best.json"));
    folder.write(
        "rounds.json.toml",
        manifest.replace("rounds = 2.0", "rounds = 1e300"),
    );
    for (flags, error) in [
        ("many.json", "many.json was not found by 'optimize order'"),
        (
            "missing.json",
            "missing.json can't be read: there is no such file or folder",
        ),
        (
            "alone.json",
            "alone.json has no manifest that says how it was found",
        ),
        (
            "changed.json",
            "changed.json is not what its manifest says: ",
        ),
        ("two.npy", "two.npy has more than one order"),
        (
            "rounds.json",
            "rounds.json does not say after how many rounds it was found",
        ),
        (
            "best.json --field exp:5",
            "best.json was found on the field exp:3, not on exp:5",
        ),
        (
            "best.json --steps 5",
            "best.json is for other cells or group sizes",
        ),
        (
            "best.json --seed 1",
            "best.json was found with the seed 0, not with 1",
        ),
        (
            "best.json --start lpd",
            "best.json was found from greedy on, not from lpd",
        ),
    ] {
        let mut line = format!("{search} --resume --out {flags}");
        for flag in ["--field", "--steps"] {
            if flags.contains(flag) {
                let usual = if flag == "--field" {
                    "--field exp:3"
                } else {
                    "--steps 4"
                };
                line = line.replacen(usual, "", 1);
            }
        }
        let before = folder.content();
        let outcome = folder.run(&line);
        assert_eq!((outcome.status, &outcome.stdout[..]), (2, ""), "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
        assert!(outcome.stderr.contains(error), "{flags}: {outcome}");
        assert!(folder.content() == before, "{flags}");
    }
    // The same flags go on, also with the start that it had.
    folder.done(&format!("{search} --resume --out best.json"));
    folder.done(&format!("{search} --resume --out best.json --start greedy"));
    let manifest = folder.manifest("best.json");
    assert_eq!(manifest.parameters["rounds"].number(), Some(6.0));
    assert_eq!(manifest.parameters["start"].word(), Some("greedy"));
    folder.done(&format!("{search} --rounds 6 --out whole.json").replacen("--rounds 2", "", 1));
    assert_eq!(folder.orders("whole.json").len(), 1);
}

/// A field is its file's content.
#[test]
fn a_search_goes_on_on_the_same_content_of_a_field() {
    let folder = Folder::new();
    let npy = |shared: f64| {
        let matrix = [1.0, shared, shared, 1.0].map(f64::to_le_bytes).concat();
        crate::foreign::npy("<f8", "(2, 2)", &matrix)
    };
    folder.write("field.npy", npy(0.5));
    let line =
        "optimize order --grid 1x2 --group-sizes 1,1 --field field.npy --rounds 1 --out a.json -q";
    folder.done(line);
    folder.done(&format!("{line} --resume"));
    folder.write("field.npy", npy(0.25));
    folder.refuses(
        2,
        &format!("{line} --resume"),
        "--resume: a.json was found on another content of the field field.npy",
    );
}

/// LPD's orders are fitted to the sizes that they are made with: where these are found
/// again, that is said.
#[test]
fn sizes_that_are_known_already_are_called_so() {
    let folder = Folder::new();
    let note = |nats: &str, more: &str| {
        format!(
            "note: these sizes cost {nats} nats in the mean, those that the orders were made with {nats}{more}\n"
        )
    };
    folder
        .run("optimize sizes --method lpd --grid 16x16 --steps 20 --field exp:5 --num 4")
        .is(
            0,
            "1,2,4,5,7,8,10,11,12,14,15,16,17,18,18,19,19,20,20,20\n",
            &note("0.6263", "; they are the same, the published ones"),
        );
    folder
        .run("optimize sizes --method lpd,repulsion=1 --grid 2x2 --steps 4 --field exp:3 --num 4")
        .is(0, "1,1,1,1\n", &note("0.0000", "; they are the same"));
}

#[test]
fn infinite_thresholds_are_in_the_table() {
    let folder = Folder::new();
    let text = folder.done(
        "-q optimize thresholds --grid 4x4 --steps 4 --field exp:3 --num 2 --proximity 1 --repulsion 1,inf --json",
    );
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["entries"][0]["repulsion"], 1.0);
    assert_eq!(report["entries"][1]["repulsion"], "inf");
}

/// Fewer passes of exact decoding: sizes of an order, and orders.
#[test]
fn passes_get_fewer() {
    let folder = Folder::new();
    let sizes = "optimize sizes --method halton --grid 8x8 --steps 10 --field exp:3 --for passes";
    let found: Vec<u32> =
        serde_json::from_str(&folder.done(&format!("{sizes} --json -q"))).unwrap();
    assert_eq!(found.iter().sum::<u32>(), 64);
    let search = "optimize order --grid 8x8 --steps 10 --field exp:3 --for passes --start halton --search-sizes -q";
    let run = |rest: &str| -> Value {
        serde_json::from_str(&folder.done(&format!("{search} {rest} --json"))).unwrap()
    };
    let report = run("--rounds 12 --out few.json");
    let passes = |report: &Value, name: &str| report[name].as_f64().unwrap();
    assert!(passes(&report, "passes") < passes(&report, "start_passes"));
    folder.done("check few.json");
    // In two parts it is the same search.
    run("--rounds 5 --out parts.json");
    let search = search.replace("--start halton", "--resume");
    folder.done(&format!("{search} --rounds 7 --out parts.json"));
    assert_eq!(folder.read("few.json"), folder.read("parts.json"));
    let (few, parts) = (folder.manifest("few.json"), folder.manifest("parts.json"));
    assert_eq!(few.problem(), parts.problem());
    folder.refuses(
        2,
        "optimize order --grid 8x8 --steps 10 --field exp:3 --resume --out few.json -q",
        "--resume: few.json is for other cells or group sizes",
    );
    folder.refuses(
        2,
        "optimize order --grid 4x4 --steps 4 --field exp:3 --search-sizes --out a.json -q",
        "--search-sizes is not for the loss on a field: 'optimize sizes' finds the best sizes of an order exactly",
    );
    folder.refuses(
        2,
        "optimize order --grid 4x4 --steps 4 --out a.json -q",
        "--field is needed, which says what orders lose; with a model, --model or --checkpoint",
    );
}

/// Under a model, on images that are not those that results are reported on.
#[cfg(feature = "model")]
#[test]
fn models_say_what_orders_cost() {
    let folder = Folder::new();
    let sample = "sample --labels 0,1,2,3 --scheduler entropy-bound,budget=8";
    folder.done(&format!("{sample} --tokens-out mine.safetensors -q"));
    let search = "optimize order --model nano --tokens mine.safetensors --steps 8 -q";
    let report = |rest: &str| -> Value {
        serde_json::from_str(&folder.done(&format!("{search} {rest} --json"))).unwrap()
    };
    let found = report("--start halton --rounds 2 --out best.json");
    let nats = |report: &Value, name: &str| report[name].as_f64().unwrap();
    assert!(nats(&found, "nats_per_cell") <= nats(&found, "start_nats_per_cell"));
    assert_eq!(found["images"], "4");
    folder.done("check best.json");
    let scored =
        folder.done("score --tokens mine.safetensors --model nano --orders best.json --json -q");
    let scored: Value = serde_json::from_str(&scored).unwrap();
    assert!((nats(&scored, "nats_per_cell") - nats(&found, "nats_per_cell")).abs() < 1e-5);
    let gone_on = report("--resume --rounds 1 --out best.json");
    assert_eq!(gone_on["rounds"], 3);
    assert_eq!(
        nats(&gone_on, "start_nats_per_cell"),
        nats(&found, "nats_per_cell")
    );
    let passes = report("--for passes --start halton --rounds 1 --out few.json");
    assert!(nats(&passes, "passes") > 1.0);

    for (rest, error) in [
        (
            "--out a.json",
            "--start is needed: a method or an order file; or a --field, on whose greedy order the search starts",
        ),
        (
            "--resume --limit 2 --out best.json",
            "--resume: best.json was found on another content of the tokens mine.safetensors",
        ),
        (
            "--grid 8x8 --start halton --out a.json",
            "the grid of the flags is 8x8, but the model's is 16x16",
        ),
    ] {
        folder.refuses(2, &format!("{search} {rest}"), error);
    }
}
