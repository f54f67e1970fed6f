//! `animate`

use std::path::PathBuf;

use clap::Args;

use super::{OrdersShownArgs, OutputArgs};
use crate::numbers;

/// Draw orders being generated, as a moving picture
///
/// Each frame shows a step: what is context, what is generated now, what is not
/// yet. Several orders run side by side, in step. Where they come from is said as
/// for 'plot'.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli animate --res 256 --steps 20 --out lpd.gif
  orders-cli animate --res 256 --steps 20 --method raster --method halton --method lpd --out three.png
  orders-cli animate inpainting/res256_known176_steps12_repulsion2.json --fps 2 --out inpainting.gif")]
pub(crate) struct AnimateArgs {
    #[command(flatten)]
    pub(crate) orders: OrdersShownArgs,
    /// Steps in a second, from 0.1 to 50
    #[arg(long, value_name = "N", default_value_t = 4.0, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) fps: f64,
    /// How long the full grid stays before it all begins again, in seconds from 0
    /// to 60
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) pause: f64,
    /// The most frames, from 2 to 1024; of more steps, evenly spread ones are shown
    #[arg(long, value_name = "N", default_value_t = 256, allow_hyphen_values = true, value_parser = numbers::within(2..=1024_usize))]
    pub(crate) frames: usize,
    /// The file to write: one that ends in .gif, or in .png or .apng (APNG)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
