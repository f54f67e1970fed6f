//! Order files and manifests that can't be read: every command that reads one
//! says so in one sentence that names the file, whatever is in it.

use crate::folder::Folder;
use crate::foreign::{npy, safetensors};

#[track_caller]
fn refused_by_all(folder: &Folder, file: &str, error: &str) {
    for command in ["check", "inspect"] {
        folder.refuses(2, &format!("{command} {file}"), error);
    }
    folder.refuses(2, &format!("convert {file} new.npy"), error);
}

#[test]
fn files_that_hold_no_orders() {
    let folder = Folder::new();
    let only = "a JSON order file has nothing but numbers, commas, square brackets and white space";
    let cells = "cells are whole numbers from 0 to 4294967295";
    let one = |dtype: &str, shape: &str, end: u64, data: &[u8]| {
        safetensors(
            &format!(
                r#"{{"orders":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{end}]}}}}"#
            ),
            data,
        )
    };
    let cases: Vec<(&str, Vec<u8>, String)> = vec![
        ("empty.json", vec![], "the file is empty".into()),
        ("empty.npy", vec![], "the file is empty".into()),
        ("empty.safetensors", vec![], "the file is empty".into()),
        (
            "cut.json",
            b"[[0,1],[1".to_vec(),
            "the JSON ends in order 1, or before it, without the closing brackets".into(),
        ),
        (
            "longer.json",
            b"[[0,1]][".to_vec(),
            "there is something behind the list of orders; the JSON must end there".into(),
        ),
        (
            "foreign.json",
            b"{\"orders\": [[0]]}".to_vec(),
            format!("byte 0 is '{{'; {only}"),
        ),
        (
            "text.json",
            b"[[0, null]]".to_vec(),
            format!("byte 5 is 'n'; {only}"),
        ),
        (
            "uneven.json",
            b"[[0,1],[1,0],[0]]".to_vec(),
            "order 2 has 1 entries, but the orders before it have 2".into(),
        ),
        (
            "no-entries.json",
            b"[[]]".to_vec(),
            "order 0 has no entries; it must have at least 1".into(),
        ),
        (
            "negative.json",
            b"[[0,-1]]".to_vec(),
            format!("entry 1 of order 0 is -1; {cells}"),
        ),
        (
            "fraction.json",
            b"[[0,0.5]]".to_vec(),
            format!("entry 1 of order 0 is 0.5; {cells}"),
        ),
        (
            "large.json",
            b"[[0,4294967296]]".to_vec(),
            format!("entry 1 of order 0 is 4294967296; {cells}"),
        ),
        (
            "text.npy",
            b"not an array".to_vec(),
            "the file is no .npy file: it does not begin with \\x93NUMPY and a version".into(),
        ),
        (
            "cut.npy",
            npy("<u2", "(2, 2)", &[0; 6]),
            "the file has 76 bytes, but by its header it has at least 78".into(),
        ),
        (
            "longer.npy",
            npy("<u2", "(2, 2)", &[0; 9]),
            "the file has 79 bytes, but by its header it ends after 78".into(),
        ),
        (
            "floats.npy",
            npy("<f4", "(1, 2)", &[0; 8]),
            "the entries are of type '<f4'; integers of 8, 16, 32 or 64 bits are allowed, signed or not".into(),
        ),
        (
            "wide.npy",
            npy("<u2", "(1, 99999999)", b""),
            "the orders have too many entries; at most 16777216 are allowed".into(),
        ),
        (
            "huge.npy",
            npy("<u8", "(4294967296, 4294967296)", b""),
            "an array of 4294967296 x 4294967296 entries is larger than any file".into(),
        ),
        (
            "negative.npy",
            npy("|i1", "(1, 2)", &[0, 0xff]),
            format!("entry 1 of order 0 is -1; {cells}"),
        ),
        (
            "cut.safetensors",
            one("U16", "[2,2]", 8, &[0; 7]),
            "the file has 76 bytes, but by its header it has at least 77".into(),
        ),
        (
            "header.safetensors",
            u64::MAX.to_le_bytes().to_vec(),
            "the header is said to have 18446744073709551615 bytes; at most 16777216 are allowed".into(),
        ),
        (
            "floats.safetensors",
            one("F16", "[2,2]", 8, &[0; 8]),
            "the entries of 'orders' are of type 'F16'; integers of 8, 16, 32 or 64 bits are allowed, signed or not".into(),
        ),
        (
            "none.safetensors",
            safetensors("{}", b""),
            "the file has 0 tensors and none is named 'orders'; it must have that one, or just one".into(),
        ),
    ];
    for (file, content, reason) in cases {
        folder.write(file, content);
        let error = format!("{file} can't be read as orders: {reason}");
        refused_by_all(&folder, file, &error);
    }
}

