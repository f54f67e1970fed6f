//! What can be typed. Nothing is decided here; see `settings`.
//!
//! One struct for each command; flags that several commands have are in
//! `shared`.

#[cfg(feature = "analyze")]
mod analyze;
#[cfg(all(feature = "model", feature = "tables"))]
mod attention;
#[cfg(feature = "model")]
mod data;
#[cfg(all(feature = "model", feature = "tables"))]
mod eval;
#[cfg(feature = "analyze")]
mod explore;
#[cfg(feature = "model")]
mod features;
#[cfg(feature = "model")]
mod model;
mod plot;
mod shared;
#[cfg(feature = "tables")]
mod sweep;
#[cfg(feature = "model")]
mod tokenizer;
#[cfg(feature = "model")]
mod train;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use orders_core::UnknownName;
use orders_core::files::Format;

use crate::builds;
use crate::failure::{Failure, Result, one_sentence};
use crate::numbers;
use crate::printer::Printer;

#[cfg(feature = "analyze")]
pub(crate) use analyze::{
    AnalyzeArgs, OptimizeArgs, OptimizeCommand, OptimizeOrderArgs, OptimizeSizesArgs,
    OptimizeThresholdsArgs,
};
#[cfg(feature = "model")]
pub(crate) use analyze::{CurveArgs, OptimizeModelArgs};
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) use attention::AttentionArgs;
#[cfg(feature = "model")]
pub(crate) use data::{
    CodebookArgs, DataArgs, DataCommand, DataInfoArgs, DataPrepareArgs, DataPreviewArgs,
    ImagesArgs, LabelArgs,
};
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) use eval::EvalArgs;
#[cfg(feature = "analyze")]
pub(crate) use explore::ExploreArgs;
#[cfg(feature = "model")]
pub(crate) use features::{DistanceArgs, FeaturesArgs};
#[cfg(feature = "model")]
pub(crate) use model::{
    BenchArgs, DecodingArgs, ModelArgs, SampleArgs, SampleCommand, SampleMergeArgs,
    SampleOrdersArgs, ScoreArgs,
};
#[cfg(feature = "tables")]
pub(crate) use plot::AxisArgs;
pub(crate) use plot::{AnimateArgs, LookArgs, OrdersShownArgs, PartArg, PlotArgs, ThemeArg};
pub(crate) use shared::{
    GridArgs, KnownArgs, MethodArgs, OutputArgs, PlaceArgs, SetArgs, SizesArgs, ThreadsArgs,
    ThresholdArgs, one_of, written,
};
#[cfg(feature = "tables")]
pub(crate) use sweep::{
    ChosenMeasuresArgs, PlotKind, SlurmArgs, SweepArgs, SweepCommand, SweepCorrelateArgs,
    SweepMergeArgs, SweepPlotArgs, SweepReportArgs, SweepStatusArgs, SweepTableArgs, TableFormat,
    WhereArgs,
};
#[cfg(feature = "model")]
pub(crate) use tokenizer::{DetokenizeArgs, DeviceArgs, RunsArgs, TokenizeArgs, TokenizerArgs};
#[cfg(feature = "model")]
pub(crate) use train::{TrainArgs, TrainClassifierArgs};

/// Formats of order files by their names.
const FORMATS: &[(&str, Format)] = &[
    ("json", Format::Json),
    ("npy", Format::Npy),
    ("safetensors", Format::Safetensors),
];

/// Generation orders for parallel autoregressive image models: which tokens
/// are generated together, and in which order.
///
/// Exit status: 0 done, 1 a check said no or the work failed, 2 the input was
/// wrong, 130 interrupted.
#[derive(Debug, Parser)]
#[command(
    name = "orders-cli",
    version,
    propagate_version = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    /// Print results only, no notes and no progress
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Gen(GenArgs),
    Schedule(ScheduleArgs),
    Check(CheckArgs),
    Inspect(InspectArgs),
    Convert(ConvertArgs),
    Plot(PlotArgs),
    Animate(AnimateArgs),
    #[cfg(feature = "analyze")]
    Explore(ExploreArgs),
    #[cfg(feature = "analyze")]
    Analyze(AnalyzeArgs),
    #[cfg(feature = "analyze")]
    Optimize(OptimizeArgs),
    #[cfg(feature = "model")]
    Curve(CurveArgs),
    #[cfg(feature = "tables")]
    Sweep(SweepArgs),
    #[cfg(feature = "model")]
    Tokenize(TokenizeArgs),
    #[cfg(feature = "model")]
    Detokenize(DetokenizeArgs),
    #[cfg(feature = "model")]
    Train(TrainArgs),
    #[cfg(feature = "model")]
    TrainClassifier(TrainClassifierArgs),
    #[cfg(feature = "model")]
    Sample(SampleArgs),
    #[cfg(feature = "model")]
    Score(ScoreArgs),
    #[cfg(all(feature = "model", feature = "tables"))]
    Eval(EvalArgs),
    #[cfg(all(feature = "model", feature = "tables"))]
    Attention(AttentionArgs),
    #[cfg(feature = "model")]
    Bench(BenchArgs),
    Methods(MethodsArgs),
    #[cfg(feature = "model")]
    Features(FeaturesArgs),
    #[cfg(feature = "model")]
    Distance(DistanceArgs),
    #[cfg(feature = "model")]
    Data(DataArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}

