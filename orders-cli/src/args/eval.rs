//! `eval`

use std::path::PathBuf;

use clap::Args;
use orders_analysis::experiment::Shard;
use orders_model::lpd::GuidanceSchedule;

use super::model::SCHEDULES;
use super::{ModelArgs, SlurmArgs, ThreadsArgs, one_of, written};
use crate::numbers;

/// Compare orders by an LPD model: likelihood, sample metrics, latency
///
/// Every method is measured at every number of steps, with raster and random
/// orders as baselines. With --tokens, the parallel negative log-likelihood of
/// given images; with --real, how far generated images are from real ones; always,
/// unless --runs 0, the latency of one image and the throughput of a batch. Image i
/// gets order i of each method, so that methods are compared in pairs.
///
/// Without --checkpoint, the bundled model nano is asked: of its 2,000 held-out
/// images the first 500, with lpd, halton, farthest and proximity orders at 8, 20,
/// 64 and 256 steps, unless flags say otherwise. With --samples it also generates images
/// and judges them by the bundled classifier.
///
/// With --out, results are kept as they come, and the same command goes on where it was
/// interrupted. 'sweep table' and 'sweep plot' read the folder as well.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli eval --out results/
  orders-cli eval --steps 8,20 --samples 1000 --cfg 2 --runs 0 --batch 32 --out samples/
  orders-cli eval --checkpoint m.safetensors --config m.json --tokens held-out.safetensors \\
      --method lpd --method halton --steps 8,16,32 --out results/
  orders-cli eval --preset lpd-l-256-20 --checkpoint lpd_l_256.pth --tokenizer vq_ds16_c2i.pt \\
      --network inception-fid --weights pt_inception-2015-12-05-6726825d.pth \\
      --fid-stats imagenet256.npz --out results/

