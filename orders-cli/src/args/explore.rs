//! `explore`

use std::path::PathBuf;

use clap::Args;

use crate::numbers;

use super::{OrdersShownArgs, OutputArgs, ThreadsArgs, written};

/// Write a page to look at orders with: side by side, step by step, in a browser
///
/// The page is one HTML file that loads nothing from elsewhere. Orders come from files and
/// methods, as for 'plot', all of one grid of at most 64x64 cells. They stand side by side
/// under one scrubber, with what each step loses below; a cell that is clicked shows what
/// it sees; all orders are points of any two measures; and an order can be changed by hand,
/// its total correlation computed at once, and be saved as an order file.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  orders-cli explore --grid 16x16 --steps 20 --all-methods --out orders.html
  orders-cli explore lpd halton lpd,repulsion=4 --res 256 --steps 20 --out three.html
  orders-cli explore best.json lpd --field photos --out found.html
  orders-cli explore lpd random halton --num 50 --res 256 --steps 20 --out many.html
  orders-cli explore lpd halton --res 256 --steps 20 --results results/ --out judged.html")]
#[command(mut_arg("files", |files| files.value_name("FILE|METHOD").help(
    "Order files, of each of which one order is shown, and methods as for --method, where no file has such a name"
)))]
pub(crate) struct ExploreArgs {
    #[command(flatten)]
    pub(crate) orders: OrdersShownArgs,
    /// How many orders of each file and of each method that has several, from --index on
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = numbers::count(1..=1000_u64))]
    pub(crate) num: u64,
    /// Gaussian field whose total correlation is shown; see 'orders-cli analyze --help'
    #[arg(long, value_name = "FIELD", default_value = "exp:5")]
    pub(crate) field: String,
    /// Folder of 'eval' or 'sweep', whose means over held-out images are shown of each
    /// order that it has: of the same method, parameters, grid and group sizes
    #[arg(long, value_name = "DIR")]
    pub(crate) results: Option<PathBuf>,
    /// The page to write: a file that ends in .html
    #[arg(long, value_name = "FILE", value_parser = written())]
    pub(crate) out: PathBuf,
    #[command(flatten)]
    pub(crate) threads: ThreadsArgs,
    #[command(flatten)]
    pub(crate) written: OutputArgs,
}
