//! `train`

use std::path::PathBuf;

use clap::Args;

use super::{DeviceArgs, ThreadsArgs};
use crate::numbers;

/// Train an LPD model on tokens
///
/// The recipe is a TOML file with every setting: model, orders, group sizes,
/// learning rate. The folder gets 'model.safetensors' and 'config.json' at the
/// end, which sample, score and eval take; 'log.csv' with loss and learning rate
/// of every update, which plot draws; and 'run.safetensors', from which the same
/// command goes on where it was interrupted, bit for bit.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli data prepare /usr/share/datasets/fashion-mnist --pad 32 --codes 128 --flip --out fashion/
  orders-cli train recipes/nano-random.toml --tokens fashion/train.safetensors \\
      --held-out fashion/test.safetensors --out nano/
  orders-cli plot nano/log.csv --out loss.png")]
pub(crate) struct TrainArgs {
    /// The recipe
    #[arg(value_name = "RECIPE.toml")]
    pub(crate) recipe: PathBuf,
    /// Tokens to train on, as 'data prepare' makes them
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: PathBuf,
    /// Tokens of other images, on which the loss is measured now and then
    #[arg(long, value_name = "FILE")]
    pub(crate) held_out: Option<PathBuf>,
    /// The first so many updates and no more; the run can go on later
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::within(1..=u64::MAX))]
    pub(crate) updates: Option<u64>,
    /// Held-out images that are looked at [default: 512]
    #[arg(long, value_name = "N", requires = "held_out", allow_hyphen_values = true, value_parser = numbers::within(1..=u64::MAX))]
    pub(crate) held_out_images: Option<u64>,
    /// Updates between two looks at held-out images and two states on disk
    #[arg(long, value_name = "N", default_value_t = 250, allow_hyphen_values = true, value_parser = numbers::within(1..=u64::MAX))]
    pub(crate) every: u64,
    /// Folder of the run: new, empty, or of this run
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print the end of the run as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
