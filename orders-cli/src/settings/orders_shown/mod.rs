//! The orders that a picture shows, from flags.

mod asked;
mod labels;
#[cfg(feature = "model")]
mod scheduled;
mod shown_order;

use orders_core::{Catalogue, KnownCells, Order, OrderingMethod};

use super::known::known_on_grid;
use super::{KnownFile, line_of_text, problem, sizes};
use crate::args::OrdersShownArgs;
use crate::description;
use crate::failure::{Failure, Result};
use crate::output;
use asked::Asked;

pub(crate) use shown_order::{Origin, ShownOrder};

/// All orders that a picture shows, files first.
#[derive(Debug)]
pub(crate) struct OrdersShown {
    /// The title that flags give.
    title: Option<String>,
    pub(crate) orders: Vec<ShownOrder>,
    /// What a user should know of them.
    pub(crate) notes: Vec<String>,
}

impl OrdersShown {
    /// The orders that flags ask for; at least one.
    pub(crate) fn new(catalogue: &Catalogue, args: &OrdersShownArgs) -> Result<Self> {
        let known_file = KnownFile::read(&args.known)?;
        let mut notes = Vec::new();
        let mut orders = Vec::new();
        for path in &args.files {
            let order = ShownOrder::of_file(path, args, known_file.as_ref(), &mut notes)?;
            orders.push(order);
        }
        let all_asked = asked::methods(catalogue, args)?;
        if args.all_methods || !all_asked.is_empty() {
            let setting = Setting::new(args, known_file.as_ref(), orders.first(), &mut notes)?;
            let grid = setting.known.grid();
            let all_asked = match args.all_methods {
                true => asked::all_methods(catalogue, grid, &mut notes),
                false => all_asked,
            };
            let made: Vec<ShownOrder> = all_asked
                .iter()
                .map(|asked| setting.order(catalogue, args, asked, &mut notes))
                .collect::<Result<_, _>>()?;
            orders.extend(made);
        }
        #[cfg(feature = "model")]
        orders.extend(scheduled::orders(
            catalogue,
            args,
            orders.first(),
            &mut notes,
        )?);
        labels::set(&mut orders, &args.files, &args.label)?;
        if let Some(title) = &args.title {
            line_of_text("--title", title)?;
        }
        let mut seen = Vec::new();
        notes.retain(|note| {
            let is_new = !seen.contains(note);
            seen.push(note.clone());
            is_new
        });
        let title = args.title.clone();
        Ok(Self {
            title,
            orders,
            notes,
        })
    }

    /// Where they are from.
    pub(crate) fn origins(&self) -> Vec<&Origin> {
        self.orders.iter().map(|shown| &shown.origin).collect()
    }

    /// The same and the program, as JSON, for a picture to keep.
    pub(crate) fn origin_text(&self) -> Result<String> {
        let (program, orders) = (output::PROGRAM, self.origins());
        let text = serde_json::to_string(&serde_json::json!({
            "program": program,
            "orders": orders,
        }));
        text.map_err(Failure::work)
    }

    /// The title that flags give, or one that says what is the same for all orders.
    pub(crate) fn title(&self) -> String {
        if let Some(title) = &self.title {
            return title.clone();
        }
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
    ) -> Result<Self> {
        let (known, note) = match (super::grid(&args.grid)?, first) {
            (None, None) => {
                return Err(Failure::input(
                    "a grid is needed: --res or --grid, or an order file with a manifest",
                ));
            }
            (None, Some(first)) if known_file.is_none() => (first.order.known().clone(), None),
            (None, Some(first)) => known_on_grid(known_file, first.order.grid())?,
            (Some(grid), _) => known_on_grid(known_file, grid)?,
        };
        notes.extend(note);
        Ok(Self { known, first })
    }

    fn order(
        &self,
        catalogue: &Catalogue,
        args: &OrdersShownArgs,
        asked: &Asked,
        notes: &mut Vec<String>,
    ) -> Result<ShownOrder> {
        let grid = self.known.grid();
        let method = super::method_by_name(catalogue, &asked.name, &asked.parameters, grid)?;
        let method: &dyn OrderingMethod = method.as_ref();
        let sizes = match (
            sizes(&args.sizes, &self.known, Some((catalogue, method)))?,
            self.first,
        ) {
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
            .map_err(Failure::bad_input)?;
        let origin = Origin {
            label: asked.name.clone(),
            method: Some(asked.name.clone()),
            parameters: method.parameters(),
            seed: Some(args.seed),
            ..Origin::of_order(&order, args.index)
        };
        Ok(ShownOrder {
            label: asked.name.clone(),
            order,
            origin,
        })
    }
}
