//! `check`: what is an order, what LPD could have made, and what is neither.

use orders_core::Catalogue;

use crate::folder::{Folder, Outcome};
use crate::foreign::npy;

const RELEASED: [(&str, &str, &str, &str, usize, usize); 4] = [
    (
        "res256_steps20_proximity1_repulsion2.json",
        "256",
        "20",
        "2",
        400,
        256,
    ),
    (
        "res256_steps20_proximity1_repulsion3.json",
        "256",
        "20",
        "3",
        400,
        256,
    ),
    (
        "res256_steps32_proximity1_repulsion2.json",
        "256",
        "32",
        "2",
        400,
        256,
    ),
    (
        "res512_steps48_proximity1_repulsion4.json",
        "512",
        "48",
        "4",
        120,
        1024,
    ),
];

const GEN_SMALL: &str = "gen --grid 6x6 --group-sizes 1,3,8,24 --repulsion 2 --num 20 --out";

fn lpd_says_yes(file: &str) -> String {
    format!(
        "{file}: ok: 20 orders of 36 cells, all permutations, all possible outcomes of LPD (proximity 1, repulsion 2, 4 steps), as its manifest says\n"
    )
}

#[track_caller]
fn says_no(outcome: &Outcome, parts: &[&str]) {
    assert_eq!(outcome.status, 1, "{outcome}");
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome}");
    assert_eq!(outcome.stderr, "", "{outcome}");
    for part in parts {
        assert!(outcome.stdout.contains(part), "no {part:?} in {outcome}");
    }
}

#[test]
fn released_orders_are_lpds() {
    let folder = Folder::new();
    for (file, res, steps, repulsion, count, cells) in RELEASED {
        folder.copy_reference(file);
        folder
            .run(&format!(
                "check {file} --method lpd --res {res} --steps {steps} --repulsion {repulsion}"
            ))
            .is(
                0,
                &format!("{file}: ok: {count} orders of {cells} cells, all permutations, all possible outcomes of LPD (proximity 1, repulsion {repulsion}, {steps} steps)\n"),
                "",
            );
        folder.run(&format!("check {file}")).is(
            0,
            &format!("{file}: ok: {count} orders of {cells} cells, all permutations\n"),
            "",
        );
    }
}

#[test]
fn released_orders_are_not_lpds_with_other_settings() {
    let folder = Folder::new();
    let (file, ..) = RELEASED[0];
    folder.copy_reference(file);
    for flags in [
        "--method lpd --res 256 --steps 20 --repulsion 3",
        "--method lpd --res 256 --steps 20 --proximity 2",
        "--method lpd --res 256 --steps 32",
        "--method lpd --grid 8x32 --group-sizes 1,2,4,5,7,8,10,11,12,14,15,16,17,18,18,19,19,20,20,20",
        "--method proximity --res 256 --steps 20",
    ] {
        let outcome = folder.run(&format!("check {file} {flags}"));
        says_no(
            &outcome,
            &[
                &format!("{file}: no: order "),
                ": step ",
                " is impossible: ",
            ],
        );
    }
    for flags in ["--res 512", "--method lpd --res 512 --steps 48"] {
        folder.run(&format!("check {file} {flags}")).is(
            1,
            &format!("{file}: no: order 0 has 256 entries, but there are 1024 cells\n"),
            "",
        );
    }
}

#[test]
fn our_orders_need_nothing_but_their_manifest() {
    let folder = Folder::new();
    for format in ["json", "npy", "safetensors"] {
        let file = format!("a.{format}");
        folder.done(&format!("{GEN_SMALL} {file}"));
        folder
            .run(&format!("check {file}"))
            .is(0, &lpd_says_yes(&file), "");
        for threads in [1, 3] {
            folder.run(&format!("check {file} --threads {threads}")).is(
                0,
                &lpd_says_yes(&file),
                "",
            );
        }
    }
    folder.run("check a.json --json").is(
        0,
        "{\"path\":\"a.json\",\"ok\":true,\"count\":20,\"cells\":36,\"grid\":\"6x6\",\"known_count\":0,\"checked\":[\"all permutations\",\"all possible outcomes of LPD (proximity 1, repulsion 2, 4 steps)\",\"as its manifest says\"],\"fault\":null}\n",
        "",
    );
    for (method, words) in [
        (
            "proximity",
            "all permutations, all possible outcomes of LPD (proximity 1, repulsion 0, 4 steps), as its manifest says",
        ),
        ("farthest", "all permutations, as its manifest says"),
        ("random", "all permutations, as its manifest says"),
        ("halton", "all permutations, as its manifest says"),
        ("raster", "all permutations, as its manifest says"),
    ] {
        folder.done(&format!(
            "gen --grid 6x6 --group-sizes 1,3,8,24 --method {method} --num 20 --out {method}.npy"
        ));
        folder.run(&format!("check {method}.npy")).is(
            0,
            &format!("{method}.npy: ok: 20 orders of 36 cells, {words}\n"),
            "",
        );
    }
}

