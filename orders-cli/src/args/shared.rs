//! Flags that several commands have.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use orders_core::files::Format;

use crate::numbers;

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct GridArgs {
    /// Square image, side in pixels: a multiple of 16, the tokenizer's stride
    #[arg(long, value_name = "R", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) res: Option<u32>,
    /// Grid in cells; for video TxHxW, with T frames
    #[arg(long, value_name = "HxW", allow_hyphen_values = true)]
    pub(crate) grid: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct PlaceArgs {
    /// Square image, side in pixels: a multiple of 16, the tokenizer's stride
    #[arg(long, value_name = "R", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) res: Option<u32>,
    /// Grid in cells; for video TxHxW, with T frames
    #[arg(long, value_name = "HxW", allow_hyphen_values = true)]
    pub(crate) grid: Option<String>,
    /// Graph instead of a grid, whose nodes are ordered: a JSON file such as
    /// {"nodes": 3, "edges": [[0, 1], [1, 2, 0.5]]}, with edges of two nodes and maybe a
    /// length, or with "coordinates" of all nodes
    #[arg(long, value_name = "FILE")]
    pub(crate) graph: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct OptionalGridArgs {
    /// Square image, side in pixels: a multiple of 16, the tokenizer's stride
    #[arg(long, value_name = "R", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) res: Option<u32>,
    /// Grid in cells; for video TxHxW, with T frames
    #[arg(long, value_name = "HxW", allow_hyphen_values = true)]
    pub(crate) grid: Option<String>,
}

impl From<&GridArgs> for OptionalGridArgs {
    fn from(args: &GridArgs) -> Self {
        Self {
            res: args.res,
            grid: args.grid.clone(),
        }
    }
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct KnownArgs {
    /// Cells that are known from the start: a mask, or a list of cells
    ///
    /// A mask is a PNG image with a pixel for each cell, or the same whole number
    /// of pixels for each on both sides; frames of a video stand below each
    /// other. Light is known and dark is free: light is a grey level of 128 and
    /// above, transparent counts as black. With several pixels to a cell, it is
    /// known only if all of them are light. A list is a JSON array of cells.
    #[arg(long, value_name = "FILE")]
    pub(crate) known: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
#[group(skip)]
pub(crate) struct SizesArgs {
    /// Number of steps: the published group sizes where there are some, else
    /// the cosine shape
    #[arg(long, value_name = "K", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX as usize), required_unless_present_any = ["group_sizes", "shape"])]
    pub(crate) steps: Option<usize>,
    #[command(flatten)]
    pub(crate) other: OtherSizesArgs,
}

#[derive(Clone, Debug, Args)]
#[group(skip)]
pub(crate) struct OptionalSizesArgs {
    /// Number of steps: the published group sizes where there are some, else
    /// the cosine shape
    #[arg(long, value_name = "K", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX as usize))]
    pub(crate) steps: Option<usize>,
    #[command(flatten)]
    pub(crate) other: OtherSizesArgs,
}

impl From<&SizesArgs> for OptionalSizesArgs {
    fn from(args: &SizesArgs) -> Self {
        Self {
            steps: args.steps,
            other: args.other.clone(),
        }
    }
}

#[derive(Clone, Debug, Args)]
#[group(skip)]
pub(crate) struct OtherSizesArgs {
    /// Group sizes: a list such as 1,5,10, a JSON file with a list or with several, of
    /// which --steps says which, or 'own' for those that belong to the method
    #[arg(
        long,
        value_name = "LIST|FILE",
        allow_hyphen_values = true,
        conflicts_with = "shape"
    )]
    pub(crate) group_sizes: Option<String>,
    /// Group sizes by formula for --steps: cosine, arccos, linear, power,
    /// power:EXPONENT, uniform or one-by-one; or those of a published program:
    /// released:halton, released:randar, released:arpg, released:arpg-arccos or
    /// released:mar
    #[arg(long, value_name = "NAME")]
    pub(crate) shape: Option<String>,
    /// First group of a shape: one cell, or what the formula gives [default: one;
    /// formula if cells are known]
    #[arg(long, value_name = "SIZE", conflicts_with = "group_sizes")]
    pub(crate) first_group: Option<FirstGroupArg>,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct MethodArgs {
    /// Ordering method; 'orders-cli methods' lists them
    #[arg(long, value_name = "NAME", default_value = "lpd")]
    pub(crate) method: String,
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) thresholds: ThresholdArgs,
}

#[derive(Debug, Default, Args)]
#[group(skip)]
pub(crate) struct SetArgs {
    /// Set a parameter of the method, for example --set proximity=0.5; may be
    /// given several times. 'orders-cli methods' lists the parameters
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    pub(crate) set: Vec<String>,
}

#[derive(Debug, Default, Args)]
#[group(skip)]
pub(crate) struct ThresholdArgs {
    /// Proximity threshold tau of lpd and proximity, from 0, short for --set
    /// proximity=T [default: 1]
    #[arg(long, value_name = "T", allow_hyphen_values = true, value_parser = numbers::threshold)]
    pub(crate) proximity: Option<f64>,
    /// Repulsion threshold rho of lpd, from 0, short for --set repulsion=R
    /// [default: as published, 2 for 256 px and 4 for 512 px; else an eighth of
    /// the grid's side]
    #[arg(long, value_name = "R", allow_hyphen_values = true, value_parser = numbers::threshold)]
    pub(crate) repulsion: Option<f64>,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct ThreadsArgs {
    /// Number of threads [default: one for each core]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::within(1..=1024_u16))]
    pub(crate) threads: Option<u16>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FormatArg {
    Json,
    Npy,
    Safetensors,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Self {
        match format {
            FormatArg::Json => Self::Json,
            FormatArg::Npy => Self::Npy,
            FormatArg::Safetensors => Self::Safetensors,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FirstGroupArg {
    One,
    Formula,
}
