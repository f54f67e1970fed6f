//! Ends that nobody planned: an interruption, a full disk, a reader that has
//! enough. No file may be left that looks whole, and no other one either.

use std::fs::File;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::folder::{Folder, Outcome, words};

/// So many orders that no machine makes them while a test waits.
const LONG: &str = "gen --res 512 --steps 48 --num 100000000 --out";

/// One order that takes minutes.
const LONG_ORDER: &str = "-q gen --grid 4096x4096 --steps 64 --num 1 --threads 1 --out a.npy";

/// Waits until something holds; it must do so within a minute.
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a command in a folder until it has begun to write, sends it a signal,
/// and waits for its end.
#[track_caller]
fn interrupted(folder: &Folder, line: &str, signal: &str) -> Outcome {
    let mut child = folder
        .command(line)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the command never wrote", || {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "{line} ended by itself: {ended:?}");
        has_partial_bytes(folder)
    });
    send(&child, signal);
    wait_until("the command does not end", || {
        child.try_wait().unwrap().is_some()
    });
    Outcome::new(line, child.wait_with_output().unwrap())
}

/// Whether a temporary file is there with something in it.
fn has_partial_bytes(folder: &Folder) -> bool {
    let in_folder = |name: &str| {
        let entries = std::fs::read_dir(folder.path(name)).into_iter().flatten();
        entries.flatten().any(|entry| {
            let is_partial = entry.path().extension().is_some_and(|e| e == "partial");
            is_partial && entry.metadata().is_ok_and(|metadata| metadata.len() > 0)
        })
    };
    in_folder("") || in_folder("new/deep")
}

/// Sends a signal to a process that was started here.
pub fn send(child: &Child, signal: &str) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{signal} {}", child.id())])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn interrupted_work_leaves_nothing() {
    for signal in ["INT", "TERM", "HUP"] {
        for out in ["new/deep/", "a.json", "./"] {
            let folder = Folder::new();
            folder.write("other", "not ours");
            let before = folder.content();
            let line = format!("{LONG} {out}");
            interrupted(&folder, &line, signal).is(
                130,
                "",
                "error: interrupted; nothing was written\n",
            );
            assert!(
                folder.content() == before,
                "{signal} {out}: {:?}",
                folder.names()
            );
        }
    }
}

/// An order is given up in its middle, soon.
#[test]
fn an_interruption_does_not_wait_for_the_end_of_an_order() {
    let folder = Folder::new();
    let mut child = folder
        .command(LONG_ORDER)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the command never began a file", || {
        assert!(child.try_wait().unwrap().is_none(), "it ended by itself");
        folder.names().iter().any(|name| name.ends_with(".partial"))
    });
    std::thread::sleep(Duration::from_secs(1));
    let start = Instant::now();
    send(&child, "INT");
    let output = child.wait_with_output().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10));
    Outcome::new(LONG_ORDER, output).is(130, "", "error: interrupted; nothing was written\n");
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

/// What is killed leaves its temporary file, and the next run takes it away; not that of
/// one that is still at work.
#[test]
fn what_a_killed_run_left_is_removed() {
    let folder = Folder::new();
    let begin = || {
        let before = folder.names().len();
        let child = folder
            .command(LONG_ORDER)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until("the command never began a file", || {
            folder.names().len() > before
        });
        child
    };
    let (mut killed, mut alive) = (begin(), begin());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(folder.names().len(), 2);
    folder.write(".other.partial", "not ours");
    let line = "gen --grid 4x4 --steps 4 --num 1 --out b.npy";
    let outcome = folder.run(line);
    assert_eq!(outcome.status, 0, "{outcome}");
    let note = "note: removed a file from . that a killed run had left half written\n";
    assert!(outcome.stderr.starts_with(note), "{outcome}");
    let partial = |name: &&String| name.starts_with(".orders-");
    assert_eq!(folder.names().iter().filter(partial).count(), 1);
    alive.kill().unwrap();
    alive.wait().unwrap();
    folder.done("-q gen --grid 4x4 --steps 4 --num 1 --out c.npy");
    let names = [
        ".other.partial",
        "b.npy",
        "b.npy.toml",
        "c.npy",
        "c.npy.toml",
    ];
    assert_eq!(folder.names(), names);
}

