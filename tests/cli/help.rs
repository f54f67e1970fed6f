//! Help, versions, completions, and what the README says of the commands.

use std::path::Path;

use crate::folder::Folder;

const COMMANDS: [(&str, &[&str]); 27] = [
    (
        "gen",
        &[
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--first-group <SIZE>",
            "--out <PATH>",
            "--method <NAME>",
            "--set <KEY=VALUE>",
            "--proximity <T>",
            "--repulsion <R>",
            "--num <N>",
            "--seed <S>",
            "--format <FORMAT>",
            "--threads <N>",
            "--force",
            "--json",
            "--quiet",
            "orders-cli methods",
            "light is a grey level of 128 and",
            "[default: 60000]",
            "[default: lpd]",
            "[default: 0]",
            "orders-cli gen --res 512 --steps 48 --out orders/",
        ],
    ),
    (
        "schedule",
        &[
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--first-group <SIZE>",
            "--method <NAME>",
            "--set <KEY=VALUE>",
            "--json",
            "--quiet",
        ],
    ),
    (
        "check",
        &[
            "<FILE>...",
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--method <NAME>",
            "--set <KEY=VALUE>",
            "--proximity <T>",
            "--repulsion <R>",
            "--rows-only",
            "--trace",
            "--masks <WHAT>",
            "--trace-tokens <FILE>",
            "--threads <N>",
            "--json",
            "--quiet",
        ],
    ),
    (
        "inspect",
        &[
            "<FILE>",
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--json",
            "--quiet",
        ],
    ),
    (
        "convert",
        &[
            "<IN>",
            "<OUT>",
            "--key <KEY>",
            "orders-cli convert lpd_l_256.pth lpd_l_256.safetensors",
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--group-sizes <LIST|FILE>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "plot",
        &[
            "[FILE]...",
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--first-group <SIZE>",
            "--method <NAME[,KEY=VALUE]...>",
            "--all-methods",
            "--set <KEY=VALUE>",
            "--proximity <T>",
            "--repulsion <R>",
            "--index <I>",
            "--seed <S>",
            "--label <TEXT>",
            "--title <TEXT>",
            "--show <PARTS>",
            "--steps-shown <LIST>",
            "--columns <N>",
            "--out <FILE>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "animate",
        &[
            "[FILE]...",
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--first-group <SIZE>",
            "--method <NAME[,KEY=VALUE]...>",
            "--all-methods",
            "--set <KEY=VALUE>",
            "--proximity <T>",
            "--repulsion <R>",
            "--index <I>",
            "--seed <S>",
            "--label <TEXT>",
            "--title <TEXT>",
            "--fps <N>",
            "--pause <SECONDS>",
            "--frames <N>",
            "--out <FILE>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "explore",
        &[
            "[FILE|METHOD]...",
            "--res <R>",
            "--grid <HxW>",
            "--known <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--method <NAME[,KEY=VALUE]...>",
            "--all-methods",
            "--set <KEY=VALUE>",
            "--index <I>",
            "--seed <S>",
            "--label <TEXT>",
            "--title <TEXT>",
            "--num <N>",
            "--field <FIELD>",
            "--results <DIR>",
            "--out <FILE>",
            "--threads <N>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "analyze",
        &[
            "--res <R>",
            "--grid <HxW>",
            "--field <",
            "--explain",
            "--json",
            "--quiet",
        ],
    ),
    ("optimize", &["sizes", "order", "--quiet"]),
    (
        "curve",
        &[
            "--model <NAME>",
            "--checkpoint <FILE>",
            "--tokens <FILE>",
            "--limit <N>",
            "--orders <FILE>",
            "--method <NAME>",
            "--out <FILE>",
        ],
    ),
    (
        "sweep",
        &[
            "<FILE>",
            "--out <DIR>",
            "--shard <i/n>",
            "--device <NAME>",
            "--precision <TYPE>",
            "--threads <N>",
            "--dry-run",
            "--json",
            "--quiet",
            "merge",
            "plot",
            "report",
            "table",
            "orders-cli sweep sweeps/principles.toml --out principles/",
        ],
    ),
    (
        "tokenize",
        &[
            "<FILE>...",
            "--tokenizer <FILE>",
            "--tokenizer-config <FILE>",
            "--config",
            "--tokenizer-key <KEY>",
            "--out <FILE>",
            "--device <NAME>",
            "--threads <N>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "detokenize",
        &[
            "<FILE>",
            "--tokenizer <FILE>",
            "--tokenizer-config <FILE>",
            "--res <R>",
            "--grid <HxW>",
            "--out <PATH>",
            "--device <NAME>",
            "--precision <TYPE>",
            "--threads <N>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "train",
        &[
            "RECIPE.toml",
            "--tokens <FILE>",
            "--held-out <FILE>",
            "--held-out-images <N>",
            "--updates <N>",
            "--every <N>",
            "--out <DIR>",
            "--device <NAME>",
            "--threads <N>",
            "--json",
            "--quiet",
        ],
    ),
    (
        "train-classifier",
        &[
            "--tokens <FILE>",
            "--tokenizer <FILE>",
            "--held-out <FILE>",
            "--epochs <N>",
            "--batch <B>",
            "--learning-rate <RATE>",
            "--seed <S>",
            "--out <FILE>",
            "--device <NAME>",
            "--threads <N>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "sample",
        &[
            "--checkpoint <FILE|DIR>",
            "--config <FILE>",
            "--model <NAME>",
            "--res <R>",
            "--checkpoint-res <R>",
            "--key <KEY>",
            "--precision <TYPE>",
            "--device <NAME>",
            "--orders <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--known <FILE>",
            "--method <NAME>",
            "--set <KEY=VALUE>",
            "--cfg <S>",
            "--cfg-schedule <NAME>",
            "--labels <LIST>",
            "--per-label <N>",
            "--greedy",
            "--temperature <T>",
            "--top-k <K>",
            "--top-p <P>",
            "--seed <S>",
            "--batch <B>",
            "--known-tokens <FILE>",
            "--tokens-out <FILE>",
            "--images <DIR>",
            "--tokenizer <FILE>",
            "--tokenizer-config <FILE>",
            "--force",
            "--threads <N>",
            "--json",
            "--quiet",
        ],
    ),
    (
        "score",
        &[
            "--checkpoint <FILE|DIR>",
            "--config <FILE>",
            "--model <NAME>",
            "--res <R>",
            "--checkpoint-res <R>",
            "--key <KEY>",
            "--precision <TYPE>",
            "--device <NAME>",
            "--orders <FILE>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--known <FILE>",
            "--method <NAME>",
            "--set <KEY=VALUE>",
            "--tokens <FILE>",
            "--out <FILE>",
            "--seed <S>",
            "--batch <B>",
            "--force",
            "--threads <N>",
            "--json",
            "--quiet",
        ],
    ),
    (
        "eval",
        &[
            "--preset <NAME>",
            "--checkpoint <FILE|DIR>",
            "--config <FILE>",
            "--method <NAME[,KEY=VALUE]...>",
            "--steps <LIST>",
            "--shape <NAME>",
            "--group-sizes <LIST|FILE>",
            "--label <TEXT>",
            "--no-baselines",
            "--tokens <FILE>",
            "--background <TOKEN>",
            "--limit <N>",
            "--real <FILE>",
            "--fid-stats",
            "--network <NAME>",
            "--weights <FILE>",
            "--tokenizer <FILE>",
            "--samples <N>",
            "--cfg <S>",
            "--batch <B>",
            "--runs <N>",
            "--seed <S>",
            "--out <DIR>",
            "--shard <i/n>",
            "--sort <COLUMN>",
            "--threads <N>",
            "--explain",
            "--json",
            "--quiet",
        ],
    ),
    (
        "attention",
        &[
            "[MAPS]",
            "--checkpoint <FILE|DIR>",
            "--model <NAME>",
            "--grid <HxW>",
            "--indexing <NAME>",
            "--scope <NAME>",
            "--prefix <N>",
            "--method <NAME[,KEY=VALUE]...>",
            "--steps <K>",
            "--tokens <FILE>",
            "--limit <N>",
            "--layers <LIST>",
            "--within <D>",
            "--tolerance <T>",
            "--seed <S>",
            "--plot <FILE>",
            "--force",
            "--threads <N>",
            "--json",
            "--quiet",
        ],
    ),
    (
        "bench",
        &[
            "--checkpoint <FILE|DIR>",
            "--config <FILE>",
            "--model <NAME>",
            "--res <R>",
            "--checkpoint-res <R>",
            "--key <KEY>",
            "--precision <TYPE>",
            "--device <NAME>",
            "--steps <K>",
            "--group-sizes <LIST|FILE>",
            "--shape <NAME>",
            "--method <NAME>",
            "--set <KEY=VALUE>",
            "--cfg <S>",
            "--cfg-schedule <NAME>",
            "--batch <B>",
            "--runs <N>",
            "--warm-up <N>",
            "--no-baselines",
            "--threads <N>",
            "--json",
            "--quiet",
        ],
    ),
    ("methods", &["[NAME]", "--json", "--quiet"]),
    (
        "features",
        &[
            "<IMAGES>",
            "--network <NAME>",
            "--weights <FILE>",
            "--out <FILE>",
            "--device <NAME>",
            "--threads <N>",
            "--force",
            "--json",
            "--quiet",
        ],
    ),
    (
        "distance",
        &[
            "<REAL>",
            "<GENERATED>",
            "--network <NAME>",
            "--neighbours <K>",
            "--splits <N>",
            "--floor",
            "--seed <S>",
            "--frechet-only",
            "--threads <N>",
            "--json",
            "--quiet",
        ],
    ),
    ("data", &["info", "prepare", "preview", "--quiet"]),
    ("completions", &["<SHELL>", "bash", "fish", "zsh"]),
    ("man", &["--out <DIR>", "--force"]),
];

#[test]
fn every_command_has_help() {
    let folder = Folder::new();
    let overview = folder.done("--help");
    assert_eq!(folder.done("help"), overview);
    for (command, flags) in COMMANDS {
        assert!(
            overview.contains(&format!("\n  {command} ")),
            "--help does not list {command}:\n{overview}"
        );
        let help = folder.done(&format!("{command} --help"));
        assert_eq!(folder.done(&format!("help {command}")), help);
        assert!(help.contains("Usage: orders-cli"), "{help}");
        for flag in flags {
            assert!(help.contains(flag), "{command}: no {flag} in\n{help}");
        }
        // The short form is a part of the long one, not another text.
        let short = folder.done(&format!("{command} -h"));
        assert!(short.lines().next() == help.lines().next(), "{short}");
    }
    assert!(overview.contains("Exit status: 0 done, 1 a check said no"));
    assert_eq!(commands_of(&overview), COMMANDS.map(|(command, _)| command));
}

/// The commands that the overview lists.
fn commands_of(overview: &str) -> Vec<&str> {
    overview
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .collect()
}

#[test]
fn every_command_has_a_version() {
    let folder = Folder::new();
    folder.run("--version").is(0, "orders-cli VERSION\n", "");
    folder.run("-V").is(0, "orders-cli VERSION\n", "");
    let number = env!("CARGO_PKG_VERSION");
    for (command, _) in COMMANDS {
        let version = folder.done(&format!("{command} --version"));
        assert_eq!(version, format!("orders-cli-{command} {number}\n"));
    }
}

#[test]
fn every_shell_has_completions() {
    let folder = Folder::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = folder.done(&format!("completions {shell}"));
        for (command, _) in COMMANDS {
            assert!(script.contains(command), "{shell}: {command}");
        }
        for flag in ["group-sizes", "repulsion", "rows-only", "known", "set"] {
            assert!(script.contains(flag), "{shell}: {flag}");
        }
    }
    assert!(folder.names().is_empty());
}

#[test]
fn every_command_has_a_man_page() {
    let folder = Folder::new();
    folder.done("man --out man1");
    let names = folder.names();
    for (command, flags) in COMMANDS {
        let name = format!("man1/orders-cli-{command}.1");
        assert!(names.contains(&name), "{names:?}");
        let page = String::from_utf8(folder.read(&name)).unwrap();
        assert!(page.contains(".SH SYNOPSIS"), "{name}: {page}");
        let page = page.replace("\\-", "-");
        for flag in flags.iter().filter(|flag| flag.starts_with("--")) {
            let flag = flag.split(' ').next().unwrap();
            assert!(page.contains(flag), "{name}: no {flag} in\n{page}");
        }
    }
    assert!(names.contains(&"man1/orders-cli-sweep-plot.1".to_owned()));
    folder.refuses(
        2,
        "man --out man1",
        "man1/orders-cli.1 exists already; --force replaces it",
    );
    folder.done("man --out man1 --force");
}

/// Where there is a README, it names every command that there is.
#[test]
fn the_readme_lists_every_command() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let Ok(readme) = fs_err::read_to_string(&path) else {
        return;
    };
    for command in commands_of(&Folder::new().done("--help")) {
        let as_code = [format!("`{command}"), format!("orders-cli {command}")];
        assert!(
            as_code.iter().any(|form| readme.contains(form)),
            "README.md does not mention {command}"
        );
    }
}