#[test]
fn flags_go_before_the_manifest() {
    let folder = Folder::new();
    folder.done(&format!("{GEN_SMALL} a.npy"));
    for flags in [
        "--repulsion 3",
        "--proximity 1.9",
        "--method proximity",
        "--group-sizes 1,8,3,24",
        "--grid 4x9",
    ] {
        says_no(
            &folder.run(&format!("check a.npy {flags}")),
            &["a.npy: no: order ", " is impossible: "],
        );
    }
    folder.run("check a.npy --rows-only --repulsion 3").is(
        0,
        "a.npy: ok: 20 orders of 36 cells, all permutations, as its manifest says\n",
        "",
    );
}

#[test]
fn cells_swapped_across_steps_are_found() {
    let folder = Folder::new();
    let (file, ..) = RELEASED[0];
    folder.copy_reference(file);
    let mut rows = folder.orders(file);
    // The last of the second step against one of the last step.
    rows[17].swap(2, 250);
    folder.write("swapped.json", serde_json::to_string(&rows).unwrap());
    let flags = "--method lpd --res 256 --steps 20 --repulsion 2";
    says_no(
        &folder.run(&format!("check swapped.json {flags}")),
        &[
            "swapped.json: no: order 17: step 2: cell ",
            " is impossible: ",
        ],
    );
    // They are permutations still.
    folder.run("check swapped.json").is(
        0,
        "swapped.json: ok: 400 orders of 256 cells, all permutations\n",
        "",
    );
}

#[test]
fn a_changed_file_is_not_what_its_manifest_says() {
    let folder = Folder::new();
    folder.done(&format!("{GEN_SMALL} a.npy"));
    let mut bytes = folder.read("a.npy");
    // Two entries of the last order change places: still a permutation.
    let end = bytes.len();
    bytes.swap(end - 2, end - 4);
    bytes.swap(end - 1, end - 3);
    folder.write("a.npy", &bytes);
    folder.run("check a.npy --rows-only").is(
        1,
        "a.npy: no: the file has the SHA-256 digest DIGEST, but its manifest says DIGEST\n",
        "",
    );
    says_no(
        &folder.run("check a.npy"),
        &["a.npy: no: the file has the SHA-256 digest"],
    );

    folder.write("b.json", "[[0,1]]\n");
    folder.write("c.json", "[[0,1]]");
    folder.done("convert c.json c.npy");
    let manifest = String::from_utf8(folder.read("c.npy.toml")).unwrap();
    folder.write("b.json.toml", manifest);
    folder.run("check b.json").is(
        1,
        "b.json: no: the file has 8 bytes, but its manifest says 132\n",
        "",
    );
}

#[test]
fn rows_that_are_no_permutations() {
    let folder = Folder::new();
    folder.write("twice.json", "[[0,1,2],[2,0,2]]");
    folder.write("outside.json", "[[0,1,2],[0,1,2],[0,3,2]]");
    folder.write("foreign.npy", npy("|i1", "(1, 3)", &[0, 1, 1]));
    folder.run("check twice.json").is(
        1,
        "twice.json: no: order 1 has cell 2 twice: as entry 0 and as entry 2\n",
        "",
    );
    folder.run("check outside.json --json").is(
        1,
        "{\"path\":\"outside.json\",\"ok\":false,\"count\":3,\"cells\":3,\"grid\":null,\"known_count\":0,\"checked\":[\"all permutations\"],\"fault\":\"entry 1 of order 2 is 3, but there are 3 cells, counted from 0\"}\n",
        "",
    );
    folder.run("check foreign.npy").is(
        1,
        "foreign.npy: no: order 0 has cell 1 twice: as entry 1 and as entry 2\n",
        "",
    );
    // A sample is not enough: the fault may be in the last of many.
    let mut rows = vec![vec![0, 1, 2]; 500_000];
    rows.push(vec![0, 0, 2]);
    folder.write("many.json", serde_json::to_string(&rows).unwrap());
    folder.run("check many.json").is(
        1,
        "many.json: no: order 500000 has cell 0 twice: as entry 0 and as entry 1\n",
        "",
    );
}

