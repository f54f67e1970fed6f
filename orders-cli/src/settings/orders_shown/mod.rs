//! The orders that a picture shows, from flags.

mod asked;
mod labels;

use std::path::Path;

use orders_core::{Grid, GroupSizes, KnownCells, Order, OrderingMethod, Parameters};
use serde::Serialize;

use super::{KnownFile, known, known_of_file, problem, sizes};
use crate::args::OrdersShownArgs;
use crate::description;
use crate::failure::Failure;
use crate::order_file;
use crate::output;
use asked::Asked;

/// The most steps whose sizes are part of an [`Origin`].
const MOST_SIZES: usize = 4096;

/// An order with the name that it has in a picture.
#[derive(Debug)]
pub(crate) struct ShownOrder {
    pub(crate) label: String,
    pub(crate) order: Order,
    pub(crate) origin: Origin,
}

/// Where an order is from: enough to make it again. For `--json`, and for the
/// picture to keep.
#[derive(Debug, Serialize)]
pub(crate) struct Origin {
    /// The name that it has in the picture.
    pub(crate) label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file: Option<String>,
    /// Digest of that file, where a manifest has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    pub(crate) parameters: Parameters,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    index: u64,
    grid: String,
    known_count: usize,
    steps: usize,
    /// Left out if there are very many.
    #[serde(skip_serializing_if = "Option::is_none")]
    group_sizes: Option<Vec<u32>>,
}

impl ShownOrder {
    /// Method or file, problem and parameters in a line.
    pub(crate) fn description(&self) -> String {
        let origin = &self.origin;
        let what = match (&origin.method, &origin.file) {
            (Some(method), _) => method,
            (None, Some(file)) => file,
            (None, None) => &self.label,
        };
        let steps = self.order.group_sizes().steps();
        description::task(what, self.order.known(), steps, &origin.parameters)
    }

    /// Which order of its file or batch it is.
    pub(crate) fn which(&self) -> String {
        let Origin {
            index, file, seed, ..
        } = &self.origin;
        match (file, seed) {
            (Some(file), _) => format!("order {index} of {file}"),
            (None, seed) => format!("order {index} of seed {}", seed.unwrap_or_default()),
        }
    }

    fn of_file(
        path: &Path,
        args: &OrdersShownArgs,
        known_file: Option<&KnownFile<'_>>,
        notes: &mut Vec<String>,
    ) -> Result<Self, Failure> {
        let shown = path.display();
        let needed = |what: &str| {
            Failure::input(format!(
                "{shown}: {what} is needed, since no manifest names it"
            ))
        };
        let manifest = order_file::manifest_beside(path)?;
        let known = known_of_file(&args.grid, known_file, manifest.as_ref(), path)?
            .ok_or_else(|| needed("--res or --grid"))?;
        let listed = manifest.as_ref().and_then(|m| m.group_sizes.clone());
        let sizes = match (sizes(&args.sizes, &known, None)?, listed) {
            (Some(sizes), _) => {
                notes.extend(sizes.note);
                sizes.sizes
            }
            (None, Some(listed)) => {
                GroupSizes::new(listed).map_err(|error| Failure::bad_input(&error))?
            }
            (None, None) => return Err(needed("--steps or --group-sizes")),
        };
        let problem = problem(known, &sizes, path.display())?;
        let row = order_file::row(path, args.index)?;
        let order = Order::new(problem, row)
            .map_err(|error| Failure::input_at(format!("{shown}: order {}", args.index), &error))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let (method, parameters, seed, sha256) = match manifest {
            Some(m) => (m.method, m.parameters, m.seed, Some(m.sha256.to_string())),
            None => (None, Parameters::new(), None, None),
        };
        let origin = Origin {
            label: stem.clone().into_owned(),
            file: Some(name.into_owned()),
            sha256,
            method,
            parameters,
            seed,
            ..Origin::of_order(&order, args.index)
        };
        Ok(Self {
            label: stem.into_owned(),
            order,
            origin,
        })
    }
}

impl Origin {
    /// What an order itself says.
    fn of_order(order: &Order, index: u64) -> Self {
        let sizes = order.group_sizes().as_slice();
        Self {
            label: String::new(),
            file: None,
            sha256: None,
            method: None,
            parameters: Parameters::new(),
            seed: None,
            index,
            grid: order.grid().to_string(),
            known_count: order.known().count(),
            steps: sizes.len(),
            group_sizes: (sizes.len() <= MOST_SIZES).then(|| sizes.to_vec()),
        }
    }
}

/// All orders that a picture shows, files first.
#[derive(Debug)]
pub(crate) struct OrdersShown {
    pub(crate) orders: Vec<ShownOrder>,
    /// What a user should know of them.
    pub(crate) notes: Vec<String>,
}

