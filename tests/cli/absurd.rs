//! Values beyond all measure: one sentence that says what is wrong and what would fit,
//! before anything is allocated, or work in pieces.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::ends::{send, wait_until};
use crate::folder::{Folder, Outcome, words};
use crate::train::{TRAIN, folder as with_recipe};

/// Kilobytes of addresses that a process may have here.
const KILOBYTES: u32 = 4_000_000;

/// A command of a line that may have no more memory than so many kilobytes.
fn limited(folder: &Folder, line: &str, kilobytes: u32) -> Command {
    let script = format!("ulimit -v {kilobytes}; exec \"$@\"");
    let mut command = Command::new("sh");
    command
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_orders-cli")])
        .args(words(line))
        .current_dir(folder.path(""))
        .stdin(Stdio::null());
    command
}

/// Runs a line, which must be refused at once, with a message that begins and ends so.
#[track_caller]
fn refused(folder: &Folder, line: &str, begin: &str, end: &str) {
    let before = folder.content();
    let start = Instant::now();
    let output = limited(folder, line, KILOBYTES).output();
    let outcome = Outcome::new(line, output.unwrap());
    assert!(start.elapsed() < Duration::from_secs(20), "{line}");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert_eq!(outcome.stdout, "", "{outcome}");
    let errors: Vec<&str> = outcome
        .stderr
        .lines()
        .filter(|line| !line.starts_with("note: "))
        .collect();
    let [error] = errors[..] else {
        panic!("{outcome}");
    };
    assert!(error.starts_with(&format!("error: {begin}")), "{outcome}");
    assert!(error.contains(end), "{outcome}");
    assert!(folder.content() == before, "{:?}", folder.names());
}

/// The same for what has no room.
#[track_caller]
fn has_no_room(folder: &Folder, line: &str, begin: &str) {
    refused(folder, line, &format!("{begin} needs about "), " are free");
}

#[test]
fn batches_that_no_machine_has_room_for() {
    let folder = Folder::new();
    let labels = "--labels 1 --per-label 100000";
    let batch = "--batch 65536 needs about ";
    for line in [
        &format!("sample {labels} --steps 20 --batch 65536 --tokens-out t.safetensors")[..],
        &format!("sample {labels} --steps 20 --batch 65536 --cfg 2 --images images"),
        "bench --model nano --steps 20 --batch 65536",
    ] {
        refused(&folder, line, batch, " fit");
    }
    // What does fit is said, and does.
    let run = |line: &str| {
        let mut command = limited(&folder, line, KILOBYTES / 4);
        // Each arena of an allocator's thread is address space, and which threads have one
        // when the room is looked at is chance.
        let output = command.env("MALLOC_ARENA_MAX", "1").output();
        Outcome::new(line, output.unwrap())
    };
    let line = "sample --labels 1 --steps 8 --threads 2 --tokens-out t.safetensors";
    let outcome = run(&format!("{line} --per-label 100000 --batch 65536"));
    let most = outcome.stderr.trim().strip_suffix(" fit");
    let most = most.and_then(|text| text.rsplit(' ').next()).unwrap();
    let most: u64 = most.parse().unwrap();
    assert!((50..1000).contains(&most), "{outcome}");
    let outcome = run(&format!("{line} --per-label {most} --batch {most}"));
    assert_eq!(outcome.status, 0, "{outcome}");
}

#[cfg(feature = "full")]
#[test]
fn evaluations_that_no_machine_has_room_for() {
    let folder = Folder::new();
    for line in [
        "eval --steps 20 --batch 65536",
        "eval --steps 20 --batch 65536 --runs 0 --samples 100000 --out results",
    ] {
        refused(&folder, line, "--batch 65536 needs about ", " fit");
    }
    // Features of all images are held.
    let line = "eval --steps 8 --samples 16777216 --out results";
    has_no_room(&folder, line, "--samples 16777216");
}

#[test]
fn models_that_no_machine_has_room_for() {
    let folder = Folder::new();
    let config = |field: &str, value: u64| {
        let mut config = serde_json::json!({
            "image_size": 32, "stride": 2, "embed_dim": 8192, "depth": 1, "heads": 4,
            "mlp_ratio": 4, "classes": 10, "vocab": 128, "norm_eps": 1e-6,
        });
        config[field] = value.into();
        folder.write("config.json", config.to_string());
    };
    let line = "bench --config config.json --steps 20";
    for field in ["mlp_ratio", "classes", "vocab", "embed_dim"] {
        config(field, 1 << 20);
        refused(&folder, line, "--", "the model needs about ");
    }
    config("depth", 1 << 20);
    let error = "--config config.json: depth is 1048576; it takes a whole number from 1 to 4096";
    refused(&folder, line, error, "");
    config("depth", 4096);
    has_no_room(&folder, line, "--model: the model");
    let preset = "bench --model lpd-xxl --steps 20";
    has_no_room(&folder, preset, "--model: the model");
}

