//! `sweep` with models: held-out likelihood of bundled models and of files.

use std::path::PathBuf;

use safetensors::SafeTensors;
use serde_json::Value;

use crate::folder::Folder;

const BUNDLED: &str = r#"
orders = 5
grids = ["16x16"]
steps = [8]
models = ["nano", "nano-mixture"]
measures = ["nats_per_cell", "nats_per_foreground_cell", "nearest_context"]
[[methods]]
name = "lpd"
[[methods]]
name = "halton"
"#;

const FILES: &str = r#"
orders = 3
grids = ["8x8"]
steps = [6, 9]
sizes = ["cosine"]
models = [{ name = "tiny", checkpoint = "model.safetensors", tokens = "tokens.safetensors" }]
[[methods]]
name = "random"
[[methods]]
name = "raster"
"#;

/// A folder with the small reference model, tokens of three images, and both sweeps.
fn folder() -> Folder {
    let folder = Folder::new();
    for (file, name) in [
        ("model.safetensors", "model.safetensors"),
        ("config.json", "config.json"),
        ("expected.safetensors", "tokens.safetensors"),
    ] {
        let reference = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../model/tests/reference");
        fs_err::copy(reference.join("lpd_tiny").join(file), folder.path(name)).unwrap();
    }
    folder.write("bundled.toml", BUNDLED);
    folder.write("files.toml", FILES);
    folder
}

/// A column of the one row of a table that holds some words.
fn mean(csv: &str, words: &[&str], column: &str) -> f64 {
    let mut lines = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    let place = header.iter().position(|name| *name == column).unwrap();
    let mut rows = lines.filter(|row| words.iter().all(|word| row.contains(word)));
    let row = rows.next().unwrap();
    assert!(rows.next().is_none(), "{words:?}");
    row[place].parse().unwrap()
}

fn trials(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.read(&format!("{name}/trials.csv"))).unwrap()
}

/// The rows of an evaluation are compared with a sweep's means.
fn agrees_with_eval(folder: &Folder, line: &str, csv: &str, model: &str) {
    let json = folder.done(&format!(
        "-q eval {line} --no-baselines --runs 0 --out {model}.eval --json"
    ));
    let json: Value = serde_json::from_str(&json).unwrap();
    let rows = json["rows"].as_array().unwrap();
    assert!(rows.len() > 1, "{json}");
    for row in rows {
        let method = row["method"].as_str().unwrap();
        let method = method.split(',').next().unwrap();
        let steps = row["steps"].to_string();
        for measure in ["nats_per_cell", "nats_per_foreground_cell"] {
            let Some(expected) = row[measure]["estimate"].as_f64() else {
                continue;
            };
            let found = mean(csv, &[model, method, &steps], measure);
            assert!((found - expected).abs() < 1e-9, "{found}, {row}");
        }
    }
}

#[test]
fn bundled_models_are_asked() {
    let folder = folder();
    folder.done("sweep bundled.toml --out one --threads 1");
    let csv = trials(&folder, "one");
    for model in ["nano", "nano-mixture"] {
        let line = format!("--model {model} --method lpd --method halton --steps 8 --limit 5");
        agrees_with_eval(&folder, &line, &csv, model);
    }
    let of = |name: &str| {
        let content = folder.content().into_iter();
        let inner = content.filter_map(|(path, bytes)| {
            Some((path.strip_prefix(&format!("{name}/"))?.to_owned(), bytes))
        });
        inner.collect::<Vec<_>>()
    };
    folder.done("sweep bundled.toml --out two --threads 3");
    assert!(of("one") == of("two"));

    let table = folder.done("sweep table one --measures nats_per_cell --against model=nano");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines[0],
        "| label | model | negative log-likelihood (nats per cell) | difference to model nano |"
    );
    assert!(lines[2].starts_with("| lpd | nano | ") && lines[2].ends_with("] |  |"));
    assert!(lines[3].starts_with("| lpd | nano-mixture | ") && lines[3].contains(", p 0."));
    folder.done("sweep plot one --kind box --y nats_per_cell --where model=nano --out a.svg");
    let svg = String::from_utf8(folder.read("a.svg")).unwrap();
    assert!(
        svg.contains("16x16, 8 steps, published sizes, nano"),
        "{svg}"
    );
}

