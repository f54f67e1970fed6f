//! `check --trace`: what decoders of all kinds did, and what is none.

use crate::folder::{Folder, Outcome};
use crate::foreign::npy;

/// Boolean masks as NumPy writes them.
fn masks(shape: &str, text: &str) -> Vec<u8> {
    let bits: Vec<u8> = text
        .bytes()
        .filter(u8::is_ascii_digit)
        .map(|b| b - b'0')
        .collect();
    npy("|b1", shape, &bits)
}

fn numbers(shape: &str, numbers: &[i32]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect();
    npy("<i4", shape, &bytes)
}

#[track_caller]
fn says_no(outcome: &Outcome, line: &str) {
    outcome.is(1, line, "");
}

#[test]
fn records_of_every_form() {
    let folder = Folder::new();
    let two_steps = "000001 111110";
    folder.write("cells.json", "[[5],[1,0,2,4,3]]");
    folder.write("samples.json", "[[[5],[1,0,2,4,3]],[[0],[1,2,3],[4,5]]]");
    folder.write(
        "masks.json",
        "[[false,false,false,false,false,true],[true,true,true,true,true,false]]",
    );
    folder.write("masks.npy", masks("(2, 6)", two_steps));
    folder.write("plane.npy", masks("(2, 2, 3)", two_steps));
    folder.write("batch.npy", masks("(2, 2, 6)", &two_steps.repeat(2)));
    folder.write("planes.npy", masks("(1, 2, 2, 3)", two_steps));
    let ints = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0];
    folder.write("ints.npy", numbers("(2, 6)", &ints));
    for (file, samples) in [
        ("cells.json", "1 sample in 2 steps"),
        ("samples.json", "2 samples in 2 to 3 steps"),
        ("masks.json", "1 sample in 2 steps"),
        ("masks.npy", "1 sample in 2 steps"),
        ("plane.npy", "1 sample in 2 steps"),
        ("batch.npy", "2 samples in 2 steps"),
        ("planes.npy", "1 sample in 2 steps"),
        ("ints.npy", "1 sample in 2 steps"),
    ] {
        folder.run(&format!("check --trace {file} --grid 2x3")).is(
            0,
            &format!("{file}: ok: {samples}, every free cell revealed once\n"),
            "",
        );
    }
    let line = "check --trace masks.npy plane.npy --grid 2x3 --group-sizes 1,5";
    let outcome = folder.run(line);
    assert_eq!(outcome.status, 0, "{outcome}");
    assert_eq!(
        outcome.stdout.matches("group sizes as asked for").count(),
        2
    );
    let verdict: serde_json::Value =
        serde_json::from_str(&folder.done("check --trace samples.json --grid 2x3 --json")).unwrap();
    assert_eq!(verdict["ok"], true);
    assert_eq!(verdict["samples"], 2);
    assert_eq!(verdict["steps"], serde_json::json!([2, 3]));
    assert_eq!(verdict["faults"], serde_json::json!([]));
}

#[test]
fn masks_of_what_is_settled() {
    let folder = Folder::new();
    folder.write("known.json", "[0, 4]");
    folder.write("s.npy", masks("(3, 6)", "100010 100011 111111"));
    let line = "check --trace s.npy --grid 2x3 --known known.json --masks settled";
    folder.run(line).is(
        0,
        "s.npy: ok: 1 sample in 2 steps, every free cell revealed once, no known cell revealed\n",
        "",
    );
    // The same, taken for what each step reveals.
    says_no(
        &folder.run("check --trace s.npy --grid 2x3 --known known.json"),
        "s.npy: no: sample 0: step 1 reveals cell 0, which is known from the start; \
         sample 0: step 3 reveals cell 5 again, which step 2 revealed\n",
    );
    folder.write("lost.npy", masks("(3, 6)", "100011 000111 111111"));
    says_no(
        &folder.run("check --trace lost.npy --grid 2x3 --known known.json --masks settled"),
        "lost.npy: no: sample 0: cell 0 was settled before step 2 and is not after it; \
         sample 0: step 3 reveals cell 0, which is known from the start\n",
    );
}

#[test]
fn faults_of_records() {
    let folder = Folder::new();
    folder.write("twice.json", "[[[5],[1,0,2,4,3]],[[5],[1,0,5,4,3]],[[0]]]");
    says_no(
        &folder.run("check --trace twice.json --grid 2x3 --group-sizes 2,4"),
        "twice.json: no: sample 0: step 1 reveals 1 cell; 2 were asked for \
         (3 of 3 samples are wrong)\n",
    );
    says_no(
        &folder.run("check --trace twice.json --grid 2x3"),
        "twice.json: no: sample 1: step 2 reveals cell 5 again, which step 1 revealed; \
         sample 1: cell 2 is never revealed (2 of 3 samples are wrong)\n",
    );
    folder.write("none.json", "[]");
    folder.write("none.npy", masks("(0, 2, 6)", ""));
    says_no(
        &folder.run("check --trace none.npy --grid 2x3"),
        "none.npy: no: the file holds no samples\n",
    );
    let outcome = folder.run("check --trace none.json none.npy twice.json --grid 2x3");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert_eq!(outcome.stdout.lines().count(), 2, "{outcome}");
}

