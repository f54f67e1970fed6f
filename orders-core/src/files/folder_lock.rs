//! One program at a time in a folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Bytes of a lock that are read: who holds it, in a line.
const MOST_BYTES: u64 = 256;

/// A folder that others keep out of, for as long as this lives: a file in it is locked
/// and says who holds it. The lock goes with the process, however that ends, so that a
/// file that is left holds nobody up.
///
/// Where a file system has no locks, everybody gets in.
///
/// ```
/// use orders_core::files::{FolderLock, LockError};
///
/// let folder = tempfile::tempdir()?;
/// let lock = FolderLock::take(folder.path(), "process 12 on this machine")?;
/// let refused = FolderLock::take(folder.path(), "another one");
/// assert!(matches!(refused, Err(LockError::Taken { holder, .. }) if holder.contains("12")));
/// assert!(FolderLock::holder(folder.path()).is_some_and(|holder| holder.contains("12")));
/// drop(lock);
/// assert_eq!(FolderLock::holder(folder.path()), None);
/// FolderLock::take(folder.path(), "another one")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FolderLock {
    path: PathBuf,
    /// Locked for as long as it is open.
    _file: File,
}

impl FolderLock {
    /// The name of the file.
    pub(super) const NAME: &str = ".orders.lock";

    /// Locks a folder, which must be there. `holder` says who that is, in words that the
    /// message of the next one has.
    ///
    /// # Errors
    ///
    /// [`LockError::Taken`] if somebody has it, [`LockError::Io`] if the folder takes no
    /// file.
    pub fn take(folder: &Path, holder: &str) -> Result<Self, LockError> {
        let path = folder.join(Self::NAME);
        let refused = |source: io::Error| LockError::Io {
            path: path.clone(),
            source,
        };
        loop {
            // What a link leads to is not ours to write to.
            if path.is_symlink() {
                return Err(refused(io::ErrorKind::AlreadyExists.into()));
            }
            let mut options = OpenOptions::new();
            let opened = options.read(true).write(true).create(true).truncate(false);
            let mut file = opened.open(&path).map_err(refused)?;
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => return Err(taken(folder, &file)),
                Ok(()) | Err(TryLockError::Error(_)) => {}
            }
            // The holder before may have removed it after it was opened here.
            if !is_at(&file, &path) {
                continue;
            }
            file.set_len(0)
                .and_then(|()| writeln!(file, "{holder}"))
                .map_err(refused)?;
            return Ok(Self { path, _file: file });
        }
    }
}

impl FolderLock {
    /// Who has a folder, in the words of whoever does; `None` if nobody does, or nobody can
    /// say so.
    pub fn holder(folder: &Path) -> Option<String> {
        let path = folder.join(Self::NAME);
        let file = match path.is_symlink() {
            true => None,
            false => File::open(&path).ok(),
        }?;
        match (file.try_lock(), taken(folder, &file)) {
            (Err(TryLockError::WouldBlock), LockError::Taken { holder, .. }) => Some(holder),
            // The lock goes with the file, which is closed here.
            _ => None,
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // One that stays holds nobody up.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn taken(folder: &Path, file: &File) -> LockError {
    let mut words = Vec::new();
    // Some systems let nobody read what is locked.
    let _ = file.take(MOST_BYTES).read_to_end(&mut words);
    let words = String::from_utf8_lossy(&words);
    let words = words.lines().next().unwrap_or_default();
    let words: String = words.chars().filter(|c| !c.is_control()).collect();
    let modified = file.metadata().and_then(|metadata| metadata.modified());
    let since = modified.ok().and_then(|time| time.elapsed().ok());
    LockError::Taken {
        folder: folder.to_owned(),
        holder: match words.trim() {
            "" => "another process".to_owned(),
            words => words.to_owned(),
        },
        seconds: since.map(|since| since.as_secs()),
    }
}

/// Whether an open file is the one at a path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let of = |metadata: std::fs::Metadata| (metadata.dev(), metadata.ino());
    let here = file.metadata().map(of);
    let there = std::fs::symlink_metadata(path).map(of);
    matches!((here, there), (Ok(here), Ok(there)) if here == there)
}

/// Elsewhere open files are not removed.
#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> bool {
    path.exists()
}

/// Why a folder can't be locked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// Somebody has it.
    #[error("{} is in use by {holder}{}", folder.display(), since(*seconds))]
    Taken {
        /// The folder.
        folder: PathBuf,
        /// Who, in the words of the holder.
        holder: String,
        /// For how many seconds, if it is known.
        seconds: Option<u64>,
    },
    /// The system refuses.
    #[error("{} can't be locked", path.display())]
    Io {
        /// The file that is locked.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

fn since(seconds: Option<u64>) -> String {
    match seconds {
        None => String::new(),
        Some(seconds @ ..120) => format!(", for {seconds} seconds"),
        Some(seconds @ ..7200) => format!(", for {} minutes", seconds / 60),
        Some(seconds) => format!(", for {} hours", seconds / 3600),
    }
}