Presets are the published rows: lpd-l-256-20, lpd-xl-256-20, lpd-xxl-256-20,
lpd-l-256-32, lpd-xl-256-32, lpd-l-512-48, lpd-xl-512-48.")]
pub(crate) struct EvalArgs {
    /// A published row: its model, resolution, steps, repulsion and guidance, and
    /// 50,000 samples
    #[arg(long, value_name = "NAME", conflicts_with_all = ["config", "model", "res", "method", "scheduler", "decoding", "steps", "shape", "group_sizes", "label", "cfg", "cfg_schedule"])]
    pub(crate) preset: Option<String>,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Ordering method, with parameters behind commas, such as lpd,repulsion=3; may
    /// be given several times [default: lpd]
    #[arg(long, value_name = "NAME[,KEY=VALUE]...")]
    pub(crate) method: Vec<String>,
    /// How tokens come about: 'parallel', a group at a time, or 'exact', from the
    /// distribution of generating the order's cells one by one, in as few passes as drafts
    /// hold: exact[,drafts=coupled|kept|renewed][,window=CELLS|all] or [,ahead=GROUPS]; may
    /// be given several times [default: parallel]
    #[arg(long, value_name = "NAME[,KEY=VALUE]...")]
    pub(crate) decoding: Vec<String>,
    /// Scheduler to compare as well, which looks at the model's answers and chooses the
    /// cells of each step, with parameters behind commas, such as entropy-bound,budget=0.5;
    /// may be given several times
    #[arg(long, value_name = "NAME[,KEY=VALUE]...")]
    pub(crate) scheduler: Vec<String>,
    /// Order file to compare as well; may be given several times
    ///
    /// Image i gets row i of it; a file with one row, as 'optimize order' writes them,
    /// is for all images. Its group sizes are those of its manifest, and one cell
    /// at a time if --steps has as many steps as there are cells; without a manifest that
    /// states them, those of --steps.
    #[arg(long, value_name = "FILE")]
    pub(crate) orders: Vec<PathBuf>,
    /// Numbers of steps, as in 8,16,32: the published group sizes where there are
    /// some, else the cosine shape [default: those of --orders; 8,20,64,256 for a
    /// bundled model]
    #[arg(long, value_name = "LIST", value_delimiter = ',', allow_hyphen_values = true, value_parser = numbers::within(0..=u32::MAX as usize))]
    pub(crate) steps: Vec<usize>,
    /// Group sizes by formula instead: cosine, arccos, linear, power,
    /// power:EXPONENT or uniform
    #[arg(long, value_name = "NAME")]
    pub(crate) shape: Option<String>,
    /// Group sizes of one's own, beside those of --steps: a list such as 1,5,10 in brackets or
    /// not, or a JSON file; may be given several times
    #[arg(long, value_name = "LIST|FILE")]
    pub(crate) group_sizes: Vec<String>,
    /// What the table calls each --method, --scheduler and --orders, in this order [default:
    /// name and parameters]
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Vec<String>,
    /// Leave out the baselines, raster and random
    #[arg(long)]
    pub(crate) no_baselines: bool,
    /// Images whose likelihood is measured: a .safetensors file with 'tokens' of
    /// shape (images, cells) in raster order, and 'labels' [default: those that are
    /// bundled, for a bundled model]
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// A token that is background: the likelihood of the other cells is reported
    /// apart as well [default: black, for a bundled model]
    #[arg(long, value_name = "TOKEN", value_parser = clap::value_parser!(u32))]
    pub(crate) background: Option<u32>,
    /// The first so many of them [default: all; 500 of those that are bundled]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) limit: Option<u64>,
    /// Real images: features (.safetensors, .npy) or statistics (.npz with mu and
    /// sigma) as 'features' makes them [default: half of the held-out images, for a
    /// bundled model; the other half then says how far real ones are from each other]
    #[arg(long, value_name = "FILE", visible_alias = "fid-stats")]
    pub(crate) real: Option<PathBuf>,
    /// The network whose features of generated images are compared: inception-fid,
    /// mobilenet-v2 or classifier, which also says how many images are of the class asked
    /// for; only a distance on inception-fid is FID [default: classifier, for a bundled
    /// model with --samples or --real]
    #[arg(long, value_name = "NAME")]
    pub(crate) network: Option<String>,
    /// Its weights, as published (.pth or .safetensors), or of 'train-classifier'
    /// [default: those that are bundled, for classifier]
    #[arg(long, value_name = "FILE", requires = "network")]
    pub(crate) weights: Option<PathBuf>,
    /// What turns tokens into images: weights of a VQ tokenizer, or a codebook of
    /// 'data prepare'
    #[arg(long, value_name = "FILE", requires = "network")]
    pub(crate) tokenizer: Option<PathBuf>,
    /// Size of the tokenizer, as JSON [default: VQ-16]
    #[arg(long, value_name = "FILE", requires = "tokenizer")]
    pub(crate) tokenizer_config: Option<PathBuf>,
    /// Images to generate, as many of each class [default: 50,000 with --preset,
    /// else 1,000; of a bundled model none, unless a network is named]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = numbers::count(1..=1_u64 << 24))]
    pub(crate) samples: Option<u64>,
    /// Scale of classifier-free guidance; 1 is none [default: 1]
    #[arg(long, value_name = "S", allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) cfg: Option<f64>,
    /// 'linear': from 1 at the first token to --cfg after the last; 'constant':
    /// --cfg for all
    #[arg(long, value_name = "NAME", default_value = "linear", value_parser = one_of(SCHEDULES))]
    pub(crate) cfg_schedule: GuidanceSchedule,
    /// Images that are handled together
    #[arg(long, value_name = "B", default_value_t = 8, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    /// Timed runs, after one that is not; 0 leaves latency out
    #[arg(long, value_name = "N", default_value_t = 3, allow_hyphen_values = true, value_parser = numbers::within(0..=65_536_usize))]
    pub(crate) runs: usize,
    /// Seed of orders and tokens
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Folder of results: new, empty, or of evaluations [default: results are not kept]
    #[arg(long, value_name = "DIR", value_parser = written())]
    pub(crate) out: Option<PathBuf>,
    /// Only part i of n: of each method and number of steps the i-th part of the images.
    /// 'sweep merge' joins the folders of all parts; the same command without --shard then
    /// prints the table of what it wrote
    #[arg(long, value_name = "i/n", requires = "out")]
    pub(crate) shard: Option<Shard>,
    #[command(flatten)]
    pub(crate) slurm: SlurmArgs,
    /// Sort the rows of each number of steps by a column, the best first: nats_per_cell,
    /// parallel_loss, frechet_distance, mmd, inception_score, class_accuracy,
    /// latency_seconds or images_per_second [default: methods as they are given]
    #[arg(long, value_name = "COLUMN")]
    pub(crate) sort: Option<String>,
    /// Say what each measure is, in which unit, and which way is better
    #[arg(long, conflicts_with = "json")]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print the table as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
