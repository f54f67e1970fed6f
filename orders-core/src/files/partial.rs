//! What is being written, and what a killed program left half written.
//!
//! A temporary file or folder is locked for as long as its writer lives. The lock goes
//! with the process, so that one that is not locked has been abandoned.

use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile, TempDir};

use super::folder_lock::FolderLock;

/// What names of temporary files and folders begin and end with.
const BEGIN: &str = ".orders-";
const END: &str = ".partial";

/// How often a new file is taken for an abandoned one at most, in the moment before it is
/// locked.
const ATTEMPTS: usize = 16;

/// Whether a file of this name says nothing of what a folder holds: one that is being
/// written or was left half written, or the lock of a folder.
pub fn is_passed_over(name: &std::ffi::OsStr) -> bool {
    let name = name.to_string_lossy();
    name == FolderLock::NAME || (name.starts_with('.') && name.ends_with(END))
}

/// Removes what killed programs left half written in a folder: temporary files and
/// folders of [`OutputFile`](super::OutputFile) and [`OutputFolder`](super::OutputFolder)
/// whose writer is gone. Gives their paths. Where a file system has no locks, nothing is
/// removed; neither is what can't be, or what another program made.
///
/// # Errors
///
/// If the folder can't be listed.
pub fn remove_abandoned(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut removed = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = entry.path();
        // A link is none of ours.
        let kind = match entry.file_type() {
            Ok(kind) if name.starts_with(BEGIN) && name.ends_with(END) => kind,
            _ => continue,
        };
        let is_gone = match (kind.is_file(), kind.is_dir()) {
            (true, _) => is_abandoned(&path) && fs_err::remove_file(&path).is_ok(),
            (_, true) => is_abandoned(&path) && fs_err::remove_dir_all(&path).is_ok(),
            _ => false,
        };
        if is_gone {
            removed.push(path);
        }
    }
    removed.sort();
    Ok(removed)
}

fn is_abandoned(path: &Path) -> bool {
    // The lock is held until the file is removed, or else until the end of this function;
    // who has just made it finds out by `claim`.
    File::open(path).is_ok_and(|file| file.try_lock().is_ok())
}

/// A temporary file in a folder, locked.
pub(super) fn file_in(folder: &Path, builder: &mut Builder<'_, '_>) -> io::Result<NamedTempFile> {
    claimed(|| {
        let file = builder.prefix(BEGIN).suffix(END).tempfile_in(folder)?;
        let is_ours = claim(file.as_file(), file.path());
        Ok(is_ours.then_some(file))
    })
}

/// A temporary folder in a folder, and its lock, where folders can be locked.
pub(super) fn folder_in(
    folder: &Path,
    builder: &mut Builder<'_, '_>,
) -> io::Result<(TempDir, Option<File>)> {
    claimed(|| {
        let made = builder.prefix(BEGIN).suffix(END).tempdir_in(folder)?;
        let Ok(lock) = File::open(made.path()) else {
            return Ok(Some((made, None)));
        };
        let is_ours = claim(&lock, made.path());
        Ok(is_ours.then_some((made, Some(lock))))
    })
}

/// The first that nobody took for an abandoned one.
fn claimed<T>(mut make: impl FnMut() -> io::Result<Option<T>>) -> io::Result<T> {
    for _ in 0..ATTEMPTS {
        if let Some(made) = make()? {
            return Ok(made);
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Locks what was just made; false if somebody took it for abandoned meanwhile.
fn claim(file: &File, path: &Path) -> bool {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => false,
        // Without locks, nobody removes anything.
        Ok(()) | Err(TryLockError::Error(_)) => path.exists(),
    }
}
