//! Floating-point numbers as files hold them.

use half::{bf16, f16};
use safetensors::tensor::Dtype;

/// How a floating-point number is laid out, for those who read arrays that are
/// not orders.
///
/// ```
/// use orders_core::files::FloatType;
///
/// let float = FloatType::from_numpy(">f4").expect("float32 is known");
/// let mut values = Vec::new();
/// float.decode(&1.5_f32.to_be_bytes(), &mut values);
/// assert_eq!((float.width(), &values[..]), (4, &[1.5][..]));
/// assert_eq!(FloatType::from_numpy("<i4"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloatType {
    kind: Kind,
    big_endian: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    F16,
    Bf16,
    F32,
    F64,
}

impl FloatType {
    /// The type that NumPy writes as `descr`, if it is one of these. (NumPy
    /// knows no bfloat16.)
    pub fn from_numpy(descr: &str) -> Option<Self> {
        let (order, kind) = descr.split_at_checked(1)?;
        let big_endian = match order {
            "<" => false,
            ">" => true,
            _ => return None,
        };
        let kind = match kind {
            "f2" => Kind::F16,
            "f4" => Kind::F32,
            "f8" => Kind::F64,
            _ => return None,
        };
        Some(Self { kind, big_endian })
    }

    /// The type in a safetensors file, if it is one of these.
    pub fn from_safetensors(dtype: Dtype) -> Option<Self> {
        let kind = match dtype {
            Dtype::F16 => Kind::F16,
            Dtype::BF16 => Kind::Bf16,
            Dtype::F32 => Kind::F32,
            Dtype::F64 => Kind::F64,
            _ => return None,
        };
        Some(Self {
            kind,
            big_endian: false,
        })
    }

    /// Bytes of a number.
    pub fn width(self) -> usize {
        match self.kind {
            Kind::F16 | Kind::Bf16 => 2,
            Kind::F32 => 4,
            Kind::F64 => 8,
        }
    }

    /// Appends the numbers in `bytes`, a whole number of them, to `values`. Every
    /// one of them is an f64 exactly.
    pub fn decode(self, bytes: &[u8], values: &mut Vec<f64>) {
        match self.kind {
            Kind::F16 => self.append(bytes, values, |bytes| f16::from_le_bytes(bytes).into()),
            Kind::Bf16 => self.append(bytes, values, |bytes| bf16::from_le_bytes(bytes).into()),
            Kind::F32 => self.append(bytes, values, |bytes| f32::from_le_bytes(bytes).into()),
            Kind::F64 => self.append(bytes, values, f64::from_le_bytes),
        }
    }

    fn append<const W: usize>(
        self,
        bytes: &[u8],
        values: &mut Vec<f64>,
        from_little_endian: impl Fn([u8; W]) -> f64,
    ) {
        let (numbers, _) = bytes.as_chunks();
        values.extend(numbers.iter().map(|&number: &[u8; W]| {
            let mut number = number;
            if self.big_endian {
                number.reverse();
            }
            from_little_endian(number)
        }));
    }
}