/// They can be read, so `check` has a verdict on them and `inspect` shows them,
/// but another file of them is of use to nobody.
#[test]
fn rows_that_are_no_orders_are_not_converted() {
    let folder = Folder::new();
    for (file, content, error) in [
        (
            "outside.json",
            "[[0,1],[0,9]]",
            "entry 1 of order 1 is 9, but there are 2 cells, counted from 0",
        ),
        (
            "twice.json",
            "[[0,1],[1,1]]",
            "order 1 has cell 1 twice: as entry 0 and as entry 1",
        ),
    ] {
        folder.write(file, content);
        folder.refuses(
            2,
            &format!("convert {file} new.npy"),
            &format!("{file}: {error}"),
        );
        folder.done(&format!("inspect {file}"));
        assert_eq!(folder.run(&format!("check {file}")).status, 1);
    }
}

#[test]
fn files_that_are_not_there_or_not_files() {
    let folder = Folder::new();
    folder.write("orders.txt", "[[0]]");
    fs_err::create_dir(folder.path("folder.json")).unwrap();
    let unnamed = "is not named as an order file; names end in .json, .npy or .safetensors";
    refused_by_all(&folder, "orders.txt", &format!("orders.txt {unnamed}"));
    if cfg!(unix) {
        refused_by_all(
            &folder,
            "missing.json",
            "failed to open file `missing.json`: No such file or directory",
        );
        refused_by_all(
            &folder,
            "folder.json",
            "folder.json can't be read: is a directory",
        );
    }
}

#[test]
fn manifests_that_are_none() {
    let folder = Folder::new();
    folder.write("a.json", "[[0,1]]");
    folder.done("convert a.json b.npy");
    let manifest = String::from_utf8(folder.read("b.npy.toml")).unwrap();
    for (text, reason) in [
        (
            "garbage".to_owned(),
            "line 1: key with no value, expected `=`",
        ),
        (
            manifest.replace("cells = 2", "cells = 0"),
            "cells = 0 is not allowed; orders have 1 to 16777216 cells",
        ),
        (
            format!("{manifest}grid = \"2x2\"\n"),
            "grid = \"2x2\" has 4 cells, but cells = 2",
        ),
        (
            format!("{manifest}group_sizes = [1, 2]\n"),
            "group_sizes sum to 3, but cells = 2",
        ),
    ] {
        folder.write("b.npy.toml", text);
        let error = format!("b.npy.toml is no manifest of orders: {reason}");
        refused_by_all(&folder, "b.npy", &error);
    }
}

