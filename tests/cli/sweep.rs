//! `sweep`: results that survive, shards, pictures, tables, and wrong input.

use orders_core::Catalogue;

use crate::folder::Folder;

const SMALL: &str = r#"title = "Small"
orders = 8
grids = ["8x8"]
steps = [5, 9]
sizes = ["cosine"]

[[methods]]
name = "lpd"
set = { proximity = [0.5, 1], repulsion = [1, 2] }

[[methods]]
name = "random"
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("small.toml", SMALL);
    folder
}

#[test]
fn a_sweep_has_results_and_tables() {
    let folder = folder();
    let line = folder.done("sweep small.toml --out results/ --threads 2");
    assert!(line.starts_with("10 trials in "), "{line}");
    assert!(line.ends_with(" s: results/\n"), "{line}");
    let names = folder.names();
    let in_results = |name: &str| names.contains(&format!("results/{name}"));
    for table in ["trials", "steps", "orders"] {
        assert!(in_results(&format!("{table}.csv")) && in_results(&format!("{table}.parquet")));
    }
    let trials = names
        .iter()
        .filter(|name| name.starts_with("results/trials/") && name.ends_with("json"))
        .count();
    assert_eq!(trials, 10);
    let csv = String::from_utf8(folder.read("results/trials.csv")).unwrap();
    assert!(csv.starts_with("trial,label,method,set_proximity,set_repulsion,grid,steps,sizes,group_sizes,field,model,seed,orders,program,proximity,proximity_sd,proximity_low,proximity_high,"), "{csv}");
    assert!(csv.contains(concat!("orders-cli ", env!("CARGO_PKG_VERSION"))));

    let before = folder.content();
    let line = folder.done("sweep small.toml --out results --json");
    let report: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(
        (&report["trials"], &report["found"]),
        (&10.into(), &10.into())
    );
    assert!(folder.content() == before);
}

#[test]
fn the_trials_can_be_listed() {
    let folder = folder();
    let before = folder.content();
    let listed = folder.done("sweep small.toml --out results --dry-run --shard 2/5");
    assert_eq!(
        listed,
        "2: lpd, proximity 0.5, repulsion 1, 8x8, 9 steps, cosine sizes, seed 0\n\
         7: lpd, proximity 1, repulsion 2, 8x8, 5 steps, cosine sizes, seed 0\n"
    );
    assert!(folder.content() == before);
}

#[test]
fn merged_shards_are_as_one_run() {
    let folder = folder();
    folder.done("sweep small.toml --out whole --threads 1");
    for shard in [1, 2, 3] {
        folder.done(&format!(
            "sweep small.toml --out s{shard} --shard {shard}/3"
        ));
    }
    folder.refuses(
        2,
        "sweep merge s1 s3 --out merged",
        "3 of 10 trials have no results yet; the first is trial 2 (lpd, proximity 0.5, repulsion 1, 8x8, 9 steps, cosine sizes, seed 0); a shard is not finished, or is not among the folders; to be run again: --shard i/3 with i = 2",
    );
    let line = folder.done("sweep merge s3 s1 s2 --out merged");
    assert_eq!(line, "10 trials of 3 folders: merged\n");
    let of = |name: &str| {
        let content = folder.content().into_iter();
        let inner = content.filter_map(|(path, bytes)| {
            let path = path.strip_prefix(&format!("{name}/"))?.to_owned();
            Some((path, bytes))
        });
        inner.collect::<Vec<_>>()
    };
    assert!(of("whole") == of("merged"));
}

