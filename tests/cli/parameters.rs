//! `methods` and `--set`: what there is to ask for, and asking for it.

use orders_core::Catalogue;

use crate::folder::Folder;

#[test]
fn methods_are_listed() {
    let folder = Folder::new();
    let text = folder.done("methods");
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let head = text.lines().next().unwrap();
    let column = head.find("what it does").unwrap();
    let rows: Vec<&str> = text
        .lines()
        .skip(1)
        .take_while(|line| !line.is_empty())
        .collect();
    let names: Vec<&str> = rows
        .iter()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    let catalogue = Catalogue::standard();
    let entries = catalogue.methods();
    let expected: Vec<&str> = entries.iter().map(|entry| entry.name()).collect();
    assert_eq!(names, expected);
    // The last column is one text for each method, cut between words.
    let mut texts: Vec<String> = Vec::new();
    for row in &rows {
        let (left, right) = row.split_at(column);
        if !left.trim().is_empty() {
            texts.push(String::new());
        }
        let text = texts.last_mut().unwrap();
        *text += &format!(" {}", right.trim());
    }
    for (entry, text) in entries.iter().zip(&texts) {
        assert!(text.contains(entry.summary()), "{text}");
        assert!(text.contains(entry.source()), "{text}");
        for parameter in entry.parameters() {
            let (name, kind) = (parameter.name(), parameter.kind());
            let default = parameter.default_words();
            let words = format!("{name}: {kind}; default {default}");
            assert!(text.contains(&words), "no {words:?} in {text}");
        }
    }
    let words = |name: &str| -> Vec<&str> {
        let row = rows.iter().find(|row| row.starts_with(&format!("{name} ")));
        row.unwrap()[..column].split_whitespace().collect()
    };
    assert_eq!(words("lpd"), ["lpd", "yes", "no", "yes"]);
    assert_eq!(words("raster"), ["raster", "no", "no", "yes"]);
    assert_eq!(words("diagonal"), ["diagonal", "no", "yes", "yes"]);
    assert_eq!(words("spiral"), ["spiral", "no", "no", "no"]);
}

#[test]
fn schedulers_are_listed_behind_methods() {
    let folder = Folder::new();
    let text = folder.done("methods");
    let (_, tables) = text.split_once("\n\n").unwrap();
    let (table, _) = tables.split_once("\n\n").unwrap();
    let head = table.lines().next().unwrap();
    assert!(head.starts_with("scheduler "), "{head}");
    assert!(head.contains("random  sizes  tokens  video"), "{head}");
    let names = table.lines().skip(1).filter(|line| !line.starts_with(' '));
    let names: Vec<&str> = names
        .map(|line| line.split_whitespace().next().unwrap())
        .collect();
    let catalogue = Catalogue::standard();
    let expected: Vec<&str> = catalogue.schedulers().iter().map(|s| s.name()).collect();
    assert_eq!(names, expected);
    folder.run("methods entropy-bound").is(
        0,
        "entropy-bound: by rising entropy, as many cells as a bound of their total correlation allows

random     no
sizes      no
tokens     no
video      yes
source     EB-Sampler, arXiv 2505.24857

parameters, for --set KEY=VALUE:
  budget     entropies of a step's cells in nats, summed without the largest, at most
             a number from 0; default 0.1
  repulsion  cells this close, in rows and columns, are not revealed together
             a number from 0; default 0
",
        "",
    );
}

#[test]
fn a_scheduler_makes_no_orders_beforehand() {
    let folder = Folder::new();
    let outcome = folder.run("gen --grid 4x4 --steps 4 --method stable --out s.npy");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(
        outcome
            .stderr
            .contains("'stable' is a scheduler, which chooses cells while a model generates"),
        "{outcome}"
    );
}

