//! Numbers as files hold them, and as they are read.

use half::{bf16, f16};
use safetensors::tensor::Dtype;

/// The type of an array's entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "they are named like the types")]
pub enum ElementType {
    Bool,
    U8,
    U16,
    U32,
    U64,
    I8,
    I16,
    I32,
    I64,
    F16,
    Bf16,
    F32,
    F64,
}

/// Every type, with NumPy's word for it (none for bfloat16) and safetensors'.
const TYPES: [(ElementType, &str, Dtype); 13] = [
    (ElementType::Bool, "b1", Dtype::BOOL),
    (ElementType::U8, "u1", Dtype::U8),
    (ElementType::U16, "u2", Dtype::U16),
    (ElementType::U32, "u4", Dtype::U32),
    (ElementType::U64, "u8", Dtype::U64),
    (ElementType::I8, "i1", Dtype::I8),
    (ElementType::I16, "i2", Dtype::I16),
    (ElementType::I32, "i4", Dtype::I32),
    (ElementType::I64, "i8", Dtype::I64),
    (ElementType::F16, "f2", Dtype::F16),
    (ElementType::Bf16, "", Dtype::BF16),
    (ElementType::F32, "f4", Dtype::F32),
    (ElementType::F64, "f8", Dtype::F64),
];

impl ElementType {
    /// Bytes of an entry: 1, 2, 4 or 8.
    pub fn bytes(self) -> usize {
        self.dtype().bitsize() / 8
    }

    /// The type that NumPy writes as `descr`, and whether the highest byte of an
    /// entry comes first.
    pub(crate) fn from_numpy(descr: &str) -> Option<(Self, bool)> {
        let (order, word) = descr.split_at_checked(1)?;
        let &(found, ..) = TYPES
            .iter()
            .find(|(_, known, _)| *known == word && !known.is_empty())?;
        match order {
            "<" => Some((found, false)),
            ">" => Some((found, true)),
            // Only where there is one byte can its order be left open.
            "|" if found.bytes() == 1 => Some((found, false)),
            _ => None,
        }
    }

    /// What NumPy writes for little-endian entries.
    pub(crate) fn numpy(self) -> Option<String> {
        let order = if self.bytes() == 1 { '|' } else { '<' };
        let (_, word, _) = TYPES.iter().find(|(known, ..)| *known == self)?;
        (!word.is_empty()).then(|| format!("{order}{word}"))
    }

    pub(crate) fn from_safetensors(dtype: Dtype) -> Option<Self> {
        let (found, ..) = TYPES.iter().find(|(.., known)| *known == dtype)?;
        Some(*found)
    }

    pub(crate) fn dtype(self) -> Dtype {
        let (.., dtype) = TYPES[self as usize];
        dtype
    }
}

/// Whether all numbers had a value; if not, the place and the value of the first.
type Decoded = Result<(), (usize, i128)>;

mod sealed {
    pub trait Sealed {}
}

/// A type that entries are read as and written from.
///
/// | asked for | read from |
/// |---|---|
/// | `u32` | integers of any width, signed or not, from 0 to 2^32 - 1 |
/// | `f64` | float16, bfloat16, float32, float64 |
/// | `f32` | the same; float64 is rounded |
/// | `bool`, `u8`, `u16`, `u64`, `i8`, `i16`, `i32`, `i64`, `f16`, `bf16` | the same type |
///
/// (`f16` and `bf16` are those of the crate `half`.)
pub trait Element: Copy + sealed::Sealed {
    /// The type in files.
    const TYPE: ElementType;
    /// What can be read, for messages.
    #[doc(hidden)]
    const ALLOWED: &'static str;

    /// The number in little-endian `bytes`.
    ///
    /// # Panics
    ///
    /// Unless there are [`TYPE.bytes()`](ElementType::bytes) of them; never
    /// otherwise.
    fn from_le(bytes: &[u8]) -> Self;

    /// Appends the bytes of the number, little endian.
    fn append_le(self, bytes: &mut Vec<u8>);

    /// Whether entries of this type can be read.
    #[doc(hidden)]
    fn takes(element: ElementType) -> bool {
        element == Self::TYPE
    }

    /// Appends the little-endian numbers in `bytes`, up to one that has no value of
    /// this type.
    #[doc(hidden)]
    fn decode(_element: ElementType, bytes: &[u8], values: &mut Vec<Self>) -> Decoded {
        convert(bytes, values, |value: Self| value)
    }
}

macro_rules! element {
    ($kind:ty, $name:ident, $allowed:literal $(, $more:item)*) => {
        impl sealed::Sealed for $kind {}

        impl Element for $kind {
            const TYPE: ElementType = ElementType::$name;
            const ALLOWED: &'static str = $allowed;

            fn from_le(bytes: &[u8]) -> Self {
                let mut array = [0; size_of::<$kind>()];
                array.copy_from_slice(bytes);
                Self::from_le_bytes(array)
            }

            fn append_le(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }

            $($more)*
        }
    };
}

impl sealed::Sealed for bool {}

impl Element for bool {
    const TYPE: ElementType = ElementType::Bool;
    const ALLOWED: &'static str = "booleans are allowed";