#[test]
fn pictures_of_each_kind_are_drawn() {
    let folder = folder();
    folder.done("sweep small.toml --out results");
    for (name, flags) in [
        ("line.svg", "--y discrepancy --log-x --where repulsion=2"),
        (
            "lines.png",
            "--kind line --x repulsion --y nearest_context --where method=lpd",
        ),
        (
            "map.svg",
            "--kind heat-map --value discrepancy --where steps=5",
        ),
        (
            "scatter.svg",
            "--kind scatter --x proximity_over_steps --y mean_pair",
        ),
        (
            "steps.svg",
            "--kind scatter --x steps --y mean_pair --title Mine",
        ),
        ("boxes.png", "--kind box --y support --log-y"),
        (
            "less.svg",
            "--y support --against repulsion=2 --where proximity=1",
        ),
        (
            "differences.svg",
            "--kind difference --y support --against repulsion=2 --where proximity=1",
        ),
        ("panels.svg", "--y support --panels repulsion --clip"),
        ("column.pdf", "--y support --theme paper --width 3.25in"),
    ] {
        let line = folder.done(&format!("sweep plot results {flags} --out {name}"));
        assert_eq!(line, format!("{name}\n"));
        let bytes = folder.read(name);
        let start: &[u8] = match name.rsplit_once('.') {
            Some((_, "svg")) => b"<svg",
            Some((_, "pdf")) => b"%PDF",
            _ => b"\x89PNG",
        };
        assert!(bytes.starts_with(start), "{name}");
    }
    let svg = String::from_utf8(folder.read("line.svg")).unwrap();
    for words in [
        "Small",
        "mean of 8 orders; band: 95 % interval; 8x8, cosine sizes",
        "proximity 0.5",
    ] {
        assert!(svg.contains(words), "{words}");
    }
    let svg = String::from_utf8(folder.read("less.svg")).unwrap();
    assert!(
        svg.contains("difference to repulsion 2: mean of 8 orders"),
        "{svg}"
    );
    assert!(svg.contains("repulsion 1"), "{svg}");
    let svg = String::from_utf8(folder.read("differences.svg")).unwrap();
    for words in ["whiskers: 95 % interval", "difference in ", "repulsion 2"] {
        assert!(svg.contains(words), "{words}");
    }
    let svg = String::from_utf8(folder.read("panels.svg")).unwrap();
    for words in [r#"aria-label="repulsion 1""#, r#"aria-label="repulsion 2""#] {
        assert!(svg.contains(words), "{words}");
    }
    let svg = String::from_utf8(folder.read("map.svg")).unwrap();
    assert!(svg.contains("best: "), "{svg}");
    let svg = String::from_utf8(folder.read("steps.svg")).unwrap();
    assert!(svg.contains("Mine") && svg.contains("Pareto front"));
    // The same command, the same bytes.
    let before = folder.read("map.svg");
    folder.done("sweep plot results --kind heat-map --value discrepancy --where steps=5 --out map.svg --force");
    assert!(folder.read("map.svg") == before);
}

#[test]
fn tables_are_set_in_three_ways() {
    let folder = folder();
    folder.done("sweep small.toml --out results");
    let table = |flags: &str| folder.done(&format!("sweep table results {flags}"));
    let flags = "--measures discrepancy,smallest_pair --where steps=9 --where proximity=1";
    let markdown = table(flags);
    let lines: Vec<&str> = markdown.lines().collect();
    assert_eq!(lines.len(), 4, "{markdown}");
    assert_eq!(
        lines[0],
        "| repulsion | discrepancy | smallest pair (cells) |"
    );
    assert!(lines[2].starts_with("| 1 | 0."), "{markdown}");
    assert!(table(&format!("{flags} --format latex")).starts_with("\\begin{tabular}{lll}\n"));
    let csv = table(&format!("{flags} --format csv"));
    assert!(
        csv.starts_with("repulsion,discrepancy,discrepancy_low,discrepancy_high,smallest_pair")
    );
    let against = table("--measures discrepancy --where steps=9 --against random");
    assert!(against.contains("difference to random"), "{against}");
    assert_eq!(against.matches(", p 0.").count(), 4, "{against}");
    let against = table("--measures discrepancy --where steps=9 --against repulsion=2");
    assert!(against.contains("difference to repulsion 2"), "{against}");
    assert_eq!(against.matches(", p 0.").count(), 2, "{against}");
    // All measures, all points.
    assert_eq!(table("").lines().count(), 12);
}

