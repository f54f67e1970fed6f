//! `bench`

use clap::Args;
use orders_model::lpd::GuidanceSchedule;

use super::{MethodArgs, ModelArgs, SCHEDULES, SizesArgs, ThreadsArgs, one_of};
use crate::numbers;

/// Time the generation of an LPD model: latency, throughput, steps, memory
///
/// Without --checkpoint, weights are given by a formula: speed does not depend on
/// them. Latency is of one image, throughput of a batch, both with guidance. One
/// cell at a time in raster order is the baseline. Times are wall-clock; the first
/// runs are not counted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli bench --model lpd-l --steps 20
  orders-cli bench --model lpd-l --steps 20 --batch 8 --runs 5 --no-baseline --json")]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    /// Scale of classifier-free guidance; 1 is none, and half the work
    #[arg(long, value_name = "S", default_value_t = 4.0, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) cfg: f64,
    /// 'linear' or 'constant'
    #[arg(long, value_name = "NAME", default_value = "linear", value_parser = one_of(SCHEDULES))]
    pub(crate) cfg_schedule: GuidanceSchedule,
    /// Images of the batch that throughput is measured with; 1 leaves it out
    #[arg(long, value_name = "B", default_value_t = 1, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    /// Runs that are counted
    #[arg(long, value_name = "N", default_value_t = 3, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) runs: usize,
    /// Runs before those
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX as usize))]
    pub(crate) warm_up: usize,
    /// Leave out the baseline of one cell at a time
    #[arg(long)]
    pub(crate) no_baseline: bool,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print what was measured as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
