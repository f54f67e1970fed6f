//! The tokenizer that flags name, and the device.

use std::path::Path;

use orders_model::checkpoint::read_checkpoint;
use orders_model::vq::{VqConfig, VqTokenizer};
use orders_model::{Device, DeviceKind};

use crate::args::{DeviceArgs, TokenizerArgs};
use crate::bounded_file::read_bounded;
use crate::failure::Failure;

/// The longest configuration that is read: one with a list of all tensors has 40
/// KB.
const CONFIG_BYTES: u64 = 1 << 20;
/// Where the weights come from, for those who have none.
const WHERE: &str = "the weights of VQ-16, vq_ds16_c2i.pt, are published by LlamaGen's authors at https://huggingface.co/FoundationVision/LlamaGen";

/// The device to compute on.
pub(crate) fn device(args: &DeviceArgs) -> Result<Device, Failure> {
    args.device
        .parse()
        .and_then(DeviceKind::open)
        .map_err(|error| Failure::input_at("--device", &error))
}

/// The tokenizer with its weights.
pub(crate) fn tokenizer(args: &TokenizerArgs, device: &Device) -> Result<VqTokenizer, Failure> {
    let Some(path) = &args.tokenizer else {
        return Err(Failure::input(format!(
            "a tokenizer is needed: --tokenizer FILE; {WHERE}"
        )));
    };
    if !path.exists() {
        return Err(Failure::input(format!(
            "--tokenizer {} is not there; {WHERE}",
            path.display()
        )));
    }
    let config = match &args.config {
        Some(path) => config(path)?,
        None => VqConfig::ds16(),
    };
    let checkpoint = read_checkpoint(path, args.key.as_deref(), &Device::Cpu)
        .map_err(|error| Failure::input_at("--tokenizer", &error))?;
    let weights = config
        .weights(checkpoint.tensors)
        .map_err(|error| Failure::input_at(format!("--tokenizer {}", path.display()), &error))?;
    VqTokenizer::new(config, &weights, device).map_err(|error| Failure::work(&error))
}

fn config(path: &Path) -> Result<VqConfig, Failure> {
    let text = read_bounded(path, "a configuration", CONFIG_BYTES, |why| {
        format!("--tokenizer-config {} can't be read: {why}", path.display())
    })?;
    VqConfig::from_json(&text)
        .map_err(|error| Failure::input(format!("--tokenizer-config {}: {error}", path.display())))
}