#[test]
fn wrong_files_are_refused() {
    let folder = folder();
    let catalogue = Catalogue::standard();
    let unknown_method = format!(
        "method.toml: line 12: there is no method 'randm'; did you mean 'random'? There are {}",
        catalogue.names_of(|_| true).join(", ")
    );
    for (name, text, error) in [
        (
            "key.toml",
            SMALL.replace("steps", "stepps"),
            "key.toml: line 4: unknown field `stepps`, expected one of `title`, `orders`, `measures`, `design`, `methods`, `grids`, `steps`, `sizes`, `decoding`, `fields`, `models`, `samples`, `clock`, `seeds`",
        ),
        (
            "method.toml",
            SMALL.replace("name = \"random\"", "name = \"randm\""),
            unknown_method.as_str(),
        ),
        (
            "point.toml",
            SMALL.replace("9", "99"),
            "point.toml: point 2 (lpd, proximity 0.5, repulsion 1, 8x8, 99 steps, cosine sizes, seed 0): 99 steps cannot share 64 cells; between 1 and 64 steps are possible",
        ),
    ] {
        folder.write(name, text);
        folder.refuses(2, &format!("sweep {name} --out results"), error);
    }
    #[cfg(feature = "full")]
    folder.refuses(
        2,
        "sweep small.toml --out results --device cuda",
        "--device cuda is for models, and small.toml lists none",
    );
    folder.write("bytes.toml", b"\xff\xfe");
    folder.refuses(
        2,
        "sweep bytes.toml --out results",
        "bytes.toml is no text in UTF-8",
    );
    folder.refuses(
        2,
        "sweep none.toml --out results",
        "none.toml can't be read: there is no such file or folder",
    );
}

#[test]
fn wrong_folders_are_refused_untouched() {
    let folder = folder();
    folder.write(
        "other.toml",
        SMALL.replace("Small", "Other").replace("8\n", "9\n"),
    );
    folder.done("sweep other.toml --out other");
    folder.done("sweep small.toml --out half --shard 1/2");
    folder.refuses(
        2,
        "sweep small.toml --out other",
        "other holds the results of another sweep (Other); name another folder",
    );
    folder.refuses(
        2,
        "sweep small.toml --out .",
        ". holds files that are no sweep's results; name a new folder or an empty one",
    );
    folder.refuses(
        2,
        "sweep small.toml --out half",
        "half holds shard 1/2 of this sweep, not the whole; name another folder",
    );
    folder.refuses(
        2,
        "sweep merge half other --out merged",
        "half and other hold results of different sweeps; only shards of one can be merged",
    );
    folder.refuses(
        2,
        "sweep merge none --out merged",
        "none is no folder of a sweep's results",
    );
    folder.refuses(
        2,
        "sweep small.toml --out results --shard 3/2",
        "invalid value '3/2' for '--shard <i/n>': '3/2' is no shard; write i/n with i from 1 to n and n at most 100000, for example 1/4",
    );
    let settings = "label, method, proximity, repulsion, grid, steps, sizes, field, model";
    for (line, error) in [
        ("table none", "none is no folder of a sweep's results".to_owned()),
        ("table half --where steps", "--where steps: there is no '='; write KEY=VALUE".into()),
        ("table half --where steps=7", "--where: no point has steps 7; there are 5".into()),
        ("table half --where rho=2", format!("--where: there is no setting 'rho'; there are {settings}")),
        ("table half --against halton", "--against: no point has label halton; there are lpd, random".into()),
        ("table half --against rho=2", format!("--against: there is no setting 'rho'; there are {settings}")),
        ("table half --against repulsion=7", "--against: no point has repulsion 7; there are 1, 2".into()),
        ("table half --against steps=5 --against steps=9", "--against steps=9: steps is there already; each setting is taken once".into()),
        ("plot half --out a.bmp --y support", "--out a.bmp ends in none of .svg, .pdf and .png".into()),
        (
            "plot half --out a.svg --y entropy --kind box",
            "--y: there is no measure 'entropy' in these results; there are proximity, nearest_context, support, edge_coverage, neighbour_coverage, smallest_pair, mean_pair, violations, violating_share, discrepancy, proximity_over_steps, nearest_context_over_steps, support_over_steps, edge_coverage_over_steps, neighbour_coverage_over_steps".into(),
        ),
        ("plot half --out a.svg --y support --x grid", "--x grid: '8x8' is no number, so it has no place on an axis".into()),
        ("plot half --out a.svg --kind heat-map --value support --x grid --y sizes", "several points have grid 8x8 and sizes cosine; choose by label, proximity, repulsion with --where".into()),
        ("plot half --out a.svg --kind box --y support --against random", "--against is taken by --kind line and --kind difference alone".into()),
        ("plot half --out a.svg --kind difference --y support", "--kind difference needs --against: the points that the others differ from".into()),
        ("plot half --out a.svg --kind box --y support --clip", "--clip is taken by --kind line alone".into()),
        ("plot half --out a.svg --kind heat-map --value support --y-max 3", "--y-max is taken by --kind line alone".into()),
        ("plot half --out a.svg --kind box --y support --value support", "--value is taken by --kind heat-map alone".into()),
        ("plot half --out a.svg --kind box --y support --x steps", "--x is taken by --kind line, scatter and heat-map alone".into()),
        ("plot half --out a.svg --kind heat-map --value support --log-x", "--log-x is taken by --kind line and scatter alone".into()),
        ("plot half --out a.svg --kind box --y support --panels steps", "--panels is taken by --kind line alone".into()),
        ("plot half --out a.svg --y support --panels rho", format!("--panels: there is no setting 'rho'; there are {settings}")),
        ("plot half --out a.svg --kind scatter --y support", "a scatter chart needs --x and --y, two measures".into()),
    ] {
        folder.refuses(2, &format!("sweep {line}"), &error);
    }
    folder.write("a.svg", "mine");
    folder.refuses(
        2,
        "sweep plot half --kind box --y support --out a.svg",
        "a.svg exists already; --force replaces it",
    );
    // A result is gone, and the folder is not complete any more.
    let names = folder.names();
    let first = names
        .iter()
        .find(|name| name.starts_with("half/trials/") && name.ends_with("json"));
    folder.remove(first.unwrap());
    let outcome = folder.run("sweep table half");
    assert_eq!(outcome.status, 2);
    assert!(
        outcome
            .stderr
            .contains("1 of 5 trials have no results yet; the first is trial ")
    );
    assert!(
        outcome
            .stderr
            .ends_with("; 'sweep' goes on where it was left\n")
    );
}

