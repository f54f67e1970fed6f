//! What tells contents apart.

use std::path::Path;

use orders_core::files::{Digest, Hasher};

use crate::failure::{Failure, Result};

/// The digest of a file's content. A device is refused: it may have no end.
pub(crate) fn digest_of_file(path: &Path) -> Result<Digest> {
    if path.exists() && !path.is_file() {
        return Err(Failure::input(format!(
            "{} is no regular file",
            path.display()
        )));
    }
    let digest = fs_err::File::open(path).and_then(Digest::of);
    let digest = digest.map(|(digest, _)| digest);
    digest.map_err(|error| Failure::unreadable(path.display(), &error))
}

/// The digest of bytes.
pub(crate) fn digest_of(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.finish().0
}