#[test]
fn more_samples_than_can_be_numbered() {
    let folder = Folder::new();
    let line = "sample --labels 0,1 --steps 4 --tokens-out t.safetensors --per-label";
    refused(
        &folder,
        &format!("{line} 18446744073709551615"),
        "--per-label 18446744073709551615 of 2 labels are more samples than can be numbered",
        "",
    );
    refused(
        &folder,
        &format!("{line} 1000000000000000000"),
        "--tokens-out: ",
        "tokens",
    );
}

/// Samples are written as they come, so that their number takes no memory.
#[test]
fn samples_come_in_pieces() {
    for out in ["--tokens-out t.safetensors", "--images images"] {
        let folder = Folder::new();
        let line = format!("sample --labels 0 --per-label 1000000000 --steps 4 {out}");
        let mut child = limited(&folder, &line, KILOBYTES / 2)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("nothing is written", || {
            assert!(child.try_wait().unwrap().is_none(), "{line} ended");
            let content = folder.names().into_iter();
            content.filter(|name| !name.ends_with('/')).count() > 0
        });
        std::thread::sleep(Duration::from_millis(300));
        send(&child, "INT");
        let outcome = Outcome::new(&line, child.wait_with_output().unwrap());
        assert_eq!(outcome.status, 130, "{outcome}");
        match out {
            "--images images" => {
                let end = " images are in images\n";
                assert!(outcome.stderr.ends_with(end), "{outcome}");
                assert!(folder.path("images/000000000.png").is_file());
            }
            _ => {
                assert_eq!(outcome.stderr, "error: interrupted; nothing was written\n");
                assert!(folder.names().is_empty(), "{:?}", folder.names());
            }
        }
    }
}

#[test]
fn recipes_that_no_machine_has_room_for() {
    let folder = with_recipe();
    let recipe = String::from_utf8(folder.read("recipe.toml")).unwrap();
    let wide = recipe.replace("embed_dim = 16", "embed_dim = 512");
    for (recipe, from, to, begin) in [
        (&recipe, "batch = 8", "batch = 1000000", "batch: 1000000"),
        (&recipe, "mlp_ratio = 2", "mlp_ratio = 1000000", "model: it"),
        (&wide, "classes = 2", "classes = 1000000", "model: it"),
        (
            &recipe,
            "embed_dim = 16",
            "embed_dim = 1000000",
            "model: it",
        ),
    ] {
        assert!(recipe.contains(from));
        folder.write("recipe.toml", recipe.replace(from, to));
        let begin = format!("recipe.toml: {begin}");
        has_no_room(&folder, &format!("{TRAIN} --out run"), &begin);
    }
    folder.write(
        "recipe.toml",
        recipe.replace("depth = 1", "depth = 1000000"),
    );
    let error = "recipe.toml: model: depth is 1000000; it takes a whole number from 1 to 4096";
    refused(&folder, &format!("{TRAIN} --out run"), error, "");
}

/// A PNG file of so many pixels a side, all black: small, and large in memory.
fn black(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().unwrap();
    let mut stream = writer.stream_writer().unwrap();
    let row = vec![0; side as usize];
    for _ in 0..side {
        std::io::Write::write_all(&mut stream, &row).unwrap();
    }
    stream.finish().unwrap();
    drop(writer);
    bytes
}

#[test]
fn images_that_have_no_room() {
    let folder = Folder::new();
    fs_err::create_dir_all(folder.path("images/one")).unwrap();
    for name in ["a", "b", "c", "d"] {
        folder.write(&format!("images/one/{name}.png"), black(8));
    }
    let prepare = "data prepare images --codes 1 --out tokens --threads 2";
    has_no_room(
        &folder,
        &format!("{prepare} --crop 16384 --patch 8"),
        "--crop 16384",
    );
    has_no_room(
        &folder,
        &format!("{prepare} --crop 8192 --patch 2"),
        "--train-images: finding 1 codes in 4 images",
    );
    refused(
        &folder,
        &format!("{prepare} --pad 16384"),
        "--pad 16384: a 8192x8192 grid",
        "",
    );
    folder.write("images/one/large.png", black(16_384));
    refused(
        &folder,
        "data prepare images --codes 1 --out tokens --patch 64 --threads 2",
        "images/one/large.png can't be used: an image of 16384x16384 pixels needs about ",
        " are free",
    );
}
