//! `eval`: orders compared by a model.

use std::path::PathBuf;

use crate::folder::{Content, Folder};

const MODEL: &str = "--checkpoint model.safetensors --config config.json";

/// A folder with the small reference model, and tokens of three images.
fn folder() -> Folder {
    let folder = Folder::new();
    for (file, name) in [
        ("lpd_tiny/model.safetensors", "model.safetensors"),
        ("lpd_tiny/config.json", "config.json"),
        ("lpd_tiny/expected.safetensors", "tokens.safetensors"),
        ("vq_tiny/model.safetensors", "vq.safetensors"),
        ("vq_tiny/config.json", "vq.json"),
    ] {
        let reference = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../model/tests/reference");
        fs_err::copy(reference.join(file), folder.path(name)).unwrap();
    }
    folder
}

fn rows(json: &str) -> Vec<serde_json::Value> {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    value["rows"].as_array().unwrap().clone()
}

/// The likelihood is what `score` says, baselines are there, and a second run
/// finds everything.
#[test]
fn orders_are_compared() {
    let folder = folder();
    let line = format!(
        "eval {MODEL} --tokens tokens.safetensors --method lpd,repulsion=1 --method halton --steps 6,9 --runs 0 --batch 2 --out results"
    );
    let json = folder.done(&format!("-q {line} --json"));
    let rows = rows(&json);
    let methods: Vec<(&str, u64)> = rows
        .iter()
        .map(|row| {
            (
                row["method"].as_str().unwrap(),
                row["steps"].as_u64().unwrap(),
            )
        })
        .collect();
    let lpd = "lpd, proximity 1, repulsion 1";
    let expected = [lpd, "halton", "raster", "random"];
    let expected: Vec<(&str, u64)> = [6, 9]
        .into_iter()
        .flat_map(|steps| expected.map(|method| (method, steps)))
        .collect();
    assert_eq!(methods, expected);

    for row in &rows {
        let steps = &row["steps"];
        let method = row["method"].as_str().unwrap();
        let flags = match method == lpd {
            true => "lpd --repulsion 1",
            false => method,
        };
        let scored = folder.done(&format!(
            "-q score {MODEL} --tokens tokens.safetensors --method {flags} --steps {steps} --out s.safetensors --force --json"
        ));
        let scored: serde_json::Value = serde_json::from_str(&scored).unwrap();
        let expected = scored["nats_per_cell"].as_f64().unwrap();
        let found = row["nats_per_cell"]["estimate"].as_f64().unwrap();
        assert!(
            (found - expected).abs() < 1e-6,
            "{method}: {found}, {expected}"
        );
        let difference = &row["difference"];
        assert_eq!(difference.is_null(), method == lpd, "{row}");
        if let Some(difference) = difference["estimate"].as_f64() {
            let first = rows.iter().find(|first| first["steps"] == *steps).unwrap();
            let first = first["nats_per_cell"]["estimate"].as_f64().unwrap();
            assert!((difference - (found - first)).abs() < 1e-9, "{row}");
        }
    }

    // Nothing is measured again: not even the checkpoint is read.
    let before = folder.content();
    assert_eq!(folder.done(&format!("-q {line} --json")), json);
    assert_eq!(folder.content(), before);
    // What is missing is measured, and comes out the same.
    folder.remove(&trial_of(&before, "halton", 6));
    assert_eq!(folder.done(&format!("-q {line} --json")), json);
    assert_eq!(folder.content(), before);
    // The table is for people as well.
    let table = folder.done(&format!("-q {line}"));
    assert!(table.starts_with("| method | steps | nats per cell | difference to the first |\n"));
    assert_eq!(table.lines().count(), 2 + rows.len(), "{table}");
    let csv = String::from_utf8(folder.read("results/table.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + rows.len(), "{csv}");
}

/// The file of the trial of a method at a number of steps.
fn trial_of(content: &Content, method: &str, steps: u64) -> String {
    let is_it = |bytes: &[u8]| {
        let value: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        value["settings"]["method"] == method && value["settings"]["steps"] == steps
    };
    let trials = content
        .iter()
        .filter(|(name, _)| name.starts_with("results/trials/"));
    let mut trials = trials.filter_map(|(name, bytes)| Some((name, bytes.as_ref()?)));
    trials.find(|(_, bytes)| is_it(bytes)).unwrap().0.clone()
}

/// A row of a method or file at a number of steps.
fn row<'a>(rows: &'a [serde_json::Value], method: &str, steps: u64) -> &'a serde_json::Value {
    let is_it = |row: &&serde_json::Value| row["method"] == method && row["steps"] == steps;
    rows.iter().find(is_it).unwrap()
}

