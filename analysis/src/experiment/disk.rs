//! Files of results: whole or not at all, and read with a bound.

use std::io::Write;
use std::path::Path;

use orders_core::files::{IrregularFile, OutputFile, read_at_most};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::ExperimentError;

/// A value as JSON of one line.
pub(super) fn json(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(value).expect("plain data has a JSON form");
    bytes.push(b'\n');
    bytes
}

/// What a JSON file holds, which may have so many bytes.
pub(super) fn read_json<T: DeserializeOwned>(
    path: &Path,
    most_bytes: u64,
) -> Result<T, ExperimentError> {
    let bytes = bytes_of(path, most_bytes)?;
    serde_json::from_slice(&bytes).map_err(|error| damaged(path, error.to_string()))
}

/// The bytes of a file, which may have so many.
pub(super) fn bytes_of(path: &Path, most_bytes: u64) -> Result<Vec<u8>, ExperimentError> {
    let bytes =
        read_at_most(path, most_bytes).map_err(|error| match IrregularFile::behind(&error) {
            Some(irregular) => damaged(path, irregular.what.to_string()),
            None => io(path, "read")(error),
        })?;
    bytes.ok_or_else(|| damaged(path, format!("it has more than {most_bytes} bytes")))
}

/// Writes a file, whole or not at all; one of that name is replaced.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ExperimentError> {
    let mut file = OutputFile::create(path)?;
    file.write_all(bytes).map_err(io(path, "written"))?;
    file.finish()?.persist(true)?;
    Ok(())
}

pub(super) fn damaged(path: &Path, reason: String) -> ExperimentError {
    ExperimentError::Damaged {
        file: path.to_owned(),
        reason,
    }
}

pub(super) fn io(
    path: &Path,
    verb: &'static str,
) -> impl FnOnce(std::io::Error) -> ExperimentError {
    let path = path.to_owned();
    move |source| ExperimentError::Io { path, verb, source }
}
