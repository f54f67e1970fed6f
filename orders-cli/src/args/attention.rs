//! `attention`

use std::path::PathBuf;

use clap::Args;
use orders_analysis::attention::{AttentionScope, TokenIndexing};

use super::{LookArgs, ModelArgs, ThreadsArgs, one_of};
use crate::numbers;

/// Scopes by the words that flags take.
const SCOPES: &[(&str, AttentionScope)] = &[
    ("causal", AttentionScope::Causal),
    ("groups", AttentionScope::Groups),
    ("all", AttentionScope::All),
];
/// Indexings by the words that flags take.
const INDEXINGS: &[(&str, TokenIndexing)] =
    &[("cell", TokenIndexing::Cell), ("rank", TokenIndexing::Rank)];

/// Measure how local attention is: of an LPD model, or of given maps
///
/// Per-token attention by distance, and the sum of attention within a distance, of every
/// head, in the mean of each layer and of all: the measurement that LPD's first principle
/// rests on. Beside it stands what attention would be that knows nothing of distance.
///
/// Without MAPS, a model is asked about held-out images, image i in order i; of a bundled
/// model they are bundled.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli attention --method lpd --steps 20 --limit 20
  orders-cli attention --checkpoint m.safetensors --config m.json --tokens held-out.safetensors \\
      --method raster --steps 256 --plot attention.png
  orders-cli attention maps.safetensors --grid 16x16 --indexing cell")]
pub(crate) struct AttentionArgs {
    /// Attention maps: [layers, heads, N, N], [heads, N, N] or [N, N], in an .npy file or
    /// the tensor 'attention' of a .safetensors file
    #[arg(value_name = "MAPS", conflicts_with_all = ["checkpoint", "model", "tokens", "limit", "layers"])]
    pub(crate) maps: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Grid of the maps, HEIGHTxWIDTH
    #[arg(long, value_name = "HxW", requires = "maps")]
    pub(crate) grid: Option<String>,
    /// Which row of a map belongs to a cell: 'cell' in raster order, 'rank' in the order of
    /// generation
    #[arg(long, value_name = "NAME", default_value = "cell", value_parser = one_of(INDEXINGS))]
    pub(crate) indexing: TokenIndexing,
    /// What a query of the maps may see: 'causal' what comes earlier, 'groups' earlier groups
    /// and its own, 'all' everything
    #[arg(long, value_name = "NAME", default_value = "causal", value_parser = one_of(SCOPES))]
    pub(crate) scope: AttentionScope,
    /// Tokens before the first cell in the maps, as of a class
    #[arg(long, value_name = "N", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=1_usize << 20))]
    pub(crate) prefix: usize,
    /// Ordering method, with parameters behind commas; for maps, its first order
    #[arg(long, value_name = "NAME[,KEY=VALUE]...", default_value = "raster")]
    pub(crate) method: String,
    /// Number of steps [default: one cell at a time]
    #[arg(long, value_name = "K", allow_hyphen_values = true, value_parser = numbers::within(1..=u32::MAX as usize))]
    pub(crate) steps: Option<usize>,
    /// Images that a model is asked about: a file of tokens and labels [default: those that
    /// are bundled, for a bundled model]
    #[arg(long, value_name = "FILE")]
    pub(crate) tokens: Option<PathBuf>,
    /// The first so many of them
    #[arg(long, alias = "num", value_name = "N", default_value_t = 20, allow_hyphen_values = true, value_parser = numbers::within(1..=1_u64 << 20))]
    pub(crate) limit: u64,
    /// Layers of the model, as in 0,5,11 [default: all]
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) layers: Vec<usize>,
    /// The distance within which attention is summed, in cells
    #[arg(long, value_name = "D", default_value_t = 3.0, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) within: f64,
    /// How far the sum of a row may be from 1
    #[arg(long, value_name = "T", default_value_t = 1e-3, allow_hyphen_values = true, value_parser = numbers::number)]
    pub(crate) tolerance: f64,
    /// Seed of the orders
    #[arg(long, value_name = "S", default_value_t = 0, allow_hyphen_values = true, value_parser = numbers::within(0..=u64::MAX))]
    pub(crate) seed: u64,
    /// Draw per-token attention by distance, a line for each layer, into a file
    /// that ends in .svg, .pdf or .png
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// Replace an existing picture
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    /// Print a JSON object: every head, every layer, the mean of all, and attention that
    /// knows nothing of distance
    #[arg(long)]
    pub(crate) json: bool,
}
