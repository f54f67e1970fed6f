//! `features`

use std::path::PathBuf;

use clap::Args;

use super::{OutputArgs, ThreadsArgs};

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
    /// Images: a folder of PNG, JPEG and WebP files, an IDX file, or an array of
    /// bytes [n, height, width] or [n, height, width, 3] in an .npy or .npz file
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
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
