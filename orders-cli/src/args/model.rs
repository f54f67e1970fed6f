//! Flags that name a model and what it is asked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DeviceArgs, KnownArgs, MethodArgs, OptionalSizesArgs};
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
    #[arg(long, value_name = "TYPE", default_value = "f32")]
    pub(crate) precision: PrecisionArg,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionArg {
    F32,
    Bf16,
    F16,
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
    pub(crate) sizes: OptionalSizesArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScheduleArg {
    Linear,
    Constant,
}
