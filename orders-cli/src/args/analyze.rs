//! `analyze` and `optimize`

use std::path::PathBuf;

use clap::{Args, Subcommand};
use orders_analysis::optimize::Goal;

use super::{
    GridArgs, KnownArgs, OutputArgs, SetArgs, SizesArgs, ThreadsArgs, ThresholdArgs, one_of,
    written,
};
use crate::numbers;

/// Measure orders: geometry, and what they lose on a Gaussian field
///
/// Grid and group sizes are those of the manifest beside the file; flags take
/// precedence over it, and a file without one needs them. Means have 95 % bootstrap
/// intervals (BCa) over the orders.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli analyze orders/res256_steps20_repulsion2.json --field exp:5
  orders-cli analyze theirs.json --res 256 --steps 20 --field matern32:3 --json
  orders-cli analyze theirs.json --res 256 --steps 20 --field patches.npy:stationary:shrink=0.01

Fields have variance 1 and ranges in cells: exp:R, matern12:R, matern32:R, matern52:R,
se:R and power:EXPONENT. 'photos' is measured on photographs; FILE.npy has patches of
images [n, H, W] (':stationary' behind it: averaged over offsets) or a covariance [N, N].
Each with or without :shrink=S.")]
pub(crate) struct AnalyzeArgs {
    /// Order file
    #[arg(value_name = "ORDERS")]
    pub(crate) orders: PathBuf,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Gaussian field whose total correlation is measured, for example exp:5; without
    /// it, only geometry is
    #[arg(long, value_name = "FIELD")]
    pub(crate) field: Option<String>,
    /// What a model says after every prefix of random orders, a file that 'curve' wrote:
    /// what it loses by pairs of cells is predicted from that
    #[arg(long, value_name = "FILE")]
    pub(crate) curve: Option<PathBuf>,
    /// The most orders that are measured, from the first one on
    #[arg(long, value_name = "N", default_value_t = 1000, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) limit: u64,
    /// Say what each measure is, in which unit, and which way is better
    #[arg(long, conflicts_with = "json")]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print a JSON object: every order with its steps, and a summary
    #[arg(long)]
    pub(crate) json: bool,
}

/// Find group sizes, orders and thresholds that lose little on a Gaussian field
#[derive(Debug, Args)]
pub(crate) struct OptimizeArgs {
    #[command(subcommand)]
    pub(crate) what: OptimizeCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OptimizeCommand {
    Sizes(OptimizeSizesArgs),
    Order(OptimizeOrderArgs),
    Thresholds(OptimizeThresholdsArgs),
}

/// Find the group sizes that cost least, for a method or given orders
///
/// The sizes are exactly optimal for the mean cost of the orders, by dynamic
/// programming. Orders of a method are made with the sizes that --steps or --shape
/// give, as in 'gen', and then cut anew. What is printed can be given to
/// --group-sizes.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli optimize sizes --method lpd --grid 16x16 --steps 20 --field exp:5
  orders-cli optimize sizes --orders halton.npy --steps 20 --field exp:5 --non-decreasing --json
  orders-cli optimize sizes --curve halton-curve.json --steps 20")]
pub(crate) struct OptimizeSizesArgs {
    /// Ordering method, with parameters behind commas if it is to have some, as in
    /// lpd,repulsion=4; 'orders-cli methods' lists them
    #[arg(
        long,
        value_name = "NAME",
        required_unless_present_any = ["orders", "curve"],
        conflicts_with = "orders"
    )]
    pub(crate) method: Option<String>,
    /// Order file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["set", "proximity", "repulsion"])]
    pub(crate) orders: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) thresholds: ThresholdArgs,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Gaussian field, for example exp:5; see 'orders-cli analyze --help'
    #[arg(long, value_name = "FIELD", required_unless_present = "curve")]
    pub(crate) field: Option<String>,
    /// What a model loses by every way to cut its orders, instead of a field and orders: a
    /// file that 'curve' wrote
    #[arg(long, value_name = "FILE", conflicts_with_all = ["field", "method", "orders", "set", "proximity", "repulsion", "res", "grid", "known", "num", "seed", "goal"])]
    pub(crate) curve: Option<PathBuf>,
    /// The curve's orders are random, so that the cells that are left are alike: their mean
    /// is taken, which has less noise
    #[arg(long, requires = "curve")]
    pub(crate) pooled: bool,
    /// What is to be little: 'loss', the total correlation of groups that are generated at
    /// once, in as many steps; or 'passes' of exact decoding, each of whose drafts are
    /// those of a group, in any number of steps
    #[arg(long = "for", value_name = "NAME", default_value = "loss", value_parser = one_of(GOALS))]
    pub(crate) goal: Goal,
    /// The most cells of a group
    #[arg(long, value_name = "M", allow_hyphen_values = true, value_parser = numbers::within(1..=1_usize << 24))]
    pub(crate) largest: Option<usize>,
    /// No group smaller than the one before it
    #[arg(long)]
    pub(crate) non_decreasing: bool,
    /// How many orders the mean is over: of a random method, or from the first of the
    /// file on
    #[arg(long, value_name = "N", default_value_t = 100, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) num: u64,
    /// Seed of the method's orders
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print a plain JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

