//! What killed runs left half written where this one writes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use orders_core::files::remove_abandoned;

use crate::printer::Printer;
use crate::stream::Stream;

/// Folders within folders of results that are written to as well.
const WITHIN: [&str; 2] = ["trials", ".prepare"];
/// The one that has a folder for each result that is not whole yet.
const PIECES: &str = "pieces";

/// Removes it from the folders of the paths that a command writes to, and says so. What
/// can't be looked at or removed stays: it is in nobody's way.
pub(crate) fn remove(outputs: &[&Path], printer: &Printer) {
    let paths = outputs.iter().filter(|path| Stream::of(path).is_none());
    let folders: BTreeSet<PathBuf> = paths.flat_map(|path| folders_of(path)).collect();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let removed = remove_abandoned(folder).unwrap_or_default();
        let (what, count) = match removed.len() {
            0 => continue,
            1 => ("a file", String::new()),
            many => ("files", format!("{} ", HumanCount(many as u64))),
        };
        printer.note(&format!(
            "removed {count}{what} from {} that a killed run had left half written",
            folder.display()
        ));
    }
}

/// The folder of a file, or a folder and those in it.
fn folders_of(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() {
        let within = WITHIN.iter().map(|name| path.join(name));
        let pieces = fs_err::read_dir(path.join(PIECES));
        let pieces = pieces.into_iter().flatten().flatten();
        let pieces = pieces.map(|entry| entry.path());
        return within.chain(pieces).chain([path.to_owned()]).collect();
    }
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => vec![".".into()],
        Some(parent) => vec![parent.to_owned()],
        None => Vec::new(),
    }
}
