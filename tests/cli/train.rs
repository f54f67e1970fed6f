//! `train`, and what the models that it makes are for.

use crate::data::fashion;
use crate::folder::Folder;
use crate::foreign::safetensors;

const RECIPE: &str = r#"
epochs = 1.5
batch = 8
group_sizes = [4, [1, 15]]

[model]
image_size = 8
stride = 2
embed_dim = 16
depth = 1
heads = 2
mlp_ratio = 2
classes = 2
vocab = 16
norm_eps = 1e-6

[learning_rate]
peak = 0.01

[[orders]]
method = "random"
"#;

pub const TRAIN: &str = "train recipe.toml --tokens tokens/train.safetensors --held-out tokens/test.safetensors --every 3";

/// A folder with tokens and a recipe of 8 updates.
pub fn folder() -> Folder {
    let folder = fashion();
    folder.done("data prepare fashion --pad 8 --codes 16 --out tokens");
    folder.write("recipe.toml", RECIPE);
    folder
}

#[test]
fn an_interrupted_run_makes_the_same_files() {
    let folder = folder();
    let text = folder.done(&format!("{TRAIN} --out whole"));
    assert!(text.starts_with("loss "), "{text}");
    assert!(
        text.ends_with("images a second: whole/model.safetensors\n"),
        "{text}"
    );

    let text = folder.done(&format!("{TRAIN} --updates 5 --out parts"));
    assert!(text.ends_with(": 5 of 8 updates in parts\n"), "{text}");
    assert!(!folder.path("parts/model.safetensors").exists());
    // Two updates whose state was not kept any more.
    let mut log = folder.read("parts/log.csv");
    log.extend(b"6,1.2,1.0,0.1,1.0,\n7,1.4,1.0,0.1");
    folder.write("parts/log.csv", log);
    let outcome = folder.run(&format!("{TRAIN} --threads 1 --out parts"));
    assert_eq!(outcome.status, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stderr, "note: going on after update 5 in parts\n");

    let log = String::from_utf8(folder.read("whole/log.csv")).unwrap();
    let updates: Vec<&str> = log
        .lines()
        .map(|line| line.split(',').next().unwrap())
        .collect();
    assert_eq!(updates, ["update", "1", "2", "3", "4", "5", "6", "7", "8"]);
    let held_out = |line: &&str| !line.ends_with(',') && !line.starts_with("update");
    assert_eq!(log.lines().filter(held_out).count(), 3, "{log}");
    for name in [
        "model.safetensors",
        "config.json",
        "recipe.toml",
        "run.safetensors",
    ] {
        let [whole, parts] = ["whole", "parts"].map(|out| folder.read(&format!("{out}/{name}")));
        assert!(whole == parts, "{name}");
    }
    // The fifth update was the end of a stint, so held-out images were looked at.
    let parts = String::from_utf8(folder.read("parts/log.csv")).unwrap();
    let losses = |log: &str| -> Vec<String> {
        log.lines()
            .map(|line| line.rsplit_once(',').unwrap().0.to_owned())
            .collect()
    };
    assert_eq!(losses(&parts), losses(&log));

    // Its state is a model as well, also while it is not done.
    let nats = |checkpoint: &str| {
        let line = format!(
            "score --checkpoint {checkpoint} --tokens tokens/test.safetensors --steps 4 --limit 3 --json"
        );
        let outcome = folder.run(&line);
        let said: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
        (said["nats_per_cell"].as_f64().unwrap(), outcome.stderr)
    };
    let (expected, said) = nats("whole");
    assert!(!said.contains("updates"), "{said}");
    let (found, said) = nats("whole/run.safetensors");
    assert_eq!(found, expected);
    let note =
        "note: --checkpoint whole/run.safetensors: weights of a run of training after 8 updates\n";
    assert!(said.contains(note), "{said}");
    folder.done(&format!("{TRAIN} --updates 3 --out begun"));
    let (found, said) = nats("begun");
    assert!(
        found != expected && said.contains("after 3 updates"),
        "{said}"
    );
    folder.refuses(
        2,
        "score --checkpoint tokens --tokens tokens/test.safetensors --steps 4",
        "--checkpoint tokens is a folder with neither model.safetensors nor run.safetensors; it takes a file of weights, or a folder of 'train'",
    );

    // A run that is done has nothing left to do.
    let text = folder.done(&format!("-q {TRAIN} --out whole --json"));
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["updates"], 8);
    assert_eq!(report["path"], "whole/model.safetensors");
    assert!(report["images_per_second"].is_null());
}