/// As published samplers do that draw known tokens again.
#[test]
fn tokens_that_change() {
    let folder = Folder::new();
    folder.write("known.json", "[0, 4]");
    folder.write("cells.json", "[[5],[1,2,3]]");
    let kept = [7, -1, -1, -1, 8, 3, 7, 1, 2, 3, 8, 3];
    let mut drawn_again = kept;
    drawn_again[10] = 9;
    folder.write("kept.npy", numbers("(2, 6)", &kept));
    folder.write("again.npy", numbers("(2, 2, 3)", &drawn_again));
    folder.write(
        "again.json",
        format!("[[{:?}, {:?}]]", &drawn_again[..6], &drawn_again[6..]),
    );
    let line = "check --trace cells.json --grid 2x3 --known known.json --trace-tokens";
    folder.run(&format!("{line} kept.npy")).is(
        0,
        "cells.json: ok: 1 sample in 2 steps, every free cell revealed once, no known cell \
         revealed, tokens kept\n",
        "",
    );
    for tokens in ["again.npy", "again.json"] {
        says_no(
            &folder.run(&format!("{line} {tokens}")),
            "cells.json: no: sample 0: step 2 changes the token of cell 4, which is known from \
             the start, from 8 to 9\n",
        );
    }
    folder.write("more.npy", numbers("(2, 2, 6)", &[kept, kept].concat()));
    folder.refuses(
        2,
        &format!("{line} more.npy"),
        "cells.json has fewer samples than more.npy, which has 2",
    );
    folder.refuses(
        2,
        "check --trace cells.json cells.json --grid 2x3 --trace-tokens kept.npy",
        "--trace-tokens are those of one record, and there are 2",
    );
}

#[test]
fn what_is_no_record() {
    let folder = Folder::new();
    let cases: [(&str, Vec<u8>, &str); 12] = [
        (
            "shape.npy",
            masks("(2, 7)", "0000000 0000000"),
            "shape.npy has the shape [2, 7]; on a 2x3 grid it is (steps, 2, 3) or (steps, 6), or the same with (samples, ...) before it",
        ),
        (
            "flat.npy",
            masks("(6,)", "000000"),
            "flat.npy has the shape [6]; on a 2x3 grid",
        ),
        (
            "two.npy",
            numbers("(1, 6)", &[0, 1, 2, 0, 0, 0]),
            "two.npy: sample 0: a mask has the number 2; masks have true and false, or 1 and 0",
        ),
        ("short.npy", masks("(2, 6)", "00000"), "short.npy: "),
        (
            "huge.npy",
            masks("(100000000, 6)", "00000"),
            "huge.npy has 100000000 steps of 6 cells; at most 33554432 numbers",
        ),
        ("float.npy", npy("<f4", "(1, 6)", &[0; 24]), "float.npy: "),
        (
            "words.json",
            b"[[\"a\"]]".to_vec(),
            "words.json is no JSON list of lists: ",
        ),
        (
            "cut.json",
            b"[[1,2".to_vec(),
            "cut.json is no JSON list of lists: ",
        ),
        (
            "ragged.json",
            b"[[true,false],[true]]".to_vec(),
            "ragged.json has lists of different lengths",
        ),
        (
            "mixed.json",
            b"[[1],[[2]]]".to_vec(),
            "mixed.json: a record is a list of steps, each a list of cells, or a list of such records",
        ),
        (
            "ones.json",
            b"[[0,0,0,0,0,1],[1,1,1,1,1,0]]".to_vec(),
            "ones.json has a 0 or a 1 for each of the 6 cells, which is a mask; masks in JSON have true and false",
        ),
        (
            "minus.json",
            b"[[-1]]".to_vec(),
            "minus.json has the cell -1; cells go from 0 to 5",
        ),
    ];
    for (name, content, words) in cases {
        folder.write(name, content);
        let outcome = folder.run(&format!("check --trace {name} --grid 2x3"));
        assert_eq!(outcome.status, 2, "{name}: {outcome}");
        assert!(outcome.stderr.contains(words), "{name}: {outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{name}: {outcome}");
        assert_eq!(outcome.stdout, "", "{name}: {outcome}");
    }
    folder.write("cells.json", "[[0]]");
    for (line, words) in [
        (
            "check --trace cells.json",
            "--trace needs --res or --grid as well",
        ),
        (
            "check --trace cells.json --grid 2x3 --group-sizes 1,2",
            "the group sizes sum to 3, but a 2x3 grid has 6 cells",
        ),
        (
            "check --trace cells.json --grid 2x3 --group-sizes own",
            "--group-sizes own are those of a method, which records have not",
        ),
        (
            "check --trace cells.txt --grid 2x3",
            "cells.txt: records are read from .npy and .json files",
        ),
        (
            "check --trace cells.json --grid 2x3 --method lpd",
            "--method",
        ),
        ("check cells.json --grid 2x3 --masks settled", "--trace"),
    ] {
        let outcome = folder.run(line);
        assert_eq!(outcome.status, 2, "{line}: {outcome}");
        assert!(outcome.stderr.contains(words), "{line}: {outcome}");
    }
}