    fn from_le(bytes: &[u8]) -> Self {
        bytes != [0]
    }

    fn append_le(self, bytes: &mut Vec<u8>) {
        bytes.push(self.into());
    }
}

element!(u8, U8, "unsigned bytes (uint8) are allowed");
element!(u16, U16, "uint16 is allowed");
element!(u64, U64, "uint64 is allowed");
element!(i8, I8, "int8 is allowed");
element!(i16, I16, "int16 is allowed");
element!(i32, I32, "int32 is allowed");
element!(i64, I64, "int64 is allowed");
element!(f16, F16, "float16 is allowed");
element!(bf16, Bf16, "bfloat16 is allowed");
element!(
    u32,
    U32,
    "integers of 8, 16, 32 or 64 bits are allowed, signed or not",
    fn takes(element: ElementType) -> bool {
        is_integer(element)
    },
    fn decode(element: ElementType, bytes: &[u8], values: &mut Vec<Self>) -> Decoded {
        match element {
            ElementType::U8 => convert(bytes, values, |value: u8| value.into()),
            ElementType::U16 => convert(bytes, values, |value: u16| value.into()),
            ElementType::U32 => convert(bytes, values, |value: u32| value),
            ElementType::U64 => indices::<u64>(bytes, values),
            ElementType::I8 => indices::<i8>(bytes, values),
            ElementType::I16 => indices::<i16>(bytes, values),
            ElementType::I32 => indices::<i32>(bytes, values),
            _ => indices::<i64>(bytes, values),
        }
    }
);

macro_rules! float {
    ($kind:ident, $name:ident, $from_half:ident) => {
        element!(
            $kind,
            $name,
            "float16, bfloat16, float32 and float64 are allowed",
            fn takes(element: ElementType) -> bool {
                is_float(element)
            },
            fn decode(element: ElementType, bytes: &[u8], values: &mut Vec<Self>) -> Decoded {
                match element {
                    ElementType::F16 => convert(bytes, values, f16::$from_half),
                    ElementType::Bf16 => convert(bytes, values, bf16::$from_half),
                    ElementType::F32 => convert(bytes, values, |value: f32| value as $kind),
                    _ => convert(bytes, values, |value: f64| value as $kind),
                }
            }
        );
    };
}

float!(f32, F32, to_f32);
float!(f64, F64, to_f64);

fn is_float(element: ElementType) -> bool {
    use ElementType::{Bf16, F16, F32, F64};
    matches!(element, F16 | Bf16 | F32 | F64)
}

fn is_integer(element: ElementType) -> bool {
    element != ElementType::Bool && !is_float(element)
}

/// Appends numbers that all have a value of the other type.
fn convert<E: Element, T>(bytes: &[u8], values: &mut Vec<T>, value: impl Fn(E) -> T) -> Decoded {
    let numbers = bytes.chunks_exact(size_of::<E>());
    values.extend(numbers.map(|bytes| value(E::from_le(bytes))));
    Ok(())
}

fn indices<E: Element + Into<i128>>(bytes: &[u8], values: &mut Vec<u32>) -> Decoded {
    for (place, bytes) in bytes.chunks_exact(size_of::<E>()).enumerate() {
        let value = E::from_le(bytes).into();
        values.push(u32::try_from(value).map_err(|_| (place, value))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_stand_at_their_own_places() {
        for (place, (element, word, dtype)) in TYPES.into_iter().enumerate() {
            assert_eq!(element as usize, place);
            assert_eq!(ElementType::from_safetensors(dtype), Some(element));
            let descr = element.numpy();
            assert_eq!(descr.is_none(), word.is_empty());
            if let Some(descr) = descr {
                assert_eq!(ElementType::from_numpy(&descr), Some((element, false)));
            }
        }
        let big = ElementType::from_numpy(">f4");
        assert_eq!(big, Some((ElementType::F32, true)));
        for descr in ["", "<", "|u2", "=u2", "<u3", "u1", "<f16", "|O", "<c8"] {
            assert_eq!(ElementType::from_numpy(descr), None, "{descr}");
        }
    }

    #[test]
    fn every_integer_becomes_an_index_or_is_refused() {
        for (element, ..) in TYPES {
            assert_eq!(u32::takes(element), is_integer(element));
            if !is_integer(element) {
                continue;
            }
            let width = element.bytes();
            let file = [0_u64, 1, 127].map(|value| value.to_le_bytes()[..width].to_vec());
            let mut values = Vec::new();
            assert_eq!(u32::decode(element, &file.concat(), &mut values), Ok(()));
            assert_eq!(values, [0, 1, 127], "{element:?}");
            // All bits set: -1, or the largest value of the type.
            let decoded = u32::decode(element, &vec![0xff; width], &mut values);
            match element {
                ElementType::U64 => assert_eq!(decoded, Err((0, u64::MAX.into()))),
                ElementType::U8 | ElementType::U16 | ElementType::U32 => {
                    assert_eq!(u64::from(values[3]), (1 << (8 * width)) - 1);
                }
                _ => assert_eq!(decoded, Err((0, -1)), "{element:?}"),
            }
        }
    }
}
