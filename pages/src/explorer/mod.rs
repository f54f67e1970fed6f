//! The explorer: orders side by side, step by step.

mod field;

use orders_core::{Grid, Order};
use serde::Serialize;

use crate::document::{Document, escaped, json, packed};
use crate::error::PageError;

pub use field::FieldTable;

/// The parts of the script, each of which may use those before it.
const SCRIPTS: [&str; 11] = [
    include_str!("data.js"),
    include_str!("field.js"),
    include_str!("geometry.js"),
    include_str!("edit.js"),
    include_str!("draw.js"),
    include_str!("state.js"),
    include_str!("bars.js"),
    include_str!("cards.js"),
    include_str!("cell.js"),
    include_str!("scatter.js"),
    include_str!("main.js"),
];

/// A page on which orders of one grid are looked at, compared and changed.
///
/// It shows orders side by side under one scrubber, their measures step by step, what a
/// cell sees when it is generated, all orders as points of two measures, and lets cells be
/// exchanged and sizes be changed, with their total correlation on the field computed at
/// once.
#[derive(Clone, Debug)]
pub struct Explorer<'a> {
    /// What the page is called.
    pub title: String,
    /// The program that made it, with its version.
    pub program: String,
    /// The field that total correlation is of; without one the page has none.
    pub field: Option<FieldTable>,
    /// The measures that every order has values of.
    pub measures: Vec<PageMeasure>,
    /// The orders, in the order in which they are listed; at least one.
    pub orders: Vec<ExplorerOrder<'a>>,
}

/// An order of the page.
#[derive(Clone, Debug)]
pub struct ExplorerOrder<'a> {
    /// What it is called.
    pub label: String,
    /// Where it is from, in a line; may be empty.
    pub about: String,
    /// The order.
    pub order: &'a Order,
    /// For each measure of the page, its values for the steps, `None` where it has none, and
    /// the value for the whole order. A list without steps is one that only the whole order
    /// has.
    pub values: Vec<(Vec<Option<f64>>, Option<f64>)>,
}

/// A measure, and what the page says of it.
#[derive(Clone, Debug, Serialize)]
pub struct PageMeasure {
    /// Its name in files and flags. The page computes those again that it knows by name, for
    /// orders that are changed: `total_correlation_nats`, `reverse_total_correlation_nats`,
    /// `nearest_context`, `proximity`, `mean_pair`, `smallest_pair`.
    pub name: String,
    /// What it is called, such as `total correlation`.
    pub title: String,
    /// Its unit; empty if it has none.
    pub unit: String,
    /// What it is, in a sentence.
    pub about: String,
    /// What has values of it.
    pub scope: Scope,
}

/// What has values of a measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Scope {
    /// Steps and whole orders.
    Steps,
    /// Whole orders only.
    Orders,
}

/// What the script is given.
#[derive(Serialize)]
struct Data<'a> {
    title: &'a str,
    program: &'a str,
    frames: u32,
    height: u32,
    width: u32,
    field: Option<&'a FieldTable>,
    measures: &'a [PageMeasure],
    orders: Vec<OrderData<'a>>,
}

#[derive(Serialize)]
struct OrderData<'a> {
    label: &'a str,
    about: &'a str,
    sizes: &'a [u32],
    known: Vec<u32>,
    /// u16 in base64.
    cells: String,
    /// For each measure, f64 in base64, NaN where there is none.
    steps: Vec<String>,
    totals: Vec<Option<f64>>,
}

