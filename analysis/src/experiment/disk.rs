//! Files of results: whole or not at all, and read with a bound.

use std::io::{Read, Write};
use std::path::Path;

use orders_core::files::OutputFile;
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
    // Whoever opens a named pipe waits.
    if path.exists() && !path.is_file() {
        return Err(damaged(path, "it is no regular file".into()));
    }
    let file = fs_err::File::open(path).map_err(io(path, "read"))?;
    let mut bytes = Vec::new();
    file.into_file()
        .take(most_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(io(path, "read"))?;
    match bytes.len() as u64 > most_bytes {
        true => Err(damaged(
            path,
            format!("it has more than {most_bytes} bytes"),
        )),
        false => Ok(bytes),
    }
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
