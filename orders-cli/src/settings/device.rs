//! Where to compute, and in which precision.

use orders_model::{Device, DeviceKind, Precision, card};

use crate::args::{DeviceArgs, RunsArgs};
use crate::failure::{Failure, Result};

/// Where a model runs.
#[derive(Clone)]
pub(crate) struct RunsOn {
    pub(crate) device: Device,
    pub(crate) precision: Precision,
    /// What results say of the device.
    pub(crate) words: String,
}

impl RunsOn {
    /// The CPU, as exactly as it can.
    pub(crate) fn cpu() -> Self {
        Self {
            device: Device::Cpu,
            precision: Precision::F32,
            words: "cpu".to_owned(),
        }
    }

    /// What flags ask for, with a note on what they leave open.
    pub(crate) fn new(args: &RunsArgs, notes: &mut Vec<String>) -> Result<Self> {
        let device = device(&args.device)?;
        let precision = precision(args.precision, &device, notes)?;
        let words = device_words(&device)?;
        Ok(Self {
            device,
            precision,
            words,
        })
    }
}

/// The device to compute on.
pub(crate) fn device(args: &DeviceArgs) -> Result<Device> {
    let opened = args.device.parse().and_then(|kind: DeviceKind| match kind {
        DeviceKind::Cpu => kind.open(),
        // What loads a driver panics where there is none; that is told once, as an error.
        _ => {
            let hook = std::panic::take_hook();
            std::panic::set_hook(Box::new(|_| {}));
            let opened = kind.open();
            std::panic::set_hook(hook);
            opened
        }
    });
    opened.map_err(|error| Failure::input_at("--device", &error))
}

/// The precision that is asked for, else the usual one of the device, which is said.
fn precision(
    asked: Option<Precision>,
    device: &Device,
    notes: &mut Vec<String>,
) -> Result<Precision> {
    let usual = Precision::usual(device);
    let precision = asked.unwrap_or_else(|| {
        if usual != Precision::default() {
            notes.push(format!(
                "computed in {usual}; --precision f32 and tf32 are more exact, and slower"
            ));
        }
        usual
    });
    let checked = precision.check(device);
    checked.map_err(|error| Failure::input_at("--precision", &error))?;
    Ok(precision)
}

/// What results say of a device: its kind, and the name and driver of a card.
pub(crate) fn device_words(device: &Device) -> Result<String> {
    let kind = match device {
        Device::Cpu => "cpu",
        Device::Cuda(_) => "cuda",
        Device::Metal(_) => "metal",
    };
    let card = card(device).map_err(Failure::work)?;
    Ok(card.map_or_else(
        || kind.to_owned(),
        |card| {
            let [major, minor] = card.cuda;
            let driver = std::fs::read_to_string("/proc/driver/nvidia/version");
            let driver = driver.ok().and_then(|text| driver_version(&text));
            let driver = driver.map_or_else(String::new, |version| format!("driver {version}, "));
            format!("{kind}: {}, {driver}CUDA {major}.{minor}", card.name)
        },
    ))
}

/// The version of NVIDIA's driver, as the kernel has it of it.
fn driver_version(text: &str) -> Option<String> {
    let is_version =
        |word: &&str| word.contains('.') && word.split('.').all(|part| part.parse::<u32>().is_ok());
    let line = text.lines().next()?;
    line.split_whitespace().find(is_version).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drivers_version_is_found() {
        for (text, version) in [
            (
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\nGCC version: gcc 12.2.0",
                Some("535.129.03"),
            ),
            (
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build",
                Some("580.65.06"),
            ),
            ("", None),
            ("NVRM version: none", None),
        ] {
            assert_eq!(driver_version(text).as_deref(), version);
        }
    }

    #[test]
    fn the_usual_precision_of_the_cpu_needs_no_word() {
        let mut notes = Vec::new();
        let usual = precision(None, &Device::Cpu, &mut notes).unwrap();
        assert_eq!((usual, notes.len()), (Precision::F32, 0));
        let refused = precision(Some(Precision::TF32), &Device::Cpu, &mut notes);
        let Err(Failure::Input(words)) = refused else {
            panic!("it is refused");
        };
        assert_eq!(words, "--precision: there is tf32 on cuda devices only");
        assert_eq!(device_words(&Device::Cpu).unwrap(), "cpu");
    }
}
