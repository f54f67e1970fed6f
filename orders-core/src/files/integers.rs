//! Integers of any width, sign and byte order.

use crate::grid::Cell;

/// How an integer is laid out in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct IntegerType {
    pub(super) signed: bool,
    /// 1, 2, 4 or 8.
    pub(super) bytes: u8,
    pub(super) order: ByteOrder,
}

/// Which byte of an integer comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    /// The lowest.
    Little,
    /// The highest.
    Big,
}

/// An integer that is no cell index: negative, or 2^32 or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NotACell {
    /// Its place among those decoded.
    pub(super) entry: usize,
    /// Its value.
    pub(super) value: i128,
}

impl IntegerType {
    /// Appends the integers in `bytes`, a whole number of them, to `cells`.
    pub(super) fn decode(self, bytes: &[u8], cells: &mut Vec<Cell>) -> Result<(), NotACell> {
        /// `integer` for the byte order at hand.
        macro_rules! decode_as {
            ($integer:ty) => {
                match self.order {
                    ByteOrder::Little => append(bytes, cells, <$integer>::from_le_bytes),
                    ByteOrder::Big => append(bytes, cells, <$integer>::from_be_bytes),
                }
            };
        }
        match (self.signed, self.bytes) {
            (false, 1) => decode_as!(u8),
            (false, 2) => decode_as!(u16),
            (false, 4) => decode_as!(u32),
            (false, _) => decode_as!(u64),
            (true, 1) => decode_as!(i8),
            (true, 2) => decode_as!(i16),
            (true, 4) => decode_as!(i32),
            (true, _) => decode_as!(i64),
        }
    }
}

fn append<const W: usize, I: Copy + Into<i128>>(
    bytes: &[u8],
    cells: &mut Vec<Cell>,
    integer_from_bytes: impl Fn([u8; W]) -> I,
) -> Result<(), NotACell> {
    let (integers, _) = bytes.as_chunks();
    cells.reserve(integers.len());
    for (entry, &integer) in integers.iter().enumerate() {
        let value = integer_from_bytes(integer).into();
        cells.push(Cell::try_from(value).map_err(|_| NotACell { entry, value })?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_decoded() {
        for (bytes, signed) in [1, 2, 4, 8]
            .into_iter()
            .flat_map(|b| [(b, false), (b, true)])
        {
            for order in [ByteOrder::Little, ByteOrder::Big] {
                let entries = IntegerType {
                    signed,
                    bytes,
                    order,
                };
                let width = usize::from(bytes);
                let mut file = Vec::new();
                for value in [0_u64, 1, 127] {
                    match order {
                        ByteOrder::Little => file.extend(&value.to_le_bytes()[..width]),
                        ByteOrder::Big => file.extend(&value.to_be_bytes()[8 - width..]),
                    }
                }
                let mut cells = Vec::new();
                assert_eq!(entries.decode(&file, &mut cells), Ok(()), "{entries:?}");
                assert_eq!(cells, [0, 1, 127], "{entries:?}");

                // All bits set: -1, or the largest value of the type.
                let decoded = entries.decode(&vec![0xff; width], &mut cells);
                let value = match (signed, bytes) {
                    (true, _) => -1,
                    (false, 8) => i128::from(u64::MAX),
                    (false, _) => {
                        assert_eq!(decoded, Ok(()));
                        assert_eq!(cells[3] as u64, (1_u64 << (8 * bytes)) - 1);
                        continue;
                    }
                };
                assert_eq!(decoded, Err(NotACell { entry: 0, value }), "{entries:?}");
            }
        }
    }
}
