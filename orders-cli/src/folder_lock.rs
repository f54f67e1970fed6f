//! Who this process is to others that want the same folder.

use std::path::Path;

use orders_core::files::{FolderLock, LockError};

use crate::failure::{Failure, Result, with_sources};

/// Keeps other processes out of a folder that is there, for as long as the lock lives.
pub(crate) fn take(folder: &Path) -> Result<FolderLock> {
    FolderLock::take(folder, &holder()).map_err(|error| failure(&error))
}

/// What it means that a folder can't be had: another process is at work there.
pub(crate) fn failure(error: &LockError) -> Failure {
    let words = with_sources(error);
    match error {
        LockError::Taken { .. } => {
            Failure::Work(format!("{words}; wait for its end, or name another folder"))
        }
        _ => Failure::Work(words),
    }
}

/// This process, in words.
pub(crate) fn holder() -> String {
    let process = std::process::id();
    // Elsewhere than on Linux there is no word of the machine.
    match fs_err::read_to_string("/proc/sys/kernel/hostname") {
        Ok(host) => format!("process {process} on {}", host.trim()),
        Err(_) => format!("process {process}"),
    }
}