#[test]
fn methods_are_listed_as_json() {
    let folder = Folder::new();
    let text = folder.done("methods --json");
    let methods: serde_json::Value = serde_json::from_str(&text).unwrap();
    let catalogue = Catalogue::standard();
    let entries = catalogue.methods();
    let all = methods.as_array().unwrap();
    let (methods, schedulers) = all.split_at(entries.len());
    assert_eq!(schedulers.len(), catalogue.schedulers().len());
    for (entry, scheduler) in catalogue.schedulers().iter().zip(schedulers) {
        assert_eq!(scheduler["kind"], "scheduler");
        assert_eq!(scheduler["name"], entry.name());
        assert_eq!(scheduler["random"], entry.needs().randomness);
        assert_eq!(scheduler["sizes"], entry.needs().group_sizes);
        assert_eq!(scheduler["tokens"], entry.needs().tokens);
        assert_eq!(scheduler["video"], !entry.needs().one_frame);
        assert_eq!(scheduler["source"], entry.source());
        let one = folder.done(&format!("methods {} --json", entry.name()));
        let one: serde_json::Value = serde_json::from_str(&one).unwrap();
        assert_eq!(one, *scheduler);
    }
    for (entry, method) in entries.iter().zip(methods) {
        assert_eq!(method["kind"], "method");
        assert_eq!(method["name"], entry.name());
        assert_eq!(method["summary"], entry.summary());
        assert_eq!(method["random"], entry.capabilities().random);
        assert_eq!(method["own_sizes"], entry.capabilities().own_sizes);
        assert_eq!(method["video"], entry.capabilities().video);
        assert_eq!(method["source"], entry.source());
        let parameters = method["parameters"].as_array().unwrap();
        assert_eq!(parameters.len(), entry.parameters().len());
        for (known, parameter) in entry.parameters().iter().zip(parameters) {
            assert_eq!(parameter["name"], known.name());
            assert_eq!(parameter["summary"], known.summary());
            assert_eq!(parameter["takes"], known.kind().to_string());
            assert_eq!(parameter["default"], known.default_words());
        }
        let one = folder.done(&format!("methods {} --json", entry.name()));
        let one: serde_json::Value = serde_json::from_str(&one).unwrap();
        assert_eq!(one, *method);
    }
}

#[test]
fn one_method_is_described() {
    let folder = Folder::new();
    folder.run("methods lpd").is(
        0,
        "lpd: close to what is generated, far from its own members

random     yes
own sizes  no
video      yes
source     LPD, arXiv 2507.01957

parameters, for --set KEY=VALUE:
  proximity       proximity threshold tau: cells with at least this score are near
                  a number from 0; default 1
  repulsion       repulsion threshold rho: cells this close are not generated together
                  a number from 0; default 2 at 16x16, 4 at 32x32, else an eighth of the grid's side
  frame-distance  how many cells a frame counts in all distances (video only)
                  a number from 0.001 to 1000000; default 1
",
        "",
    );
    folder.run("methods raster").is(
        0,
        "raster: row by row

random     no
own sizes  no
video      yes
source     LlamaGen, arXiv 2406.06525

no parameters
",
        "",
    );
    for entry in Catalogue::standard().methods() {
        let text = folder.done(&format!("methods {}", entry.name()));
        assert!(
            text.lines().all(|line| line.chars().count() <= 100),
            "{text}"
        );
    }
    let catalogue = Catalogue::standard();
    let known = catalogue.names_of(|_| true);
    folder.refuses(
        2,
        "methods rastr",
        &format!(
            "there is no method 'rastr'; did you mean 'raster'? There are {}",
            known.join(", ")
        ),
    );
}

