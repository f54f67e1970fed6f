//! `features` and `distance`

use std::path::PathBuf;

use clap::Args;

use super::{DeviceArgs, OutputArgs, ThreadsArgs, written};
use crate::numbers;

/// Turn images into features or statistics, for 'distance'
///
/// inception-fid is the network of FID: 2048 features, and the class scores of the
/// Inception Score. mobilenet-v2 has 1280 features, and weights that are easily had;
/// classifier has 128, is bundled, and takes images of 32x32 pixels, or is one of your
/// own ('train-classifier'). A distance on either is not FID.
///
/// A .safetensors file gets features and class scores of every image, an .npz file
/// their mean and covariance, as mu and sigma.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli features samples/ --network inception-fid \\
      --weights pt_inception-2015-12-05-6726825d.pth --out samples.safetensors
  orders-cli features images.npy --network mobilenet-v2 \\
      --weights mobilenet_v2-b0353104.pth --out real.npz
  orders-cli features samples/ --network classifier --out samples.safetensors")]
pub(crate) struct FeaturesArgs {
    /// Images: a folder of PNG, JPEG and WebP files, or with such a folder for each
    /// class; an IDX file; or an array of bytes [n, height, width] or [n, height, width,
    /// 3] in an .npy, .npz (arr_0) or .safetensors (images) file
    #[arg(value_name = "IMAGES")]
    pub(crate) images: PathBuf,
    /// The network: inception-fid, mobilenet-v2 or classifier
    #[arg(long, value_name = "NAME")]
    pub(crate) network: String,
    /// Its weights, as published (.pth or .safetensors) [default: those that are
    /// bundled, for classifier]
    #[arg(long, value_name = "FILE")]
    pub(crate) weights: Option<PathBuf>,
    /// Where to write: a file that ends in .safetensors (features) or .npz
    /// (statistics)
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// Measure how far two sets of images lie apart, by their features
///
/// Of features: the Frechet distance, the polynomial-kernel MMD with its standard
/// error, precision, recall, density and coverage of GENERATED against REAL, and the
/// Inception Score of files that have class scores. Of statistics: the Frechet
/// distance. It is called FID if both files are of the FID Inception; files of
/// other programs do not say so, --network does.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli distance real.safetensors generated.safetensors --floor
  orders-cli distance VIRTUAL_imagenet256_labeled.npz generated.npz --network inception-fid

'orders-cli features' makes such files of images.")]
pub(crate) struct DistanceArgs {
    /// Features (.safetensors, .npy) or statistics (.npz with mu and sigma) of real
    /// images
    #[arg(value_name = "REAL")]
    pub(crate) real: PathBuf,
    /// The same of generated images
    #[arg(value_name = "GENERATED")]
    pub(crate) generated: PathBuf,
    /// What the features are of, where a file does not say it: inception-fid,
    /// mobilenet-v2 or classifier
    #[arg(long, value_name = "NAME")]
    pub(crate) network: Option<String>,
    /// The neighbour whose distance bounds a neighbourhood, for precision, recall,
    /// density and coverage
    #[arg(long, value_name = "K", default_value_t = 5, allow_hyphen_values = true, value_parser = numbers::within(1..=u32::MAX as usize))]
    pub(crate) neighbours: usize,
    /// Parts of which the Inception Score is the mean; images are shuffled by --seed first
    #[arg(long, value_name = "N", default_value_t = 10, allow_hyphen_values = true, value_parser = numbers::within(1..=u32::MAX as usize))]
    pub(crate) splits: usize,
    /// Measure the distance of two random halves of REAL as well: what is as good as
    /// real comes down to this
    #[arg(long)]
    pub(crate) floor: bool,
    /// Seed of the halves, and of the order of images for the Inception Score
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// The Frechet distance only; the time of the others grows with the square of the
    /// number of images
    #[arg(long)]
    pub(crate) frechet_only: bool,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}