#[test]
fn every_file_gets_its_verdict() {
    let folder = Folder::new();
    folder.write("good.json", "[[0,1]]");
    folder.write("bad.json", "[[0,0]]");
    folder.write("cut.json", "[[0,1],[");
    folder.write("empty.npy", "");
    let good = "good.json: ok: 1 order of 2 cells, all permutations\n";
    let bad = "bad.json: no: order 0 has cell 0 twice: as entry 0 and as entry 1\n";
    folder
        .run("check good.json bad.json good.json")
        .is(1, &format!("{good}{bad}{good}"), "");
    // What can't be read counts for more than what is wrong.
    folder
        .run("check cut.json bad.json empty.npy good.json")
        .is(
            2,
            &format!("{bad}{good}"),
            "error: cut.json can't be read as orders: the JSON ends in order 1, or before it, without the closing brackets\nerror: empty.npy can't be read as orders: the file is empty\n",
        );
    let report = folder.done("check good.json good.json --json");
    assert_eq!(report.lines().count(), 2);
    for line in report.lines() {
        let verdict: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(verdict["ok"], true);
    }
}

#[test]
fn what_a_replay_needs() {
    let folder = Folder::new();
    folder.write("a.json", "[[0,1,2,3]]");
    let catalogue = Catalogue::standard();
    let methods = catalogue.names_of(|_| true);
    for (flags, error) in [
        (
            "--method lpd",
            "a.json: to replay orders, --res or --grid is needed, since no manifest names it",
        ),
        (
            "--method lpd --grid 2x2",
            "a.json: to replay orders, --steps or --group-sizes is needed, since no manifest names it",
        ),
        (
            "--repulsion 2 --grid 2x2 --steps 2",
            "--set, --proximity and --repulsion need --method lpd as well, if no manifest names it",
        ),
        (
            "--method lpd --grid 2x2 --group-sizes 1,2",
            "a.json: the group sizes sum to 3, but a 2x2 grid has 4 cells",
        ),
        (
            "--method lpd --grid 2x2 --group-sizes 1,3 --repulsion nan",
            "repulsion of method lpd is NaN; it takes a number from 0",
        ),
        (
            "--method lpd --grid 2x2 --group-sizes 1,3 --proximity -1",
            "proximity of method lpd is -1; it takes a number from 0",
        ),
        (
            "--method lpd --res 100 --steps 2",
            "--res: an image of 100 px is not a positive multiple of the tokenizer stride 16",
        ),
        (
            "--method proximity --grid 2x2 --group-sizes 1,3 --repulsion 1",
            "there is no proximity parameter 'repulsion'; there are proximity, frame-distance",
        ),
        (
            "--method raster",
            "--method raster has no rules to replay orders against; lpd and proximity have",
        ),
        (
            "--method ldp",
            &format!(
                "there is no method 'ldp'; did you mean 'lpd'? There are {}",
                methods.join(", ")
            ),
        ),
        (
            "--method lpd --rows-only",
            "the argument '--method <NAME>' cannot be used with '--rows-only'",
        ),
    ] {
        folder.refuses(2, &format!("check a.json {flags}"), error);
    }
}

/// The released script writes such a file if it is asked for too few orders.
#[test]
fn a_file_without_orders_is_not_well() {
    let folder = Folder::new();
    folder.write("none.json", "[]");
    folder
        .run("check none.json")
        .is(1, "none.json: no: the file holds no orders\n", "");
    folder.done("convert none.json none.npy");
    folder
        .run("check none.npy")
        .is(1, "none.npy: no: the file holds no orders\n", "");
}

#[test]
fn one_step_is_one() {
    let folder = Folder::new();
    folder.done("gen --grid 3x3 --group-sizes 9 --num 2 --out a.npy");
    folder.run("check a.npy").is(
        0,
        "a.npy: ok: 2 orders of 9 cells, all permutations, all possible outcomes of LPD (proximity 1, repulsion 0, 1 step), as its manifest says\n",
        "",
    );
}

/// A file with one list of cells, as some programs write one order.
#[test]
fn one_order_may_stand_alone() {
    let folder = Folder::new();
    folder.write("one.json", "[3, 1, 0, 2]");
    let said = folder.done("check one.json --grid 2x2");
    assert!(
        said.starts_with("one.json: ok: 1 order of 4 cells"),
        "{said}"
    );
    folder.done("convert one.json one.npy");
    assert_eq!(folder.orders("one.npy"), [[3, 1, 0, 2]]);
}

