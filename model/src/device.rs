//! Where to compute.

use std::fmt;
use std::str::FromStr;

use candle_core::Device;

/// A kind of device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceKind {
    /// The CPU.
    #[default]
    Cpu,
    /// The first NVIDIA GPU; needs the feature `cuda`.
    Cuda,
    /// The first Apple GPU; needs the feature `metal`.
    Metal,
}

impl DeviceKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Cuda, Self::Metal];

    /// Opens the device.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NotBuilt`] if the crate was built without it,
    /// [`DeviceError::Open`] if there is none or it can't be used.
    pub fn open(self) -> Result<Device, DeviceError> {
        let is_built = match self {
            Self::Cpu => true,
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Metal => cfg!(feature = "metal"),
        };
        if !is_built {
            return Err(DeviceError::NotBuilt { kind: self });
        }
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda => Device::new_cuda(0),
            Self::Metal => Device::new_metal(0),
        }
        .map_err(|source| DeviceError::Open { kind: self, source })
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for DeviceKind {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let mut kinds = Self::ALL.into_iter();
        kinds
            .find(|kind| kind.name() == text)
            .ok_or_else(|| DeviceError::Unknown(text.into()))
    }
}

/// Why a device can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No kind is called so.
    #[error("{0:?} is no device; there are cpu, cuda and metal")]
    Unknown(String),
    /// The crate was built without it.
    #[error("this program was built without {kind}; build it with --features {kind}")]
    NotBuilt {
        /// The kind.
        kind: DeviceKind,
    },
    /// The system has none, or refuses.
    #[error("the device {kind} can't be used")]
    Open {
        /// The kind.
        kind: DeviceKind,
        /// What candle said.
        source: candle_core::Error,
    },
}