/// A manifest that was left over says nothing of the file that came to its place.
#[test]
fn manifests_of_another_file_are_not_believed() {
    let folder = Folder::new();
    folder.done("gen --grid 4x4 --steps 4 --num 5 --seed 1 --out orders.npy");
    folder.done("gen --grid 4x4 --steps 4 --num 5 --method raster --out other.npy");
    let other = folder.read("other.npy");
    folder.write("orders.npy", other);
    let sums = [folder.done("inspect other.npy"), {
        folder.remove("other.npy.toml");
        folder.done("gen --grid 4x4 --steps 4 --num 5 --seed 1 --out again.npy");
        folder.done("inspect again.npy")
    }];
    let [of_orders, declared] = sums.map(|said| {
        let sum = said.lines().last().unwrap();
        sum.trim_start_matches("sha256").trim().to_owned()
    });
    let mut lines = vec![
        "inspect orders.npy",
        "plot orders.npy --out new.png",
        "convert orders.npy new.json",
    ];
    if cfg!(feature = "analyze") {
        lines.push("analyze orders.npy");
        lines.push("optimize sizes --orders orders.npy --field exp:2 --steps 3");
    }
    for line in lines {
        let outcome = folder.run(line);
        assert_eq!(outcome.status, 2, "{outcome}");
        assert_eq!(
            outcome.stderr,
            format!(
                "error: orders.npy is not the file that orders.npy.toml describes: the file has the SHA-256 digest {of_orders}, but its manifest says {declared}\n"
            )
        );
    }
    let outcome = folder.run("check orders.npy");
    assert_eq!(outcome.status, 1, "{outcome}");
}

/// What a manifest says may have commands to a terminal in it.
#[test]
fn what_files_say_commands_no_terminal() {
    let folder = Folder::new();
    folder.done("gen --grid 4x4 --steps 4 --num 5 --out orders.json");
    let manifest = String::from_utf8(folder.read("orders.json.toml")).unwrap();
    let evil = manifest.replace("method = \"lpd\"", "method = \"\\u001b[31m\\nevil\"");
    assert_ne!(evil, manifest);
    folder.write("orders.json.toml", evil);
    let said = folder.done("inspect orders.json");
    let line = said.lines().find(|line| line.starts_with("method"));
    assert!(
        line.is_some_and(|line| line.contains("\\u{1b}[31m\\nevil")),
        "{said}"
    );
}

/// A pipe would wait for whoever writes into it, a device may have no end.
#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_read() {
    let folder = Folder::new();
    folder.done("gen --grid 4x4 --steps 4 --num 1 --out a.npy -q");
    for name in ["pipe.json", "b.npy.toml", "pipe"] {
        let made = std::process::Command::new("mkfifo")
            .arg(folder.path(name))
            .status();
        assert!(made.unwrap().success());
    }
    std::os::unix::fs::symlink("/dev/zero", folder.path("zero.json")).unwrap();
    fs_err::copy(folder.path("a.npy"), folder.path("b.npy")).unwrap();
    let pipe = "it is a pipe, not a regular file";
    let device = "it is a device, not a regular file";
    for (line, error) in [
        (
            "check pipe.json",
            format!("pipe.json can't be read: {pipe}"),
        ),
        (
            "inspect pipe.json",
            format!("pipe.json can't be read: {pipe}"),
        ),
        (
            "convert pipe.json b.json",
            format!("pipe.json can't be read: {pipe}"),
        ),
        (
            "check zero.json",
            format!("zero.json can't be read: {device}"),
        ),
        ("check b.npy", format!("b.npy.toml can't be read: {pipe}")),
        (
            "schedule --grid 4x4 --steps 4 --known pipe",
            format!("--known: pipe can't be read: {pipe}"),
        ),
        (
            "schedule --grid 4x4 --group-sizes pipe",
            format!(
                "--group-sizes: 'pipe' is neither a list such as 1,5,10 nor a file that can be read: {pipe}"
            ),
        ),
        (
            "gen --graph pipe --steps 4 --out c.npy",
            format!("--graph pipe can't be read: {pipe}"),
        ),
        (
            "plot pipe.json --res 64 --steps 4 --out a.png",
            format!("pipe.json can't be read: {pipe}"),
        ),
        // Nor is it replaced by a file.
        (
            "plot --grid 4x4 --shape uniform --steps 4 --out pipe.svg --force",
            format!("pipe.svg can't be replaced by a file: {pipe}"),
        ),
    ] {
        if line.contains("pipe.svg") {
            let made = std::process::Command::new("mkfifo")
                .arg(folder.path("pipe.svg"))
                .status();
            assert!(made.unwrap().success());
        }
        folder.run(line).is(2, "", &format!("error: {error}\n"));
    }
}
