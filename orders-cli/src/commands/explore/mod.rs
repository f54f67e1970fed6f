//! `explore`

mod measured;
mod results;

use orders_core::Catalogue;
use orders_pages::{Explorer, ExplorerOrder, FieldTable, PageMeasure};
use serde::Serialize;

use crate::args::{ExploreArgs, OrdersShownArgs};
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::settings::{self, OrdersShown, Origin};
use crate::single_file::SingleFile;
use results::JudgedOrders;

/// What was written, for `--json`.
#[derive(Serialize)]
struct Report<'a> {
    path: String,
    bytes: usize,
    field: String,
    program: &'static str,
    orders: Vec<&'a Origin>,
}

pub(crate) fn run(args: &ExploreArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let file = SingleFile::out(&args.out, "html", args.written.force)?;
    let shown = orders_shown(args, catalogue)?;
    let labelled = shown.orders.iter();
    let labelled = labelled.map(|shown| (shown.label.as_str(), &shown.order));
    let grid = Explorer::check_orders(labelled).map_err(Failure::bad_input)?;
    let (field, covariance) = settings::covariance(&args.field, grid)?;
    let between = |a, b| covariance.between(a, b);
    let table = FieldTable::new(field.to_string(), grid, between)
        .map_err(|error| Failure::input_at(format!("--field {field}"), &error))?;
    let judged = args
        .results
        .as_deref()
        .map(JudgedOrders::read)
        .transpose()?;

    let pool = settings::thread_pool(&args.threads, printer)?;
    let progress = printer.progress(shown.orders.len() as u64, "orders measured");
    let measured = pool.install(|| measured::measure(&shown.orders, &covariance, &progress));
    progress.finish_and_clear();
    let (mut measures, mut values) = measured?;
    if let Some(judged) = &judged {
        for (measure, of_orders) in judged.of(&shown.orders, catalogue)? {
            measures.push(measure);
            for (values, own) in values.iter_mut().zip(of_orders) {
                values.push(own);
            }
        }
    }
    let page = page(&shown, table, measures, values).map_err(Failure::bad_input)?;
    printer.notes(&shown.notes);
    file.write(page.as_bytes())?;

    let report = Report {
        path: args.out.display().to_string(),
        bytes: page.len(),
        field: field.to_string(),
        program: PROGRAM,
        orders: shown.origins(),
    };
    printer.report(args.written.json, &report, || {
        let orders = counted(shown.orders.len() as u64, "order");
        let kilobytes = report.bytes.div_ceil(1000);
        format!("{orders}, {kilobytes} kB: {}", report.path)
    })
}

/// The values of a measure for the steps of an order, and for all of it.
type Values = (Vec<Option<f64>>, Option<f64>);

fn page(
    shown: &OrdersShown,
    field: FieldTable,
    measures: Vec<PageMeasure>,
    values: Vec<Vec<Values>>,
) -> Result<String, orders_pages::PageError> {
    let orders = shown.orders.iter().zip(values);
    let explorer = Explorer {
        title: shown.title(),
        program: PROGRAM.to_owned(),
        field: Some(field),
        measures,
        orders: orders
            .map(|(shown, values)| ExplorerOrder {
                label: shown.label.clone(),
                about: format!("{}; {}", shown.description(), shown.which()),
                order: &shown.order,
                values,
            })
            .collect(),
    };
    explorer.to_html()
}

/// The orders of all indices. One that is the same as the first of its file or method is
/// left out: a method without chance has no other.
fn orders_shown(args: &ExploreArgs, catalogue: &Catalogue) -> Result<OrdersShown> {
    let mut asked = with_methods(&args.orders, catalogue);
    let mut shown = OrdersShown::new(catalogue, &asked)?;
    let first = shown.orders.len();
    for _ in 1..args.num {
        asked.index = asked.index.checked_add(1).ok_or_else(|| {
            Failure::input(format!(
                "--index {} and --num {} lead beyond the last index there is",
                args.orders.index, args.num
            ))
        })?;
        let more = OrdersShown::new(catalogue, &asked)?;
        for (place, mut order) in more.orders.into_iter().enumerate() {
            if order.order != shown.orders[place].order {
                order.label = format!("{} #{}", order.label, asked.index);
                order.origin.label.clone_from(&order.label);
                shown.orders.push(order);
            }
        }
        let orders = shown.orders.len();
        if orders == first || orders > Explorer::MOST_ORDERS {
            break;
        }
    }
    Ok(shown)
}

/// Names that are no files, but methods, stand for these.
fn with_methods(args: &OrdersShownArgs, catalogue: &Catalogue) -> OrdersShownArgs {
    let mut args = args.clone();
    let is_method = |path: &std::path::PathBuf| {
        let text = path.to_str().unwrap_or_default();
        let name = text.split(',').next().unwrap_or_default();
        !path.exists() && catalogue.entry(name).is_ok()
    };
    let (methods, files) = args.files.into_iter().partition(is_method);
    args.files = files;
    let named: Vec<std::path::PathBuf> = methods;
    let named = named.iter().map(|path| path.display().to_string());
    args.method.splice(0..0, named);
    args
}