/// A file that can't grow as far as it has to is what a full disk is: the state before
/// survives, and the run goes on from it.
#[test]
#[cfg(unix)]
fn a_full_disk_costs_what_was_not_kept() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --out whole"));
    folder.done(&format!("{TRAIN} --updates 3 --out run"));
    let state = folder.read("run/run.safetensors");
    let line = folder.command(&format!("{TRAIN} --out run"));
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "ulimit -f 8; exec \"$0\" \"$@\""])
        .arg(line.get_program())
        .args(line.get_args())
        .current_dir(folder.path("."));
    let outcome = crate::folder::Outcome::new("train", shell.output().unwrap());
    assert_eq!(outcome.status, 1, "{outcome}");
    let error = "error: run/run.safetensors can't be written: ";
    assert!(
        outcome.stderr.lines().any(|line| line.starts_with(error)),
        "{outcome}"
    );
    assert!(folder.read("run/run.safetensors") == state);
    let names = folder.names();
    assert!(
        !names.iter().any(|name| name.ends_with(".partial")),
        "{names:?}"
    );

    folder.done(&format!("{TRAIN} --out run"));
    for name in ["run.safetensors", "model.safetensors", "log.csv"] {
        let files = ["whole", "run"].map(|at| folder.read(&format!("{at}/{name}")));
        assert!(files[0] == files[1], "{name}");
    }
}

/// What a killed run left half written is no reason to refuse its folder.
#[test]
fn half_written_files_are_passed_over() {
    let folder = folder();
    for name in ["run", "results", "again", "again/.prepare"] {
        fs_err::create_dir(folder.path(name)).unwrap();
    }
    folder.write("run/.abc.partial", "half");
    folder.done(&format!("{TRAIN} --out run"));
    folder.write("results/.abc.partial", "half");
    folder.done("eval --checkpoint run/model.safetensors --tokens tokens/test.safetensors --steps 4 --runs 0 --out results");
    folder.write("again/.prepare/.abc.partial", "half");
    folder.done("data prepare fashion --pad 8 --codes 16 --out again");
    assert!(!folder.names().contains(&"again/.prepare/".to_owned()));
}

#[test]
fn a_trained_model_is_sampled_scored_and_drawn() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --out run"));
    let scored = folder.done(
        "-q score --checkpoint run/model.safetensors --tokens tokens/test.safetensors --steps 4 --out s.safetensors --json",
    );
    let scored: serde_json::Value = serde_json::from_str(&scored).unwrap();
    assert!(scored["nats_per_cell"].as_f64().unwrap() < 3.0, "{scored}");
    folder.done(
        "sample --checkpoint run/model.safetensors --labels 0,1 --per-label 2 --steps 4 --tokenizer tokens/codebook.safetensors --images out --tokens-out t.safetensors",
    );
    let names = folder.names();
    for name in ["0000.png", "0003.png", "sheet.png"] {
        assert!(names.contains(&format!("out/{name}")), "{names:?}");
    }
    // The same images from the tokens, as files and as an array.
    let line = "-q detokenize t.safetensors --tokenizer tokens/codebook.safetensors --out";
    folder
        .run(&format!("{line} again"))
        .is(0, "4 images of 8x8 pixels: again\n", "");
    for name in ["0000.png", "0003.png"] {
        let images = ["out", "again"].map(|at| folder.read(&format!("{at}/{name}")));
        assert!(images[0] == images[1], "{name}");
    }
    folder.done(&format!("{line} again.safetensors"));
    assert!(folder.read("again.safetensors").len() > 4 * 8 * 8 * 3);
    folder.done("plot run/log.csv --out loss.svg");
    let svg = String::from_utf8(folder.read("loss.svg")).unwrap();
    assert!(svg.contains("held out") && svg.contains("epoch"), "{svg}");
}