/// A file with the orders of a method is as good as the method; one order is for all
/// images; and a file is measured one by one where that is asked for.
#[test]
fn order_files_are_compared() {
    let folder = folder();
    let line = "-q gen --grid 8x8";
    folder.done(&format!(
        "{line} --method lpd --steps 6 --num 5 --out lpd.npy"
    ));
    folder.done(&format!(
        "{line} --method halton --steps 9 --num 1 --out one.json"
    ));
    let line = format!(
        "-q eval {MODEL} --tokens tokens.safetensors --method lpd --method halton --orders lpd.npy --orders one.json --no-baselines --runs 0 --json"
    );
    let json = folder.done(&format!("{line} --steps 6,64 --out results"));
    let rows = rows(&json);
    let what: Vec<_> = rows
        .iter()
        .map(|row| {
            (
                row["method"].as_str().unwrap(),
                row["steps"].as_u64().unwrap(),
            )
        })
        .collect();
    let lpd = "lpd, proximity 1, repulsion 1";
    let expected = [
        (lpd, 6),
        ("halton", 6),
        ("lpd.npy", 6),
        (lpd, 64),
        ("halton", 64),
        ("lpd.npy", 64),
        ("one.json", 64),
        ("one.json", 9),
    ];
    assert_eq!(what, expected);
    for (file, method, steps) in [("lpd.npy", lpd, 6), ("one.json", "halton", 64)] {
        let [of_file, of_method] = [file, method].map(|name| row(&rows, name, steps));
        assert_eq!(of_file["nats_per_cell"], of_method["nats_per_cell"]);
    }
    assert_eq!(row(&rows, "lpd.npy", 6)["difference"]["estimate"], 0.0);
    let [nats, one_by_one] = [9, 64].map(|steps| {
        let row = row(&rows, "one.json", steps);
        row["nats_per_cell"]["estimate"].as_f64().unwrap()
    });
    let loss = &row(&rows, "one.json", 9)["parallel_loss"]["estimate"];
    assert!((loss.as_f64().unwrap() - (nats - one_by_one)).abs() < 1e-9);

    // Nothing is measured again; another file of the same name is.
    let before = folder.content();
    assert_eq!(
        folder.done(&format!("{line} --steps 6,64 --out results")),
        json
    );
    assert_eq!(folder.content(), before);
    folder.done("-q gen --grid 8x8 --method raster --steps 9 --num 1 --out one.json --force");
    assert_ne!(
        folder.done(&format!("{line} --steps 6,64 --out results")),
        json
    );

    // Without --steps, it is at those of the files; without a manifest, files are cut
    // as methods' orders are.
    let json = folder.done(&format!("{line} --out stated"));
    let steps: Vec<_> = self::rows(&json)
        .iter()
        .map(|row| row["steps"].clone())
        .collect();
    assert_eq!(steps, [6, 6, 6, 9, 9, 9]);
    folder.remove("lpd.npy.toml");
    let json = folder.done(&format!("{line} --steps 5 --out unstated"));
    assert_eq!(row(&self::rows(&json), "lpd.npy", 5)["steps"], 5);
    folder.refuses(
        2,
        &format!("{line} --out refused"),
        "--steps is needed: no manifest states group sizes for lpd.npy",
    );
}