/// What `--proximity` and `--repulsion` say shortly, `--set` says as well.
#[test]
fn parameters_are_set() {
    let folder = Folder::new();
    let gen_to = "gen --grid 8x8 --steps 6 --num 5 -q --out";
    for (short, long) in [
        ("--repulsion 2.5", "--set repulsion=2.5"),
        (
            "--proximity inf --repulsion 2",
            "--set proximity=inf --set repulsion=2",
        ),
        (
            "--proximity 0.5 --repulsion 3",
            "--proximity 0.5 --set repulsion=3",
        ),
        (
            "--method proximity --proximity 0.5",
            "--method proximity --set proximity=0.5",
        ),
    ] {
        folder.done(&format!("{gen_to} a.npy --force {short}"));
        folder.done(&format!("{gen_to} b.npy --force {long}"));
        assert_eq!(folder.read("a.npy"), folder.read("b.npy"), "{long}");
        assert_eq!(
            folder.manifest("a.npy").parameters,
            folder.manifest("b.npy").parameters
        );
        folder.done("check b.npy");
    }
    folder.done(&format!("{gen_to} ./ --set repulsion=2.5"));
    folder.manifest("grid8x8_steps6_repulsion2.5.json");

    let file = "grid8x8_steps6_repulsion2.5.json";
    let verdict = folder.run(&format!("check {file} --set repulsion=4"));
    assert_eq!(verdict.status, 1, "{verdict}");
    folder.write("theirs.json", folder.read(file));
    folder.done("check theirs.json -q --method lpd --grid 8x8 --steps 6 --set repulsion=2.5");
}

/// Every parameter of every method takes what its kind takes. (The values are no defaults,
/// which some methods leave unsaid.)
#[test]
fn all_parameters_can_be_set() {
    use orders_core::{ParameterKind, ParameterValue};
    for entry in Catalogue::standard().methods() {
        for parameter in entry.parameters() {
            let name = parameter.name();
            let (good, bad) = match parameter.kind() {
                ParameterKind::NumberFrom(from) => (from.to_string(), "x"),
                ParameterKind::NumberBetween(from, _) => (from.to_string(), "x"),
                ParameterKind::WholeFrom(from) => ((from + 1).to_string(), "1.5"),
                ParameterKind::Flag => ("true".to_owned(), "perhaps"),
                ParameterKind::OneOf(words) => (words[words.len() - 1].clone(), "no-such-word"),
                kind => panic!("a kind that this test does not know: {kind}"),
            };
            let folder = Folder::new();
            let grid = if name == "frame-distance" {
                "2x2x4"
            } else {
                "4x4"
            };
            let line = format!(
                "gen --grid {grid} --group-sizes 1,3,12 --method {}",
                entry.name()
            );
            folder.done(&format!("{line} --num 1 --out a.npy --set {name}={good}"));
            let parameters = folder.manifest("a.npy").parameters;
            let expected: ParameterValue = parameter.kind().parse(&good).unwrap();
            assert_eq!(parameters[name], expected, "{} {name}", entry.name());
            folder.refuses(
                2,
                &format!("{line} --num 1 --out b.npy --set {name}={bad}"),
                &format!(
                    "--set {name}={bad}: '{bad}' is not allowed; it takes {}",
                    parameter.kind()
                ),
            );
        }
    }
}

#[test]
fn settings_that_are_none() {
    let folder = Folder::new();
    folder.write("a.json", "[[0,1,2,3]]");
    for (flags, error) in [
        (
            "--set repulsion",
            "--set repulsion: there is no '='; write KEY=VALUE",
        ),
        ("--set ''", "--set : there is no '='; write KEY=VALUE"),
        (
            "--set repulson=2",
            "--set repulson=2: there is no lpd parameter 'repulson'; did you mean 'repulsion'? There are proximity, repulsion, frame-distance",
        ),
        (
            "--set window=2",
            "--set window=2: there is no lpd parameter 'window'; there are proximity, repulsion, frame-distance",
        ),
        (
            "--set =2",
            "--set =2: there is no lpd parameter ''; there are proximity, repulsion, frame-distance",
        ),
        (
            "--set repulsion=-1",
            "--set repulsion=-1: '-1' is not allowed; it takes a number from 0",
        ),
        (
            "--set repulsion=",
            "--set repulsion=: '' is not allowed; it takes a number from 0",
        ),
        (
            "--set repulsion=2=3",
            "--set repulsion=2=3: '2=3' is not allowed; it takes a number from 0",
        ),
        (
            "--set repulsion=2 --set repulsion=2",
            "--set repulsion=2: repulsion is set twice",
        ),
        (
            "--set repulsion=2 --repulsion 3",
            "--set repulsion=2: --repulsion sets it as well; give one of the two",
        ),
        (
            "--proximity 1 --set repulsion=2 --set proximity=1",
            "--set proximity=1: --proximity sets it as well; give one of the two",
        ),
    ] {
        let small = "--grid 2x2 --steps 2";
        folder.refuses(2, &format!("gen --out new/ {small} {flags}"), error);
        folder.refuses(
            2,
            &format!("check a.json --method lpd {small} {flags}"),
            error,
        );
        if !flags.contains("--repulsion") && !flags.contains("--proximity") {
            folder.refuses(2, &format!("schedule {small} {flags}"), error);
        }
    }
    for command in ["gen --out new/", "schedule"] {
        folder.refuses(
            2,
            &format!("{command} --grid 2x2 --steps 2 --method raster --set repulsion=2"),
            "--set repulsion=2: method raster has no parameters, so no 'repulsion'",
        );
    }
    folder.refuses(
        2,
        "check a.json --set repulsion=2",
        "--set, --proximity and --repulsion need --method lpd as well, if no manifest names it",
    );
}