#[test]
fn commands_need_what_they_need() {
    let folder = folder();
    for line in [
        "sweep",
        "sweep small.toml",
        "sweep merge",
        "sweep plot",
        "sweep table",
    ] {
        let outcome = folder.run(line);
        assert_eq!(outcome.status, 2, "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    }
}

/// Hundreds of trials, none of which takes long.
#[cfg(unix)]
const LONG: &str = r#"
orders = 40
grids = ["12x12"]
steps = [6, 8, 10, 12, 14, 16, 18, 20]
sizes = ["cosine"]
measures = ["nearest_context"]
seeds = [0, 1, 2, 3, 4]
[[methods]]
name = "lpd"
set = { repulsion = [0, 1, 2, 3] }
"#;

/// Ends a sweep amid its work, once by a signal that it can catch and once by one
/// that it can't, and goes on.
#[cfg(unix)]
#[test]
fn an_ended_sweep_goes_on() {
    use crate::ends::{send, wait_until};
    use crate::folder::Outcome;
    use std::process::Stdio;

    let folder = Folder::new();
    folder.write("long.toml", LONG);
    folder.done("sweep long.toml --out whole");
    let results = |name: &str| {
        let entries = std::fs::read_dir(folder.path(name)).into_iter().flatten();
        let is_result = |path: &std::path::Path| path.extension().is_some_and(|e| e == "json");
        entries
            .flatten()
            .filter(|entry| is_result(&entry.path()))
            .count()
    };
    let mut done = 0;
    for signal in ["INT", "KILL"] {
        let line = "sweep long.toml --out part --threads 2";
        let mut child = folder
            .command(line)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_until("the sweep has no results", || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "{line} ended by itself: {ended:?}");
            results("part/trials") > done + 3
        });
        send(&child, signal);
        let output = child.wait_with_output().unwrap();
        done = results("part/trials");
        if signal == "INT" {
            Outcome::new(line, output).is(
                130,
                "",
                &format!("error: interrupted; {done} of 160 trials are done and kept in part; the same command goes on from there\n"),
            );
        }
        assert!(done < 160);
    }
    let line = folder.done("sweep long.toml --out part");
    assert!(
        line.starts_with(&format!("160 trials ({done} of them before) in ")),
        "{line}"
    );
    let of = |name: &str| {
        let content = folder.content().into_iter();
        let inner = content.filter_map(|(path, bytes)| {
            let path = path.strip_prefix(&format!("{name}/"))?.to_owned();
            (!path.ends_with(".partial")).then_some((path, bytes))
        });
        inner.collect::<Vec<_>>()
    };
    assert!(of("whole") == of("part"));
}