#[test]
fn wrong_order_files() {
    let folder = folder();
    let line = "-q gen --steps 5";
    folder.done(&format!("{line} --grid 8x8 --num 2 --out two.json"));
    for name in ["a", "b"] {
        fs_err::create_dir(folder.path(name)).unwrap();
    }
    folder.done(&format!("{line} --grid 8x8 --num 1 --out a/one.json"));
    folder.done(&format!("{line} --grid 8x8 --num 1 --out b/one.json"));
    folder.done(&format!("{line} --grid 4x16 --num 1 --out wide.json"));
    folder.write("known.json", "[0,1]");
    folder.done(&format!(
        "{line} --grid 8x8 --known known.json --num 1 --out rest.json"
    ));
    folder.done(&format!("{line} --grid 8x8 --num 1 --out changed.json"));
    folder.write("changed.json", "[[0]]");
    folder.write("short.json", "[[0,1]]");
    let twice: Vec<u32> = (0..63).chain([7]).collect();
    folder.write("twice.json", format!("[{twice:?}]"));
    folder.write("empty.json", "[]");
    for (files, error) in [
        (
            "two.json",
            "two.json has 2 orders, but 3 are needed; a file with one order is for all samples",
        ),
        (
            "a/one.json --orders b/one.json",
            "--orders a/one.json and b/one.json have the same name, by which the table calls them",
        ),
        (
            "wide.json",
            "wide.json has orders of a 4x16 grid; needed are orders of 8x8 cells",
        ),
        (
            "rest.json",
            "rest.json has orders that leave out known cells; needed are orders of all cells",
        ),
        (
            "changed.json",
            "changed.json is not the file that changed.json.toml describes",
        ),
        (
            "gone.json",
            "gone.json can't be read: there is no such file or folder",
        ),
        (".", ". can't be read: is a directory"),
        ("short.json", "short.json: order 0: "),
        ("twice.json", "twice.json: order 0: "),
        ("empty.json", "empty.json holds no orders"),
        (
            "model.safetensors",
            "model.safetensors can't be read as orders: ",
        ),
        ("vq.json", "vq.json can't be read as orders: "),
    ] {
        let before = folder.content();
        let outcome = folder.run(&format!(
            "eval {MODEL} --tokens tokens.safetensors --steps 5 --orders {files} --out results"
        ));
        assert_eq!(
            (outcome.status, &outcome.stdout[..]),
            (2, ""),
            "{files}: {outcome}"
        );
        assert!(
            outcome.stderr.starts_with(&format!("error: {error}")),
            "{outcome}"
        );
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
        assert!(folder.content() == before, "{files}");
    }
}

#[test]
fn latency_is_measured_without_images() {
    let folder = folder();
    let json = folder.done(&format!(
        "-q eval {MODEL} --steps 5 --no-baselines --runs 1 --batch 2 --out results --json"
    ));
    let rows = rows(&json);
    assert_eq!(rows.len(), 1);
    assert!(rows[0]["nats_per_cell"].is_null());
    for measure in ["latency_seconds", "images_per_second"] {
        assert!(rows[0]["time"][measure].as_f64().unwrap() > 0.0, "{json}");
    }
}

/// With nothing downloaded: bundled model, bundled images, bundled classifier.
#[test]
fn the_bundled_classifier_judges_samples() {
    let folder = Folder::new();
    let line = "eval --limit 2 --method halton --steps 20 --no-baselines --samples 40 --batch 40 --cfg 2 --runs 0 --out results";
    let json = folder.done(&format!("-q {line} --json"));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let samples = &value["rows"][0]["samples"];
    assert_eq!(samples["count"], 40);
    let number = |of: &serde_json::Value, key: &str| of[key].as_f64().unwrap();
    let floor = &value["floor"];
    assert_eq!(
        (&floor["images"], &floor["others"]),
        (&1000.into(), &1000.into())
    );
    // It was trained, and what the model generates is of the class asked for.
    assert!(number(floor, "class_accuracy") > 0.85, "{json}");
    assert!(number(samples, "class_accuracy") > 0.7, "{json}");
    assert!(
        number(samples, "frechet_distance") > number(floor, "frechet_distance"),
        "{json}"
    );

    // Nothing is measured again, not even the real images.
    let before = folder.content();
    assert_eq!(folder.done(&format!("-q {line} --json")), json);
    assert_eq!(folder.content(), before);
    let text = folder.done(&format!("-q {line}"));
    for words in [
        "| Frechet distance (classifier) | MMD^2 x 1000 | Inception Score formula (classifier) | class accuracy |",
        "\n1000 real images against 1000 others: Frechet distance (classifier) ",
        ", class accuracy 0.",
    ] {
        assert!(text.contains(words), "{text}");
    }
    assert!(!text.contains("FID"), "{text}");
    let csv = String::from_utf8(folder.read("results/table.csv")).unwrap();
    let header = csv.lines().next().unwrap();
    assert!(
        header.ends_with(",class_accuracy,class_accuracy_standard_error"),
        "{header}"
    );
}

