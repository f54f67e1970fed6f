//! Arrays of floating-point numbers out of files.

use std::io::{self, Read};

use orders_core::files::{FloatType, Malformed, NpyHeader};

use super::error::MetricsReadError;

/// Bytes that are decoded at once; a multiple of every number's width.
const BLOCK_BYTES: usize = 1 << 16;

/// The entries of an array, which come next and are all there.
pub(super) struct Entries {
    pub(super) shape: Vec<u64>,
    float: FloatType,
    count: usize,
}

impl Entries {
    /// Entries of an array called `name`, of `bytes` bytes.
    pub(super) fn new(shape: Vec<u64>, float: FloatType, bytes: u64) -> Result<Self, Malformed> {
        let needed = shape
            .iter()
            .try_fold(float.width() as u64, |product, &side| {
                product.checked_mul(side)
            })
            .unwrap_or(u64::MAX);
        if bytes < needed {
            return Err(Malformed::Truncated {
                length: bytes,
                needed,
            });
        }
        if bytes > needed {
            return Err(Malformed::TrailingBytes {
                length: bytes,
                needed,
            });
        }
        Ok(Self {
            shape,
            float,
            // As many bytes are there, so that memory can have them.
            count: usize::try_from(needed).unwrap_or(usize::MAX) / float.width(),
        })
    }

    /// What comes after the header of an `.npy` file of `length` bytes.
    pub(super) fn from_npy(
        name: &'static str,
        source: &mut impl Read,
        length: u64,
    ) -> Result<Self, MetricsReadError> {
        let header = NpyHeader::read(source, length)?;
        let float =
            FloatType::from_numpy(&header.descr).ok_or_else(|| MetricsReadError::EntryType {
                name,
                found: excerpt(&header.descr),
            })?;
        if header.fortran_order && header.shape.len() > 1 {
            return Err(Malformed::NpyFortranOrder.into());
        }
        Ok(Self::new(header.shape, float, length - header.data_at)?)
    }

    /// All of them, as `convert` has them.
    pub(super) fn read<T>(
        &self,
        source: &mut impl Read,
        convert: impl Fn(f64) -> T,
    ) -> io::Result<Vec<T>> {
        let mut values = Vec::with_capacity(self.count);
        let mut bytes = vec![0; BLOCK_BYTES];
        let mut wide = Vec::new();
        let mut left = self.count * self.float.width();
        while left > 0 {
            let block = &mut bytes[..left.min(BLOCK_BYTES)];
            source.read_exact(block)?;
            wide.clear();
            self.float.decode(block, &mut wide);
            values.extend(wide.iter().map(|&value| convert(value)));
            left -= block.len();
        }
        Ok(values)
    }

    /// The sides of a matrix.
    pub(super) fn sides(
        &self,
        name: &'static str,
        expected: &'static str,
    ) -> Result<(usize, usize), MetricsReadError> {
        let sides = match *self.shape {
            [rows, columns] => usize::try_from(rows)
                .ok()
                .zip(usize::try_from(columns).ok()),
            _ => None,
        };
        sides.ok_or_else(|| MetricsReadError::Shape {
            name,
            shape: self.shape.clone(),
            expected,
        })
    }
}

/// Text that may come from a file, as a message can show it: without control
/// characters, and cut if it is long.
fn excerpt(text: &str) -> String {
    text.chars()
        .take(60)
        .filter(|character| !character.is_control())
        .collect()
}
