//! Where to compute.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;

use candle_core::Device;
use orders_core::MemoryLimit;

/// A device, before it is opened: `cpu`, `cuda`, `cuda:N` or `metal`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceKind {
    /// The CPU.
    #[default]
    Cpu,
    /// The NVIDIA GPU of a number, from 0; needs the feature `cuda`.
    Cuda(usize),
    /// The first Apple GPU; needs the feature `metal`.
    Metal,
}

impl DeviceKind {
    /// Opens the device. A card of NVIDIA has one stream for all threads, and its memory
    /// is kept for what comes next when it is let go.
    ///
    /// # Errors
    ///
    /// [`DeviceError::NotBuilt`] if the crate was built without it,
    /// [`DeviceError::Open`] if there is none or it can't be used,
    /// [`DeviceError::NoDriver`] if its driver can't be loaded. (In the last case what loads
    /// it panics, which is caught here; the panic hook of the program has been called
    /// then.)
    pub fn open(self) -> Result<Device, DeviceError> {
        self.opened(|| match self {
            Self::Cpu => Some(Ok(Device::Cpu)),
            Self::Cuda(ordinal) => cuda(ordinal),
            Self::Metal => cfg!(feature = "metal").then(|| Device::new_metal(0)),
        })
    }

    /// What opening it gives, or why it can't be had. Libraries of drivers are loaded when
    /// they are first used, and whoever loads them panics where there are none.
    fn opened(
        self,
        open: impl FnOnce() -> Option<candle_core::Result<Device>>,
    ) -> Result<Device, DeviceError> {
        // Nothing of it is used after a panic.
        match catch_unwind(AssertUnwindSafe(open)) {
            Ok(None) => Err(DeviceError::NotBuilt { kind: self }),
            Ok(Some(opened)) => opened.map_err(|error| DeviceError::Open {
                kind: self,
                reason: first_line(&innermost(error).to_string()),
            }),
            Err(panic) => Err(DeviceError::NoDriver {
                kind: self,
                reason: first_line(said(panic.as_ref())),
            }),
        }
    }

    /// The name of the feature that brings it.
    fn feature(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda(_) => "cuda",
            Self::Metal => "metal",
        }
    }
}

#[cfg(feature = "cuda")]
fn cuda(ordinal: usize) -> Option<candle_core::Result<Device>> {
    Some(crate::cuda::open(ordinal).map(Device::Cuda))
}

#[cfg(not(feature = "cuda"))]
fn cuda(_: usize) -> Option<candle_core::Result<Device>> {
    None
}

/// The error without the backtrace that it may carry.
fn innermost(error: candle_core::Error) -> candle_core::Error {
    match error {
        candle_core::Error::WithBacktrace { inner, .. } => innermost(*inner),
        error => error,
    }
}

/// What a panic says.
fn said(panic: &(dyn Any + Send)) -> &str {
    match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text,
        (None, Some(text)) => text,
        (None, None) => "",
    }
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().trim();
    line.trim_end_matches([':', '.']).to_owned()
}

impl fmt::Display for DeviceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cuda(ordinal) if *ordinal > 0 => write!(f, "cuda:{ordinal}"),
            kind => f.write_str(kind.feature()),
        }
    }
}

impl FromStr for DeviceKind {
    type Err = DeviceError;

    fn from_str(text: &str) -> Result<Self, DeviceError> {
        let ordinal = text.strip_prefix("cuda:").map(str::parse::<u8>);
        match (text, ordinal) {
            ("cpu", _) => Ok(Self::Cpu),
            ("cuda", _) => Ok(Self::Cuda(0)),
            ("metal", _) => Ok(Self::Metal),
            (_, Some(Ok(ordinal))) => Ok(Self::Cuda(ordinal.into())),
            _ => Err(DeviceError::Unknown(text.into())),
        }
    }
}

/// What a card of NVIDIA says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Card {
    /// Its name.
    pub name: String,
    /// Its number on the machine, from 0.
    pub ordinal: usize,
    /// The version of CUDA that its driver has: major and minor.
    pub cuda: [u32; 2],
}

/// The card behind a device, if it is one of NVIDIA.
///
/// # Errors
///
/// If the driver does not say it.
pub fn card(device: &Device) -> candle_core::Result<Option<Card>> {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(device) => crate::cuda::card(device).map(Some),
        _ => Ok(None),
    }
}

/// What work on a device may take of memory: on the CPU what is given; on a card of NVIDIA
/// what it has free now. Others don't say it, and have no limit.
pub fn room_on(device: &Device, of_machine: MemoryLimit) -> MemoryLimit {
    match device {
        Device::Cpu => of_machine,
        #[cfg(feature = "cuda")]
        Device::Cuda(device) => {
            // A card that doesn't say it says later that it has no room.
            let free = crate::cuda::free_bytes(device).ok();
            free.map_or(MemoryLimit::NONE, MemoryLimit::of_bytes)
        }
        _ => MemoryLimit::NONE,
    }
}

/// Has a device take products of f32 in TF32, or not. It is a switch of the whole process.
pub(crate) fn use_tf32(device: &Device, on: bool) {
    match device {
        #[cfg(feature = "cuda")]
        Device::Cuda(_) => crate::cuda::use_tf32(on),
        _ => {
            let _ = on;
        }
    }
}

/// Why a device can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No kind is called so.
    #[error("{0:?} is no device; there are cpu, cuda, cuda:N (N from 0 to 255) and metal")]
    Unknown(String),
    /// The crate was built without it.
    #[error("this program was built without {}; build it with --features {}", kind.feature(), kind.feature())]
    NotBuilt {
        /// The kind.
        kind: DeviceKind,
    },
    /// The system has none, or refuses.
    #[error("the device {kind} can't be used: {reason}")]
    Open {
        /// The kind.
        kind: DeviceKind,
        /// What was said of it, in a line.
        reason: String,
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
        let cuda = DeviceKind::Cuda(0);
        let missing = || -> Option<candle_core::Result<Device>> {
            panic!(
                "Unable to dynamically load the \"cuda\" shared library.\nTried: [\"libcuda.so\"]"
            )
        };
        let error = cuda.opened(missing).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the device cuda can't be used, since its driver can't be loaded: Unable to dynamically load the \"cuda\" shared library"
        );
        let plain = || -> Option<candle_core::Result<Device>> { panic!("no driver") };
        let error = cuda.opened(plain).unwrap_err();
        assert!(error.to_string().ends_with(": no driver"), "{error}");
        let refused = || Some(Err(candle_core::Error::msg("no device\nat line 1").bt()));
        let error = DeviceKind::Cuda(3).opened(refused).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the device cuda:3 can't be used: no device"
        );
        assert!(DeviceKind::Cpu.opened(|| Some(Ok(Device::Cpu))).is_ok());
    }

    #[test]
    fn cards_have_numbers() {
        for (text, kind) in [
            ("cpu", DeviceKind::Cpu),
            ("cuda", DeviceKind::Cuda(0)),
            ("cuda:0", DeviceKind::Cuda(0)),
            ("cuda:7", DeviceKind::Cuda(7)),
            ("metal", DeviceKind::Metal),
        ] {
            assert_eq!(text.parse(), Ok(kind));
        }
        for text in [
            "", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:256", "cuda 0",
        ] {
            let error = text.parse::<DeviceKind>().unwrap_err();
            assert!(error.to_string().contains("cuda:N"), "{error}");
        }
        assert_eq!(DeviceKind::Cuda(0).to_string(), "cuda");
        assert_eq!(DeviceKind::Cuda(2).to_string(), "cuda:2");
    }
}
