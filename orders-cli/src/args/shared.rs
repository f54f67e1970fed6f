//! Flags that several commands have.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PathBufValueParser, PossibleValuesParser, TypedValueParser};
use orders_core::FirstGroup;

use crate::numbers;

/// Commands that need a grid require the group of these flags.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub(crate) struct GridArgs {
    /// Square image, side in pixels: a multiple of 16, the tokenizer's stride
    #[arg(long, value_name = "R", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) res: Option<u32>,
    /// Grid in cells; for video TxHxW, with T frames
    #[arg(long, value_name = "HxW", allow_hyphen_values = true)]
    pub(crate) grid: Option<String>,
}

#[derive(Debug, Args)]
#[group(skip)]
#[command(mut_group("GridArgs", |group| group.required(true)))]
pub(crate) struct PlaceArgs {
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    /// Graph instead of a grid, whose nodes are ordered: a JSON file such as
    /// {"nodes": 3, "edges": [[0, 1], [1, 2, 0.5]]}, with edges of two nodes and maybe a
    /// length, or with "coordinates" of all nodes
    #[arg(long, value_name = "FILE", group = "GridArgs")]
    pub(crate) graph: Option<PathBuf>,
}

#[derive(Clone, Debug, Args)]
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
    #[arg(long, value_name = "K", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX as usize))]
    pub(crate) steps: Option<usize>,
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
    #[arg(long, value_name = "SIZE", conflicts_with = "group_sizes", value_parser = one_of(&[("one", FirstGroup::One), ("formula", FirstGroup::Formula)]))]
    pub(crate) first_group: Option<FirstGroup>,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct MethodArgs {
    /// Ordering method, with parameters behind commas if it is to have some, as in
    /// lpd,repulsion=4; 'orders-cli methods' lists them
    #[arg(long, value_name = "NAME", default_value = "lpd")]
    pub(crate) method: String,
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) thresholds: ThresholdArgs,
}

#[derive(Clone, Debug, Args)]
#[group(skip)]
pub(crate) struct SetArgs {
    /// Set a parameter of the method, for example --set proximity=0.5; may be
    /// given several times. 'orders-cli methods' lists the parameters
    #[arg(long, value_name = "KEY=VALUE", allow_hyphen_values = true)]
    pub(crate) set: Vec<String>,
}

#[derive(Clone, Debug, Args)]
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

/// Files that a command writes, and what it says of them.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct OutputArgs {
    /// Replace what is there already
    #[arg(long)]
    pub(crate) force: bool,
    /// Print what was done as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// A file or folder that is written whole: stdout is none.
pub(crate) fn written() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| match path == Path::new("-") {
        true => Err("'-' is stdout, which 'gen' and 'convert' write orders to; ./- is a file or folder of that name"),
        false => Ok(path),
    })
}

/// A value by its name.
pub(crate) fn one_of<T: Clone + Send + Sync + 'static>(
    values: &'static [(&'static str, T)],
) -> impl TypedValueParser<Value = T> {
    let names = values.iter().map(|(name, _)| *name);
    PossibleValuesParser::new(names).try_map(|typed: String| {
        let value = values.iter().find(|(name, _)| *name == typed);
        value.map(|(_, value)| value.clone()).ok_or("unknown name")
    })
}
