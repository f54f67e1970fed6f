//! `optimize thresholds`

use orders_analysis::optimize::{self, ThresholdsCost, ThresholdsRequest};
use orders_core::Catalogue;
use serde::Serialize;

use crate::args::OptimizeThresholdsArgs;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::{self, Task};

#[derive(Serialize)]
struct Report {
    grid: String,
    group_sizes: Vec<u32>,
    field: String,
    orders: u64,
    seed: u64,
    entries: Vec<ThresholdsCost>,
}

pub(crate) fn run(
    args: &OptimizeThresholdsArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<()> {
    let task = Task::of_lpd(catalogue, &args.grid, &args.known, &args.sizes)?;
    let grid = task.problem.grid();
    let (field, covariance) = settings::covariance(&args.field, grid)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let request = ThresholdsRequest {
        problem: &task.problem,
        covariance: &covariance,
        proximity: &args.proximity,
        repulsion: &args.repulsion,
        orders: args.num,
        seed: args.seed,
    };
    let pairs = args.proximity.len() * args.repulsion.len();
    let progress = printer.progress(pairs as u64, "pairs of thresholds");
    let tell = |done| progress.set_position(done);
    let entries = pool.install(|| optimize::thresholds(&request, &tell));
    progress.finish_and_clear();
    let entries = entries.map_err(Failure::bad_input)?;
    printer.notes(&task.notes);
    let report = Report {
        grid: grid.to_string(),
        group_sizes: task.problem.group_sizes().as_slice().to_vec(),
        field: field.to_string(),
        orders: args.num,
        seed: args.seed,
        entries,
    };
    printer.report(args.json, &report, || words(args, &report))
}

/// A row for each proximity, a column for each repulsion, and the cheapest pair.
fn words(args: &OptimizeThresholdsArgs, report: &Report) -> String {
    let mut lines = vec![format!(
        "{:>9} {}",
        "tau \\ rho",
        row(args.repulsion.iter())
    )];
    let rows = report.entries.chunks(args.repulsion.len());
    for (proximity, entries) in args.proximity.iter().zip(rows) {
        let costs = entries
            .iter()
            .map(|entry| format!("{:.4}", entry.total_correlation_nats));
        lines.push(format!("{proximity:>9} {}", row(costs)));
    }
    let by_cost = |a: &&ThresholdsCost, b: &&ThresholdsCost| {
        a.total_correlation_nats
            .total_cmp(&b.total_correlation_nats)
    };
    if let Some(best) = report.entries.iter().min_by(by_cost) {
        let interval = match (best.low, best.high) {
            (Some(low), Some(high)) => format!(" ({low:.4} to {high:.4})"),
            _ => String::new(),
        };
        lines.push(format!(
            "least: {:.4} nats{interval} at proximity {}, repulsion {}",
            best.total_correlation_nats, best.proximity, best.repulsion
        ));
    }
    lines.join("\n")
}

fn row(items: impl Iterator<Item = impl std::fmt::Display>) -> String {
    let words: Vec<String> = items
        .map(|item| format!("{:>9}", item.to_string()))
        .collect();
    words.join(" ")
}
