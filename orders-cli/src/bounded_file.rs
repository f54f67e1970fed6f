//! Small files that users name, read without trust.

use std::fmt::Display;
use std::path::Path;

use orders_core::files::read_at_most;

use crate::failure::{Failure, Result};

/// All bytes of a regular file of `what`, if it has at most `most` of them. `place` is
/// what a message says can't be read.
pub(crate) fn read_bounded(
    path: &Path,
    what: &str,
    most: u64,
    place: impl Display,
) -> Result<Vec<u8>> {
    let bytes = read_at_most(path, most).map_err(|error| Failure::unreadable(&place, &error))?;
    bytes.ok_or_else(|| {
        Failure::input(format!(
            "{} has more than {most} bytes; no more of {what} are read",
            path.display()
        ))
    })
}
