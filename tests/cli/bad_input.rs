//! Flags that can't be followed: one sentence that says what is wrong and what
//! is allowed, exit status 2, and nothing written.

use orders_core::Catalogue;

use crate::folder::Folder;

/// Asserts for each case that the command, with its flags behind it, is
/// refused with this sentence.
#[track_caller]
fn refused(command: &str, cases: &[(&str, &str)]) {
    let folder = Folder::new();
    for (flags, error) in cases {
        folder.refuses(2, &format!("{command} {flags}"), error);
    }
}

const SMALL: &str = "gen --out new/ --num 2 --grid 4x4";

#[test]
fn steps_that_the_grid_does_not_have() {
    let possible = "steps cannot share 256 cells; between 1 and 256 steps are possible";
    refused(
        "gen --out new/ --res 256",
        &[
            ("--steps 257", &format!("--steps: 257 {possible}")),
            ("--steps 0", &format!("--steps: 0 {possible}")),
            (
                "--steps 9 --shape one-by-one",
                "--steps: one-by-one takes 256 steps for 256 cells, not 9",
            ),
            (
                "--steps -1",
                "invalid value '-1' for '--steps <K>': it takes a whole number from 0 to 4294967295",
            ),
            (
                "--steps x",
                "invalid value 'x' for '--steps <K>': it takes a whole number from 0 to 4294967295",
            ),
        ],
    );
}

#[test]
fn group_sizes_that_do_not_fit() {
    let no_size = "is no size; write whole numbers with commas between them, for example 1,5,10";
    refused(
        SMALL,
        &[
            (
                "--group-sizes 1,2,3",
                "--group-sizes: the group sizes sum to 6, but a 4x4 grid has 16 cells",
            ),
            (
                "--group-sizes 1,0,15",
                "--group-sizes: the group of step 2 has size 0; every group needs at least one cell",
            ),
            (
                "--group-sizes 4294967295,4294967295",
                "--group-sizes: the group sizes sum to 8589934590, more than 16777216 cells",
            ),
            (
                "--group-sizes 1,,15",
                &format!("--group-sizes: '' {no_size}"),
            ),
            ("--group-sizes []", &format!("--group-sizes: '' {no_size}")),
            (
                "--group-sizes 1,99999999999",
                &format!("--group-sizes: '99999999999' {no_size}"),
            ),
            (
                "--group-sizes 1,x,15",
                "--group-sizes: '1,x,15' is neither a list such as 1,5,10 nor a file that can be read: there is no such file or folder",
            ),
            (
                "--group-sizes -1,17",
                "--group-sizes: '-1,17' is neither a list such as 1,5,10 nor a file that can be read: there is no such file or folder",
            ),
            (
                "--group-sizes ''",
                "--group-sizes: '' is neither a list such as 1,5,10 nor a file that can be read: there is no such file or folder",
            ),
        ],
    );
}

