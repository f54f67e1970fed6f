//! Where the files are.

use std::path::PathBuf;

/// A file that `fixtures.py` wrote.
pub fn made_by_torch(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/checkpoint/files")
        .join(name)
}

/// A file of the reference.
pub fn reference(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/reference")
        .join(name)
}
