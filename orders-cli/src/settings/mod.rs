//! Typed flags turned into checked settings, once.

#[cfg(feature = "model")]
mod asked_model;
#[cfg(feature = "model")]
mod chooser;
#[cfg(feature = "model")]
pub(crate) mod data;
#[cfg(feature = "model")]
mod device;
#[cfg(all(feature = "model", feature = "tables"))]
mod evaluation;
#[cfg(feature = "model")]
mod feature_network;
mod known;
mod look;
#[cfg(feature = "model")]
mod lpd;
mod mask;
mod method;
#[cfg(feature = "analyze")]
mod order_list;
mod orders_shown;
#[cfg(feature = "model")]
mod sample_orders;
mod sizes;
mod text;
#[cfg(feature = "model")]
mod tokenizer;

use std::error::Error;
use std::fmt;
use std::path::Path;

#[cfg(feature = "analyze")]
use orders_analysis::information::{Covariance, Field, InformationCurve};
use orders_core::catalogue::MethodEntry;
use orders_core::files::Manifest;
use orders_core::topology::Topology;
use orders_core::{Catalogue, Grid, GroupSizes, KnownCells, OrderingMethod, Parameters, Problem};

use crate::args::{GridArgs, KnownArgs, PlaceArgs, SizesArgs, ThreadsArgs};
use crate::bounded_file::read_bounded;
use crate::description::plural;
use crate::failure::{Failure, Result};
use crate::printer::Printer;

#[cfg(feature = "model")]
pub(crate) use asked_model::AskedModel;
#[cfg(feature = "model")]
pub(crate) use chooser::CellChoice;
#[cfg(feature = "model")]
pub(crate) use chooser::drafts_of_text;
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) use chooser::rule_of_text;
#[cfg(feature = "model")]
pub(crate) use device::{RunsOn, device, device_words};
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) use evaluation::{Evaluation, evaluation};
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) use feature_network::{LoadedNetwork, check_features};
#[cfg(feature = "model")]
pub(crate) use feature_network::{bytes_of_features, feature_network};
pub(crate) use known::{KnownFile, known_of_file};
pub(crate) use look::look;
#[cfg(feature = "model")]
pub(crate) use lpd::{
    LookedAt, bundled_or_files, checkpoint_with, guidance, looked_at, lpd, model, request_failure,
    weights_digest,
};
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) use lpd::{checkpoint, lpd_failure, weights_needed};
pub(crate) use method::{method_and_parameters, method_by_name, method_entry};
#[cfg(feature = "analyze")]
pub(crate) use order_list::OrderList;
#[cfg(feature = "analyze")]
pub(crate) use orders_shown::ShownOrder;
pub(crate) use orders_shown::{OrdersShown, Origin};
#[cfg(feature = "model")]
pub(crate) use sample_orders::{cell_choice, orders_of_all_cells};
pub(crate) use sizes::{listed_sizes, sizes};
#[cfg(all(feature = "model", feature = "tables"))]
pub(crate) use sizes::{resolved, shape};
pub(crate) use text::{check_labels, line_of_text};
#[cfg(feature = "model")]
pub(crate) use tokenizer::{ImageDecoder, TokenizerFiles, image_decoder, model_decoder, tokenizer};

/// The longest graph file that is read: 64 MiB, room for millions of edges.
const MAX_GRAPH_BYTES: u64 = 64 << 20;

/// Pixels for each token of the tokenizers that LPD was published with.
const STRIDE: u32 = 16;

/// The grid that flags ask for, if they do.
pub(crate) fn grid(args: &GridArgs) -> Result<Option<Grid>> {
    match (args.res, &args.grid) {
        (Some(pixels), _) => Grid::for_image(pixels, STRIDE)
            .map(Some)
            .map_err(|error| Failure::input_at("--res", &error)),
        (None, Some(text)) => text
            .parse()
            .map(Some)
            .map_err(|error| Failure::input_at("--grid", &error)),
        (None, None) => Ok(None),
    }
}