#[test]
fn files_of_group_sizes_that_are_none() {
    let folder = Folder::new();
    let of_numbers = "is no JSON array of whole numbers";
    folder.write("cut", "[1,");
    folder.write("empty", "");
    folder.write("object", "{\"sizes\": 16}");
    folder.write("negative", "[1, -2, 17]");
    folder.write("fraction", "[1, 15.0]");
    folder.write("large", "[1, 99999999999]");
    folder.write("zero", "[0, 16]");
    folder.write("wrong-sum", "[1, 16]");
    folder.write("much", vec![b' '; (4 << 20) + 1]);
    fs_err::create_dir(folder.path("folder")).unwrap();
    for (file, error) in [
        (
            "missing",
            "--group-sizes: 'missing' is neither a list such as 1,5,10 nor a file that can be read: there is no such file or folder",
        ),
        (
            "cut",
            &format!("cut {of_numbers}: EOF while parsing a value at line 1 column 3"),
        ),
        (
            "empty",
            &format!("empty {of_numbers}: EOF while parsing a value at line 1 column 0"),
        ),
        (
            "object",
            "object is no JSON object such as {\"256 resolution\": {\"20 steps\": [1, 2, 4]}}: invalid type: integer `16`, expected a sequence",
        ),
        (
            "negative",
            &format!(
                "negative {of_numbers}: invalid value: integer `-2`, expected u32 at line 1 column 6"
            ),
        ),
        (
            "fraction",
            &format!(
                "fraction {of_numbers}: invalid type: floating point `15.0`, expected u32 at line 1 column 8"
            ),
        ),
        (
            "large",
            &format!(
                "large {of_numbers}: invalid value: integer `99999999999`, expected u32 at line 1 column 15"
            ),
        ),
        (
            "zero",
            "zero: the group of step 1 has size 0; every group needs at least one cell",
        ),
        (
            "wrong-sum",
            "--group-sizes: the group sizes sum to 17, but a 4x4 grid has 16 cells",
        ),
        (
            "much",
            "much has more than 4194304 bytes; no more of group sizes are read",
        ),
        (
            "folder",
            "--group-sizes: 'folder' is neither a list such as 1,5,10 nor a file that can be read: is a directory",
        ),
    ] {
        folder.refuses(2, &format!("{SMALL} --group-sizes {file}"), error);
    }
    // It says that it has no bytes, and never ends.
    #[cfg(unix)]
    folder.refuses(
        2,
        &format!("{SMALL} --group-sizes /dev/zero"),
        "--group-sizes: '/dev/zero' is neither a list such as 1,5,10 nor a file that can be read: it is a device, not a regular file",
    );
}

#[test]
fn grids_that_are_none() {
    let form =
        "is not a grid; write HEIGHTxWIDTH in cells, for example 16x24, or FRAMESxHEIGHTxWIDTH";
    let pixels = "px is not a positive multiple of the tokenizer stride 16";
    let whole = "it takes a whole number from 0 to 4294967295";
    let cases: &[(&str, String)] = &[
        ("--res 500", format!("--res: an image of 500 {pixels}")),
        ("--res 0", format!("--res: an image of 0 {pixels}")),
        (
            "--res x",
            format!("invalid value 'x' for '--res <R>': {whole}"),
        ),
        (
            "--res -16",
            format!("invalid value '-16' for '--res <R>': {whole}"),
        ),
        (
            "--res 16.5",
            format!("invalid value '16.5' for '--res <R>': {whole}"),
        ),
        (
            "--res 99999999999",
            format!("invalid value '99999999999' for '--res <R>': {whole}"),
        ),
        (
            "--res 4294967280",
            "--res: a 268435455x268435455 grid has more than 16777216 cells".into(),
        ),
        (
            "--grid 0x4",
            "--grid: a 0x4 grid has no cells; every side must be at least 1".into(),
        ),
        (
            "--grid 99999x99999",
            "--grid: a 99999x99999 grid has more than 16777216 cells".into(),
        ),
        ("--grid 4", format!("--grid: '4' {form}")),
        ("--grid axb", format!("--grid: 'axb' {form}")),
        ("--grid 2x4x4x4", format!("--grid: '2x4x4x4' {form}")),
        (
            "--grid 0x4x4",
            "--grid: a 0x4x4 grid has no cells; every side must be at least 1".into(),
        ),
        ("--grid 4x-4", format!("--grid: '4x-4' {form}")),
        ("--grid -4x4", format!("--grid: '-4x4' {form}")),
        ("--grid ''", format!("--grid: '' {form}")),
        (
            "--grid 99999999999x1",
            format!("--grid: '99999999999x1' {form}"),
        ),
        (
            "--grid 4x4 --res 64",
            "the argument '--grid <HxW>' cannot be used with '--res <R>'".into(),
        ),
    ];
    let cases: Vec<(&str, &str)> = cases.iter().map(|(a, b)| (*a, &b[..])).collect();
    refused("gen --out new/ --steps 4", &cases);
    refused("schedule --steps 4", &cases);
}

