//! Reading a JSON order file.

use std::io::{Read, Seek, SeekFrom};

use super::{parsed, usual};
use crate::files::read_error::ReadError;
use crate::files::rows::{Limits, Summary, TakeRow};
use crate::grid::Cell;

/// Reads a JSON order file from `start` on, which is where `source` stands, for `length`
/// bytes. Memory is O(N) for rows of N entries.
pub(in crate::files) fn read<E>(
    mut source: impl Read + Seek,
    (start, length): (u64, u64),
    limits: &Limits,
    take: TakeRow<'_, E>,
) -> Result<Summary, ReadError<E>> {
    match usual::read(source.by_ref().take(length), limits, &mut *take)? {
        usual::Outcome::Read(summary) => Ok(summary),
        usual::Outcome::Unusual(taken) => {
            source.seek(SeekFrom::Start(start))?;
            let mut take_rest = |index: u64, row: &[Cell]| match index < taken {
                true => Ok(()),
                false => take(index, row),
            };
            parsed::read(source.take(length), limits, &mut take_rest)
        }
    }
}
