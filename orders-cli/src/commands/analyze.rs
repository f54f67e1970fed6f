//! `analyze`

use indicatif::HumanCount;
use orders_analysis::analyze::{Analysis, AnalyzeRequest, StepAnalysis, analyze};
use orders_analysis::experiment::Measures;
use serde::Serialize;

use crate::args::AnalyzeArgs;
use crate::description::{counted, plural};
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::{self, OrderList};

/// Everything that was measured, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    grid: String,
    known_count: usize,
    group_sizes: Vec<u32>,
    /// The field, as it can be given to `--field` again.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(flatten)]
    analysis: Analysis,
}

pub(crate) fn run(args: &AnalyzeArgs, printer: &Printer) -> Result<()> {
    let list = OrderList::read(
        &args.orders,
        &args.grid,
        &args.known,
        &args.sizes,
        args.limit,
    )?;
    let problem = &list.problem;
    let field = match &args.field {
        Some(text) => Some(settings::covariance(text, problem.grid())?),
        None => None,
    };
    let curve = args.curve.as_deref().map(settings::curve).transpose()?;
    let request = AnalyzeRequest {
        problem,
        orders: &list.orders,
        covariance: field.as_ref().map(|(_, covariance)| covariance),
        curve: curve.as_ref(),
    };
    let pool = settings::thread_pool(&args.threads, printer)?;
    let progress = printer.progress(list.orders.len() as u64, "orders measured");
    let analysis = pool.install(|| analyze(&request, &|done| progress.set_position(done)));
    progress.finish_and_clear();
    let report = Report {
        path: args.orders.display().to_string(),
        grid: problem.grid().to_string(),
        known_count: problem.known().count(),
        group_sizes: problem.group_sizes().as_slice().to_vec(),
        field: field.as_ref().map(|(field, _)| field.to_string()),
        analysis: analysis.map_err(|error| Failure::input_at(args.orders.display(), &error))?,
    };
    if let Some(note) = &list.note {
        printer.note(note);
    }
    if list.has_more {
        printer.note(&format!(
            "the first {} orders were measured, and there are more; --limit measures others",
            HumanCount(list.orders.len() as u64)
        ));
    }
    printer.report(args.json, &report, || words(&report))?;
    if args.explain {
        let measures = Measures::standard();
        let one_shot = "one_shot_total_correlation_nats (nats): total correlation if all cells were drawn at once: what an order can lose";
        let pairs = "pair_loss_nats (nats): what a model loses by pairs of cells that are generated at once, predicted from its curve, lower is better";
        let named = report.analysis.summary.keys();
        printer.explanations(named.map(|&name| match measures.entry(name) {
            Ok(measure) => measure.explanation(),
            Err(_) if name == "pair_loss_nats" => pairs.to_owned(),
            Err(_) => one_shot.to_owned(),
        }))?;
    }
    Ok(())
}

fn words(report: &Report) -> String {
    let steps = report.group_sizes.len();
    let mut lines = vec![format!(
        "{}: {}, {}, {steps} step{}{}",
        report.path,
        counted(report.analysis.orders.len() as u64, "order"),
        report.grid,
        plural(steps as u64),
        report
            .field
            .as_ref()
            .map_or_else(String::new, |field| format!(", field {field}")),
    )];
    lines.push(String::new());
    lines.push(format!(
        "{:<32} {:>11}  95 % interval",
        "measure of whole orders", "mean"
    ));
    for (name, estimate) in &report.analysis.summary {
        let interval = match (estimate.low, estimate.high) {
            (Some(low), Some(high)) => format!("{} to {}", number(low), number(high)),
            _ => "-".to_owned(),
        };
        lines.push(format!(
            "{name:<32} {:>11}  {interval}",
            number(estimate.mean)
        ));
    }
    lines.push(String::new());
    lines.push("means of each step over the orders".to_owned());
    lines.push(format!(
        "{:>5} {:>5} {:>11} {:>11} {:>11} {:>11} {:>11}",
        "step", "size", "tc_nats", "proximity", "nearest", "smallest", "coverage"
    ));
    for step in 0..steps {
        let mean = |value: &dyn Fn(&StepAnalysis) -> Option<f64>| {
            let steps = report
                .analysis
                .orders
                .iter()
                .map(|order| &order.steps[step]);
            let values: Vec<f64> = steps.filter_map(value).collect();
            match values.len() {
                0 => "-".to_owned(),
                count => number(values.iter().sum::<f64>() / count as f64),
            }
        };
        lines.push(format!(
            "{:>5} {:>5} {:>11} {:>11} {:>11} {:>11} {:>11}",
            step + 1,
            report.group_sizes[step],
            mean(&|step| step.total_correlation_nats),
            mean(&|step| Some(step.geometry.proximity)),
            mean(&|step| step.geometry.nearest_context),
            mean(&|step| step.geometry.smallest_pair),
            mean(&|step| step.geometry.neighbour_coverage),
        ));
    }
    lines.join("\n")
}

/// Four decimals: enough to compare, few enough to read.
fn number(value: f64) -> String {
    format!("{value:.4}")
}
