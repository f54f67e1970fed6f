//! `optimize sizes`

use std::path::Path;

use orders_analysis::information::{InformationError, OrderSource, SizesParams};
use orders_analysis::optimize::{self, Goal, OptimizedSizes, SizesRequest};
use orders_core::{Catalogue, GroupSizes, KnownCells, Problem};

use crate::args::OptimizeSizesArgs;
use crate::description::commas;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::{self, OrderList, Place, Task};

pub(crate) fn run(
    args: &OptimizeSizesArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<()> {
    if let Some(path) = &args.curve {
        return of_curve(args, path, printer);
    }
    // Where something else conflicts with --curve, clap asks no more for it.
    if args.pooled {
        return Err(Failure::input("--pooled is taken with --curve alone"));
    }
    match &args.orders {
        Some(path) => {
            let list = OrderList::read(path, &args.grid, &args.known, &args.sizes, args.num)?;
            let orders = OrderSource::Listed(&list.orders);
            find(args, &list.problem, orders, printer)
        }
        None => {
            let place = Place::Grid(settings::needed_grid(&args.grid)?);
            let name = args.method.as_deref().unwrap_or("lpd");
            let (set, thresholds) = (&args.set.set, Some(&args.thresholds));
            let (entry, parameters) =
                settings::method_and_parameters(catalogue, name, set, thresholds)?;
            let method = (entry, &parameters);
            let task = Task::new(catalogue, &place, &args.known, &args.sizes, method)?;
            let method = task.method.as_ref();
            let orders = OrderSource::Method {
                method,
                count: if method.is_random() { args.num } else { 1 },
                seed: args.seed,
            };
            find(args, &task.problem, orders, printer)
        }
    }
}

fn find(
    args: &OptimizeSizesArgs,
    problem: &Problem,
    orders: OrderSource<'_>,
    printer: &Printer,
) -> Result<()> {
    let field = args.field.as_deref().expect("a flag is required");
    let (_, covariance) = settings::covariance(field, problem.grid())?;
    let request = SizesRequest {
        orders,
        problem,
        covariance: &covariance,
        params: params(args),
        goal: args.goal,
    };
    let pool = settings::thread_pool(&args.threads, printer)?;
    let progress = printer.progress(args.num, "orders measured");
    let tell = |done| progress.set_position(done);
    let found = pool.install(|| optimize::sizes(&request, &tell));
    progress.finish_and_clear();
    let found = found.map_err(|error| match (&error, &args.orders) {
        (InformationError::Order(_) | InformationError::NoOrders, Some(path)) => {
            Failure::input_at(path.display(), &error)
        }
        _ => Failure::bad_input(error),
    })?;
    tell_found(args, problem, &found, printer)
}

fn params(args: &OptimizeSizesArgs) -> SizesParams {
    SizesParams {
        largest: args.largest,
        non_decreasing: args.non_decreasing,
    }
}

/// The sizes with which a model loses least, by its curve.
fn of_curve(args: &OptimizeSizesArgs, path: &Path, printer: &Printer) -> Result<()> {
    let curve = settings::curve(path)?;
    let known = KnownCells::none(curve.grid());
    let sizes = settings::sizes(&args.sizes, &known, None)?
        .ok_or_else(|| Failure::input("the number of steps is needed: --steps"))?;
    printer.notes(sizes.note.as_slice());
    let problem = settings::problem(known, &sizes.sizes, "--group-sizes")?;
    let costs = match args.pooled {
        true => curve.cut_costs_of_random_orders(),
        false => curve.cut_costs(),
    };
    let found = optimize::sizes_of_costs(&costs, problem.group_sizes(), params(args))
        .map_err(Failure::bad_input)?;
    tell_found(args, &problem, &found, printer)
}

fn tell_found(
    args: &OptimizeSizesArgs,
    problem: &Problem,
    found: &OptimizedSizes,
    printer: &Printer,
) -> Result<()> {
    printer.note(&format!(
        "these sizes cost {:.4} {} in the mean, those that {} {:.4}{}",
        found.cost,
        match args.goal {
            Goal::Loss => "nats",
            Goal::Passes => "passes",
        },
        match args.curve {
            Some(_) => "flags ask for",
            None => "the orders were made with",
        },
        found.own_cost,
        sameness(problem, &found.sizes)
    ));
    printer.report(args.json, &found.sizes.as_slice(), || {
        commas(found.sizes.as_slice())
    })
}

/// What sizes that were found are called already.
fn sameness(problem: &Problem, found: &GroupSizes) -> &'static str {
    let published = GroupSizes::published(problem.grid(), found.steps());
    let is_published = problem.known().count() == 0 && published.as_ref() == Some(found);
    match (found == problem.group_sizes(), is_published) {
        (true, true) => "; they are the same, the published ones",
        (true, false) => "; they are the same",
        (false, true) => "; they are the published ones",
        (false, false) => "",
    }
}