/// Results are kept as they come, and that is said.
#[cfg(feature = "full")]
#[test]
fn an_interrupted_evaluation_keeps_its_results() {
    let folder = Folder::new();
    let line = "eval --steps 8,16,32,64 --limit 40 --runs 0 --out results";
    let mut child = folder
        .command(line)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let results = || {
        let trials = std::fs::read_dir(folder.path("results/trials"));
        trials.map_or(0, |trials| {
            let names = trials.flatten().map(|entry| entry.file_name());
            names
                .filter(|name| !name.to_string_lossy().starts_with('.'))
                .count()
        })
    };
    wait_until("there is no result", || results() > 0);
    send(&child, "INT");
    wait_until("the command does not end", || {
        child.try_wait().unwrap().is_some()
    });
    let outcome = Outcome::new(line, child.wait_with_output().unwrap());
    let error = " trials are done and kept in results; the same command goes on from there\n";
    assert!(outcome.stderr.contains("error: interrupted; "), "{outcome}");
    assert_eq!(outcome.status, 130, "{outcome}");
    assert!(outcome.stderr.ends_with(error), "{outcome}");
    assert!(results() > 0);
    assert!(!folder.path("results/table.csv").exists());
}

/// However often it is killed, a sweep with a model and generated images ends in the bytes
/// of one that was left alone.
#[cfg(feature = "full")]
#[test]
fn a_killed_sweep_ends_the_same() {
    let folder = Folder::new();
    folder.write(
        "sweep.toml",
        r#"
        orders = 20
        grids = ["16x16"]
        steps = [8, 20]
        models = ["nano"]
        measures = ["nats_per_cell", "frechet_distance", "class_accuracy"]
        [samples]
        count = 20
        [[methods]]
        name = "lpd"
        [[methods]]
        name = "raster"
        "#,
    );
    folder.done("sweep sweep.toml --out whole");
    for round in 1..=6 {
        let mut child = folder
            .command("sweep sweep.toml --out killed")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(300 * round));
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
    }
    folder.done("sweep sweep.toml --out killed");
    let of = |name: &str| -> Vec<(String, Option<Vec<u8>>)> {
        let content = folder.content().into_iter();
        let inside = content.filter_map(|(file, bytes)| {
            let file = file.strip_prefix(name)?.to_owned();
            // What a killed program left half written is not part of the results.
            (!file.ends_with(".partial") && !file.contains("lock")).then_some((file, bytes))
        });
        inside.collect()
    };
    let (killed, whole) = (of("killed/"), of("whole/"));
    assert_eq!(
        killed.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        whole.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    assert!(killed == whole);
}

#[test]
fn interrupted_work_keeps_what_it_was_to_replace() {
    let folder = Folder::new();
    folder.done("gen --res 512 --steps 48 --num 1 --out ./");
    let before = folder.content();
    interrupted(&folder, &format!("{LONG} ./ --force"), "INT").is(
        130,
        "",
        "error: interrupted; nothing was written\n",
    );
    assert!(folder.content() == before, "{:?}", folder.names());
}

#[test]
fn an_interrupted_conversion_leaves_nothing() {
    let folder = Folder::new();
    // Reading is quick; rows of one entry are the slowest there are.
    let rows = "[0],".repeat(3_000_000);
    folder.write("a.json", format!("[{rows}[0]]"));
    let mut child = folder
        .command("convert a.json b.npy")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    wait_until("the command never wrote", || {
        child.try_wait().unwrap().is_some() || has_partial_bytes(&folder)
    });
    send(&child, "INT");
    let outcome = Outcome::new("convert", child.wait_with_output().unwrap());
    // It may have been done just before.
    if outcome.status != 0 {
        outcome.is(130, "", "error: interrupted; nothing was written\n");
        assert_eq!(folder.names(), ["a.json"]);
    }
}

/// Runs a line with files limited to 32 or 64 KiB (shells differ in the unit),
/// which fails as a full disk does: when the data are written.
fn with_small_files(folder: &Folder, line: &str) -> Outcome {
    // The signal that goes with it must not end the program.
    let script = "ulimit -f 64; exec \"$@\"";
    let output = Command::new("sh")
        .args(["-c", script, "sh", env!("CARGO_BIN_EXE_orders-cli")])
        .args(words(line))
        .current_dir(folder.path(""))
        .output();
    Outcome::new(line, output.unwrap())
}