impl Command {
    /// The files and folders that it writes.
    pub(crate) fn outputs(&self) -> Vec<&Path> {
        match self {
            Self::Gen(args) => vec![&args.out],
            Self::Convert(args) => vec![&args.output],
            Self::Plot(args) => vec![&args.out],
            Self::Animate(args) => vec![&args.out],
            #[cfg(feature = "analyze")]
            Self::Explore(args) => vec![&args.out],
            #[cfg(feature = "analyze")]
            Self::Optimize(args) => match &args.what {
                OptimizeCommand::Order(args) => vec![&args.out],
                OptimizeCommand::Sizes(_) | OptimizeCommand::Thresholds(_) => Vec::new(),
            },
            #[cfg(feature = "model")]
            Self::Curve(args) => vec![&args.out],
            #[cfg(feature = "tables")]
            Self::Sweep(args) => match &args.command {
                None => args.out.iter().map(PathBuf::as_path).collect(),
                Some(SweepCommand::Merge(args)) => vec![&args.out],
                Some(SweepCommand::Plot(args)) => vec![&args.out],
                Some(SweepCommand::Report(args)) => vec![&args.out],
                Some(
                    SweepCommand::Correlate(_) | SweepCommand::Status(_) | SweepCommand::Table(_),
                ) => Vec::new(),
            },
            #[cfg(feature = "model")]
            Self::Tokenize(args) => vec![&args.out],
            #[cfg(feature = "model")]
            Self::Detokenize(args) => vec![&args.out],
            #[cfg(feature = "model")]
            Self::Train(args) => vec![&args.out],
            #[cfg(feature = "model")]
            Self::TrainClassifier(args) => vec![&args.out],
            #[cfg(feature = "model")]
            Self::Sample(args) => {
                let both = match &args.command {
                    Some(SampleCommand::Merge(args)) => [&args.tokens_out, &args.images],
                    None => [&args.tokens_out, &args.images],
                };
                both.into_iter().flatten().map(PathBuf::as_path).collect()
            }
            #[cfg(feature = "model")]
            Self::Score(args) => args.out.iter().map(PathBuf::as_path).collect(),
            #[cfg(all(feature = "model", feature = "tables"))]
            Self::Eval(args) => args.out.iter().map(PathBuf::as_path).collect(),
            #[cfg(all(feature = "model", feature = "tables"))]
            Self::Attention(args) => args.plot.iter().map(PathBuf::as_path).collect(),
            #[cfg(feature = "model")]
            Self::Features(args) => vec![&args.out],
            #[cfg(feature = "model")]
            Self::Data(args) => match &args.command {
                DataCommand::Prepare(args) => vec![&args.out],
                DataCommand::Preview(args) => vec![&args.out],
                DataCommand::Info(_) => Vec::new(),
            },
            #[cfg(feature = "analyze")]
            Self::Analyze(_) => Vec::new(),
            #[cfg(feature = "model")]
            Self::Bench(_) | Self::Distance(_) => Vec::new(),
            Self::Schedule(_)
            | Self::Check(_)
            | Self::Inspect(_)
            | Self::Methods(_)
            | Self::Completions(_)
            | Self::Man(_) => Vec::new(),
        }
    }
}

/// Make orders and write them to a file
///
/// Without further flags these are LPD's orders as published: group sizes and
/// repulsion for the resolution and steps, proximity 1, 60,000 orders, in the
/// JSON form that the released evaluation program reads. Order i depends on the
/// seed and i only, whatever the number of threads.
///
/// With --known, some cells are there already, as in inpainting, outpainting and
/// resuming: orders are of the others, the free ones, and group sizes share
/// those.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli gen --res 512 --steps 48 --out orders/
  orders-cli gen --grid 24x16 --steps 20 --method halton --num 1 --out halton.npy
  orders-cli gen --res 256 --group-sizes 1,5,50,200 --num 5000 --seed 7 --out mine.json
  orders-cli gen --res 256 --known mask.png --steps 12 --out inpainting/
  orders-cli gen --graph superpixels.json --steps 12 --num 100 --out superpixels.npy