/// Known cells and sizes that fit them; if they don't, `place` is where the
/// sizes are from.
pub(crate) fn problem(
    known: KnownCells,
    sizes: &GroupSizes,
    place: impl fmt::Display,
) -> Result<Problem> {
    Problem::with_known(known, sizes.clone()).map_err(|error| Failure::input_at(place, &error))
}

/// The problem that an order file's orders solve, and what a user should know of the
/// group sizes. Grid, known cells and sizes are those of the flags, else those of the
/// manifest.
pub(super) fn problem_of_file(
    path: &Path,
    manifest: Option<&Manifest>,
    grid: &GridArgs,
    known_file: Option<&KnownFile<'_>>,
    sizes_args: &SizesArgs,
) -> Result<(Problem, Option<String>)> {
    let shown = path.display();
    let needed = |what: &str| {
        Failure::input(format!(
            "{shown}: {what} is needed, since no manifest names it"
        ))
    };
    let known = known_of_file(grid, known_file, manifest, path)?
        .ok_or_else(|| needed("--res or --grid"))?;
    let listed = manifest.and_then(|manifest| manifest.group_sizes.clone());
    let (sizes, note) = match (sizes(sizes_args, &known, None)?, listed) {
        (Some(sizes), _) => (sizes.sizes, sizes.note),
        (None, Some(listed)) => {
            let sizes = GroupSizes::new(listed);
            (sizes.map_err(Failure::bad_input)?, None)
        }
        (None, None) => return Err(needed("--steps or --group-sizes")),
    };
    Ok((problem(known, &sizes, shown)?, note))
}

/// The most threads for each core. Threads without work look for it at all others, so that
/// the time that goes into looking grows with the square of their number: 1024 threads on 2
/// cores spend a hundred times as long on that as on the work.
const THREADS_PER_CORE: usize = 8;

/// A pool of as many threads as asked for, as far as there are cores for them.
pub(crate) fn thread_pool(args: &ThreadsArgs, printer: &Printer) -> Result<rayon::ThreadPool> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let asked = args.threads.map(usize::from);
    let most = THREADS_PER_CORE * cores;
    if let Some(asked) = asked.filter(|&asked| asked > most) {
        printer.note(&format!(
            "{asked} threads are too many for {cores} core{}; {most} are used",
            plural(cores as u64)
        ));
    }
    rayon::ThreadPoolBuilder::new()
        .num_threads(asked.unwrap_or(0).min(most))
        .build()
        .map_err(Failure::work)
}

/// The longest curve that is read: one of 1,024 cells has 12 MB.
#[cfg(feature = "analyze")]
const MAX_CURVE_BYTES: u64 = 256 << 20;

/// What a model says after every prefix of orders: a file that 'curve' wrote.
#[cfg(feature = "analyze")]
pub(crate) fn curve(path: &Path) -> Result<InformationCurve> {
    let bytes = read_bounded(path, "a curve", MAX_CURVE_BYTES, "--curve")?;
    serde_json::from_slice(&bytes).map_err(|error| Failure::input_at(path.display(), &error))
}

/// The field of `--field` and its covariance on a grid.
#[cfg(feature = "analyze")]
pub(crate) fn covariance(text: &str, grid: Grid) -> Result<(Field, Covariance)> {
    let at_flag = |error: &dyn Error| Failure::input_at("--field", error);
    let field = Field::read(text).map_err(|error| at_flag(&error))?;
    let covariance = Covariance::of_field(&field, grid)
        .map_err(|error| Failure::input_at(format!("--field {text} on a {grid} grid"), &error))?;
    Ok((field, covariance))
}

/// What cells are of, and lie on.
pub(crate) enum Place {
    /// A grid.
    Grid(Grid),
    /// The nodes of a graph, and a row of as many cells.
    Graph(Topology, Grid),
}