/// What a file says of its tokens has to be true of the model, and a model that gives no
/// numbers has no likelihood.
#[test]
fn tokens_of_another_grid_or_vocabulary_are_refused() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --out run"));
    let parts = |name: &str| {
        let bytes = folder.read(name);
        let (length, rest) = bytes.split_at(8);
        let length = u64::from_le_bytes(length.try_into().unwrap()) as usize;
        let (header, data) = rest.split_at(length);
        let header: serde_json::Value = serde_json::from_slice(header).unwrap();
        (header, data.to_vec())
    };
    let stating = |stated: &str| {
        let (mut header, data) = parts("tokens/test.safetensors");
        let (name, value) = stated.split_once('=').unwrap();
        header["__metadata__"][name] = value.into();
        safetensors(&header.to_string(), &data)
    };
    for (stated, error) in [
        ("grid=2x8", "tokens of a 2x8 grid, but the model's is 4x4"),
        (
            "codebook_size=99",
            "tokens of a codebook of 99, but the model's vocabulary is 16",
        ),
    ] {
        folder.write("stated.safetensors", stating(stated));
        for line in [
            "score --tokens stated.safetensors --steps 4",
            "eval --tokens stated.safetensors --steps 4 --runs 0 --out results",
            "curve --tokens stated.safetensors --method random --out c.json",
        ] {
            folder.refuses(
                2,
                &format!("{line} --checkpoint run"),
                &format!("stated.safetensors has {error}"),
            );
        }
        folder.write("known.json", "[0, 1]");
        folder.refuses(
            2,
            "sample --checkpoint run --labels 1 --steps 4 --known known.json --known-tokens stated.safetensors --tokens-out t.safetensors",
            &format!("--known-tokens stated.safetensors has {error}"),
        );
    }
    let (header, data) = parts("run/model.safetensors");
    let no_numbers = vec![0xFF; data.len()];
    folder.write(
        "run/model.safetensors",
        safetensors(&header.to_string(), &no_numbers),
    );
    let line = "score --checkpoint run/model.safetensors --tokens tokens/test.safetensors --steps 4 --out scores.safetensors -q";
    let outcome = folder.run(line);
    assert_ne!(outcome.status, 0, "{outcome}");
    assert!(
        outcome.stderr.contains("the model's logits are not finite"),
        "{outcome}"
    );
    assert!(!folder.path("scores.safetensors").exists());
}

/// As many codes don't make two codebooks alike.
#[test]
fn tokens_of_another_codebook_are_refused() {
    let folder = folder();
    folder.done("data prepare fashion --pad 8 --codes 16 --train-images 9 --seed 5 --out others");
    folder.done(&format!("{TRAIN} --out run"));
    let id = |codebook: &str| {
        let info = folder.done(&format!("data info {codebook}/codebook.safetensors --json"));
        let info: serde_json::Value = serde_json::from_str(&info).unwrap();
        format!("patch-codebook:{}", info["id"].as_str().unwrap())
    };
    let (own, other) = (id("tokens"), id("others"));
    assert_ne!(own, other);
    // Digests are what it is about, so that they are not masked.
    let refuses = |line: &str, error: &str| {
        let before = folder.content();
        let outcome = folder.run(line);
        assert_eq!((outcome.status, &outcome.stdout[..]), (2, ""), "{outcome}");
        assert_eq!(outcome.stderr, format!("error: {error}\n"));
        assert!(folder.content() == before, "{line}");
    };
    let model = "--checkpoint run/model.safetensors";
    let of_model = format!("those of {model} are of {own}");
    for (line, error) in [
        (
            format!("score {model} --tokens others/test.safetensors --steps 4 --out s.safetensors"),
            format!("others/test.safetensors has tokens of {other}, but {of_model}"),
        ),
        (
            format!("eval {model} --tokens others/test.safetensors --steps 4 --runs 0 --out results"),
            format!("others/test.safetensors has tokens of {other}, but {of_model}"),
        ),
        (
            format!("sample {model} --labels 1 --steps 4 --tokenizer others/codebook.safetensors --images out"),
            format!(
                "{model} has tokens of {own}, but those of --tokenizer others/codebook.safetensors are of {other}"
            ),
        ),
        (
            "detokenize tokens/test.safetensors --tokenizer others/codebook.safetensors --out images".to_owned(),
            format!("tokens/test.safetensors has tokens of {own}, but those of --tokenizer are of {other}"),
        ),
        (
            "train recipe.toml --tokens tokens/train.safetensors --held-out others/test.safetensors --out new".to_owned(),
            format!("others/test.safetensors: the tokens are of {other}, not of {own}"),
        ),
    ] {
        refuses(&line, &error);
    }
    folder.write("known.json", "[0, 1]");
    folder.done(&format!(
        "-q sample {model} --labels 1 --steps 4 --tokens-out t.safetensors"
    ));
    // Samples are of the model's codebook, and say so.
    let known = format!(
        "sample {model} --labels 1 --steps 4 --known known.json --tokens-out again.safetensors --known-tokens"
    );
    let outcome = folder.run(&format!("{known} t.safetensors"));
    assert_eq!(outcome.status, 0, "{outcome}");
    assert!(!outcome.stderr.contains("tokenizer"), "{outcome}");
    folder.done("data prepare fashion --split test --limit 1 --pad 8 --codebook others/codebook.safetensors --out one");
    folder.remove("again.safetensors");
    refuses(
        &format!("{known} one/test.safetensors"),
        &format!("--known-tokens one/test.safetensors has tokens of {other}, but {of_model}"),
    );
}