'orders-cli methods' lists the methods and their parameters.")]
#[command(mut_arg("steps", |steps| steps.required_unless_present_any(["group_sizes", "shape"])))]
pub(crate) struct GenArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Where to write: a folder, which gets a file named after the settings, its
    /// manifest and a picture of one order; a file that ends in .json, .npy or
    /// .safetensors; or - for stdout, or a pipe
    #[arg(long, value_name = "PATH")]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) method: MethodArgs,
    /// How many orders; as with other counts, 60k and 1M are read too
    #[arg(long, value_name = "N", default_value_t = 60_000, allow_hyphen_values = true, value_parser = numbers::count(1..=u64::MAX))]
    pub(crate) num: u64,
    /// Seed of the batch
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// File format [default: that of the file's ending, else json]
    #[arg(long, value_name = "FORMAT", value_parser = one_of(FORMATS))]
    pub(crate) format: Option<Format>,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// Print group sizes: how many cells are generated in each step
///
/// The list can be given to --group-sizes as it is.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli schedule --res 256 --steps 20
  orders-cli schedule --grid 24x24 --shape arccos --steps 16 --json > sizes.json
  orders-cli schedule --res 256 --known mask.png --steps 12
  orders-cli schedule --res 256 --least-steps 2")]
pub(crate) struct ScheduleArgs {
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Ordering method whose sizes '--group-sizes own' prints; other sizes do not
    /// depend on it. With parameters behind commas, as in region-parallel,regions=2;
    /// 'orders-cli methods' lists them
    #[arg(long, value_name = "NAME", default_value = "lpd")]
    pub(crate) method: String,
    #[command(flatten)]
    pub(crate) set: SetArgs,
    /// Instead of sizes for a number of steps: those of the fewest steps in which no two
    /// cells of a group lie within this distance of each other (LPD's repulsion
    /// threshold), and how few there can be
    #[arg(long, value_name = "R", allow_hyphen_values = true, value_parser = numbers::threshold, conflicts_with_all = ["steps", "group_sizes", "shape", "first_group"])]
    pub(crate) least_steps: Option<f64>,
    /// Print a plain JSON array; with --least-steps an object, with the order of these
    /// groups
    #[arg(long)]
    pub(crate) json: bool,
}

/// What is true in the masks of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceMasks {
    Revealed,
    Settled,
}

/// Check order files: is every row a permutation, and could LPD have made it?
///
/// The manifest beside a file is used where there is one: its checksum must
/// fit, and a file that it says came from lpd or proximity is replayed against
/// LPD's rules. Flags take precedence over it. A file without orders is not well.
/// With --trace, files are records of decoders instead.
/// Exit status 0 if all is well, 1 if not, 2 if a file can't be read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli check orders/res512_steps48_repulsion4.json
  orders-cli check theirs.json --method lpd --res 256 --steps 20 --repulsion 2
  orders-cli check --trace masks.npy --res 256 --known mask.png")]
pub(crate) struct CheckArgs {
    /// Order files
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) sizes: SizesArgs,
    /// Replay the orders against the rules of this method: lpd or proximity, with
    /// parameters behind commas if it is to have some, as in lpd,repulsion=4
    #[arg(long, value_name = "NAME")]
    pub(crate) method: Option<String>,
    #[command(flatten)]
    pub(crate) set: SetArgs,
    #[command(flatten)]
    pub(crate) thresholds: ThresholdArgs,
    /// Look at rows and checksum only, do not replay
    #[arg(long, conflicts_with = "method")]
    pub(crate) rows_only: bool,
    /// Files are records of what decoders did step by step, not orders: masks, or
    /// lists of cells. Known cells must stay as they are, and each free cell be
    /// revealed once; with group sizes, in steps of these
    #[arg(long, conflicts_with_all = ["method", "set", "proximity", "repulsion", "rows_only"])]
    pub(crate) trace: bool,
    /// What is true in masks of a record: the cells that the step reveals, or those
    /// that are settled after it [default: revealed]
    #[arg(long, value_name = "WHAT", requires = "trace")]
    pub(crate) masks: Option<TraceMasks>,
    /// Tokens by step of the record, one file: known and revealed cells must keep
    /// theirs
    #[arg(long, value_name = "FILE", requires = "trace")]
    pub(crate) trace_tokens: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print one JSON object for each file
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say what is in an order file
///
/// Grid and known cells are those of the manifest, where there is one and no flag
/// gives them.
#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// Order file
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    /// Print a JSON object
    #[arg(long)]
    pub(crate) json: bool,
}