/// What lies in the place of a result is not waited for, and numbers of a damaged folder
/// don't run over.
#[cfg(unix)]
#[test]
fn damaged_folders_are_said_to_be_so() {
    let folder = folder();
    folder.done("sweep small.toml --out results");
    let names = folder.names();
    let trial = names
        .iter()
        .find(|name| name.starts_with("results/trials/") && name.ends_with("json"));
    let trial = trial.unwrap();
    folder.remove(trial);
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path(trial))
        .status();
    assert!(made.unwrap().success());
    folder.run("sweep small.toml --out results").is(
        2,
        "",
        "error: results/trials/DIGEST.json is damaged: it is a pipe, not a regular file\n",
    );
    folder.remove(trial);
    let plan = String::from_utf8(folder.read("results/sweep.json")).unwrap();
    for steps in ["18446744073709551615", "18446744073709551614"] {
        folder.write(
            "results/sweep.json",
            plan.replacen("\"steps\":5", &format!("\"steps\":{steps}"), 1),
        );
        let outcome = folder.run("sweep small.toml --out results");
        assert_eq!(outcome.status, 2, "{outcome}");
        assert!(
            outcome.stderr.starts_with(&format!("error: results/sweep.json is damaged: trial 1: 8 orders of {steps} steps are too many for a trial")),
            "{outcome}"
        );
    }
}

/// What Slurm would be handed, what is done of shards, and which are to be run again.
#[test]
fn shards_on_a_cluster() {
    let folder = folder();
    let scripts = folder
        .done("sweep small.toml --threads 2 --out results --slurm array=3,time=5 --slurm-dry-run");
    for part in [
        "#SBATCH --array=1-3\n",
        "#SBATCH --time=5\n",
        " sweep small.toml --threads 2 --shard \"$shard/3\" --out '",
        "results.slurm/shard-'\"$shard\" &\n",
        "results.slurm/shard-3' \\\n    --out '",
    ] {
        assert!(scripts.contains(part), "{part} in {scripts}");
    }
    for (flags, error) in [
        (
            "--slurm time=5",
            "--slurm time=5: array=N is missing, the number of shards",
        ),
        (
            "--slurm array=3 --shard 1/2",
            "the argument '--slurm <array=N[,KEY=VALUE]...>' cannot be used with '--shard <i/n>'",
        ),
    ] {
        folder.refuses(2, &format!("sweep small.toml --out results {flags}"), error);
    }

    for shard in [1, 3] {
        folder.done(&format!(
            "sweep small.toml --out s.slurm/shard-{shard} --shard {shard}/3 -q"
        ));
    }
    folder.write("s.slurm/array.sh", "");
    let said = folder.done("sweep status s.slurm");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[2], "2 of 2 folders are done");
    assert!(
        lines[1].starts_with("s.slurm/shard-3: shard 3/3, "),
        "{said}"
    );
    assert!(lines[1].ends_with(" trials, 100 %; done"), "{said}");
    folder.refuses(
        2,
        "sweep merge s.slurm/shard-1 s.slurm/shard-3 --out merged",
        "3 of 10 trials have no results yet; the first is trial 2 (lpd, proximity 0.5, repulsion 1, 8x8, 9 steps, cosine sizes, seed 0); a shard is not finished, or is not among the folders; to be run again: --shard i/3 with i = 2, or sbatch --array=2 s.slurm/array.sh",
    );
    folder.refuses(
        2,
        "sweep merge s.slurm/shard-1 s.slurm/shard-2 s.slurm/shard-3 --out merged",
        "s.slurm/shard-2 is no folder of a sweep's results; to be run again: --shard i/3 with i = 2, or sbatch --array=2 s.slurm/array.sh",
    );
    // Jobs that run several shards each are told apart by their first.
    folder.write("s.slurm/array.sh", "#!/bin/sh\n#SBATCH --array=1-3:2%4\n");
    let error = folder.run("sweep merge s.slurm/shard-1 s.slurm/shard-3 --out merged");
    let again = "i = 2, or sbatch --array=1 s.slurm/array.sh\n";
    assert!(error.stderr.ends_with(again), "{error}");
    folder.refuses(
        2,
        "sweep status none",
        "none is no folder of a sweep's results",
    );
    // A clock that is ahead of this one says nothing of how long it takes.
    let manifest = fs_err::OpenOptions::new()
        .append(true)
        .open(folder.path("s.slurm/shard-1/sweep.json"))
        .unwrap();
    let tomorrow = std::time::SystemTime::now() + std::time::Duration::from_hours(24);
    manifest.into_file().set_modified(tomorrow).unwrap();
    assert_eq!(folder.done("sweep status s.slurm"), said);
}