#[test]
fn wrong_input() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --updates 1 --out run"));
    folder.write("typo.toml", RECIPE.replace("batch = 8", "bacth = 8"));
    folder.write("other.toml", RECIPE.replace("epochs = 1.5", "epochs = 2.5"));
    folder.write("vocab.toml", RECIPE.replace("vocab = 16", "vocab = 17"));
    folder.write("latin.toml", b"seed = 1 # \xE9");
    folder.write("some.txt", "mine");
    let recipe = |name: &str| TRAIN.replace("recipe.toml", name);
    for (line, error) in [
        (
            format!("{} --out new", recipe("typo.toml")),
            "typo.toml: line 3: unknown field `bacth`",
        ),
        (
            format!("{} --out new", recipe("missing.toml")),
            "missing.toml can't be read: there is no such file or folder",
        ),
        (
            format!("{} --out new", recipe("latin.toml")),
            "latin.toml is not UTF-8 text",
        ),
        (
            format!("{} --out new", recipe("vocab.toml")),
            "tokens/train.safetensors: the tokens are from a codebook of 16, the model's vocabulary is 17",
        ),
        (
            format!("{} --out run", recipe("other.toml")),
            "run/run.safetensors is of another run: its recipe is not this one's",
        ),
        (
            format!("{TRAIN} --out ."),
            "--out . is neither empty nor the folder of a run",
        ),
        (
            "train recipe.toml --tokens tokens/codebook.safetensors --out new".to_owned(),
            "tokens/codebook.safetensors",
        ),
        (format!("{TRAIN} --device tpu --out new"), "--device"),
        (
            "sample --labels 1 --steps 8 --tokenizer tokens/codebook.safetensors --images new"
                .to_owned(),
            "--tokenizer has 16 codes, but the model generates 128 tokens",
        ),
        (
            "tokenize some.png --tokenizer tokens/codebook.safetensors --out t.safetensors"
                .to_owned(),
            "--tokenizer tokens/codebook.safetensors is a codebook of patches; 'data prepare' turns images into its tokens",
        ),
        (
            "detokenize tokens/test.safetensors --tokenizer tokens/codebook.safetensors --config a.json --out new"
                .to_owned(),
            "--tokenizer tokens/codebook.safetensors is a codebook of patches, which takes neither --tokenizer-config nor --tokenizer-key",
        ),
        (
            "plot run/log.csv tokens/train.safetensors --out a.png".to_owned(),
            "tokens/train.safetensors is no CSV file; orders and tables don't go on one picture",
        ),
    ] {
        let before = folder.content();
        let outcome = folder.run(&line);
        assert_eq!(outcome.status, 2, "{line}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(error), "{line}: {}", outcome.stderr);
        assert_eq!(
            outcome.stderr.lines().count(),
            1,
            "{line}: {}",
            outcome.stderr
        );
        assert!(folder.content() == before, "{line}");
    }
}

