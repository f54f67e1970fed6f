//! Flags that say which orders a picture shows.

use std::path::PathBuf;

use clap::Args;

use super::{GridArgs, KnownArgs, SetArgs, SizesArgs, ThresholdArgs};
use crate::numbers;

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct OrdersShownArgs {
    /// Order files, of each of which one order is shown
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Ordering method, with parameters behind commas, such as
    /// lpd,repulsion=4,proximity=0.5; may be given several times [default: lpd, if
    /// there are no files]. 'orders-cli methods' lists them
    #[arg(long, value_name = "NAME[,KEY=VALUE]...")]
    pub(crate) method: Vec<String>,
    /// All methods that can do the grid
    #[arg(long, conflicts_with_all = ["method", "set", "proximity", "repulsion"])]
    pub(crate) all_methods: bool,
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) thresholds: ThresholdArgs,
    /// Which order: that of this number, from 0, of each file and batch
    #[arg(long, value_name = "I", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) index: u64,
    /// Seed of the methods' batches
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Name of an order in the picture; given several times, once for each file
    /// and then for each method
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Vec<String>,
    /// Title of the picture [default: what is the same for all orders]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
}
