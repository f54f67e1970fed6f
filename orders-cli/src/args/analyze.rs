//! `analyze`

use std::path::PathBuf;

use clap::Args;

use super::{GridArgs, KnownArgs, SizesArgs, ThreadsArgs};
use crate::numbers;

/// Measure orders: geometry, and what they lose on a Gaussian field
///
/// Grid and group sizes are those of the manifest beside the file; flags take
/// precedence over it, and a file without one needs them. Means have 95 % bootstrap
/// intervals (BCa) over the orders.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli analyze orders/res256_steps20_repulsion2.json --field exp:5
  orders-cli analyze theirs.json --res 256 --steps 20 --field matern32:3 --json
  orders-cli analyze theirs.json --res 256 --steps 20 --field patches.npy:stationary:shrink=0.01

Fields have variance 1 and ranges in cells: exp:R, matern12:R, matern32:R, matern52:R,
se:R and power:EXPONENT. 'photos' is measured on photographs; FILE.npy has patches of
images [n, H, W] (':stationary' behind it: averaged over offsets) or a covariance [N, N].
Each with or without :shrink=S.")]
pub(crate) struct AnalyzeArgs {
    /// Order file
    #[arg(value_name = "ORDERS")]
    pub(crate) orders: PathBuf,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Gaussian field whose total correlation is measured, for example exp:5; without
    /// it, only geometry is
    #[arg(long, value_name = "FIELD")]
    pub(crate) field: Option<String>,
    /// The most orders that are measured, from the first one on
    #[arg(long, value_name = "N", default_value_t = 1000, allow_hyphen_values = true, value_parser = numbers::within(1..=u64::MAX))]
    pub(crate) limit: u64,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print a JSON object: every order with its steps, and a summary
    #[arg(long)]
    pub(crate) json: bool,
}