#[test]
fn shards_of_other_sweeps_and_versions_are_refused() {
    let folder = folder();
    for shard in [1, 2] {
        folder.done(&format!(
            "sweep small.toml --out a{shard} --shard {shard}/2 -q"
        ));
    }
    let other = String::from_utf8(folder.read("small.toml")).unwrap();
    folder.write("other.toml", other.replace("orders = 8", "orders = 9"));
    folder.done("sweep other.toml --out b2 --shard 2/2 -q");
    folder.refuses(
        2,
        "sweep merge a1 b2 --out merged",
        "a1 and b2 hold results of different sweeps; only shards of one can be merged",
    );
    // Of another version of the format.
    let manifest = String::from_utf8(folder.read("a2/sweep.json")).unwrap();
    let format = manifest.split(',').next().unwrap();
    folder.write(
        "a2/sweep.json",
        manifest.replacen(format, "{\"format\":999", 1),
    );
    let error = folder.run("sweep merge a1 a2 --out merged");
    assert_eq!(error.status, 2);
    let words = "error: a2/sweep.json is damaged: it is of format 999, and this version reads ";
    assert!(error.stderr.starts_with(words), "{error}");
    assert!(!folder.path("merged").exists());
}

/// Where there is no Slurm, nothing is written and nothing runs.
#[test]
fn slurm_that_is_not_there() {
    let folder = folder();
    let before = folder.names();
    let mut command = folder.command("sweep small.toml --out results --slurm array=3");
    let output = command.env("PATH", "").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: --slurm: there is no Slurm here, sbatch can't be run: there is no such file or folder; --slurm-dry-run shows the scripts\n"
    );
    assert_eq!(folder.names(), before);
}

