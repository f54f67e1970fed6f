//! `sweep`

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use orders_analysis::experiment::Shard;

use super::{AxisArgs, LookArgs, ThreadsArgs, written};

/// Try a declared space of methods, steps, sizes and fields
///
/// A sweep file states the axes of the space in TOML; its points are trials, each
/// of which makes and measures many orders. The result of a trial is kept in the
/// folder as it ends. With models in the file, held-out images are asked of them under
/// these orders. The same command again goes on where it was left, and
/// repeats nothing that is done. When all is done, the folder has tables
/// (trials, steps and orders, as CSV and Parquet).
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "Examples:
  orders-cli sweep sweeps/principles.toml --out principles/
  orders-cli sweep sweeps/principles.toml --shard 2/3 --out shard2/
  orders-cli sweep merge shard1/ shard2/ shard3/ --out principles/
  orders-cli sweep plot principles/ --kind scatter --x total_correlation_nats --y nearest_context --out front.png
  orders-cli sweep table principles/ --measures total_correlation_nats,nearest_context --against random"
)]
pub(crate) struct SweepArgs {
    #[command(subcommand)]
    pub(crate) command: Option<SweepCommand>,
    /// Sweep file
    #[arg(value_name = "FILE", required = true)]
    pub(crate) file: Option<PathBuf>,
    /// Folder of results: a new one, an empty one, or one with results of this
    /// sweep
    #[arg(long, value_name = "DIR", required = true, value_parser = written())]
    pub(crate) out: Option<PathBuf>,
    /// Run one part of several: trials i, i + n, i + 2n, ... of n parts
    #[arg(long, value_name = "i/n")]
    pub(crate) shard: Option<Shard>,
    #[command(flatten)]
    pub(crate) slurm: SlurmArgs,
    #[cfg(feature = "model")]
    #[command(flatten)]
    pub(crate) runs: super::RunsArgs,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// List the trials, and run none
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print what was done as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SweepCommand {
    Correlate(SweepCorrelateArgs),
    Merge(SweepMergeArgs),
    Plot(SweepPlotArgs),
    Report(SweepReportArgs),
    Status(SweepStatusArgs),
    Table(SweepTableArgs),
}

/// Join the folders of shards, identically to one run
#[derive(Debug, Args)]
pub(crate) struct SweepMergeArgs {
    /// Folders of results
    #[arg(required = true, value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Folder to write: a new one, an empty one, or one of this sweep
    #[arg(long, value_name = "DIR", value_parser = written())]
    pub(crate) out: PathBuf,
    /// Print what was done as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Say how far folders of results are: what is done, who is at work, how long it takes
///
/// The time left is that of the pace so far, since the folder was begun.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli sweep status principles/
  orders-cli sweep status principles.slurm")]
pub(crate) struct SweepStatusArgs {
    /// Folders of results, or a folder of '--slurm' with those of its shards
    #[arg(required = true, value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
    /// Print a JSON array
    #[arg(long)]
    pub(crate) json: bool,
}

/// Work that is handed to Slurm.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct SlurmArgs {
    /// Hand the work to Slurm: an array of jobs with a shard each, and a job behind it that
    /// merges them into what one run would write. 'array=N' says how many shards, 'array=N%M' that M may run
    /// at once; all else is for sbatch, as in partition=gpu,time=2:00:00,gres=gpu:1
    #[arg(long, value_name = "array=N[,KEY=VALUE]...", conflicts_with = "shard")]
    pub(crate) slurm: Option<String>,
    /// Show the scripts, and hand nothing in
    #[arg(long, requires = "slurm")]
    pub(crate) slurm_dry_run: bool,
}

/// Draw results: lines, a heat map, a scatter chart or box plots
///
/// Settings are label, method, grid, steps, sizes, field, model and the parameters of
/// the methods; measures are the columns of the tables, such as
/// total_correlation_nats. Orders of all seeds count as one sample.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli sweep plot steps/ --y total_correlation_nats --log-x --log-y --out steps.svg
  orders-cli sweep plot principles/ --y nats_per_cell --against random --where model=nano --out differences.png
  orders-cli sweep plot principles/ --kind difference --y nats_per_cell --against random --where steps=20 --out differences.pdf
  orders-cli sweep plot steps/ --y total_correlation_nats --panels field --clip --out fields.svg
  orders-cli sweep plot thresholds/ --kind heat-map --x repulsion --y proximity --value total_correlation_nats --out map.png
  orders-cli sweep plot principles/ --kind scatter --x total_correlation_nats --y nearest_context --where steps=20 --out front.png
  orders-cli sweep plot principles/ --kind box --y total_correlation_nats --where steps=20 --out boxes.png")]
pub(crate) struct SweepPlotArgs {
    /// Folder of results
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Picture to write; it ends in .svg, .pdf or .png
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    /// What to draw
    #[arg(long, value_name = "KIND", default_value = "line")]
    pub(crate) kind: PlotKind,
    /// Across: a setting for lines [default: steps] and heat maps [default:
    /// repulsion], a measure or a setting for scatter charts
    #[arg(long, value_name = "NAME")]
    pub(crate) x: Option<String>,
    /// Upwards: a measure; for heat maps a setting [default: proximity]
    #[arg(long, value_name = "NAME")]
    pub(crate) y: Option<String>,
    /// The measure of a heat map
    #[arg(long, value_name = "NAME")]
    pub(crate) value: Option<String>,
    #[command(flatten)]
    pub(crate) filter: WhereArgs,
    /// Draw differences to the points of this label, or to those that have this value of a
    /// setting, order by order, as lines or (--kind difference) with their intervals; may
    /// be given several times
    #[arg(long, value_name = "LABEL|KEY=VALUE")]
    pub(crate) against: Vec<String>,
    /// Draw lines in charts of their own for each value of this setting, with the same axes
    #[arg(long, value_name = "SETTING")]
    pub(crate) panels: Option<String>,
    /// Logarithmic axis across
    #[arg(long)]
    pub(crate) log_x: bool,
    /// Logarithmic axis upwards, or colours
    #[arg(long)]
    pub(crate) log_y: bool,
    #[command(flatten)]
    pub(crate) axis: AxisArgs,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// Title [default: that of the sweep]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

/// Print results as a table: means with 95 % intervals
///
/// A row for each point, with the settings that tell points apart. With
/// --against, each measure is followed by the mean difference to the point that is the
/// same but for these settings, order by order (and image by image, under a model),
/// and by the p-value of the paired permutation test after Holm's correction.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli sweep table principles/ --measures total_correlation_nats,nearest_context --against random
  orders-cli sweep table sizes/ --measures nats_per_cell --where steps=20 --against sizes=published
  orders-cli sweep table thresholds/ --against proximity=1 --against repulsion=2 --format csv")]
pub(crate) struct SweepTableArgs {
    /// Folder of results
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// How to set it
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    pub(crate) format: TableFormat,
    /// Sort the points by a measure, the best first; by one that says nothing of better and
    /// worse, the smallest first [default: the order of the sweep file]
    #[arg(long, value_name = "MEASURE")]
    pub(crate) sort: Option<String>,
    /// Say what each measure is, in which unit, and which way is better, below the table of
    /// Markdown
    #[arg(long)]
    pub(crate) explain: bool,
    #[command(flatten)]
    pub(crate) chosen: ChosenMeasuresArgs,
}

/// Write a page with settings, tables and figures of results, for a browser
///
/// One HTML file that loads nothing from elsewhere: what was set, a table of means with 95 %
/// intervals that can be sorted by each column, and a figure of each measure, with the
/// command that draws it alone. Folders of 'eval' are taken as well.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli sweep report principles/ --out report.html
  orders-cli sweep report results/ --measures nats_per_cell,parallel_loss --against random --out report.html")]
pub(crate) struct SweepReportArgs {
    /// Folder of results
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The page to write: a file that ends in .html
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) chosen: ChosenMeasuresArgs,
    /// Title [default: that of the sweep]
    #[arg(long, value_name = "TEXT")]
    pub(crate) title: Option<String>,
    /// Replace an existing file
    #[arg(long)]
    pub(crate) force: bool,
}

/// Say whether measures rise together: rank correlations over points
///
/// Spearman's correlation of the means of two measures over all points, with a 95 %
/// percentile interval from resamples of the points: does total correlation foretell what a
/// model loses?
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli sweep correlate views/ --measures total_correlation_nats,parallel_loss
  orders-cli sweep correlate views/ --measures total_correlation_nats,parallel_loss --within steps")]
pub(crate) struct SweepCorrelateArgs {
    /// Folder of results
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Measures, with commas between them: each with each
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    pub(crate) measures: Vec<String>,
    /// Among the points of each value of this setting as well
    #[arg(long, value_name = "KEY")]
    pub(crate) within: Option<String>,
    #[command(flatten)]
    pub(crate) filter: WhereArgs,
    /// Print the table as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which results a table has, and what they are compared with.
#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct ChosenMeasuresArgs {
    /// Measures, with commas between them [default: all]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) measures: Vec<String>,
    #[command(flatten)]
    pub(crate) filter: WhereArgs,
    /// Compare each point with the one of this label, whatever its method, or with the
    /// one that has this value of a setting; may be given several times
    #[arg(long, value_name = "LABEL|KEY=VALUE")]
    pub(crate) against: Vec<String>,
}

#[derive(Debug, Args)]
#[group(skip)]
pub(crate) struct WhereArgs {
    /// Take only points with this value of a setting, for example steps=20; may be
    /// given several times
    #[arg(long = "where", value_name = "KEY=VALUE")]
    pub(crate) wanted: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlotKind {
    /// A measure against a setting, a line for each method
    Line,
    /// Differences of a measure to the points that --against names, with 95 % intervals
    Difference,
    /// A measure over two settings, the best field marked
    HeatMap,
    /// A measure against another, with the Pareto front
    Scatter,
    /// The distribution of a measure over orders
    Box,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum TableFormat {
    Markdown,
    Latex,
    Csv,
}
