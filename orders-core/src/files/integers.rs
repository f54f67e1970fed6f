//! Integers of any width, sign and byte order.

use safetensors::tensor::Dtype;

use crate::grid::Cell;

/// How an integer is laid out in a file, for those who read arrays of cells,
/// tokens or labels.
///
/// ```
/// use orders_core::files::IntegerType;
///
/// let integers = IntegerType::from_numpy(">i2").expect("int16 is known");
/// let mut values = Vec::new();
/// integers.decode(&[1, 0, 0, 7], &mut values)?;
/// assert_eq!((integers.width(), &values[..]), (2, &[256, 7][..]));
/// assert!(integers.decode(&[255, 255], &mut values).is_err());
/// assert_eq!(IntegerType::from_numpy("<f4"), None);
/// # Ok::<(), orders_core::files::NotACell>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntegerType {
    signed: bool,
    /// 1, 2, 4 or 8.
    bytes: u8,
    order: ByteOrder,
}

/// Which byte of an integer comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ByteOrder {
    /// The lowest.
    Little,
    /// The highest.
    Big,
}

/// An integer that is no index: negative, or 2^32 or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "entry {entry} is {value}; whole numbers from 0 to {} are allowed",
    u32::MAX
)]
pub struct NotACell {
    /// Its place among those decoded.
    pub entry: usize,
    /// Its value.
    pub value: i128,
}

impl IntegerType {
    /// The type that NumPy writes as `descr`, if it is one of integers.
    pub fn from_numpy(descr: &str) -> Option<Self> {
        let (order, kind) = descr.split_at_checked(1)?;
        let (order, one_byte) = match order {
            "<" => (ByteOrder::Little, false),
            ">" => (ByteOrder::Big, false),
            "|" => (ByteOrder::Little, true),
            _ => return None,
        };
        let (signed, bytes) = match kind {
            "u1" => (false, 1),
            "u2" => (false, 2),
            "u4" => (false, 4),
            "u8" => (false, 8),
            "i1" => (true, 1),
            "i2" => (true, 2),
            "i4" => (true, 4),
            "i8" => (true, 8),
            _ => return None,
        };
        // Only where there is one byte can its order be left open.
        (!one_byte || bytes == 1).then_some(Self {
            signed,
            bytes,
            order,
        })
    }

    /// The type in a safetensors file, if it is one of integers. They are little
    /// endian always.
    pub fn from_safetensors(dtype: Dtype) -> Option<Self> {
        let (signed, bytes) = match dtype {
            Dtype::U8 => (false, 1),
            Dtype::U16 => (false, 2),
            Dtype::U32 => (false, 4),
            Dtype::U64 => (false, 8),
            Dtype::I8 => (true, 1),
            Dtype::I16 => (true, 2),
            Dtype::I32 => (true, 4),
            Dtype::I64 => (true, 8),
            _ => return None,
        };
        Some(Self {
            signed,
            bytes,
            order: ByteOrder::Little,
        })
    }

    /// Bytes of an integer: 1, 2, 4 or 8.
    pub fn width(self) -> usize {
        self.bytes.into()
    }

    /// Appends the integers in `bytes`, a whole number of them, to `cells`.
    ///
    /// # Errors
    ///
    /// [`NotACell`] at the first that is negative or does not fit 32 bits; those
    /// before it have been appended.
    pub fn decode(self, bytes: &[u8], cells: &mut Vec<Cell>) -> Result<(), NotACell> {
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