/// An order file is as good as the method that made it, in the sizes of its manifest or in
/// others; and shards of it are merged.
#[test]
fn order_files_are_swept() {
    let folder = Folder::new();
    folder.done("-q gen --grid 8x8 --method lpd --steps 5 --shape cosine --num 8 --out lpd.npy");
    folder
        .done("-q gen --grid 8x8 --method halton --steps 5 --shape cosine --num 1 --out one.json");
    let sweep = r#"orders = 8
grids = ["8x8"]
steps = [5]
sizes = ["cosine"]
measures = ["proximity", "violations"]
[[methods]]
name = "lpd"
[[methods]]
name = "halton"
[[methods]]
file = "lpd.npy"
[[methods]]
file = "one.json"
sizes = ["own", [4, 20, 40]]
label = "searched"
"#;
    folder.write("files.toml", sweep);
    folder.done("sweep files.toml --out results");
    let csv = folder.done("sweep table results --format csv");
    let row = |label: &str, sizes: &str| {
        let mut lines = csv.lines();
        let line =
            lines.find(|line| line.starts_with(&format!("{label},")) && line.contains(sizes));
        let line = line.unwrap_or_else(|| panic!("{label} {sizes}: {csv}"));
        let numbers = line
            .split(',')
            .filter(|text| text.contains('.') && !text.contains("lpd"));
        numbers.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(row("lpd.npy", "own"), row("lpd", "cosine"));
    assert_eq!(row("searched", "own"), row("halton", "cosine"));
    assert_ne!(row("searched", "4 20 40"), row("halton", "cosine"));
    for shard in [1, 2] {
        folder.done(&format!(
            "-q sweep files.toml --out s{shard} --shard {shard}/2"
        ));
    }
    folder.done("sweep merge s1 s2 --out merged");
    assert_eq!(folder.done("sweep table merged --format csv"), csv);

    // The best first.
    let sorted = folder.done("sweep table results --measures proximity --sort proximity");
    let means: Vec<f64> = sorted
        .lines()
        .skip(2)
        .map(|line| {
            let cell = line.split('|').nth(4).unwrap().trim();
            cell.split(' ').next().unwrap().parse().unwrap()
        })
        .collect();
    assert!(
        means.len() == 5 && means.is_sorted_by(|a, b| a >= b),
        "{sorted}"
    );
    folder.refuses(
        2,
        "sweep table results --measures proximity --sort violations",
        "--sort violations: it is not among those of --measures",
    );

    // Another file of the same name is another sweep.
    folder.done("-q gen --grid 8x8 --method raster --steps 5 --num 1 --out one.json --force");
    folder.refuses(
        2,
        "sweep files.toml --out results",
        "results holds the results of another sweep; name another folder",
    );
    for (from, to, error) in [
        (
            "file = \"lpd.npy\"",
            "file = \"gone.npy\"",
            "gone.npy can't be read: there is no such file or folder",
        ),
        (
            "orders = 8",
            "orders = 9",
            "lpd.npy has 8 orders, but 9 are needed; a file with one order is for all samples",
        ),
        (
            "[\"8x8\"]",
            "[\"8x8\", \"4x4\"]",
            "lpd.npy has orders of one grid, and grids lists 2",
        ),
        (
            "[\"8x8\"]",
            "[\"4x16\"]",
            "lpd.npy has orders of a 8x8 grid; needed are orders of 4x16 cells",
        ),
        (
            "file = \"lpd.npy\"",
            "file = \"lpd.npy\"\nname = \"lpd\"",
            "wrong.toml: line 12: a method has a name or a file; to call a file something, give a label",
        ),
        (
            "file = \"lpd.npy\"",
            "file = \"lpd.npy\"\nset = { repulsion = 2 }",
            "wrong.toml: line 12: repulsion is set, but an order file has no parameters",
        ),
        (
            "file = \"lpd.npy\"",
            "label = \"x\"",
            "wrong.toml: [[methods]]: each needs a name, or the file of its orders",
        ),
        (
            "file = \"lpd.npy\"",
            "file = \"..\"",
            "wrong.toml: line 11: '..' names no file",
        ),
    ] {
        folder.write("wrong.toml", sweep.replace(from, to));
        folder.refuses(2, "sweep wrong.toml --out new", error);
    }
    folder.remove("one.json.toml");
    let start = "files.toml: point 4 (searched, 8x8, own sizes, seed 0): ";
    let outcome = folder.run("sweep files.toml --out new");
    assert_eq!(outcome.status, 2, "{outcome}");
    assert!(
        outcome.stderr.starts_with(&format!("error: {start}")),
        "{outcome}"
    );
    assert!(outcome.stderr.contains("one.json"), "{outcome}");
}

/// Points of several seeds have intervals that are found anew, from a table that several
/// threads ask for: none may wait for another that waits for it.
#[test]
fn points_of_several_seeds_are_tabled() {
    let folder = Folder::new();
    let proximities: Vec<String> = (1..=20)
        .map(|i| format!("{}", f64::from(i) / 4.0))
        .collect();
    folder.write(
        "seeds.toml",
        format!(
            "orders = 3\ngrids = [\"4x4\"]\nsteps = [4]\nsizes = [\"cosine\"]\nseeds = [0, 1, 2]\nmeasures = [\"proximity\"]\n[[methods]]\nname = \"lpd\"\nset = {{ proximity = [{}] }}\n",
            proximities.join(", ")
        ),
    );
    folder.done("sweep seeds.toml --out results -q");
    for _ in 0..3 {
        let table = folder.done("sweep table results");
        assert_eq!(table.lines().count(), 2 + 20, "{table}");
        let table = folder.done("sweep table results --against proximity=1");
        assert!(table.contains(", p "), "{table}");
    }
}