/// Results belong to their settings: other flags measure anew beside them.
#[test]
fn other_results_are_kept() {
    let folder = folder();
    let line = format!("-q eval {MODEL} --tokens tokens.safetensors --steps 5 --runs 0 --json");
    let first = folder.done(&format!("{line} --out results"));
    let before = folder.content();
    let second = folder.done(&format!("{line} --seed 7 --out results"));
    assert_ne!(first, second);
    let trials = before
        .keys()
        .filter(|name| name.starts_with("results/trials/"));
    let now = folder.content();
    trials.for_each(|name| assert_eq!(now[name], before[name]));
    assert_eq!(folder.done(&format!("{line} --out results")), first);

    // They are a sweep's results as well.
    let table = folder.done("sweep table results --measures nats_per_cell --against raster");
    assert!(table.contains("| difference to raster |"), "{table}");
    assert!(
        table.contains("| lpd, proximity 1, repulsion 1 | "),
        "{table}"
    );

    folder.write("something.txt", "mine");
    folder.refuses(
        2,
        &format!("{line} --out ."),
        ". holds files that are no sweep's results; name a new folder or an empty one",
    );
    folder.write(
        "own.toml",
        "orders = 4\ngrids = [\"8x8\"]\nsteps = [8]\nsizes = [\"cosine\"]\n[[methods]]\nname = \"lpd\"\n",
    );
    folder.done("sweep own.toml --out swept");
    let before = folder.content();
    folder.refuses(
        2,
        &format!("{line} --out swept"),
        "swept holds the results of another sweep; name another folder",
    );
    assert_eq!(folder.content(), before);
    let name = trial_of(&before, "raster", 5);
    folder.write(&name, "{");
    folder.refuses(
        2,
        &format!("{line} --out results"),
        "results/trials/DIGEST.json is damaged: EOF while parsing an object at line 1 column 1",
    );
}

/// Without a folder the table is the same, and nothing is left.
#[test]
fn nothing_is_kept_without_a_folder() {
    let folder = folder();
    let line = format!("-q eval {MODEL} --tokens tokens.safetensors --steps 5 --runs 0 --json");
    let kept = folder.done(&format!("{line} --out results"));
    let before = folder.content();
    assert_eq!(folder.done(&line), kept);
    assert_eq!(folder.content(), before);
}

/// The tokens, but a 200 in the place of the first number of the second image.
fn spoilt(folder: &Folder, tensor: &str) -> Vec<u8> {
    let mut file = folder.read("tokens.safetensors");
    let length = u64::from_le_bytes(file[..8].try_into().unwrap()) as usize;
    let header: serde_json::Value = serde_json::from_slice(&file[8..8 + length]).unwrap();
    let info = &header[tensor];
    assert_eq!(info["dtype"], "I64");
    let start = info["data_offsets"][0].as_u64().unwrap() as usize;
    let of_image = info["shape"][1].as_u64().unwrap_or(1) as usize;
    let at = 8 + length + start + 8 * of_image;
    file[at..at + 8].copy_from_slice(&200_i64.to_le_bytes());
    file
}