#[test]
fn thresholds_that_are_none() {
    for (flag, value_name) in [("proximity", "T"), ("repulsion", "R")] {
        for (value, shown) in [
            ("nan", "NaN"),
            ("-1", "-1"),
            ("-0.001", "-0.001"),
            ("-inf", "-inf"),
        ] {
            let folder = Folder::new();
            folder.refuses(
                2,
                &format!("{SMALL} --steps 4 --{flag} {value}"),
                &format!("{flag} of method lpd is {shown}; it takes a number from 0"),
            );
        }
        for value in ["abc", "1,5", "''"] {
            let shown = value.trim_matches('\'');
            refused(
                SMALL,
                &[(
                    &format!("--steps 4 --{flag} {value}"),
                    &format!(
                        "invalid value '{shown}' for '--{flag} <{value_name}>': it takes a number from 0"
                    ),
                )],
            );
        }
    }
}

/// An infinite threshold has a meaning: no cell is near, all cells repel.
#[test]
fn thresholds_may_be_infinite() {
    for flags in ["--proximity inf", "--repulsion inf"] {
        let folder = Folder::new();
        folder.done(&format!(
            "gen --grid 4x4 --steps 4 --num 2 --out a.json {flags}"
        ));
        let verdict = folder.run("check a.json");
        assert_eq!(verdict.status, 0, "{verdict}");
    }
}

#[test]
fn names_that_are_unknown() {
    let catalogue = Catalogue::standard();
    let methods = catalogue.names_of(|_| true);
    let methods = methods.join(", ");
    let shapes = "cosine, arccos, linear, power, uniform, one-by-one, released:halton, released:randar, released:arpg, released:arpg-arccos, released:mar";
    refused(
        SMALL,
        &[
            (
                "--steps 4 --method lpdd",
                &format!("there is no method 'lpdd'; did you mean 'lpd'? There are {methods}"),
            ),
            (
                "--steps 4 --method LPD",
                &format!("there is no method 'LPD'; did you mean 'lpd'? There are {methods}"),
            ),
            (
                "--steps 4 --method haltn",
                &format!("there is no method 'haltn'; did you mean 'halton'? There are {methods}"),
            ),
            (
                "--steps 4 --method zzz",
                &format!("there is no method 'zzz'; there are {methods}"),
            ),
            (
                "--steps 4 --shape cosin",
                &format!("there is no shape 'cosin'; did you mean 'cosine'? There are {shapes}"),
            ),
            (
                "--steps 4 --shape zzz",
                &format!("there is no shape 'zzz'; there are {shapes}"),
            ),
            (
                "--steps 4 --shape power:-1",
                "--shape: '-1' is not an exponent for power; it takes a number above 0",
            ),
            (
                "--steps 4 --shape power:x",
                "--shape: 'x' is not an exponent for power; it takes a number above 0",
            ),
            (
                "--steps 4 --format xml",
                "invalid value 'xml' for '--format <FORMAT>'; [possible values: json, npy, safetensors]",
            ),
            (
                "--shape cosine --first-group two --steps 4",
                "invalid value 'two' for '--first-group <SIZE>'; [possible values: one, formula]",
            ),
            (
                "--steps 4 --method raster --repulsion 2",
                "method raster has no parameters, so no 'repulsion'",
            ),
            (
                "--steps 4 --method proximity --repulsion 2",
                "there is no proximity parameter 'repulsion'; there are proximity, frame-distance",
            ),
        ],
    );
    refused(
        "completions",
        &[(
            "tcsh",
            "invalid value 'tcsh' for '<SHELL>'; [possible values: bash, elvish, fish, powershell, zsh]; tip: a similar value exists: 'zsh'",
        )],
    );
}

