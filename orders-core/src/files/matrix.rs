//! Rows of fixed width, as the binary formats have them.

use std::io::{self, Read};

use crate::files::integers::{IntegerType, NotACell};
use crate::files::read::{Limits, Summary, TakeRow};
use crate::files::read_error::{Malformed, ReadError};

/// Bytes that are decoded at once; a multiple of every integer's width.
const BLOCK_BYTES: usize = 1 << 16;

/// A matrix of integers, row after row, whose dimensions are within limits and
/// whose size does not overflow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matrix {
    rows: u64,
    cells: usize,
    entries: IntegerType,
    bytes: u64,
}

impl Matrix {
    /// A matrix of this shape; nothing is read yet.
    pub(super) fn new(
        shape: &[u64],
        entries: IntegerType,
        limits: &Limits,
    ) -> Result<Self, Malformed> {
        let &[rows, cells] = shape else {
            return Err(Malformed::Dimensions {
                shape: shape.into(),
            });
        };
        if rows > limits.rows {
            return Err(Malformed::TooManyRows { limit: limits.rows });
        }
        let bytes = rows
            .checked_mul(cells)
            .and_then(|entry_count| entry_count.checked_mul(entries.width() as u64))
            .ok_or(Malformed::ShapeOverflow { rows, cells })?;
        if rows > 0 && cells == 0 {
            return Err(Malformed::EmptyRow { row: 0 });
        }
        let cells = usize::try_from(cells)
            .ok()
            .filter(|&cells| cells <= limits.cells())
            .ok_or(Malformed::TooManyCells {
                limit: limits.cells(),
            })?;
        Ok(Self {
            rows,
            cells,
            entries,
            bytes,
        })
    }

    /// Whether a file of `length` bytes has this matrix after `header` bytes,
    /// and nothing else.
    pub(super) fn check_length(&self, header: u64, length: u64) -> Result<(), Malformed> {
        let needed = header.saturating_add(self.bytes);
        if length < needed {
            return Err(Malformed::Truncated { length, needed });
        }
        if length > needed {
            return Err(Malformed::TrailingBytes { length, needed });
        }
        Ok(())
    }

    /// Hands the rows out. The length must have been checked: a row is
    /// allocated here.
    pub(super) fn read<E>(
        &self,
        mut source: impl Read,
        take: TakeRow<'_, E>,
    ) -> Result<Summary, ReadError<E>> {
        let width = self.entries.width();
        let row_bytes = width * self.cells;
        let mut block = vec![0; row_bytes.min(BLOCK_BYTES)];
        let mut row = Vec::new();
        for index in 0..self.rows {
            row.clear();
            let mut left = row_bytes;
            while left > 0 {
                let block = &mut block[..left.min(BLOCK_BYTES)];
                source.read_exact(block).map_err(ReadError::Io)?;
                let before = row.len();
                self.entries
                    .decode(block, &mut row)
                    .map_err(|NotACell { entry, value }| Malformed::Entry {
                        row: index,
                        entry: before + entry,
                        found: value.to_string(),
                    })?;
                left -= block.len();
            }
            take(index, &row).map_err(ReadError::Take)?;
        }
        Ok(Summary {
            count: self.rows,
            cells: self.cells,
        })
    }
}

/// Fills `block` with the bytes from `offset` of a file of `length` bytes.
pub(super) fn read_block(
    source: &mut impl Read,
    offset: u64,
    length: u64,
    block: &mut [u8],
) -> Result<(), BlockError> {
    let needed = offset + block.len() as u64;
    if length < needed {
        return Err(BlockError::Truncated { length, needed });
    }
    source.read_exact(block).map_err(BlockError::Io)
}

/// Why there is no such block.
pub(super) enum BlockError {
    Truncated { length: u64, needed: u64 },
    Io(io::Error),
}

impl<E> From<BlockError> for ReadError<E> {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::Truncated { length, needed } => {
                Malformed::Truncated { length, needed }.into()
            }
            BlockError::Io(error) => ReadError::Io(error),
        }
    }
}
