//! `data`

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{LookArgs, OutputArgs, ThreadsArgs, one_of, written};
use orders_datasets::Image;

use crate::numbers;

/// Read images, turn them into tokens, and look at what is lost
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    #[command(subcommand)]
    pub(crate) command: DataCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DataCommand {
    Info(DataInfoArgs),
    Prepare(DataPrepareArgs),
    Preview(DataPreviewArgs),
}

/// Say what is in a data set, a token file or a codebook
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli data info /usr/share/datasets/fashion-mnist
  orders-cli data info tokens/train.safetensors")]
pub(crate) struct DataInfoArgs {
    /// IDX files, an image folder, an array, a folder of .npz token caches, a
    /// token file or a codebook
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Turn images into tokens of a patch codebook
///
/// Writes OUT/codebook.safetensors and, for each split, OUT/SPLIT.safetensors.
/// The codebook is trained on images of the first split, or given. A run that was
/// interrupted goes on where it stopped when the same command is given again; --force
/// also replaces what one with other settings left.
///
/// SOURCE may also be a folder of .npz token caches, with --grid and --codes:
/// those are gathered in OUT/all.safetensors.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli data prepare /usr/share/datasets/fashion-mnist --pad 32 --out tokens
  orders-cli data prepare photographs/ --crop 256 --patch 8 --codes 4096 --held-out 500 --out tokens
  orders-cli data prepare more/ --crop 256 --codebook tokens/codebook.safetensors --out more-tokens
  orders-cli data prepare imagenet_cache/ --grid 16x16 --codes 16384 --out tokens")]
pub(crate) struct DataPrepareArgs {
    #[command(flatten)]
    pub(crate) images: ImagesArgs,
    #[command(flatten)]
    pub(crate) codebook: CodebookArgs,
    /// Folder to write to
    #[arg(long, value_name = "DIR", value_parser = written())]
    pub(crate) out: PathBuf,
    /// Also write the tokens of the mirror images
    #[arg(long)]
    pub(crate) flip: bool,
    /// Leave out image files that can't be read; else the first one ends it
    #[arg(long)]
    pub(crate) skip_corrupt: bool,
    /// Also write OUT/SPLIT-npz: a .npz file for each image, in a folder for each
    /// class, as published training code reads them
    #[arg(long)]
    pub(crate) npz: bool,
    /// Grid of the cells, for .npz token caches
    #[arg(long, value_name = "HxW", allow_hyphen_values = true)]
    pub(crate) grid: Option<String>,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// Draw originals beside their reconstructions, with the PSNR of each
#[derive(Debug, Args)]
#[command(after_help = "Example:
  orders-cli data preview /usr/share/datasets/fashion-mnist --pad 32 --codebook tokens/codebook.safetensors --split test --out preview.png")]
pub(crate) struct DataPreviewArgs {
    #[command(flatten)]
    pub(crate) images: ImagesArgs,
    #[command(flatten)]
    pub(crate) codebook: CodebookArgs,
    /// How many images, drawn by the seed
    #[arg(long, value_name = "N", default_value_t = 24, allow_hyphen_values = true, value_parser = numbers::count(1..=512_u32))]
    pub(crate) num: u32,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// The picture to write: a file that ends in .svg, .pdf or .png
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct LabelArgs {
    /// Labels of an array: a .npy file of whole numbers
    #[arg(long, value_name = "FILE")]
    pub(crate) labels: Option<PathBuf>,
    /// Number of classes of arrays and IDX files [default: by the largest label]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::within(1..=1_u32 << 20))]
    pub(crate) classes: Option<u32>,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct ImagesArgs {
    /// A folder of IDX files, a folder of PNG, JPEG or WebP files or with such a folder
    /// for each class, or a .npy, .npz (arr_0) or .safetensors array of images
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) labels: LabelArgs,
    /// Only this split: train, test or val [default: all there are]
    #[arg(long, value_name = "NAME")]
    pub(crate) split: Option<String>,
    /// Hold out N images of a source that has no splits, drawn by the seed: they
    /// become the split test, the others train
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=u32::MAX))]
    pub(crate) held_out: Option<u32>,
    /// At most N images of each split, drawn by the seed
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=u32::MAX))]
    pub(crate) limit: Option<u32>,
    /// Make all images grey or red-green-blue [default: as they are]
    #[arg(long = "colour", value_name = "MODE", value_parser = one_of(&[("grey", 1_u8), ("rgb", 3)]))]
    pub(crate) channels: Option<u8>,
    /// Cut the middle out of each image, scaled to this side in pixels
    #[arg(long, value_name = "SIDE", allow_hyphen_values = true, value_parser = numbers::within(1..=Image::MAX_SIDE))]
    pub(crate) crop: Option<u32>,
    /// Pad each image with black to this side in pixels
    #[arg(long, value_name = "SIDE", allow_hyphen_values = true, value_parser = numbers::within(1..=Image::MAX_SIDE))]
    pub(crate) pad: Option<u32>,
    /// Seed of all that is drawn
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct CodebookArgs {
    /// A codebook made before, in place of one trained here
    #[arg(long, value_name = "FILE", conflicts_with_all = ["patch", "codes", "train_images"])]
    pub(crate) codebook: Option<PathBuf>,
    /// Side of a patch in pixels [default: 2]
    #[arg(long, value_name = "SIDE", allow_hyphen_values = true, value_parser = numbers::within(1..=64_u32))]
    pub(crate) patch: Option<u32>,
    /// Number of codes [default: 256]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=u32::MAX))]
    pub(crate) codes: Option<u32>,
    /// Images that the codebook is trained on, at most, drawn by the seed
    /// [default: 4000]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=u32::MAX))]
    pub(crate) train_images: Option<u32>,
}