impl Explorer<'_> {
    /// The most orders of a page.
    pub const MOST_ORDERS: usize = 1000;

    /// The most cells of a grid: 64x64.
    pub const MOST_CELLS: usize = 4096;

    /// The page.
    ///
    /// O(n N) for n orders of N cells, in time and memory.
    ///
    /// # Errors
    ///
    /// [`PageError`] if there are no orders, too many, or too many cells; if orders or the
    /// field are of several grids, or values are not those of the measures.
    pub fn to_html(&self) -> Result<String, PageError> {
        let grid = self.check()?;
        let data = Data {
            title: &self.title,
            program: &self.program,
            frames: grid.frames(),
            height: grid.height(),
            width: grid.width(),
            field: self.field.as_ref(),
            measures: &self.measures,
            orders: self.orders.iter().map(ExplorerOrder::data).collect(),
        };
        let body = include_str!("page.html")
            .replace("{{title}}", &escaped(&self.title))
            .replace("{{program}}", &escaped(&self.program));
        let document = Document {
            title: &self.title,
            style: include_str!("explorer.css"),
            scripts: &SCRIPTS,
            data: Some(json(&data)),
            body: &body,
        };
        Ok(document.to_html())
    }

    fn check(&self) -> Result<Grid, PageError> {
        let orders = self.orders.iter();
        let grid = Self::check_orders(orders.map(|order| (order.label.as_str(), order.order)))?;
        if let Some(field) = self.field.as_ref().filter(|field| field.grid() != grid) {
            let field = field.grid();
            return Err(PageError::FieldGrid { field, grid });
        }
        self.orders
            .iter()
            .try_for_each(|order| order.check(&self.measures))?;
        Ok(grid)
    }

    /// Whether a page can show these orders, each with its label: gives their grid. Whoever
    /// measures them for a page asks before.
    ///
    /// # Errors
    ///
    /// [`PageError::NoOrders`], [`PageError::TooManyOrders`], [`PageError::OtherGrid`] or
    /// [`PageError::TooManyCells`] if not.
    pub fn check_orders<'o>(
        orders: impl ExactSizeIterator<Item = (&'o str, &'o Order)>,
    ) -> Result<Grid, PageError> {
        if orders.len() > Self::MOST_ORDERS {
            return Err(PageError::TooManyOrders {
                orders: orders.len(),
                most: Self::MOST_ORDERS,
            });
        }
        let mut orders = orders;
        let (first_label, first) = orders.next().ok_or(PageError::NoOrders)?;
        let grid = first.grid();
        if let Some((label, other)) = orders.find(|(_, other)| other.grid() != grid) {
            return Err(PageError::OtherGrid {
                first_label: first_label.to_owned(),
                first: grid,
                label: label.to_owned(),
                grid: other.grid(),
            });
        }
        match grid.cells() {
            cells if cells > Self::MOST_CELLS => Err(PageError::TooManyCells {
                grid,
                cells,
                most: Self::MOST_CELLS,
            }),
            _ => Ok(grid),
        }
    }
}

impl ExplorerOrder<'_> {
    fn check(&self, measures: &[PageMeasure]) -> Result<(), PageError> {
        if self.values.len() != measures.len() {
            return Err(PageError::Values {
                label: self.label.clone(),
                found: self.values.len(),
                expected: measures.len(),
            });
        }
        let expected = self.order.group_sizes().steps();
        for (measure, (steps, _)) in measures.iter().zip(&self.values) {
            if !steps.is_empty() && steps.len() != expected {
                return Err(PageError::Steps {
                    label: self.label.clone(),
                    measure: measure.name.clone(),
                    found: steps.len(),
                    expected,
                });
            }
        }
        Ok(())
    }

    fn data(&self) -> OrderData<'_> {
        let cells = self.order.cell_from_rank().iter();
        let number = |value: &Option<f64>| value.unwrap_or(f64::NAN).to_le_bytes();
        OrderData {
            label: &self.label,
            about: &self.about,
            sizes: self.order.group_sizes().as_slice(),
            known: self.order.known().cells().collect(),
            cells: packed(cells.map(|&cell| (cell as u16).to_le_bytes())),
            steps: self
                .values
                .iter()
                .map(|(steps, _)| packed(steps.iter().map(number)))
                .collect(),
            totals: self.values.iter().map(|(_, total)| *total).collect(),
        }
    }
}