#[cfg(feature = "full")]
#[test]
fn commands_and_flags_that_are_unknown() {
    let commands = "gen, schedule, check, inspect, convert, plot, animate, explore, analyze, optimize, curve, sweep, tokenize, detokenize, train, train-classifier, sample, score, eval, attention, bench, methods, features, distance, data, completions, man";
    refused(
        "",
        &[
            ("", "no command is given; 'orders-cli --help' lists them"),
            (
                "gne",
                &format!("there is no command 'gne'; did you mean 'gen'? There are {commands}"),
            ),
            (
                "inspekt a.json",
                &format!(
                    "there is no command 'inspekt'; did you mean 'inspect'? There are {commands}"
                ),
            ),
            ("--frobnicate", "unexpected argument '--frobnicate' found"),
            (
                "gen --grd 4x4",
                "unexpected argument '--grd' found; tip: a similar argument exists: '--grid'",
            ),
            (
                "gen --grid 4x4 --steps 4 --out a.json more",
                "unexpected argument 'more' found",
            ),
        ],
    );
}

#[test]
fn flags_that_are_missing_or_at_odds() {
    let missing = "the following required arguments were not provided:";
    refused(
        "",
        &[
            (
                "gen",
                &format!(
                    "{missing} --out <PATH>; --steps <K>; <--res <R>|--grid <HxW>|--graph <FILE>>"
                ),
            ),
            (
                "gen --grid 4x4 --steps 4",
                &format!("{missing} --out <PATH>"),
            ),
            (
                "gen --grid 4x4 --out new/",
                &format!("{missing} --steps <K>"),
            ),
            (
                "gen --steps 4 --out new/",
                &format!("{missing} <--res <R>|--grid <HxW>|--graph <FILE>>"),
            ),
            (
                "gen --grid 4x4 --out new/ --shape cosine",
                "--shape cosine needs --steps as well",
            ),
            (
                "gen --grid 4x4 --out new/ --steps",
                "a value is required for '--steps <K>' but none was supplied",
            ),
            (
                "gen --grid 4x4 --out new/ --steps 4 --first-group formula",
                "--first-group needs --shape as well, unless cells are known",
            ),
            (
                "gen --grid 4x4 --out new/ --steps 4 --group-sizes 16",
                "the argument '--steps <K>' cannot be used with '--group-sizes <LIST|FILE>', unless that is a file of several lists",
            ),
            (
                "gen --grid 4x4 --out new/ --shape linear --group-sizes 16",
                "the argument '--shape <NAME>' cannot be used with '--group-sizes <LIST|FILE>'",
            ),
            (
                "gen --grid 4x4 --out new/ --steps 4 --steps 5",
                "the argument '--steps <K>' cannot be used multiple times",
            ),
            ("check", &format!("{missing} <FILE>...")),
            ("inspect", &format!("{missing} <FILE>")),
            ("convert a.json", &format!("{missing} <OUT>")),
            ("completions", &format!("{missing} <SHELL>")),
        ],
    );
}

#[test]
fn numbers_that_are_out_of_range() {
    let count = "it takes a whole number from 1 to 18446744073709551615";
    let seed = "it takes a whole number from 0 to 18446744073709551615";
    let threads = "it takes a whole number from 1 to 1024";
    for (flag, value_name, values, allowed) in [
        (
            "num",
            "N",
            &[
                "0",
                "-1",
                "abc",
                "1.5",
                "0.0005k",
                "k",
                "1K",
                "99999999999999M",
            ][..],
            count,
        ),
        ("seed", "S", &["-1", "abc", "18446744073709551616"], seed),
        ("threads", "N", &["0", "-1", "x", "1025"], threads),
    ] {
        for value in values {
            refused(
                "gen --out new/ --grid 4x4 --steps 4",
                &[(
                    &format!("--{flag} {value}"),
                    &format!("invalid value '{value}' for '--{flag} <{value_name}>': {allowed}"),
                )],
            );
        }
    }
    refused(
        "gen --out new/ --grid 4x4 --steps 4",
        &[(
            "--num 18446744073709551615",
            "18446744073709551615 orders of 16 cells are more than a file can hold (2^63 bytes)",
        )],
    );
}

