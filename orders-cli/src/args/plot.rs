//! `plot` and `animate`

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use orders_figures::{Axis, Length};

use super::{GridArgs, KnownArgs, OutputArgs, SetArgs, SizesArgs, ThresholdArgs, written};
use crate::numbers;

#[derive(Clone, Debug, Args)]
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
    #[cfg(feature = "model")]
    #[command(flatten)]
    pub(crate) scheduled: ScheduledArgs,
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

/// Orders that schedulers find while a model generates.
#[cfg(feature = "model")]
#[derive(Clone, Debug, Args)]
#[group(skip)]
pub(crate) struct ScheduledArgs {
    /// Scheduler whose order is shown as well, with parameters behind commas, such as
    /// entropy-bound,budget=0.5: which cells it reveals in which step while a bundled model
    /// generates sample --index; may be given several times
    #[arg(long, value_name = "NAME[,KEY=VALUE]...")]
    pub(crate) scheduler: Vec<String>,
    /// The bundled model that it looks at [default: nano]
    #[arg(long, value_name = "NAME", requires = "scheduler")]
    pub(crate) model: Option<String>,
    /// The class of the sample, from 0 [default: all in turn, by --index]
    #[arg(long, value_name = "CLASS", requires = "scheduler", value_parser = clap::value_parser!(u32))]
    pub(crate) class: Option<u32>,
}

/// How a picture looks.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct LookArgs {
    /// Width of the picture with its unit, from 1in to 40in: in, cm, mm, pt or px, as in
    /// 3.25in; it is laid out for that width [default: as wide as suits it]
    #[arg(long, value_name = "LENGTH", allow_hyphen_values = true, value_parser = numbers::length)]
    pub(crate) width: Option<Length>,
    /// Size of ticks and captions in points, from 4 to 36; titles have more [default: 9;
    /// 8 with --theme paper]
    #[arg(long, value_name = "POINTS", allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) font_size: Option<f64>,
    /// What it is for: 'screen', with titles and a border; 'paper', a column of a paper,
    /// without border, and without a title unless --title gives one
    #[arg(long, value_name = "THEME", default_value = "screen")]
    pub(crate) theme: ThemeArg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ThemeArg {
    Screen,
    Paper,
}

/// Where the vertical axis of lines ends.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct AxisArgs {
    /// End the vertical axis of lines at this value; what is beyond leaves the chart, and
    /// its name says how far it goes
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) y_max: Option<f64>,
    /// Let lines that flatten all others leave the chart
    #[arg(long, conflicts_with = "y_max")]
    pub(crate) clip: bool,
}

impl AxisArgs {
    /// The flag that is given, if any.
    pub(crate) fn given(&self) -> Option<&'static str> {
        match (self.y_max, self.clip) {
            (Some(_), _) => Some("--y-max"),
            (None, true) => Some("--clip"),
            (None, false) => None,
        }
    }

    /// The axis, ending as is said.
    pub(crate) fn applied_to(&self, axis: Axis) -> Axis {
        match (self.y_max, self.clip) {
            (Some(end), _) => axis.ending_at(end),
            (None, true) => axis.clipped(),
            (None, false) => axis,
        }
    }
}

/// Draw orders: maps, selected steps, group sizes; or curves of training
///
/// Orders come from files, of this program or others, and from methods; several
/// stand side by side on one sheet, with the same group sizes. What no flag says
/// of grid, known cells and sizes is taken from a file's manifest, and for
/// methods from the first file.
///
/// Files that end in .csv are logs of 'train', drawn as loss over epochs, or tables
/// of 'eval', drawn as likelihood over steps; of the other flags, --label, --title,
/// --y-max, --clip, --width, --font-size, --theme, --out, --force and --json go with
/// them.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli plot orders/res512_steps48_repulsion4.json --out map.png
  orders-cli plot --res 256 --steps 20 --show map,steps,sizes --out lpd.svg
  orders-cli plot --res 256 --steps 20 --method lpd --method lpd,repulsion=4 --method halton --out three.svg
  orders-cli plot --grid 16x16 --steps 20 --all-methods --out zoo.png
  orders-cli plot nano/log.csv --out loss.svg
  orders-cli plot results/table.csv --clip --theme paper --width 3.25in --out likelihood.pdf
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
    #[command(flatten)]
    pub(crate) axis: AxisArgs,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// The picture to write: a file that ends in .svg, .pdf or .png
    #[arg(long, value_name = "FILE", value_parser = written())]
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
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
