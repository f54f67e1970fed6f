//! `score`

use std::path::PathBuf;

use clap::Args;

use super::{ModelArgs, OutputArgs, SampleOrdersArgs, ThreadsArgs};
use crate::numbers;

/// Say how likely given tokens are under an order
///
/// The parallel log-likelihood, teacher forced: for each cell the log-probability
/// of its token given the groups before its own, in nats.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  orders-cli score --checkpoint m.safetensors --config m.json --tokens tokens.safetensors --orders o.json --group-sizes 1,3,12 --out scores.safetensors")]
pub(crate) struct ScoreArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) orders: SampleOrdersArgs,
    /// A .safetensors file with 'tokens', integers of shape (images, cells) in
    /// raster order, and 'labels', a class for each image (-1: none)
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: PathBuf,
    /// Where to write: a .safetensors file with 'log_prob', f32 of shape (images,
    /// cells) in raster order; 0 at known cells
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Seed of orders that a method makes
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Images that are scored together; it changes speed and memory only
    #[arg(long, value_name = "B", default_value_t = 4, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