#[test]
fn wrong_input() {
    let folder = folder();
    folder.write("label.safetensors", spoilt(&folder, "labels"));
    folder.write("token.safetensors", spoilt(&folder, "tokens"));
    for (line, error) in [
        (
            format!("eval {MODEL} --steps 5 --runs 0 --out results"),
            "nothing is measured: give --tokens FILE, --real FILE, or --runs from 1",
        ),
        (
            format!("eval {MODEL} --steps 5 --samples 10 --out results"),
            "generated images need a network: --network inception-fid, mobilenet-v2, classifier",
        ),
        (
            "eval --samples 99999999999 --out results".into(),
            "it takes a whole number from 1 to 16777216",
        ),
        (
            format!("eval {MODEL} --steps 5 --network classifier --out results"),
            "--real is needed: features or statistics of real images",
        ),
        (
            "eval --samples 10 --network classifier --weights model.safetensors --out results"
                .into(),
            "--weights model.safetensors: the tensors don't fit the network; missing: ",
        ),
        (
            "eval --samples 10 --network mobilenet --out results".into(),
            "--network: ",
        ),
        (
            "eval --samples 10 --network mobilenet-v2 --weights none.pth --out results".into(),
            "--weights none.pth is not there; it takes the file mobilenet_v2-b0353104.pth",
        ),
        (
            format!("eval {MODEL} --steps 65 --out results"),
            "--steps: 65 steps cannot share 64 cells; between 1 and 64 steps are possible",
        ),
        (
            "eval --preset lpd-l-256-21 --out results".into(),
            "there is no preset 'lpd-l-256-21'; did you mean 'lpd-l-256-20'?",
        ),
        (
            format!("eval {MODEL} --steps 5 --tokens config.json --out results"),
            "config.json",
        ),
        (
            "eval --steps 5 --tokens tokens.safetensors --out results".into(),
            "tokens.safetensors: tokens have the shape [3, 64], not [3, 256]",
        ),
        (
            format!("eval {MODEL} --steps 5 --tokens label.safetensors --batch 1 --out results"),
            "label.safetensors: label 200 of sample 1 is no class of the model; they go from 0 to ",
        ),
        (
            format!("eval {MODEL} --steps 5 --tokens token.safetensors --batch 1 --out results"),
            "token.safetensors: token 200 of sample 1 at cell 0 is not in the vocabulary, which goes from 0 to 95",
        ),
        (
            format!("eval {MODEL} --steps 5 --tokens tokens.safetensors --out tokens.safetensors"),
            "tokens.safetensors is no folder of a sweep's results",
        ),
        (
            format!(
                "eval {MODEL} --steps 5 --real real.npz --network mobilenet-v2 --weights m.pth --tokenizer vq.safetensors --tokenizer-config vq.json --out results"
            ),
            "--tokenizer has 64 codes, but the model generates 96 tokens",
        ),
        (
            "-q eval --model lpd-l --steps 8 --out results".into(),
            "the weights of the model are needed: --checkpoint FILE",
        ),
        (
            "-q eval --checkpoint vq.safetensors --config config.json --steps 8 --out results"
                .into(),
            "--checkpoint vq.safetensors: ",
        ),
    ] {
        let before = folder.content();
        let outcome = folder.run(&line);
        assert_eq!(outcome.status, 2, "{line}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "", "{line}");
        assert_eq!(
            outcome.stderr.lines().count(),
            1,
            "{line}: {}",
            outcome.stderr
        );
        assert!(outcome.stderr.contains(error), "{line}: {}", outcome.stderr);
        assert!(folder.content() == before, "{line}");
    }
    // A published row needs its files, and says where they are.
    let outcome = folder.run("eval --preset lpd-l-256-20 --out results");
    assert_eq!(outcome.status, 2);
    assert!(
        outcome.stderr.contains("--checkpoint FILE") && outcome.stderr.contains("mit-han-lab"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn what_is_not_of_the_model_is_refused() {
    let folder = folder();
    let line = "--steps 8 --runs 0 --out results";
    folder.refuses(
        2,
        &format!("eval {line} --background 999"),
        "--background 999 is no token of the model, which has 128, counted from 0",
    );
    folder.refuses(
        2,
        &format!("eval {MODEL} --real real.npz --background 3 {line}"),
        "--background is for images whose likelihood is measured: --tokens FILE",
    );
    folder.refuses(
        2,
        &format!("eval --cfg nan {line}"),
        "--cfg: the guidance scale is NaN; it takes a number from 0",
    );
    folder.refuses(
        2,
        "attention --steps 8 --limit 1 --within -1",
        "--within -1 is no distance; it takes a number from 0",
    );
    folder.refuses(
        2,
        &format!("eval --res 256 {line}"),
        "--res 256 is not the side of the model's images, which have 32x32 pixels",
    );
    folder.refuses(
        2,
        "sample --res 64 --labels 1 --steps 8 --tokens-out t.safetensors",
        "--res 64 is not the side of the model's images, which have 32x32 pixels",
    );
    folder.done("-q sample --res 32 --labels 1 --steps 8 --tokens-out t.safetensors");
    // Files that say nothing of their tokenizer are taken with a note.
    let outcome = folder.run(&format!(
        "eval {MODEL} --tokens tokens.safetensors --no-baselines --method halton {line}"
    ));
    assert_eq!(outcome.status, 0, "{outcome}");
    let note = "note: tokens are taken as they are: neither tokens.safetensors nor --checkpoint model.safetensors says which tokenizer they are of\n";
    assert!(outcome.stderr.contains(note), "{outcome}");
}

/// JSON has no infinity, and a folder must know its own results again.
#[test]
fn infinite_thresholds_come_back() {
    let folder = folder();
    let line = format!(
        "-q eval {MODEL} --tokens tokens.safetensors --method lpd,repulsion=inf --no-baselines --steps 6 --runs 0 --out results --json"
    );
    let json = folder.done(&line);
    assert_eq!(rows(&json)[0]["method"], "lpd, proximity 1, repulsion inf");
    let before = folder.content();
    assert_eq!(folder.done(&line), json);
    assert!(folder.content() == before);
    // -0 and 0 are one variant.
    let zero = line.replace("repulsion=inf", "repulsion=0 --method lpd,repulsion=-0");
    assert_eq!(rows(&folder.done(&zero)).len(), 1);
}

#[cfg(unix)]
#[test]
fn file_names_with_line_breaks_are_no_rows() {
    let folder = folder();
    folder.done("-q gen --grid 8x8 --steps 6 --num 1 --out one.npy");
    let name = "a\u{1b}b.npy";
    fs_err::rename(folder.path("one.npy"), folder.path(name)).unwrap();
    folder.refuses(
        2,
        &format!("eval {MODEL} --tokens tokens.safetensors --steps 6 --orders {name} --out new"),
        "--orders: the file name \"a\\u{1b}b.npy\" has a control character; it takes one line of text",
    );
}

/// The bundled model, with nothing else at hand: exact decoding and schedulers beside orders.
#[test]
fn exact_decoding_and_schedulers_are_compared() {
    let folder = Folder::new();
    let line = "eval --limit 12 --steps 20 --runs 0 --no-baselines --method halton --decoding parallel --decoding exact --scheduler confidence --scheduler entropy-bound,budget=0.5 --scheduler confidence,repulsion=2 --out results --json -q";
    let rows = rows(&folder.done(line));
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row["method"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "halton",
            "halton, exact",
            "confidence, repulsion 0",
            "confidence, repulsion 2",
            "entropy-bound, budget 0.5, repulsion 0"
        ]
    );
    let number = |row: usize, name: &str| rows[row][name]["estimate"].as_f64().unwrap();
    let passes: Vec<f64> = (0..5).map(|row| number(row, "passes_per_image")).collect();
    assert_eq!(passes[0], 20.0);
    assert!((8.0..18.0).contains(&passes[1]), "{passes:?}");
    assert_eq!(passes[2], 20.0);
    // Spaced, it can't keep to its sizes.
    assert!(passes[3] > 22.0, "{passes:?}");
    assert!((20.0..256.0).contains(&passes[4]), "{passes:?}");
    assert_eq!(rows[4]["steps"], serde_json::Value::Null);

    // What is decoded exactly is as likely as one by one, and a rule as 'score' says.
    let score = |rest: &str| -> serde_json::Value {
        let said = folder.done(&format!("score --limit 12 {rest} --json -q"));
        serde_json::from_str(&said).unwrap()
    };
    for (row, rest) in [
        (0, "--method halton --steps 20"),
        (1, "--method halton --steps 20 --decoding exact"),
        (2, "--scheduler confidence --steps 20"),
        (3, "--scheduler confidence,repulsion=2 --steps 20"),
        (4, "--scheduler entropy-bound,budget=0.5"),
    ] {
        let scored = score(rest);
        let expected = scored["nats_per_cell"].as_f64().unwrap();
        assert!(
            (number(row, "nats_per_cell") - expected).abs() < 1e-6,
            "{rest}"
        );
    }
    let scored = score("--scheduler entropy-bound,budget=0.5");
    assert!((scored["mean_steps"].as_f64().unwrap() - passes[4]).abs() < 1e-9);
    // Compared with the first method, image by image, though its steps are others.
    let difference = number(4, "nats_per_cell") - number(0, "nats_per_cell");
    assert!((number(4, "difference") - difference).abs() < 1e-9);
    // Kept results give the same table.
    let words = folder.done(&line.replace(" --json", ""));
    assert!(
        words.contains("| entropy-bound, budget 0.5, repulsion 0 | found |"),
        "{words}"
    );
    folder.done("sweep table results --measures nats_per_cell,passes_per_image");

    for (rest, error) in [
        (
            "--decoding exactly",
            "--decoding exactly: 'exactly' is neither 'parallel' nor 'exact'",
        ),
        (
            "--scheduler halton",
            "--scheduler halton: halton makes orders beforehand; give it to --method",
        ),
        (
            "--scheduler entropy-bound,budget=-1",
            "--scheduler entropy-bound,budget=-1: '-1' is not allowed; it takes a number from 0",
        ),
        (
            "--scheduler maskgit --runs 0",
            "--scheduler maskgit: it looks at the tokens that it draws, so that images have no likelihood under it; ask for --samples, or --runs from 1",
        ),
    ] {
        folder.refuses(2, &format!("eval --limit 4 --steps 8 {rest}"), error);
    }
}

/// Sizes of one's own stand beside those of steps, and labels in the place of names.
#[test]
fn own_sizes_and_labels() {
    let folder = folder();
    folder.write("sizes.json", "[4, 60]");
    let line = format!(
        "eval {MODEL} --tokens tokens.safetensors --runs 0 --no-baselines --method halton --method raster -q --json"
    );
    let names = |rest: &str| {
        let rows = rows(&folder.done(&format!("{line} {rest}")));
        let names = rows
            .iter()
            .map(|row| row["method"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), rows)
    };
    let (all, rows) =
        names("--steps 2 --group-sizes 10,54 --group-sizes sizes.json --label H --label R");
    assert_eq!(
        all,
        [
            "H",
            "H, sizes 10 54",
            "H, sizes sizes.json",
            "R",
            "R, sizes 10 54",
            "R, sizes sizes.json"
        ]
    );
    let nats = |row: usize| rows[row]["nats_per_cell"]["estimate"].as_f64().unwrap();
    let scored = folder.done(&format!(
        "-q score {MODEL} --tokens tokens.safetensors --method halton --group-sizes 4,60 --json"
    ));
    let scored: serde_json::Value = serde_json::from_str(&scored).unwrap();
    assert!((nats(2) - scored["nats_per_cell"].as_f64().unwrap()).abs() < 1e-6);
    assert!(nats(0) != nats(1) && nats(1) != nats(2));
    assert_eq!(names("--group-sizes 10,54").0.len(), 2);

    for (rest, error) in [
        ("--group-sizes 10,55", "--group-sizes 10,55: "),
        (
            "--group-sizes none.json",
            "--group-sizes: 'none.json' is neither a list such as 1,5,10 nor a file that can be read: ",
        ),
        (
            "--steps 2 --label H",
            "--label is given 1 time, but 2 methods are shown; each has one, or none has",
        ),
        (
            "--steps 2 --label H --label H",
            "two methods are called 'H'; give each a --label of its own",
        ),
    ] {
        let outcome = folder.run(&format!("{line} {rest}"));
        assert_eq!(outcome.status, 2, "{outcome}");
        assert!(
            outcome.stderr.starts_with(&format!("error: {error}")),
            "{outcome}"
        );
    }
}
