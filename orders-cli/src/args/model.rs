//! Flags that name a model and what it is asked.

use std::path::PathBuf;

use clap::Args;
use orders_model::DType;
use orders_model::lpd::GuidanceSchedule;

use super::{DeviceArgs, KnownArgs, MethodArgs, SizesArgs, one_of};
use crate::numbers;

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct ModelArgs {
    /// Weights of the model: .safetensors, or a file of PyTorch as the authors
    /// publish them [default: those of the bundled model nano]
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Sizes of the model, as JSON with image_size, stride, embed_dim, depth, heads,
    /// mlp_ratio, classes, vocab and norm_eps [default: config.json beside the
    /// checkpoint]
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    pub(crate) config: Option<PathBuf>,
    /// A published size instead of --config: lpd-l, lpd-xl or lpd-xxl; or, without
    /// --checkpoint, a bundled model: nano or nano-mixture
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Side of the images of a published size in pixels
    #[arg(long, value_name = "R", default_value_t = 256, allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) res: u32,
    /// Side of the images that the checkpoint was trained on, if it is another:
    /// its positions are interpolated
    #[arg(long, value_name = "R", requires = "checkpoint", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) checkpoint_res: Option<u32>,
    /// Key of the tensors in a file of PyTorch, if it is not where it usually is
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    pub(crate) key: Option<String>,
    /// Precision of the weights; f32 is the fastest on the CPU
    #[arg(long = "precision", value_name = "TYPE", default_value = "f32", value_parser = one_of(&[("f32", DType::F32), ("bf16", DType::BF16), ("f16", DType::F16)]))]
    pub(crate) dtype: DType,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
}

/// Where the orders of samples come from.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct SampleOrdersArgs {
    /// Order file: sample i gets its row i, or each the only row. Without it, --method
    /// makes the orders
    #[arg(long, value_name = "FILE")]
    pub(crate) orders: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
}

/// How guidance may change, by name.
pub(crate) const SCHEDULES: &[(&str, GuidanceSchedule)] = &[
    ("linear", GuidanceSchedule::Linear),
    ("constant", GuidanceSchedule::Constant),
];
