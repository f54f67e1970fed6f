//! Commands that ask a model: `sample`, `score` and `bench`; and what names it.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use orders_analysis::experiment::Shard;
use orders_model::lpd::GuidanceSchedule;

#[cfg(feature = "tables")]
use super::SlurmArgs;
use super::{KnownArgs, MethodArgs, OutputArgs, RunsArgs, SizesArgs, ThreadsArgs, one_of, written};
use crate::numbers;

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct ModelArgs {
    /// Weights of the model: .safetensors, or a file of PyTorch as the authors
    /// publish them; or a folder of 'train', also while the run is not done [default: those
    /// of the bundled model nano]
    #[arg(long, value_name = "FILE|DIR")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Sizes of the model, as JSON with image_size, stride, embed_dim, depth, heads,
    /// mlp_ratio, classes, vocab and norm_eps [default: config.json beside the
    /// checkpoint]
    #[arg(long, value_name = "FILE", conflicts_with = "model")]
    pub(crate) config: Option<PathBuf>,
    /// A published size instead of --config: lpd-l, lpd-xl or lpd-xxl; or, without
    /// --checkpoint, a bundled model: nano or nano-mixture
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Option<String>,
    /// Side of the images of a published size in pixels [default: 256]; for another
    /// model it must be that of its images
    #[arg(long, value_name = "R", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) res: Option<u32>,
    /// Side of the images that the checkpoint was trained on, if it is another:
    /// its positions are interpolated
    #[arg(long, value_name = "R", requires = "checkpoint", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) checkpoint_res: Option<u32>,
    /// Key of the tensors in a file of PyTorch, if it is not where it usually is
    #[arg(long, value_name = "KEY", requires = "checkpoint")]
    pub(crate) key: Option<String>,
    #[command(flatten)]
    pub(crate) runs: RunsArgs,
}

/// Where the orders of samples come from.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct SampleOrdersArgs {
    /// Order file: sample i gets its row i, or each the only row. Without it, --method
    /// makes the orders
    #[arg(long, value_name = "FILE", conflicts_with_all = ["method", "set", "proximity", "repulsion"])]
    pub(crate) orders: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    #[command(flatten)]
    pub(crate) decoding: DecodingArgs,
}

/// How tokens come about.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct DecodingArgs {
    /// 'parallel': the cells of a group at once, which costs the parallel loss. 'exact':
    /// from the distribution of generating the order's cells one by one, in fewer passes
    /// than cells (group sizes say how the order is made, no more): exact[,drafts=coupled|kept|renewed][,window=CELLS|all] or
    /// [,ahead=GROUPS] [default: parallel]
    #[arg(long, value_name = "NAME")]
    pub(crate) decoding: Option<String>,
    /// Instead of an order, a scheduler that looks at the model's answers and chooses the
    /// cells of each step: NAME[,PARAMETER=VALUE...], as 'methods' lists them
    #[arg(long, value_name = "NAME", conflicts_with_all = ["decoding", "orders", "method", "set", "proximity", "repulsion"])]
    pub(crate) scheduler: Option<String>,
}

/// How guidance may change, by name.
pub(crate) const SCHEDULES: &[(&str, GuidanceSchedule)] = &[
    ("linear", GuidanceSchedule::Linear),
    ("constant", GuidanceSchedule::Constant),
];

/// Generate images, or their tokens, with an LPD model
///
/// Each sample has a label and an order of its own. What sample i gets depends on
/// the seed and i only, not on how samples are batched. Orders are rows of a file,
/// or made by a method as in 'gen'.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  orders-cli sample --steps 20 --labels 0,1,2,3,4,5,6,7,8,9 --per-label 4 --cfg 2 --images out/
  orders-cli sample --checkpoint lpd_l_256.pth --model lpd-l --res 256 --steps 20 --labels 207,388 --cfg 4.8 --tokenizer vq_ds16_c2i.pt --images out/
  orders-cli sample --checkpoint m.safetensors --config m.json --orders o.json --group-sizes 1,3,12 --labels 1,2 --cfg 4 --greedy --tokens-out tokens.safetensors
  orders-cli sample --decoding exact --method halton --steps 20 --labels 3,7 --per-label 8 --images exact/
  orders-cli sample --scheduler entropy-bound,budget=0.5,repulsion=1 --labels 3,7 --per-label 8 --images bounded/
  orders-cli sample --steps 20 --labels 3,7 --per-label 5000 --images many/ --shard 2/4 --tokens-out shard-2.safetensors
  orders-cli sample merge shard-1.safetensors shard-2.safetensors shard-3.safetensors shard-4.safetensors --images many/"
)]
pub(crate) struct SampleArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SampleCommand>,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) orders: SampleOrdersArgs,
    /// Classes of the samples, as in 1,2,3; 'none' is the unconditional class
    #[arg(long, value_name = "LIST", required = true, value_delimiter = ',', value_parser = numbers::label)]
    pub(crate) labels: Vec<numbers::Label>,
    /// Samples of each label
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
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
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) tokens_out: Option<PathBuf>,
    /// Where images go, as PNG files, with sheet.png, which shows the first of them
    /// together; needs --tokenizer unless the model is bundled
    #[arg(long, value_name = "DIR", value_parser = written())]
    pub(crate) images: Option<PathBuf>,
    /// What turns tokens into images: weights of a VQ tokenizer, such as
    /// vq_ds16_c2i.pt, or a codebook of 'data prepare'
    #[arg(long, value_name = "FILE", requires = "images")]
    pub(crate) tokenizer: Option<PathBuf>,
    /// Size of the tokenizer, as JSON [default: VQ-16]
    #[arg(long, value_name = "FILE", requires = "tokenizer")]
    pub(crate) tokenizer_config: Option<PathBuf>,
    /// Only part i of n: consecutive samples, with the numbers that they have among all.
    /// 'sample merge' joins the files of tokens of all parts, and makes the sheet of their
    /// images
    #[arg(long, value_name = "i/n", requires = "tokens_out")]
    pub(crate) shard: Option<Shard>,
    #[cfg(feature = "tables")]
    #[command(flatten)]
    pub(crate) slurm: SlurmArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SampleCommand {
    Merge(SampleMergeArgs),
}