impl OrdersShown {
    /// The orders that flags ask for; at least one.
    pub(crate) fn new(args: &OrdersShownArgs) -> Result<Self, Failure> {
        let known_file = KnownFile::read(&args.known)?;
        let mut notes = Vec::new();
        let mut orders = Vec::new();
        for path in &args.files {
            let order = ShownOrder::of_file(path, args, known_file.as_ref(), &mut notes)?;
            orders.push(order);
        }
        let all_asked = asked::methods(args)?;
        if args.all_methods || !all_asked.is_empty() {
            let setting = Setting::new(args, known_file.as_ref(), orders.first(), &mut notes)?;
            let grid = setting.known.grid();
            let all_asked = match args.all_methods {
                true => asked::all_methods(grid, &mut notes),
                false => all_asked,
            };
            let made: Vec<ShownOrder> = all_asked
                .iter()
                .map(|asked| setting.order(args, asked, &mut notes))
                .collect::<Result<_, _>>()?;
            orders.extend(made);
        }
        labels::set(&mut orders, &args.files, &args.label)?;
        let mut seen = Vec::new();
        notes.retain(|note| {
            let is_new = !seen.contains(note);
            seen.push(note.clone());
            is_new
        });
        Ok(Self { orders, notes })
    }

    /// Where they are from.
    pub(crate) fn origins(&self) -> Vec<&Origin> {
        self.orders.iter().map(|shown| &shown.origin).collect()
    }

    /// The same and the program, as JSON, for a picture to keep.
    pub(crate) fn origin_text(&self) -> Result<String, Failure> {
        let (program, orders) = (output::PROGRAM, self.origins());
        let text = serde_json::to_string(&serde_json::json!({
            "program": program,
            "orders": orders,
        }));
        text.map_err(|error| Failure::work(&error))
    }

    /// A title that says what is the same for all orders.
    pub(crate) fn title(&self) -> String {
        let [first, rest @ ..] = &self.orders[..] else {
            return String::new();
        };
        if rest.is_empty() {
            return first.description();
        }
        let same = |key: fn(&Order) -> usize| {
            let value = key(&first.order);
            rest.iter().all(|other| key(&other.order) == value)
        };
        let grid = first.order.grid();
        let has_grid = |other: &ShownOrder| other.order.grid() == grid;
        let steps: fn(&Order) -> usize = |order| order.group_sizes().steps();
        match rest.iter().all(has_grid) {
            true if same(|order| order.known().count()) && same(steps) => {
                description::problem(first.order.known(), steps(&first.order))
            }
            true => grid.to_string(),
            false => String::new(),
        }
    }

    /// Which orders of their files and batches are shown.
    pub(crate) fn which(&self) -> String {
        let first = self.orders.first().map(ShownOrder::which);
        let first = first.unwrap_or_default();
        match self.orders.iter().all(|order| order.which() == first) {
            true => first,
            false => {
                let index = self.orders.first().map_or(0, |order| order.origin.index);
                format!("order {index} of each")
            }
        }
    }
}

/// The grid with its known cells, and the group sizes, that methods order.
struct Setting<'a> {
    known: KnownCells,
    /// An order whose sizes are taken where flags give none.
    first: Option<&'a ShownOrder>,
}

impl<'a> Setting<'a> {
    fn new(
        args: &OrdersShownArgs,
        known_file: Option<&KnownFile<'_>>,
        first: Option<&'a ShownOrder>,
        notes: &mut Vec<String>,
    ) -> Result<Self, Failure> {
        let grid: Option<Grid> = super::grid(&args.grid)?;
        let known = match (grid, known_file, first) {
            (None, _, Some(first)) => first.order.known().clone(),
            (None, _, None) => {
                return Err(Failure::input(
                    "a grid is needed: --res or --grid, or an order file with a manifest",
                ));
            }
            (Some(grid), Some(file), _) => file.cells(grid)?,
            (Some(grid), None, _) => KnownCells::none(grid),
        };
        if known_file.is_some() {
            notes.push(known::note(&known));
        }
        Ok(Self { known, first })
    }

    fn order(
        &self,
        args: &OrdersShownArgs,
        asked: &Asked,
        notes: &mut Vec<String>,
    ) -> Result<ShownOrder, Failure> {
        let grid = self.known.grid();
        let method = super::method_by_name(asked.name, &asked.parameters, grid)?;
        let method: &dyn OrderingMethod = method.as_ref();
        let sizes = match (sizes(&args.sizes, &self.known, Some(method))?, self.first) {
            (Some(sizes), _) => {
                notes.extend(sizes.note);
                sizes.sizes
            }
            (None, Some(first)) => first.order.group_sizes().clone(),
            (None, None) => {
                return Err(Failure::input(
                    "group sizes are needed: --steps, --shape or --group-sizes, or an order file with a manifest",
                ));
            }
        };
        let problem = problem(self.known.clone(), &sizes, "--group-sizes")?;
        let order = method
            .order(&problem, args.seed, args.index)
            .map_err(|error| Failure::bad_input(&error))?;
        let origin = Origin {
            label: asked.name.to_owned(),
            method: Some(asked.name.to_owned()),
            parameters: method.parameters(),
            seed: Some(args.seed),
            ..Origin::of_order(&order, args.index)
        };
        Ok(ShownOrder {
            label: asked.name.to_owned(),
            order,
            origin,
        })
    }
}