/// Search for an order that costs little
///
/// What it costs is its total correlation on a field: then exchanges of cells of
/// different steps are made from its start on as long as they gain, and then from random
/// changes of the best order on. For passes, and under a model, a round tries 8 random
/// changes of the best order and keeps the best one. The same start, seed and number of
/// rounds give the same order. ^C ends the search and writes the best order so far;
/// --resume goes on from there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli optimize order --grid 16x16 --steps 20 --field exp:5 --out best.json
  orders-cli optimize order --grid 16x16 --steps 20 --field exp:5 --out best.json --resume
  orders-cli optimize order --grid 16x16 --steps 20 --field exp:5 --for passes --out few.json")]
#[command(mut_arg("steps", |steps| steps.required_unless_present_any(["group_sizes", "shape"])))]
pub(crate) struct OptimizeOrderArgs {
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Gaussian field, for example exp:5; see 'orders-cli analyze --help'. With a model,
    /// only the greedy start is for it
    #[arg(long, value_name = "FIELD")]
    pub(crate) field: Option<String>,
    #[cfg(feature = "model")]
    #[command(flatten)]
    pub(crate) of_model: OptimizeModelArgs,
    /// What is to be little: 'loss', what is lost by generating groups at once, which is
    /// total correlation on a field and likelihood under a model; or 'passes' of exact
    /// decoding, whose drafts are those of a group on a field and 'exact' as in 'sample'
    /// under a model
    #[arg(long = "for", value_name = "NAME", default_value = "loss", value_parser = one_of(GOALS))]
    pub(crate) goal: Goal,
    /// Search for group sizes as well, of as many groups; not for the loss on a field, where
    /// 'optimize sizes' finds the best ones of an order
    #[arg(long)]
    pub(crate) search_sizes: bool,
    /// Order file to write, with one order
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    /// Where the search starts: greedy, a method (its order 0), or an order file (its
    /// first order) [default: greedy]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) start: Option<String>,
    /// Rounds at most; with --resume, so many more
    #[arg(long, value_name = "N", default_value_t = 500, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) rounds: u64,
    /// Seconds at most, besides --rounds; where it ends the search, the result
    /// depends on the machine
    #[arg(long, value_name = "S", allow_hyphen_values = true, value_parser = numbers::within(1..=u64::MAX))]
    pub(crate) seconds: Option<u64>,
    /// Seed of the search and of the start
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Go on from the order in --out and replace it: one that this command found with the
    /// same flags but --rounds
    #[arg(long)]
    pub(crate) resume: bool,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// A model under which orders cost something.
#[cfg(feature = "model")]
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct OptimizeModelArgs {
    /// A bundled model instead of a field: orders cost what they lose under it
    #[arg(long, value_name = "NAME", conflicts_with = "checkpoint")]
    pub(crate) model: Option<String>,
    /// Weights of a model instead
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// Its sizes, as JSON [default: config.json beside the weights]
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    pub(crate) config: Option<PathBuf>,
    /// Images that the model is asked about, as 'data prepare' makes them: those of
    /// training, never those that results are reported on
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// The first so many of them
    #[arg(long, value_name = "N", default_value_t = 64, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) limit: u64,
    /// Images that are handled together
    #[arg(long, value_name = "B", default_value_t = 8, allow_hyphen_values = true, value_parser = numbers::within(1..=65_536_usize))]
    pub(crate) batch: usize,
    #[command(flatten)]
    pub(crate) runs: super::RunsArgs,
}

#[cfg(feature = "model")]
impl OptimizeModelArgs {
    /// Whether there is to be a model.
    pub(crate) fn is_asked(&self) -> bool {
        self.model.is_some() || self.checkpoint.is_some()
    }
}

/// What may be little, by name.
const GOALS: &[(&str, Goal)] = &[("loss", Goal::Loss), ("passes", Goal::Passes)];

/// Tabulate what LPD costs for proximity and repulsion thresholds
///
/// The mean total correlation over orders 0 to N - 1 of a seed, in nats, for every
/// pair of thresholds. The cheapest pair loses least on the field; it says nothing of
/// how well a model predicts from the contexts.
#[derive(Debug, Args)]
#[command(after_help = "Example:
  orders-cli optimize thresholds --res 256 --steps 20 --field exp:5")]
#[command(mut_group("GridArgs", |group| group.required(true)))]
#[command(mut_arg("steps", |steps| steps.required_unless_present_any(["group_sizes", "shape"])))]
pub(crate) struct OptimizeThresholdsArgs {
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Gaussian field, for example exp:5; see 'orders-cli analyze --help'
    #[arg(long, value_name = "FIELD")]
    pub(crate) field: String,
    /// Proximity thresholds tau, with commas between them
    #[arg(long, value_name = "LIST", value_delimiter = ',', allow_hyphen_values = true, default_value = "0,0.2,0.5,1,1.5,2", value_parser = numbers::threshold)]
    pub(crate) proximity: Vec<f64>,
    /// Repulsion thresholds rho, with commas between them
    #[arg(long, value_name = "LIST", value_delimiter = ',', allow_hyphen_values = true, default_value = "0,1,2,3,4", value_parser = numbers::threshold)]
    pub(crate) repulsion: Vec<f64>,
    /// Orders for each pair
    #[arg(long, value_name = "N", default_value_t = 100, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) num: u64,
    /// Seed of the orders, the same for every pair
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Ask a model about all cells that are left after every prefix of orders
///
/// What it says, in the mean over images, is what it loses by every way to cut the orders
/// into groups: 'optimize sizes --curve' finds the best one. Of random orders it is the
/// information curve (arXiv 2511.04647), from which the loss in any number of steps
/// follows. A forward pass for each cell of an image.
#[cfg(feature = "model")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli curve --model nano --tokens fashion/train.safetensors --method random --out random.json
  orders-cli curve --checkpoint m.safetensors --tokens train.safetensors --orders best.json --limit 200 --out best-curve.json")]
pub(crate) struct CurveArgs {
    #[command(flatten)]
    pub(crate) of_model: OptimizeModelArgs,
    /// Order file: image i has its row i, or each the only row
    #[arg(long, value_name = "FILE", conflicts_with_all = ["method", "set", "proximity", "repulsion"])]
    pub(crate) orders: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) method: super::MethodArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Seed of the method's orders
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Where to write: a .json file with the means for every prefix
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