/// Every claim is held against the file.
#[test]
fn a_manifest_may_say_what_is_not_so() {
    let folder = Folder::new();
    folder.done(&format!("{GEN_SMALL} a.json"));
    folder.done("gen --grid 6x6 --group-sizes 1,3,8,24 --method halton --num 20 --out h.json -q");
    folder.done(
        "gen --grid 6x6 --group-sizes 1,3,8,24 --method random --seed 3 --num 200 --out r.json -q",
    );
    for (file, from, to, fault) in [
        (
            "a.json",
            "count = 20",
            "count = 21",
            "the file has 20 orders, but its manifest says 21",
        ),
        (
            "a.json",
            "format = \"json\"",
            "format = \"npy\"",
            "the file is read as json, but its manifest says npy",
        ),
        (
            "a.json",
            "seed = 0",
            "seed = 1",
            "order 0 is not order 0 of lpd with seed 1, as its manifest says",
        ),
        (
            "a.json",
            "method = \"lpd\"",
            "method = \"random\"",
            "its manifest is wrong: there is no random parameter 'proximity'; there are batch",
        ),
        ("a.json", "bytes = ", "bytes = 1", "but its manifest says 1"),
        (
            "h.json",
            "method = \"halton\"",
            "method = \"raster\"",
            "its manifest is wrong: method raster has no parameters, so no 'roll'",
        ),
        (
            "h.json",
            "roll = false",
            "roll = true",
            "order 0 is not order 0 of halton with seed 0, as its manifest says",
        ),
        (
            "r.json",
            "seed = 3",
            "seed = 4",
            "order 0 is not order 0 of random with seed 4, as its manifest says",
        ),
    ] {
        let beside = format!("{file}.toml");
        let right = folder.read(&beside);
        let text = String::from_utf8(right.clone()).unwrap();
        assert!(text.contains(from), "{text}");
        folder.write(&beside, text.replacen(from, to, 1));
        says_no(
            &folder.run(&format!("check {file}")),
            &[&format!("{file}: no: "), fault],
        );
        folder.write(&beside, right);
        assert_eq!(folder.run(&format!("check {file}")).status, 0);
    }
    // Other orders with a digest of their own: the last of many is looked at too.
    let mut rows = folder.orders("r.json");
    rows[199].swap(0, 35);
    folder.write("r.json", serde_json::to_string(&rows).unwrap());
    let sha = |name: &str| {
        orders_core::files::Digest::of(&folder.read(name)[..])
            .unwrap()
            .0
            .to_string()
    };
    let text = String::from_utf8(folder.read("r.json.toml")).unwrap();
    let before = orders_core::files::Manifest::from_toml(&text).unwrap();
    let text = text.replace(&before.sha256.to_string(), &sha("r.json"));
    folder.write("r.json.toml", text);
    folder.run("check r.json").is(
        1,
        "r.json: no: order 199 is not order 199 of random with seed 3, as its manifest says\n",
        "",
    );
}

/// What can't be made again is believed, and that is said.
#[test]
fn what_is_taken_on_trust_is_said() {
    let folder = Folder::new();
    folder.write("theirs.json", "[[0,1,2,3]]");
    folder.done("convert theirs.json a.json");
    let text = String::from_utf8(folder.read("a.json.toml")).unwrap();
    folder.write(
        "a.json.toml",
        format!("{text}method = \"theirs\"\nseed = 7\n"),
    );
    folder.run("check a.json").is(
        0,
        "a.json: ok: 1 order of 4 cells, all permutations, as its manifest says (method theirs and seed 7 taken on trust)\n",
        "",
    );
}

#[test]
fn methods_may_have_parameters_behind_them() {
    let folder = Folder::new();
    folder.done(
        "gen --grid 6x6 --group-sizes 1,3,8,24 --method lpd,repulsion=2 --num 20 --out a.npy",
    );
    folder.done(&format!("{GEN_SMALL} b.npy"));
    assert_eq!(folder.read("a.npy"), folder.read("b.npy"));
    folder.write("theirs.npy", folder.read("a.npy"));
    let line = "check theirs.npy --grid 6x6 --group-sizes 1,3,8,24 --method";
    folder.done(&format!("{line} lpd,repulsion=2"));
    assert_eq!(folder.run(&format!("{line} lpd,repulsion=1")).status, 1);
    folder.refuses(
        2,
        &format!("{line} lpd,repulsion=2 --repulsion 2"),
        "--method lpd,repulsion=2: --repulsion sets it as well; give one of the two",
    );
}