/// Convert an order file to another format, or a checkpoint to safetensors
///
/// Order files: formats are those of the endings: .json, .npy, .safetensors. The
/// manifest is carried over where there is one; flags for grid and known cells
/// take precedence over it.
///
/// Checkpoints: what PyTorch's torch.save wrote (.pth, .pt), in the zip format or
/// the older one, becomes .safetensors; by its content IN is known to be one.
/// Nothing in it is run, and what lies beside the tensors of the network is left
/// out. PyTorch files are not written: safetensors.torch.load_file reads ours.
#[derive(Debug, Args)]
#[command(
    name = "convert",
    after_help = "Examples:
  orders-cli convert theirs.json ours.safetensors
  orders-cli convert lpd_l_256.pth lpd_l_256.safetensors
  orders-cli convert training.pth ema.safetensors --key model_ema"
)]
pub(crate) struct ConvertArgs {
    /// Order file or checkpoint to read
    #[arg(value_name = "IN")]
    pub(crate) input: PathBuf,
    /// File to write; of orders also - for stdout, or a pipe
    #[arg(value_name = "OUT")]
    pub(crate) output: PathBuf,
    /// Format of orders [default: that of OUT's ending, else json]
    #[arg(long, value_name = "FORMAT", value_parser = one_of(FORMATS))]
    pub(crate) format: Option<Format>,
    /// Key of the tensors in a checkpoint, as in model or training/model [default:
    /// model or state_dict, or where the only tensors are]
    #[arg(long, value_name = "KEY")]
    pub(crate) key: Option<String>,
    /// Group sizes that the new manifest states: a list such as 1,5,10, or a JSON file
    /// [default: those of IN's manifest]
    #[arg(long, value_name = "LIST|FILE")]
    pub(crate) group_sizes: Option<String>,
    #[command(flatten)]
    pub(crate) grid: GridArgs,
    #[command(flatten)]
    pub(crate) known: KnownArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}

/// List the ordering methods, the schedulers, and their parameters
///
/// All of them, or what there is to know of one. Methods make orders
/// beforehand, schedulers choose cells while a model generates. Parameters are
/// given with --set, for example --set proximity=0.5.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli methods
  orders-cli methods entropy-bound")]
pub(crate) struct MethodsArgs {
    /// Name of one method or scheduler
    pub(crate) name: Option<String>,
    /// Print a JSON array, or one object if a name is given
    #[arg(long)]
    pub(crate) json: bool,
}

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Example:
  orders-cli completions bash > ~/.local/share/bash-completion/completions/orders-cli")]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// Write man pages: of the program and of each command
#[derive(Debug, Args)]
#[command(after_help = "Example:
  orders-cli man --out ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// Folder for the pages, orders-cli.1 and one for each command
    #[arg(long, value_name = "DIR", value_parser = written())]
    pub(crate) out: PathBuf,
    /// Replace what is there already
    #[arg(long)]
    pub(crate) force: bool,
}

/// The arguments of a command line, which begins with the program. If they ask for help,
/// it is printed.
pub(crate) fn parse(command_line: &[OsString]) -> Result<Arguments> {
    let matches = definition().try_get_matches_from(command_line);
    let parsed = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    parsed.map_err(|error| match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let help = error.render().to_string();
            let printed = Printer::new(false).result(help.trim_end());
            printed.err().unwrap_or(Failure::Told(0))
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let line = match command_typed(&definition(), command_line).get_name() {
                "orders-cli" => "orders-cli".to_owned(),
                command => format!("orders-cli {command}"),
            };
            Failure::input(format!("no command is given; '{line} --help' lists them"))
        }
        ErrorKind::InvalidSubcommand => {
            let command = command_typed(&definition(), command_line);
            let known = command.get_subcommands().map(clap::Command::get_name);
            let typed = match error.get(ContextKind::InvalidSubcommand) {
                Some(ContextValue::String(typed)) => typed,
                _ => "",
            };
            match builds::lacking(typed) {
                Some(why) => Failure::Input(why),
                None => Failure::bad_input(UnknownName::new("command", typed, known)),
            }
        }
        _ => Failure::input(one_sentence(&error.render().to_string())),
    })
}

/// The command whose commands were asked for: one that has some and that was
/// typed, or the program itself.
fn command_typed(program: &clap::Command, command_line: &[OsString]) -> clap::Command {
    let is_typed = |command: &&clap::Command| {
        let name = std::ffi::OsStr::new(command.get_name());
        command.has_subcommands() && command_line.iter().skip(1).any(|word| word == name)
    };
    program
        .get_subcommands()
        .find(is_typed)
        .unwrap_or(program)
        .clone()
}

/// The definition of all commands of this build.
pub(crate) fn definition() -> clap::Command {
    Arguments::command().after_help(builds::help())
}
