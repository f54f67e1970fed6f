//! `optimize sizes`

use std::process::ExitCode;

use orders_analysis::information::{
    CutCosts, OptimalSizes, SizesParams, mean_cut_costs, mean_cut_costs_of,
};
use orders_core::{Catalogue, Problem};

use crate::args::OptimizeSizesArgs;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::settings::{self, OrderList, Place, Task};

pub(crate) fn run(
    args: &OptimizeSizesArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let pool = settings::thread_pool(&args.threads)?;
    let (problem, costs) = pool.install(|| match &args.orders {
        Some(_) => of_file(args),
        None => of_method(catalogue, args),
    })?;
    let costs = costs.rounded();
    let params = SizesParams {
        largest: args.largest,
        non_decreasing: args.non_decreasing,
    };
    let steps = problem.group_sizes().steps();
    let (sizes, cost) = OptimalSizes::new(&costs, steps, params)
        .and_then(|optimal| optimal.for_steps(steps))
        .map_err(|error| Failure::bad_input(&error))?;
    let mut start = 0;
    let own_cost: f64 = problem
        .group_sizes()
        .as_slice()
        .iter()
        .map(|&size| {
            let end = start + size as usize;
            let cost = costs.cost(start, end);
            start = end;
            cost
        })
        .sum();
    printer.note(&format!(
        "these sizes cost {cost:.4} nats in the mean, those that the orders were made with {own_cost:.4}"
    ));
    if args.json {
        printer.result_json(&sizes.as_slice())?;
    } else {
        let words: Vec<String> = sizes.as_slice().iter().map(u32::to_string).collect();
        printer.result(&words.join(","))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn of_file(args: &OptimizeSizesArgs) -> Result<(Problem, CutCosts), Failure> {
    let path = args.orders.as_deref().unwrap_or_else(|| "".as_ref());
    let list = OrderList::read(path, &args.grid, &args.known, &args.sizes, args.num)?;
    let (_, covariance) = settings::covariance(&args.field, list.problem.grid())?;
    let costs = mean_cut_costs_of(&list.orders, &list.problem, &covariance)
        .map_err(|error| Failure::input_at(path.display(), &error))?;
    Ok((list.problem, costs))
}

fn of_method(
    catalogue: &Catalogue,
    args: &OptimizeSizesArgs,
) -> Result<(Problem, CutCosts), Failure> {
    let name = args.method.as_deref().unwrap_or("lpd");
    let place = Place::Grid(settings::grid(&args.grid)?.ok_or_else(settings::no_task)?);
    let task = Task::new(
        catalogue,
        &place,
        &args.known,
        &args.sizes,
        name,
        &args.set,
        &args.thresholds,
    )?;
    let (_, covariance) = settings::covariance(&args.field, task.problem.grid())?;
    let count = if task.method.is_random() { args.num } else { 1 };
    let costs = mean_cut_costs(
        task.method.as_ref(),
        &task.problem,
        &covariance,
        count,
        args.seed,
    )
    .map_err(|error| Failure::bad_input(&error))?;
    Ok((task.problem, costs))
}
