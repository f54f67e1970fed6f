//! `train` and `train-classifier`

use std::path::PathBuf;

use clap::Args;

use super::{DeviceArgs, OutputArgs, ThreadsArgs, written};
use crate::numbers;

/// Train an LPD model on tokens
///
/// The recipe is a TOML file with every setting: model, orders, group sizes,
/// learning rate. The folder gets 'model.safetensors' and 'config.json' at the
/// end, which sample, score and eval take; 'log.csv' with loss and learning rate
/// of every update, which plot draws; and 'run.safetensors', from which the same
/// command goes on where it was interrupted, bit for bit.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli data prepare /usr/share/datasets/fashion-mnist --pad 32 --codes 128 --flip --out fashion/
  orders-cli train recipes/nano-random.toml --tokens fashion/train.safetensors \\
      --held-out fashion/test.safetensors --out nano/
  orders-cli plot nano/log.csv --out loss.png")]
pub(crate) struct TrainArgs {
    /// The recipe
    #[arg(value_name = "RECIPE.toml")]
    pub(crate) recipe: PathBuf,
    /// Tokens to train on, as 'data prepare' makes them
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: PathBuf,
    /// Begin with the weights of a model instead of random ones, as fine-tuning does: a
    /// checkpoint, the folder of a run, or the name of a bundled model
    #[arg(long, value_name = "FILE|DIR|NAME")]
    pub(crate) from: Option<PathBuf>,
    /// Tokens of other images, on which the loss is measured now and then
    #[arg(long, value_name = "FILE")]
    pub(crate) held_out: Option<PathBuf>,
    /// The first so many updates and no more; the run can go on later
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) updates: Option<u64>,
    /// Held-out images that are looked at [default: 512]
    #[arg(long, value_name = "N", requires = "held_out", allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) held_out_images: Option<u64>,
    /// Updates between two looks at held-out images and two states on disk
    #[arg(long, value_name = "N", default_value_t = 250, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) every: u64,
    /// Folder of the run: new, empty, or of this run
    #[arg(long, value_name = "DIR", value_parser = written())]
    pub(crate) out: PathBuf,
    /// Begin anew, and replace a run that is in the folder
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Train together with the other processes that mpirun or srun started (feature mpi)
    #[arg(long)]
    pub(crate) mpi: bool,
    /// Print the end of the run as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Train a small classifier, whose features judge generated images
///
/// It is trained on the images that a codebook makes of tokens, since generated ones
/// come out of the same codebook; on half of them mirrored, if the tokens have those.
/// 'features' and 'eval' take the file: --network classifier --weights FILE.
/// The one that is bundled was made by this command.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  orders-cli data prepare /usr/share/datasets/fashion-mnist --pad 32 --codes 128 --flip --out fashion/
  orders-cli train-classifier --tokens fashion/train.safetensors --tokenizer fashion/codebook.safetensors \\
      --held-out fashion/test.safetensors --out classifier.safetensors")]
pub(crate) struct TrainClassifierArgs {
    /// Tokens to train on, with labels, as 'data prepare' makes them
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: PathBuf,
    /// The codebook of the tokens
    #[arg(long, value_name = "FILE")]
    pub(crate) tokenizer: PathBuf,
    /// Tokens of other images, of which it is said how many are assigned to their class
    #[arg(long, value_name = "FILE")]
    pub(crate) held_out: PathBuf,
    /// Passes over the images; need not be whole
    #[arg(long, value_name = "N", default_value_t = 8.0, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) epochs: f64,
    /// Images of an update
    #[arg(long, value_name = "B", default_value_t = 64, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    /// The largest learning rate; it rises for a twentieth of the run, and falls in half
    /// a cosine
    #[arg(long, value_name = "RATE", default_value_t = 0.005, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) learning_rate: f64,
    /// Seed of the first weights, the order of images and which are mirrored
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Where to write: a file that ends in .safetensors
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) device: DeviceArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