impl Place {
    /// What flags ask for.
    pub(crate) fn new(args: &PlaceArgs) -> Result<Self> {
        let Some(path) = &args.graph else {
            return needed_grid(&args.grid).map(Self::Grid);
        };
        let at =
            |error: &dyn Error| Failure::input_at(format!("--graph {}", path.display()), error);
        let text = read_bounded(
            path,
            "a graph",
            MAX_GRAPH_BYTES,
            format!("--graph {}", path.display()),
        )?;
        let topology = Topology::from_json(&text).map_err(|error| at(&error))?;
        let row = Grid::new(1, topology.nodes() as u32).map_err(|error| at(&error))?;
        Ok(Self::Graph(topology, row))
    }

    pub(crate) fn grid(&self) -> Grid {
        match self {
            Self::Grid(grid) | Self::Graph(_, grid) => *grid,
        }
    }

    /// The cells that flags say are known, and a note about them.
    pub(crate) fn known(&self, args: &KnownArgs) -> Result<(KnownCells, Option<String>)> {
        known::known_on_grid(KnownFile::read(args)?.as_ref(), self.grid())
    }

    /// A method of the catalogue for it.
    fn method(
        &self,
        catalogue: &Catalogue,
        entry: &MethodEntry,
        parameters: &Parameters,
    ) -> Result<Box<dyn OrderingMethod>> {
        let Self::Graph(topology, row) = self else {
            return method_by_name(catalogue, entry.name(), parameters, self.grid());
        };
        let made = entry.on_graph(*row, topology.clone(), parameters);
        made.map_err(Failure::bad_input)?.ok_or_else(|| {
            Failure::input(format!(
                "--method {} orders grids; methods for graphs are {}",
                entry.name(),
                catalogue.names_of(|can| can.graph).join(", ")
            ))
        })
    }
}

/// The grid that required flags ask for.
pub(crate) fn needed_grid(args: &GridArgs) -> Result<Grid> {
    grid(args)?.ok_or_else(no_task)
}

fn no_task() -> Failure {
    Failure::input("a grid and group sizes are needed: --res or --grid, and --steps")
}

/// A problem and the method that is to solve it.
pub(crate) struct Task {
    pub(crate) problem: Problem,
    pub(crate) method: Box<dyn OrderingMethod>,
    /// A word for file names where the sizes are not what a user would expect
    /// of grid and steps alone.
    pub(crate) sizes_label: Option<String>,
    /// What a user should know of all that.
    pub(crate) notes: Vec<String>,
}

impl Task {
    /// The task that required flags state, for a method with its parameters.
    pub(crate) fn new(
        catalogue: &Catalogue,
        place: &Place,
        known: &KnownArgs,
        sizes_args: &SizesArgs,
        (entry, parameters): (&MethodEntry, &Parameters),
    ) -> Result<Self> {
        let (known, known_note) = place.known(known)?;
        let method = place.method(catalogue, entry, parameters)?;
        let sizes = sizes(sizes_args, &known, Some((catalogue, method.as_ref())))?;
        let sizes = sizes.ok_or_else(no_task)?;
        Ok(Self {
            problem: problem(known, &sizes.sizes, "--group-sizes")?,
            method,
            sizes_label: sizes.label,
            notes: known_note.into_iter().chain(sizes.note).collect(),
        })
    }

    /// The same for LPD as it was published, or where it does not matter which method.
    #[cfg(feature = "analyze")]
    pub(crate) fn of_lpd(
        catalogue: &Catalogue,
        grid: &GridArgs,
        known: &KnownArgs,
        sizes: &SizesArgs,
    ) -> Result<Self> {
        let place = Place::Grid(needed_grid(grid)?);
        let lpd = method_entry(catalogue, "lpd")?;
        Self::new(catalogue, &place, known, sizes, (lpd, &Parameters::new()))
    }
}