/// Without a checkpoint, the bundled model is asked.
#[test]
fn the_bundled_model_needs_no_files() {
    let folder = Folder::new();
    let json =
        folder.done("-q eval --limit 6 --method lpd --steps 8,256 --runs 0 --out results --json");
    let table: serde_json::Value = serde_json::from_str(&json).unwrap();
    let rows = table["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 6);
    for row in rows {
        let nats = |measure: &str| row[measure]["estimate"].as_f64().unwrap();
        // Trained, it knows far more than nothing: ln 128 = 4.85.
        assert!((0.5..2.0).contains(&nats("nats_per_cell")), "{row}");
        assert!(
            nats("nats_per_foreground_cell") > nats("nats_per_cell"),
            "{row}"
        );
        assert_eq!(row["parallel_loss"].is_null(), row["steps"] == 256, "{row}");
    }
    folder.done("sample --labels 3,none --steps 8 --cfg 2 --images out");
    // Width and height of a PNG file.
    let image = folder.read("out/0000.png");
    assert_eq!(image[16..24], [0, 0, 0, 32, 0, 0, 0, 32]);
    folder.done("plot results/table.csv --out nats.png");
    folder.done("bench --model nano-mixture --steps 8 --runs 1 --warm-up 0 --no-baselines");
    let outcome = folder
        .run("sample --checkpoint x.safetensors --model nano --labels 1 --steps 8 --images a");
    assert_eq!(outcome.status, 2);
    assert!(
        outcome
            .stderr
            .contains("--model nano is bundled and takes no --checkpoint")
    );
}

/// What says how far a run came is not replaced by a new one.
#[test]
fn a_run_without_its_state_is_kept() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --updates 3 --out run"));
    let state = folder.read("run/run.safetensors");
    folder.remove("run/run.safetensors");
    folder.refuses(
        2,
        &format!("{TRAIN} --out run"),
        "run/log.csv is kept: there is no run to go on with, and a new one would replace it; move it away, or begin anew with --force",
    );
    folder.done(&format!("{TRAIN} --updates 3 --out run --force"));
    assert!(folder.read("run/run.safetensors") == state);
    // So is a model that another run left, or that a user put there.
    folder.done(&format!("{TRAIN} --out whole"));
    folder.write("run/model.safetensors", "mine");
    folder.refuses(
        2,
        &format!("{TRAIN} --out run"),
        "run/model.safetensors is kept: the run would replace it when it is done; move it away, or begin anew with --force",
    );
    folder.done(&format!("{TRAIN} --out run --force"));
    for name in ["model.safetensors", "log.csv", "run.safetensors"] {
        let files = ["whole", "run"].map(|at| folder.read(&format!("{at}/{name}")));
        assert!(files[0] == files[1], "{name}");
    }
    folder.remove("run/run.safetensors");
    folder.remove("run/log.csv");
    folder.refuses(
        2,
        &format!("{TRAIN} --out run"),
        "run/model.safetensors is kept: there is no run to go on with, and a new one would replace it; move it away, or begin anew with --force",
    );
    // A run that is done leaves its model as it is.
    folder.write("whole/model.safetensors", "mine");
    folder.done(&format!("{TRAIN} --out whole"));
    assert_eq!(folder.read("whole/model.safetensors"), b"mine");
}

/// The state is enough to go on; the log is for people.
#[test]
fn a_run_without_its_log_goes_on() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --out whole"));
    folder.done(&format!("{TRAIN} --updates 3 --out run"));
    folder.remove("run/log.csv");
    let outcome = folder.run(&format!("{TRAIN} --out run"));
    assert_eq!(outcome.status, 0, "{outcome}");
    assert_eq!(
        outcome.stderr,
        "note: going on after update 3 in run\nnote: the log lacks 3 of these updates, and goes on without them\n"
    );
    let files = ["whole", "run"].map(|at| folder.read(&format!("{at}/model.safetensors")));
    assert!(files[0] == files[1]);
    let [whole, log] = ["whole", "run"]
        .map(|at| String::from_utf8(folder.read(&format!("{at}/log.csv"))).unwrap());
    let rest: Vec<&str> = whole.lines().skip(4).collect();
    assert_eq!(log.lines().skip(1).collect::<Vec<_>>(), rest);
    // What is no log is not made one.
    folder.done(&format!("{TRAIN} --updates 3 --out other"));
    folder.write("other/log.csv", "day,rain\n1,2\n");
    folder.refuses(
        2,
        &format!("{TRAIN} --out other"),
        "other/log.csv is kept: it is no log of a run; move it away, or begin anew with --force",
    );
}

/// A recipe may lie in the folder of its run, and stays as it was written.
#[test]
fn a_recipe_in_the_folder_is_kept() {
    let folder = folder();
    fs_err::create_dir(folder.path("run")).unwrap();
    let commented = format!("# mine\n{RECIPE}");
    folder.write("run/recipe.toml", &commented);
    let line = TRAIN.replace("recipe.toml", "run/recipe.toml");
    folder.done(&format!("{line} --updates 1 --out run"));
    assert_eq!(folder.read("run/recipe.toml"), commented.as_bytes());
    folder.write("run/recipe.toml", "# other\n");
    folder.refuses(
        2,
        &format!("{TRAIN} --out run"),
        "run/recipe.toml is kept: it is not the recipe of this run; move it away, or begin anew with --force",
    );
}

