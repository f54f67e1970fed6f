//! The commands of guide and README: every one is taken, and those of the pages on orders do
//! what they say.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::folder::Folder;

/// A line of a block of shell commands, its continuations joined.
struct Line {
    page: String,
    text: String,
}

fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = vec![root.join("README.md")];
    let guide = fs_err::read_dir(root.join("docs/src")).unwrap();
    found.extend(guide.map(|entry| entry.unwrap().path()));
    found.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    found.sort();
    found
}

/// The blocks of a language in a document.
fn blocks(document: &Path, language: &str) -> Vec<String> {
    let text = fs_err::read_to_string(document).unwrap();
    let fence = format!("```{language}\n");
    let blocks = text.split(&fence).skip(1);
    let blocks = blocks.map(|rest| rest.split("```").next().unwrap().to_owned());
    blocks.collect()
}

/// The lines of `orders-cli` in a document.
fn lines(document: &Path) -> Vec<Line> {
    let page = document.file_stem().unwrap().to_string_lossy().into_owned();
    let of_program = |line: &&str| line.starts_with("orders-cli ");
    let lines = blocks(document, "sh").into_iter().flat_map(|block| {
        let block = block.replace("\\\n", " ");
        let lines = block.lines().filter(of_program).map(str::to_owned);
        lines.collect::<Vec<_>>()
    });
    lines
        .map(|text| Line {
            page: page.clone(),
            text,
        })
        .collect()
}

/// Runs a line in a shell that knows the program.
fn shell(folder: &Folder, line: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_orders-cli"));
    let mut path = program.parent().unwrap().as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    Command::new("sh")
        .args(["-e", "-c", line])
        .env("PATH", path)
        .current_dir(folder.path(""))
        .output()
        .unwrap()
}

#[test]
fn every_command_of_the_guide_is_taken() {
    let folder = Folder::new();
    let mut taken = 0;
    for document in documents() {
        for Line { page, text } in lines(&document) {
            // What is before --help is read, and nothing is done.
            let command = text.split([';', '|', '>', '#']).next().unwrap();
            let output = shell(&folder, &format!("{command} --help"));
            let said = String::from_utf8_lossy(&output.stderr);
            if said.contains("is not in this build") {
                continue;
            }
            assert!(output.status.success(), "{page}: {text}\n{said}");
            taken += 1;
        }
    }
    assert!(taken > 30, "{taken}");
    let wrong = shell(&folder, "orders-cli gen --res 256 --step 3 --help");
    assert_eq!(
        wrong.status.code(),
        Some(2),
        "a flag that is none would be told"
    );
    assert!(folder.names().is_empty());
}

/// Pages whose commands are run, what is made before, and a word of lines that are left out,
/// since they speak of files or names of a reader's own.
const PAGES: &[(&str, &str, &[&str])] = &[
    ("gen", "", &[]),
    ("group-sizes", "", &["NAME"]),
    (
        "plot",
        "orders-cli gen --res 512 --steps 48 --num 2 --out orders/
         orders-cli gen --res 256 --steps 20 --num 2 --out theirs.json; rm theirs.json.toml",
        &["nano/"],
    ),
    ("zoo", "", &[]),
    #[cfg(feature = "analyze")]
    (
        "analyze",
        "orders-cli gen --res 256 --steps 20 --num 20 --out orders/",
        &[],
    ),
    #[cfg(feature = "analyze")]
    ("explore", "", &["lpd-changed"]),
];

#[test]
fn commands_of_pages_on_orders_do_what_they_say() {
    for (page, before, without) in PAGES {
        let folder = Folder::new();
        let output = shell(&folder, before);
        assert!(output.status.success(), "{page}: {output:?}");
        let document = documents()
            .into_iter()
            .find(|d| d.ends_with(format!("{page}.md")));
        let lines = lines(&document.unwrap());
        assert!(!lines.is_empty(), "{page}");
        for Line { text, .. } in lines {
            if without.iter().any(|word| text.contains(word)) {
                continue;
            }
            let output = shell(&folder, &text);
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{page}: {text}\n{said}");
            let (_, out) = text.split_once("--out ").unwrap_or_default();
            let out = out.split_whitespace().next().filter(|out| *out != "-");
            if let Some(out) = out {
                assert!(folder.path(out).exists(), "{page}: {text}");
            }
        }
    }
}

/// Rust without comments, imports, spaces, and commas behind what comes last.
fn bare(rust: &str) -> String {
    let code = rust.lines().map(|line| line.split("//").next().unwrap());
    let mut bare = String::new();
    let mut is_import = false;
    for line in code {
        is_import |= line.starts_with("use ");
        if !is_import {
            bare.extend(line.chars().filter(|c| !c.is_whitespace()));
        }
        is_import &= !line.contains(';');
    }
    [")", "]", "}"]
        .iter()
        .fold(bare, |bare, end| bare.replace(&format!(",{end}"), end))
}

/// Examples are compiled, and documentation is as well.
#[test]
fn the_rust_of_the_guide_is_that_of_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = Vec::new();
    let mut folders: Vec<PathBuf> = Vec::new();
    for package in ["analysis", "figures", "model", "orders-cli", "orders-core"] {
        folders.extend(["examples", "src"].map(|part| root.join(package).join(part)));
    }
    while let Some(folder) = folders.pop() {
        for entry in fs_err::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let rust = fs_err::read_to_string(path).unwrap();
                let documented = rust.lines().filter_map(|line| {
                    let line = line.trim_start();
                    line.strip_prefix("/// ").or(line.strip_prefix("//! "))
                });
                let documented: Vec<&str> = documented.collect();
                sources.extend([bare(&rust), bare(&documented.join("\n"))]);
            }
        }
    }
    let mut found = 0;
    for document in documents() {
        for block in blocks(&document, "rust") {
            for part in block.split("\n\n") {
                let wanted = bare(part);
                let is_there = sources.iter().any(|source| source.contains(&wanted));
                assert!(is_there, "{}: in no example:\n{part}", document.display());
                found += usize::from(!wanted.is_empty());
            }
        }
    }
    assert!(found > 10, "{found}");
}