#[test]
fn files_are_asked() {
    let folder = folder();
    let listed = folder.done("sweep files.toml --out results --dry-run --json");
    let trial: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    let model = &trial["settings"]["model"];
    assert_eq!(model["name"], "tiny");
    assert_eq!(model["weights_sha256"].as_str().unwrap().len(), 64);
    assert!(model["background"].is_null());

    folder.done("sweep files.toml --out results");
    let line = "--checkpoint model.safetensors --tokens tokens.safetensors --method random --method raster --shape cosine --steps 6,9";
    agrees_with_eval(&folder, line, &trials(&folder, "results"), "tiny");
    let csv = trials(&folder, "results");
    assert!(!csv.contains("nats_per_foreground_cell"), "{csv}");

    // A part of the images is no result yet.
    folder.done("-q sweep files.toml --out part --shard 1/2");
    folder.refuses(
        2,
        "sweep table part",
        "part has parts of trials alone; 'sweep merge' joins them with those of other shards",
    );

    // Other images under the same name are another sweep, and so is another background.
    let other = "results holds the results of another sweep; name another folder";
    let mut bytes = folder.read("tokens.safetensors");
    let tokens = SafeTensors::deserialize(&bytes).unwrap();
    let tokens = tokens.tensor("tokens").unwrap().data().as_ptr();
    let place = tokens as usize - bytes.as_ptr() as usize;
    bytes[place] ^= 1;
    folder.write("tokens.safetensors", bytes);
    folder.refuses(2, "sweep files.toml --out results", other);
    folder.write(
        "background.toml",
        FILES.replace(" }]", ", background = 3 }]"),
    );
    folder.refuses(2, "sweep background.toml --out results", other);
}

#[test]
fn wrong_models_are_refused() {
    let folder = folder();
    let at = "wrong.toml: models:";
    for (from, to, error) in [
        (
            "{ name = \"tiny\", checkpoint = \"model.safetensors\", tokens = \"tokens.safetensors\" }",
            "\"nanno\"",
            format!("{at} there is no bundled model 'nanno'; did you mean 'nano'? There are nano, nano-mixture; others are tables with checkpoint and tokens"),
        ),
        (
            "\"model.safetensors\"",
            "\"none.safetensors\"",
            format!("{at} none.safetensors can't be read: there is no such file or folder"),
        ),
        (
            "tokens = ",
            "config = \"none.json\", tokens = ",
            format!("{at} config none.json can't be read: there is no such file or folder"),
        ),
        (
            "\"tokens.safetensors\"",
            "\"model.safetensors\"",
            format!("{at} model.safetensors has no 'tokens' of whole numbers and shape (images, cells) as safetensors"),
        ),
        (
            " }]",
            ", background = 96 }]",
            format!("{at} background 96 of tiny is no token; they go from 0 to 95"),
        ),
        (
            "orders = 3",
            "orders = 4",
            "wrong.toml: orders is 4, but model tiny has 3 held-out images, and order i is asked about image i".into(),
        ),
        (
            "8x8",
            "9x9",
            "wrong.toml: point 1 (random, 9x9, 6 steps, cosine sizes, tiny, seed 0): model tiny is one of 8x8 cells".into(),
        ),
    ] {
        folder.write("wrong.toml", FILES.replacen(from, to, 1));
        folder.refuses(2, "sweep wrong.toml --out results", &error);
    }
    // What a clock has no room for is said before anything runs.
    folder.write("wrong.toml", format!("{FILES}[clock]\nbatch = 65536\n"));
    let outcome = folder.run("sweep wrong.toml --out results");
    assert_eq!(outcome.status, 2, "{outcome}");
    let at =
        "error: wrong.toml: trial 2 (random, 8x8, 6 steps, cosine sizes, tiny, timed, seed 0): ";
    assert!(outcome.stderr.starts_with(at), "{outcome}");
    assert!(outcome.stderr.contains("65536"), "{outcome}");
    // The config of the weights is the one beside them, unless the file says more.
    folder.remove("config.json");
    folder.refuses(
        2,
        "sweep files.toml --out results",
        "files.toml: models: config config.json can't be read: there is no such file or folder",
    );
}

/// What a sweep measures of attention is what `attention` measures.
#[test]
fn attention_is_a_measure() {
    let folder = Folder::new();
    let sweep = "orders = 3\ngrids = [\"16x16\"]\nsteps = [20]\nmodels = [\"nano\"]\nmeasures = [\"attention_within_3\"]\n[[methods]]\nname = \"lpd\"\n[[methods]]\nname = \"raster\"\n";
    folder.write("attention.toml", sweep);
    folder.done("sweep attention.toml --out results");
    let csv = trials(&folder, "results");
    for method in ["lpd", "raster"] {
        let line = format!("-q attention --method {method} --steps 20 --limit 3 --json");
        let said: Value = serde_json::from_str(&folder.done(&line)).unwrap();
        let expected = said["attention"]["overall"]["attention_within"].as_f64();
        let found = mean(&csv, &[method], "attention_within_3");
        assert!((found - expected.unwrap()).abs() < 1e-9, "{found}, {said}");
        assert!((0.2..0.95).contains(&found), "{found}");
    }
    folder.write(
        "exact.toml",
        sweep.replace("steps =", "decoding = [\"exact\"]\nsteps ="),
    );
    folder.refuses(
        2,
        "sweep exact.toml --out exact",
        "exact.toml: point 1 (lpd, 16x16, 20 steps, published sizes, exact, nano, seed 0): attention_within_3 is measured of orders that are decoded in parallel",
    );
}
