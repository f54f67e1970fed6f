//! Small files that users name, read without trust.

use std::fmt::Display;
use std::io::{self, Read};
use std::path::Path;

use crate::failure::{Failure, Result};

/// All bytes of a file of `what`, if it has at most `most` of them. How long it
/// says it is does not matter: a device without an end is read no further.
/// `place` is what a message says can't be read.
pub(crate) fn read_bounded(
    path: &Path,
    what: &str,
    most: u64,
    place: impl Display,
) -> Result<Vec<u8>> {
    let failed = |error: io::Error| Failure::unreadable(&place, &error);
    let file = fs_err::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.into_file()
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if bytes.len() as u64 > most {
        return Err(Failure::input(format!(
            "{} has more than {most} bytes; no more of {what} are read",
            path.display()
        )));
    }
    Ok(bytes)
}