/// The methods whose steps are a part of their definition bring their sizes.
#[test]
fn own_sizes_are_the_methods() {
    use orders_core::{Grid, KnownCells, Parameters};
    let grid = Grid::new(6, 5).unwrap();
    let known = KnownCells::new(grid, [0, 1, 7]).unwrap();
    for entry in Catalogue::standard().methods() {
        let folder = Folder::new();
        folder.write("known.json", "[0, 1, 7]");
        let method = Catalogue::standard()
            .method(entry.name(), grid, &Parameters::new())
            .unwrap();
        let flags = format!("--grid 6x5 --group-sizes own --method {}", entry.name());
        if !entry.capabilities().own_sizes {
            let outcome = folder.run(&format!("schedule {flags}"));
            assert_eq!(outcome.status, 2, "{outcome}");
            let sentence = format!(
                "error: --group-sizes own: method {} has no group sizes of its own; ",
                entry.name()
            );
            assert!(outcome.stderr.starts_with(&sentence), "{outcome}");
            for name in Catalogue::standard().names_of(|can| can.own_sizes) {
                assert!(outcome.stderr.contains(name), "{outcome}");
            }
            continue;
        }
        for (flags, known) in [
            (flags.clone(), KnownCells::none(grid)),
            (format!("{flags} --known known.json"), known.clone()),
        ] {
            let sizes = match method.own_group_sizes(&known) {
                Ok(sizes) => sizes.expect("the catalogue says so"),
                Err(error) => {
                    folder.refuses(2, &format!("schedule {flags}"), &error.to_string());
                    continue;
                }
            };
            let printed = folder.done(&format!("schedule {flags} --json"));
            let printed: Vec<u32> = serde_json::from_str(&printed).unwrap();
            assert_eq!(printed, sizes.as_slice(), "{flags}");
            let out = format!("out-{}", known.count());
            folder.done(&format!("gen {flags} --num 2 --out {out}/"));
            let names = folder.names();
            let part = format!("_steps{}_own_{}", sizes.steps(), entry.name());
            let is_ours = |name: &&String| {
                name.starts_with(&format!("{out}/"))
                    && name.contains(&part)
                    && name.ends_with(".json")
            };
            let file = names.iter().find(is_ours).expect("a file with this name");
            assert_eq!(
                folder.manifest(file).group_sizes.as_deref(),
                Some(sizes.as_slice())
            );
            folder.done(&format!("check {file}"));
        }
    }
}

#[test]
fn own_sizes_that_are_none() {
    let folder = Folder::new();
    let catalogue = Catalogue::standard();
    let having = catalogue.names_of(|can| can.own_sizes);
    let having = match having[..] {
        [] => "no method has".to_owned(),
        _ => format!("methods that have: {}", having.join(", ")),
    };
    for (flags, name) in [("", "lpd"), ("--method raster", "raster")] {
        for command in ["gen --out new/", "schedule"] {
            folder.refuses(
                2,
                &format!("{command} --grid 4x4 --group-sizes own {flags}"),
                &format!(
                    "--group-sizes own: method {name} has no group sizes of its own; {having}"
                ),
            );
        }
    }
}
