//! What tells contents apart.

use std::path::Path;

#[cfg(feature = "model")]
use orders_core::files::Hasher;
use orders_core::files::{Digest, open_regular};

use crate::failure::{Failure, Result};

/// The digest of a file's content.
pub(crate) fn digest_of_file(path: &Path) -> Result<Digest> {
    let digest = open_regular(path).and_then(Digest::of);
    let digest = digest.map(|(digest, _)| digest);
    digest.map_err(|error| Failure::unreadable(path.display(), &error))
}

/// The digest of bytes.
#[cfg(feature = "model")]
pub(crate) fn digest_of(bytes: &[u8]) -> Digest {
    let mut hasher = Hasher::default();
    hasher.update(bytes);
    hasher.finish().0
}