#[test]
fn a_full_disk_leaves_nothing() {
    for (out, shown) in [
        ("a.json", "a.json"),
        ("a.npy", "a.npy"),
        ("new/deep/", "new/deep/res256_steps20_repulsion2.json"),
    ] {
        // One is found out at the end, when the buffer is emptied; one amid.
        for num in [1000, 20_000] {
            let folder = Folder::new();
            let line = format!("gen --res 256 --steps 20 --num {num} --out {out}");
            let outcome = with_small_files(&folder, &line);
            assert_eq!(outcome.status, 1, "{outcome}");
            assert_eq!(outcome.stdout, "", "{outcome}");
            assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
            let error = format!("error: {shown} can't be written: ");
            assert!(outcome.stderr.starts_with(&error), "{outcome}");
            assert!(folder.names().is_empty(), "{:?}", folder.names());
        }
    }
    let folder = Folder::new();
    folder.done("gen --res 256 --steps 20 --num 1000 --out a.npy");
    let before = folder.content();
    let outcome = with_small_files(&folder, "convert a.npy b.json");
    assert_eq!(outcome.status, 1, "{outcome}");
    assert!(
        outcome
            .stderr
            .starts_with("error: b.json can't be written: "),
        "{outcome}"
    );
    assert!(folder.content() == before, "{:?}", folder.names());
}

/// The orders fit on the disk, and the picture beside them does not.
#[test]
fn a_disk_that_is_full_in_between_leaves_nothing() {
    let folder = Folder::new();
    let outcome = with_small_files(
        &folder,
        "gen --res 1024 --steps 64 -q --num 1 --out new/deep/",
    );
    assert_eq!(outcome.status, 1, "{outcome}");
    let error = "error: new/deep/res1024_steps64_repulsion8.json.png can't be written: ";
    assert!(outcome.stderr.starts_with(error), "{outcome}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}

/// Runs a line whose stdout nobody reads.
fn with_closed_stdout(folder: &Folder, line: &str) -> Outcome {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let child = folder
        .command(line)
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn();
    Outcome::new(line, child.unwrap().wait_with_output().unwrap())
}

#[test]
fn a_closed_pipe_is_no_error() {
    let folder = Folder::new();
    folder.write("a.json", "[[0,1]]");
    for line in [
        "--help",
        "gen --help",
        "--version",
        "schedule --res 512 --steps 1024 --json",
        "completions bash",
        "completions zsh",
        "inspect a.json",
        "check a.json",
        "convert a.json a.npy",
        "gen --res 256 --steps 20 --num 1 --out b.npy --json",
    ] {
        with_closed_stdout(&folder, line).is(0, "", "");
    }
    // What was asked for is there all the same.
    assert_eq!(folder.orders("a.npy"), [[0, 1]]);
    folder.manifest("b.npy");
}

#[test]
fn errors_that_nobody_reads_are_errors() {
    let folder = Folder::new();
    for (line, status) in [
        ("inspect missing.json", 2),
        ("gen --grid 4x4 --steps 99 --out a.json", 2),
        ("--frobnicate", 2),
        // Only its note is lost.
        ("schedule --grid 4x4 --steps 3", 0),
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = folder.command(line).stderr(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(status), "{line}");
    }
}

#[test]
fn a_reader_may_have_enough() {
    let folder = Folder::new();
    let script = "{ \"$@\"; echo \"status $?\" >&2; } | head -c 1";
    for line in ["schedule --res 512 --steps 1024 --json", "completions bash"] {
        let output = Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_orders-cli")])
            .args(words(line))
            .current_dir(folder.path(""))
            .output()
            .unwrap();
        assert_eq!(output.stderr, b"status 0\n", "{line}");
        assert_eq!(output.stdout.len(), 1, "{line}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_takes_nothing_is_said() {
    let folder = Folder::new();
    folder.write("a.json", "[[0,1]]");
    for line in [
        "--help",
        "schedule --res 256 --steps 20",
        "completions bash",
        "inspect a.json",
        "check a.json",
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let child = folder
            .command(line)
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn();
        let outcome = Outcome::new(line, child.unwrap().wait_with_output().unwrap());
        outcome.is(
            1,
            "",
            "error: stdout can't be written to: No space left on device\n",
        );
    }
}