/// Join the samples of all shards
///
/// The files are those that one run without --shard would have made, byte for byte, if the
/// same version made the shards on processors of one kind.
#[derive(Debug, Args)]
pub(crate) struct SampleMergeArgs {
    /// Files of tokens that 'sample --shard' made: all shards
    #[arg(value_name = "FILE", required = true)]
    pub(crate) shards: Vec<PathBuf>,
    /// Where tokens go, as of 'sample'
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) tokens_out: Option<PathBuf>,
    /// The folder that the shards put their images into; it gets sheet.png
    #[arg(long, value_name = "DIR", value_parser = written())]
    pub(crate) images: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// Say how likely given tokens are under an order or a scheduler
///
/// The parallel log-likelihood, teacher forced: for each cell the log-probability
/// of its token given the groups before its own, in nats. A scheduler sees what the
/// model says given the true tokens, and finds the groups out.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli score --method halton --steps 20
  orders-cli score --scheduler entropy-bound,budget=20
  orders-cli score --checkpoint m.safetensors --config m.json --tokens tokens.safetensors --orders o.json --group-sizes 1,3,12 --out scores.safetensors")]
pub(crate) struct ScoreArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) orders: SampleOrdersArgs,
    /// A .safetensors file with 'tokens', integers of shape (images, cells) in
    /// raster order, and 'labels', a class for each image (-1: none) [default: held-out
    /// images that are bundled, for a bundled model]
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// Look at the first N images only [default: all of a file, 500 of the bundled ones]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) limit: Option<u64>,
    /// A token that is background: the likelihood of the other cells is said as well
    #[arg(long, value_name = "TOKEN", allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX))]
    pub(crate) background: Option<u32>,
    /// Where to write: a .safetensors file with 'log_prob', f32 of shape (images,
    /// cells) in raster order, 0 at known cells; under a scheduler also 'step', i64 of
    /// the same shape, -1 at known cells. Without it, nothing is kept
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: Option<PathBuf>,
    /// Seed of orders that a method makes
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Images that are scored together; it changes speed and memory only
    #[arg(long, value_name = "B", default_value_t = 8, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// Time the generation of an LPD model: latency, throughput, steps, memory
///
/// Without --checkpoint, weights are given by a formula: speed does not depend on
/// them. Latency is of one image, throughput of a batch, both with guidance. One
/// cell at a time in raster order is the baseline. Times are wall-clock; the first
/// runs are not counted.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli bench --model lpd-l --steps 20 --cfg 4
  orders-cli bench --model lpd-l --steps 20 --batch 8 --runs 5 --no-baselines --json
  orders-cli bench --checkpoint lpd_l_256.pth --model lpd-l --method halton --steps 20 --decoding exact")]
pub(crate) struct BenchArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    #[command(flatten)]
    pub(crate) orders: SampleOrdersArgs,
    /// Scale of classifier-free guidance; 1 is none, and half the work
    #[arg(long, value_name = "S", default_value_t = 1.0, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) cfg: f64,
    /// 'linear' or 'constant'
    #[arg(long, value_name = "NAME", default_value = "linear", value_parser = one_of(SCHEDULES))]
    pub(crate) cfg_schedule: GuidanceSchedule,
    /// Images of the batch that throughput is measured with; 1 leaves it out
    #[arg(long, value_name = "B", default_value_t = 1, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    /// Runs that are counted
    #[arg(long, value_name = "N", default_value_t = 3, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) runs: usize,
    /// Runs before those
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX as usize))]
    pub(crate) warm_up: usize,
    /// Leave out the baseline of one cell at a time
    #[arg(long, alias = "no-baseline")]
    pub(crate) no_baselines: bool,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print what was measured as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
