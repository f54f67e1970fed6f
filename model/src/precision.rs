//! In which numbers to compute.

use std::fmt;
use std::str::FromStr;

use candle_core::{DType, Device};

/// A precision of weights and products. Sums are f32 in any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Precision {
    /// 32 bits.
    #[default]
    F32,
    /// 32 bits in memory, of which products read the first 19 (10 of the fraction); on cards
    /// of NVIDIA only.
    TF32,
    /// 16 bits, with the range of f32.
    BF16,
    /// 16 bits, with a finer fraction and a smaller range.
    F16,
}

impl Precision {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::F32, Self::TF32, Self::BF16, Self::F16];

    /// What is the fastest of those that are in use on a device: bf16 on a card of NVIDIA,
    /// f32 elsewhere.
    pub fn usual(device: &Device) -> Self {
        match device {
            Device::Cuda(_) => Self::BF16,
            _ => Self::F32,
        }
    }

    /// The type of the numbers in memory.
    pub fn dtype(self) -> DType {
        match self {
            Self::F32 | Self::TF32 => DType::F32,
            Self::BF16 => DType::BF16,
            Self::F16 => DType::F16,
        }
    }

    /// Whether a device has it.
    ///
    /// # Errors
    ///
    /// [`PrecisionError::NotThere`].
    pub fn check(self, device: &Device) -> Result<(), PrecisionError> {
        match (self, device) {
            (Self::TF32, Device::Cpu | Device::Metal(_)) => Err(PrecisionError::NotThere(self)),
            _ => Ok(()),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::TF32 => "tf32",
            Self::BF16 => "bf16",
            Self::F16 => "f16",
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Precision {
    type Err = PrecisionError;

    fn from_str(text: &str) -> Result<Self, PrecisionError> {
        let mut all = Self::ALL.into_iter();
        all.find(|precision| precision.name() == text)
            .ok_or_else(|| PrecisionError::Unknown(text.into()))
    }
}

/// Why a precision can't be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrecisionError {
    /// None is called so.
    #[error("{0:?} is no precision; there are f32, tf32, bf16 and f16")]
    Unknown(String),
    /// The device has no such products.
    #[error("there is {0} on cuda devices only")]
    NotThere(Precision),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for precision in Precision::ALL {
            assert_eq!(precision.to_string().parse(), Ok(precision));
        }
        let unknown = "double".parse::<Precision>().unwrap_err();
        assert!(unknown.to_string().contains("bf16"), "{unknown}");
    }

    #[test]
    fn the_cpu_has_no_tf32() {
        assert_eq!(Precision::usual(&Device::Cpu), Precision::F32);
        assert!(Precision::BF16.check(&Device::Cpu).is_ok());
        let error = Precision::TF32.check(&Device::Cpu).unwrap_err();
        assert_eq!(error.to_string(), "there is tf32 on cuda devices only");
    }
}