#[test]
fn outputs_that_can_not_be_written() {
    let folder = Folder::new();
    folder.write("file", "not ours");
    fs_err::create_dir(folder.path("folder.npy")).unwrap();
    fs_err::create_dir(folder.path("taken")).unwrap();
    fs_err::create_dir(folder.path("taken/grid4x4_steps4_raster.json.toml")).unwrap();
    for (out, error) in [
        (
            "a.npy --format json",
            "--out a.npy is a npy file by its ending, but --format says json",
        ),
        (
            "a.txt",
            "--out a.txt ends in neither .json, .npy nor .safetensors; end a folder with a slash",
        ),
        (
            "''",
            "a value is required for '--out <PATH>' but none was supplied",
        ),
        ("file", "--out file is a file, not a folder"),
        (
            "nowhere/a.json",
            "nowhere/a.json can't be created: there is no such file or folder",
        ),
        // Permissions are no obstacle to every user; a file in place of a
        // folder is.
        (
            "file/a.json",
            "file/a.json can't be created: not a directory",
        ),
        (
            "file/new/",
            "the folder file/new/ can't be made: not a directory",
        ),
        ("taken", "taken/grid4x4_steps4_raster.json.toml is a folder"),
    ] {
        folder.refuses(
            2,
            &format!("gen --grid 4x4 --steps 4 --method raster --num 1 --out {out}"),
            error,
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn folders_that_take_no_files() {
    let folder = Folder::new();
    let gen_to = "gen --grid 4x4 --steps 4 --num 1 --out";
    folder.refuses(
        2,
        &format!("{gen_to} /proc/orders.json"),
        "/proc/orders.json can't be created: there is no such file or folder",
    );
    folder.refuses(
        2,
        &format!("{gen_to} /proc/orders/"),
        "the folder /proc/orders/ can't be made: there is no such file or folder",
    );
}

/// What a manifest can't hold is found before the orders are made.
#[test]
fn file_names_that_a_manifest_does_not_take() {
    refused(
        "gen --grid 4x4 --steps 4 --num 1",
        &[(
            "--out a\u{1b}b.json",
            "the file name \"a\\u{1b}b.json\" can't be put in a manifest; backslashes, control characters and what is no Unicode text are not allowed",
        )],
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_nowhere_are_kept() {
    let folder = Folder::new();
    let link = folder.path("a.json");
    std::os::unix::fs::symlink("nowhere", &link).unwrap();
    let line = "gen --grid 4x4 --steps 4 --num 1 --out a.json";
    // The folder's content can't be compared: the link has none.
    folder
        .run(line)
        .is(2, "", "error: a.json exists already; --force replaces it\n");
    assert!(link.is_symlink());
    folder.done(&format!("{line} --force"));
    assert!(!link.is_symlink());
    folder.manifest("a.json");
}

#[test]
fn outputs_that_exist_are_kept() {
    let folder = Folder::new();
    let gen_all = "gen --grid 4x4 --steps 4 --num 2 --method halton --out made";
    folder.done(gen_all);
    let name = "made/grid4x4_steps4_halton.json";
    // Any of the three files is in the way.
    for left in ["", ".toml", ".png"] {
        for other in ["", ".toml", ".png"] {
            if other != left && folder.path(&format!("{name}{other}")).exists() {
                folder.remove(&format!("{name}{other}"));
            }
        }
        folder.write(&format!("{name}{left}"), "kept");
        folder.refuses(
            2,
            gen_all,
            &format!("{name}{left} exists already; --force replaces it"),
        );
    }
}

/// Quiet leaves out what is good to know, not why nothing was done.
#[test]
fn errors_are_told_even_quietly() {
    let error = "--steps: 17 steps cannot share 16 cells; between 1 and 16 steps are possible";
    refused("-q", &[("schedule --grid 4x4 --steps 17", error)]);
    refused(
        "schedule --grid 4x4 --steps 17",
        &[("-q", error), ("--quiet --json", error)],
    );
}
