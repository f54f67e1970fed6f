//! `plot`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{OrdersShownArgs, OutputArgs};
use crate::numbers;

/// Draw orders: maps, selected steps, group sizes; or curves of training
///
/// Orders come from files, of this program or others, and from methods; several
/// stand side by side on one sheet, with the same group sizes. What no flag says
/// of grid, known cells and sizes is taken from a file's manifest, and for
/// methods from the first file.
///
/// Files that end in .csv are logs of 'train', drawn as loss over epochs, or tables
/// of 'eval', drawn as likelihood over steps; of the other flags, --label, --title,
/// --out, --force and --json go with them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli plot orders/res512_steps48_repulsion4.json --out map.png
  orders-cli plot --res 256 --steps 20 --show map,steps,sizes --out lpd.svg
  orders-cli plot --res 256 --steps 20 --method lpd --method lpd,repulsion=4 --method halton --out three.svg
  orders-cli plot --grid 16x16 --steps 20 --all-methods --out zoo.png
  orders-cli plot nano/log.csv --out loss.svg
  orders-cli plot theirs.json --res 256 --steps 20 --method lpd --out compared.png")]
pub(crate) struct PlotArgs {
    #[command(flatten)]
    pub(crate) orders: OrdersShownArgs,
    /// What is shown of each order: 'map', each cell in the colour of its step;
    /// 'steps', some steps as small grids; 'sizes', the curve of group sizes
    #[arg(
        long,
        value_name = "PARTS",
        value_delimiter = ',',
        default_value = "map"
    )]
    pub(crate) show: Vec<PartArg>,
    /// Which steps are shown as small grids, from 1, as in 1,5,20 [default: 8
    /// evenly spread]; means --show steps if that is not given
    #[arg(long, value_name = "LIST", value_delimiter = ',', allow_hyphen_values = true, value_parser = numbers::within(1..=u32::MAX as usize))]
    pub(crate) steps_shown: Vec<usize>,
    /// Orders side by side, from 1 to 16 [default: as many as look well]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::within(1..=16_usize))]
    pub(crate) columns: Option<usize>,
    /// The picture to write: a file that ends in .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PartArg {
    Map,
    Steps,
    Sizes,
}
