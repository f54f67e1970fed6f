//! What the targets share.

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use orders_core::with_sources;

/// Holds a refusal to what a user can be told.
pub fn refused(error: &dyn Error) {
    let sentence = with_sources(error);
    assert!(!sentence.is_empty());
    assert!(!sentence.contains(char::is_control), "{sentence:?}");
}

/// As [`refused`], if it is one.
pub fn read<T, E: Error>(result: Result<T, E>) -> Option<T> {
    result.inspect_err(|error| refused(error)).ok()
}

/// A file of this name and content, for readers of paths; the only one of its name.
pub fn file(name: &str, content: &[u8]) -> PathBuf {
    let folder = folder();
    fs::create_dir_all(&folder).expect("the temporary folder can be written");
    let path = folder.join(name);
    fs::write(&path, content).expect("the temporary folder can be written");
    path
}

/// A folder of this process.
pub fn folder() -> PathBuf {
    std::env::temp_dir().join(format!("orders-fuzz-{}", std::process::id()))
}
