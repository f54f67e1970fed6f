//! `sample`

use std::path::PathBuf;

use clap::Args;
use orders_model::lpd::GuidanceSchedule;

use super::{ModelArgs, OutputArgs, SCHEDULES, SampleOrdersArgs, ThreadsArgs, one_of};
use crate::numbers;

/// Generate images, or their tokens, with an LPD model
///
/// Each sample has a label and an order of its own. What sample i gets depends on
/// the seed and i only, not on how samples are batched. Orders are rows of a file,
/// or made by a method as in 'gen'.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli sample --steps 20 --labels 0,1,2,3,4,5,6,7,8,9 --per-label 4 --cfg 2 --images out/
  orders-cli sample --checkpoint lpd_l_256.pth --model lpd-l --res 256 --steps 20 --labels 207,388 --cfg 4.8 --tokenizer vq_ds16_c2i.pt --images out/
  orders-cli sample --checkpoint m.safetensors --config m.json --orders o.json --group-sizes 1,3,12 --labels 1,2 --cfg 4 --greedy --tokens-out tokens.safetensors")]
pub(crate) struct SampleArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) orders: SampleOrdersArgs,
    /// Classes of the samples, as in 1,2,3; 'none' is the unconditional class
    #[arg(long, value_name = "LIST", required = true, value_delimiter = ',', value_parser = numbers::label)]
    pub(crate) labels: Vec<numbers::Label>,
    /// Samples of each label
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = numbers::within(1..=u64::MAX))]
    pub(crate) per_label: u64,
    /// Scale of classifier-free guidance; 1 is none
    #[arg(long, value_name = "S", default_value_t = 1.0, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) cfg: f64,
    /// 'linear': from 1 at the first token to --cfg after the last; 'constant':
    /// --cfg for all
    #[arg(long, value_name = "NAME", default_value = "linear", value_parser = one_of(SCHEDULES))]
    pub(crate) cfg_schedule: GuidanceSchedule,
    /// Take the most likely token everywhere
    #[arg(long, conflicts_with_all = ["temperature", "top_k", "top_p"])]
    pub(crate) greedy: bool,
    /// Divide logits by this [default: 1]
    #[arg(long, value_name = "T", allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) temperature: Option<f64>,
    /// Draw from so many of the most likely tokens [default: all]
    #[arg(long, value_name = "K", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX as usize))]
    pub(crate) top_k: Option<usize>,
    /// Draw from the fewest tokens that reach this share of the probability
    /// [default: 1]
    #[arg(long, value_name = "P", allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) top_p: Option<f64>,
    /// Seed of the tokens, and of orders that a method makes
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Samples that are generated together; it changes speed and memory only
    #[arg(long, value_name = "B", default_value_t = 8, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    /// Tokens of the cells that --known names: a .safetensors file with 'tokens' of
    /// shape (samples, cells) or (1, cells)
    #[arg(long, value_name = "FILE", requires = "known")]
    pub(crate) known_tokens: Option<PathBuf>,
    /// Where tokens go: a .safetensors file with 'tokens', i64 of shape (samples,
    /// cells), in raster order, and 'labels'
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens_out: Option<PathBuf>,
    /// Where images go, as PNG files, with sheet.png, which shows the first of them
    /// together; needs --tokenizer unless the model is bundled
    #[arg(long, value_name = "DIR")]
    pub(crate) images: Option<PathBuf>,
    /// What turns tokens into images: weights of a VQ tokenizer, such as
    /// vq_ds16_c2i.pt, or a codebook of 'data prepare'
    #[arg(long, value_name = "FILE", requires = "images")]
    pub(crate) tokenizer: Option<PathBuf>,
    /// Size of the tokenizer, as JSON [default: VQ-16]
    #[arg(long, value_name = "FILE", requires = "tokenizer")]
    pub(crate) tokenizer_config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
