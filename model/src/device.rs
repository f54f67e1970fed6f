//! Where to compute.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
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
    /// [`DeviceError::Open`] if there is none or it can't be used,
    /// [`DeviceError::NoDriver`] if its driver can't be loaded. (In the last case what loads
    /// it panics, which is caught here; the panic hook of the program has been called
    /// then.)
    pub fn open(self) -> Result<Device, DeviceError> {
        let is_built = match self {
            Self::Cpu => true,
            Self::Cuda => cfg!(feature = "cuda"),
            Self::Metal => cfg!(feature = "metal"),
        };
        if !is_built {
            return Err(DeviceError::NotBuilt { kind: self });
        }
        self.opened(|| match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda => Device::new_cuda(0),
            Self::Metal => Device::new_metal(0),
        })
    }

    /// What opening it gives, or why it can't be had. Libraries of drivers are loaded when
    /// they are first used, and whoever loads them panics where there are none.
    fn opened(
        self,
        open: impl FnOnce() -> candle_core::Result<Device>,
    ) -> Result<Device, DeviceError> {
        // Nothing of it is used after a panic.
        match catch_unwind(AssertUnwindSafe(open)) {
            Ok(opened) => opened.map_err(|source| DeviceError::Open { kind: self, source }),
            Err(panic) => Err(DeviceError::NoDriver {
                kind: self,
                reason: first_line(panic.as_ref()),
            }),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Metal => "metal",
        }
    }
}

/// What a panic says, in a line.
fn first_line(panic: &(dyn Any + Send)) -> String {
    let text = match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text,
        (None, Some(text)) => *text,
        (None, None) => "",
    };
    let line = text.lines().next().unwrap_or_default().trim();
    line.trim_end_matches([':', '.']).to_owned()
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
    /// Its driver is not installed, or can't be loaded.
    #[error("the device {kind} can't be used, since its driver can't be loaded: {reason}")]
    NoDriver {
        /// The kind.
        kind: DeviceKind,
        /// What was said of it.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_driver_is_said() {
        let missing = || -> candle_core::Result<Device> {
            panic!(
                "Unable to dynamically load the \"cuda\" shared library.\nTried: [\"libcuda.so\"]"
            )
        };
        let error = DeviceKind::Cuda.opened(missing).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the device cuda can't be used, since its driver can't be loaded: Unable to dynamically load the \"cuda\" shared library"
        );
        let plain = || -> candle_core::Result<Device> { panic!("no driver") };
        let error = DeviceKind::Cuda.opened(plain).unwrap_err();
        assert!(error.to_string().ends_with(": no driver"), "{error}");
        let refused = || Err(candle_core::Error::msg("no device"));
        let error = DeviceKind::Cuda.opened(refused).unwrap_err();
        assert!(matches!(error, DeviceError::Open { .. }), "{error}");
        assert!(DeviceKind::Cpu.opened(|| Ok(Device::Cpu)).is_ok());
    }
}