/// On another device a run is another from there on, which is said.
#[test]
fn a_run_that_moves_to_another_device_says_so() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --updates 3 --out run"));
    let state = folder.read("run/run.safetensors");
    let key = b"\"device\":\"cpu\"";
    let at = state
        .windows(key.len())
        .position(|part| part == key)
        .unwrap();
    let mut moved = state.clone();
    moved[at..at + key.len()].copy_from_slice(b"\"device\":\"abc\"");
    folder.write("run/run.safetensors", moved);
    let outcome = folder.run(&format!("{TRAIN} --out run"));
    assert_eq!(outcome.status, 0, "{outcome}");
    assert_eq!(
        outcome.stderr,
        "note: going on after update 3 in run\nnote: the run was on abc so far and goes on on cpu: from here on it is another run than on abc, in its rounding and in what dropout drops\n"
    );
}

#[cfg(not(feature = "mpi"))]
#[test]
fn processes_need_mpi() {
    let folder = folder();
    folder.refuses(
        2,
        &format!("{TRAIN} --out run --mpi"),
        "--mpi is not in this build, which was made without the feature 'mpi'; 'cargo install --path orders-cli --features mpi' brings it",
    );
    assert!(!folder.path("run").exists());
}

/// A run that begins with the weights of a model, on orders of a file.
#[test]
fn fine_tuning_begins_where_a_model_ended() {
    let folder = folder();
    folder.done(&format!("{TRAIN} --out whole"));
    folder.done("gen --method halton --grid 4x4 --steps 4 --num 1 --out one.json -q");
    let recipe = RECIPE.replace(r#"method = "random""#, r#"file = "one.json""#);
    folder.write("tune.toml", recipe.replace("epochs = 1.5", "epochs = 0.6"));
    let tune = TRAIN.replace("recipe.toml", "tune.toml");
    folder.done(&format!("{tune} --from whole --out tuned"));
    let first_loss = |run: &str| -> f64 {
        let log = String::from_utf8(folder.read(&format!("{run}/log.csv"))).unwrap();
        let first = log.lines().nth(1).unwrap();
        first.split(',').nth(2).unwrap().parse().unwrap()
    };
    assert!(first_loss("tuned") < first_loss("whole") - 0.1);
    // The recipe that is kept has the orders themselves.
    let kept = String::from_utf8(folder.read("tuned/recipe.toml")).unwrap();
    assert!(
        kept.contains("listed = [[") && !kept.contains("one.json"),
        "{kept}"
    );

    folder.done(&format!("{tune} --from whole --updates 1 --out parts"));
    let refuses = |line: &str, error: &str| {
        let outcome = folder.run(line);
        assert_eq!(outcome.status, 2, "{line}: {}", outcome.stderr);
        assert!(outcome.stderr.contains(error), "{line}: {}", outcome.stderr);
    };
    let error = "run.safetensors is of another run: its start is not this one's";
    refuses(&format!("{tune} --out parts"), error);
    folder.done(&format!(
        "{tune} --from whole/model.safetensors --out parts"
    ));
    assert!(folder.read("tuned/model.safetensors") == folder.read("parts/model.safetensors"));

    for (from, error) in [
        (
            "tokens",
            "--from: checkpoint tokens is a folder with neither model.safetensors",
        ),
        ("none", "--from"),
        ("nano", "--model nano are of"),
    ] {
        refuses(&format!("{tune} --from {from} --out other"), error);
    }
    folder.done("gen --method halton --grid 3x4 --steps 4 --num 1 --out small.json -q");
    for (part, error) in [
        (
            r#"file = "none.json""#,
            "tune.toml: failed to open file `none.json`",
        ),
        (r#"file = "small.json""#, "tune.toml: small.json: order 0"),
        ("weight = 1.0", "each entry has either a 'method'"),
        (
            "method = \"random\"\nfile = \"one.json\"",
            "each entry has either a 'method'",
        ),
        ("listed = [[0, 1]]", "orders: order 0"),
    ] {
        folder.write("tune.toml", RECIPE.replace(r#"method = "random""#, part));
        refuses(&format!("{tune} --out other"), error);
    }
    assert!(!folder.path("other").exists());
}
