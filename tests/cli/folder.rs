//! A folder to run commands in, and what came of one.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use orders_core::Cell;
use orders_core::files::{Format, Limits, Manifest, read_orders};
use tempfile::TempDir;

/// An empty folder that goes away with the value. Commands run in it, so that
/// no message depends on where it is.
pub struct Folder {
    folder: TempDir,
    program: PathBuf,
}

/// Relative paths of files with their content, and of folders with nothing.
pub type Content = BTreeMap<String, Option<Vec<u8>>>;

impl Folder {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            program: env!("CARGO_BIN_EXE_orders-cli").into(),
        }
    }

    /// The same folder for another program.
    pub fn with_program(self, program: PathBuf) -> Self {
        Self { program, ..self }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs_err::write(self.path(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        fs_err::read(self.path(name)).unwrap()
    }

    pub fn remove(&self, name: &str) {
        fs_err::remove_file(self.path(name)).unwrap();
    }

    /// Brings an order file that the released program wrote into the folder.
    pub fn copy_reference(&self, name: &str) {
        fs_err::copy(reference(name), self.path(name)).unwrap();
    }

    /// Everything below the folder.
    pub fn content(&self) -> Content {
        let read = |name: String| {
            let is_file = !name.ends_with('/');
            let content = is_file.then(|| fs_err::read(self.path(&name)).unwrap());
            (name, content)
        };
        self.names().into_iter().map(read).collect()
    }

    /// Names of everything below the folder, sorted. Those of folders end in a
    /// slash.
    pub fn names(&self) -> Vec<String> {
        let mut names = BTreeSet::new();
        collect(self.folder.path(), "", &mut names);
        names.into_iter().collect()
    }

    /// The orders of a file, whatever its format.
    pub fn orders(&self, name: &str) -> Vec<Vec<Cell>> {
        let format = Format::from_path(Path::new(name)).unwrap();
        let mut rows = Vec::new();
        let take = |_: u64, row: &[Cell]| -> Result<(), std::convert::Infallible> {
            rows.push(row.to_vec());
            Ok(())
        };
        read_orders(
            Cursor::new(self.read(name)),
            format,
            &Limits::default(),
            take,
        )
        .unwrap();
        rows
    }

    /// The manifest of an order file, which must be right about the file.
    pub fn manifest(&self, order_file: &str) -> Manifest {
        let path = self.path(order_file);
        let manifest = Manifest::read(Manifest::path_for(&path)).unwrap();
        manifest
            .verify(fs_err::File::open(&path).unwrap())
            .expect("the manifest describes the file");
        manifest
    }

    /// The command of a line, ready to run here. See [`words`] for the line.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(words(line))
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs a line of arguments.
    pub fn run(&self, line: &str) -> Outcome {
        Outcome::new(line, self.command(line).output().unwrap())
    }

    /// Runs a line of arguments that must succeed, and gives its stdout.
    #[track_caller]
    pub fn done(&self, line: &str) -> String {
        let outcome = self.run(line);
        assert_eq!(outcome.status, 0, "{outcome}");
        outcome.stdout
    }

    /// Runs a line that must end with this status, without a result, with this
    /// one error, and that must leave the folder as it was.
    #[track_caller]
    pub fn refuses(&self, status: i32, line: &str, error: &str) {
        let before = self.content();
        let outcome = self.run(line);
        outcome.is(status, "", &format!("error: {error}\n"));
        assert!(
            self.content() == before,
            "{line} changed the folder: {:?}",
            self.names()
        );
    }
}

/// The path of an order file that the released program wrote.
pub fn reference(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../orders-core/tests/reference/orders")
        .join(name)
}

/// Names of all that is in a folder, those of folders with a slash behind them. Nothing is read,
/// so that whoever writes there meanwhile may rename what it has.
fn collect(folder: &Path, prefix: &str, names: &mut BTreeSet<String>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            let prefix = format!("{name}/");
            collect(&entry.path(), &prefix, names);
            names.insert(prefix);
        } else {
            names.insert(name);
        }
    }
}

/// The words of a line, split at spaces; `''` is the empty word.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace()
        .map(|word| if word == "''" { "" } else { word })
}

/// What came of a command. Numbers that differ from run to run are masked.
pub struct Outcome {
    line: String,
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    pub fn new(line: &str, output: Output) -> Self {
        let outcome = Self {
            line: line.to_owned(),
            // A signal that ends the process gives no status.
            status: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
        };
        // Whatever a test is about, these hold.
        assert!(!outcome.stderr.contains("panicked"), "{outcome}");
        for line in outcome.stderr.lines() {
            let is_message = line.starts_with("error: ") || line.starts_with("note: ");
            assert!(is_message, "more than a line for a message: {outcome}");
        }
        let errors = outcome.stderr.matches("error: ").count();
        let is_failure = outcome.status != 0;
        assert!(is_failure || errors == 0, "an error, but done: {outcome}");
        outcome
    }

    /// Asserts status, stdout and stderr, all of it.
    #[track_caller]
    pub fn is(&self, status: i32, stdout: &str, stderr: &str) {
        let as_expected = self.status == status
            && masked(&self.stdout) == stdout
            && masked(&self.stderr) == stderr;
        assert!(
            as_expected,
            "{self}\n--- but expected was: status {status}\n--- stdout\n{stdout}--- stderr\n{stderr}"
        );
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: status {}\n--- stdout\n{}--- stderr\n{}",
            self.line,
            self.status,
            masked(&self.stdout),
            masked(&self.stderr)
        )
    }
}

/// The text with what may differ from run to run, or from one version to the
/// next, taken out: seconds, rates, digests, the version.
fn masked(text: &str) -> String {
    let version = concat!("orders-cli ", env!("CARGO_PKG_VERSION"));
    let mut text = text.replace(version, "orders-cli VERSION");
    for (before, after) in [
        (" in ", " s, "),
        (" s, ", " a second"),
        ("\"seconds\":", ",\""),
        ("\"orders_per_second\":", ",\""),
    ] {
        text = without_numbers(&text, before, after);
    }
    let is_digest = |word: &&str| word.len() == 64 && word.bytes().all(|b| b.is_ascii_hexdigit());
    let words: Vec<String> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(is_digest)
        .map(str::to_owned)
        .collect();
    for word in words {
        text = text.replace(&word, "DIGEST");
    }
    text
}

/// Puts `N` in place of the numbers between two texts.
fn without_numbers(text: &str, before: &str, after: &str) -> String {
    let is_number = |part: &str| {
        let belongs = |c: char| c.is_ascii_digit() || ".,".contains(c);
        !part.is_empty() && part.chars().all(belongs)
    };
    let mut parts = text.split(before);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str(before);
        match part.split_once(after) {
            Some((number, rest)) if is_number(number) => {
                result.push('N');
                result.push_str(after);
                result.push_str(rest);
            }
            _ => result.push_str(part),
        }
    }
    result
}
