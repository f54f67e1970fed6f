//! `analyze`

use std::collections::BTreeMap;
use std::process::ExitCode;

use indicatif::HumanCount;
use orders_analysis::geometry::{Geometry, GeometryParams, GroupGeometry, Measure, OrderGeometry};
use orders_analysis::information::{Information, OrderInformation};
use orders_analysis::statistics::{BootstrapParams, mean_interval};
use orders_core::Cell;
use rayon::prelude::*;
use serde::Serialize;

use crate::args::AnalyzeArgs;
use crate::failure::Failure;
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
    /// Entropy of the field on the free cells given the known ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    joint_entropy_nats: Option<f64>,
    orders: Vec<OrderReport>,
    summary: BTreeMap<&'static str, Estimate>,
}

#[derive(Serialize)]
struct OrderReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    total_correlation_nats: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entropy_nats: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_shot_total_correlation_nats: Option<f64>,
    /// All groups together.
    geometry: GroupGeometry,
    steps: Vec<StepReport>,
}

#[derive(Serialize)]
struct StepReport {
    size: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    total_correlation_nats: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entropy_nats: Option<f64>,
    #[serde(flatten)]
    geometry: GroupGeometry,
}

/// A mean over the orders with its 95 % interval, where there is one.
#[derive(Serialize)]
struct Estimate {
    /// Orders in which the measure has a value.
    count: usize,
    mean: f64,
    low: Option<f64>,
    high: Option<f64>,
}

pub(crate) fn run(args: &AnalyzeArgs, printer: &Printer) -> Result<ExitCode, Failure> {
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
    let geometry = Geometry::new(problem, GeometryParams::for_grid(problem.grid()))
        .map_err(|error| Failure::bad_input(&error))?;
    let information = match &field {
        Some((_, covariance)) => {
            let made = Information::new(problem, covariance);
            Some(made.map_err(|error| Failure::bad_input(&error))?)
        }
        None => None,
    };
    let pool = settings::thread_pool(&args.threads)?;
    let measure = |(geometry, information): &mut (Geometry, Option<Information>),
                   (index, cells): (usize, &Vec<Cell>)| {
        measure_order(geometry, information.as_mut(), cells).map_err(|failure| match failure {
            Failure::Input(why) => {
                Failure::Input(format!("{}: order {index}: {why}", args.orders.display()))
            }
            other => other,
        })
    };
    let orders: Vec<OrderReport> = pool.install(|| {
        let all: Vec<Result<OrderReport, Failure>> = list
            .orders
            .par_iter()
            .enumerate()
            .map_init(|| (geometry.clone(), information.clone()), measure)
            .collect();
        // The first order that is none is named, whichever thread met it.
        all.into_iter().collect::<Result<_, _>>()
    })?;
    let summary = pool.install(|| summary(&orders));
    let report = Report {
        path: args.orders.display().to_string(),
        grid: problem.grid().to_string(),
        known_count: problem.known().count(),
        group_sizes: problem.group_sizes().as_slice().to_vec(),
        field: field.as_ref().map(|(field, _)| field.to_string()),
        joint_entropy_nats: information.as_ref().map(Information::joint_entropy_nats),
        orders,
        summary,
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
    if args.json {
        printer.result_json(&report)?;
    } else {
        printer.result(&words(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn measure_order(
    geometry: &mut Geometry,
    information: Option<&mut Information>,
    cells: &[Cell],
) -> Result<OrderReport, Failure> {
    let OrderGeometry { steps, total } = geometry
        .measure(cells)
        .map_err(|error| Failure::bad_input(&error))?;
    let lost: Option<OrderInformation> = match information {
        Some(information) => {
            let measured = information.measure(cells);
            Some(measured.map_err(|error| Failure::bad_input(&error))?)
        }
        None => None,
    };
    let of_step = |index: usize| lost.as_ref().and_then(|lost| lost.steps.get(index));
    let steps = steps
        .into_iter()
        .enumerate()
        .map(|(index, geometry)| StepReport {
            size: geometry.cells,
            total_correlation_nats: of_step(index).map(|step| step.total_correlation_nats),
            entropy_nats: of_step(index).map(|step| step.entropy_nats),
            geometry,
        });
    Ok(OrderReport {
        steps: steps.collect(),
        total_correlation_nats: lost.as_ref().map(|lost| lost.total_correlation_nats),
        entropy_nats: lost.as_ref().map(|lost| lost.entropy_nats),
        one_shot_total_correlation_nats: lost
            .as_ref()
            .map(|lost| lost.one_shot_total_correlation_nats),
        geometry: total,
    })
}

/// The mean over the orders of every measure of a whole order.
fn summary(orders: &[OrderReport]) -> BTreeMap<&'static str, Estimate> {
    type Value<'a> = Box<dyn Fn(&OrderReport) -> Option<f64> + 'a>;
    let mut measures: Vec<(&'static str, Value<'_>)> = vec![
        (
            "total_correlation_nats",
            Box::new(|order| order.total_correlation_nats),
        ),
        ("entropy_nats", Box::new(|order| order.entropy_nats)),
        (
            "one_shot_total_correlation_nats",
            Box::new(|order| order.one_shot_total_correlation_nats),
        ),
    ];
    for measure in Measure::ALL {
        measures.push((
            measure.name(),
            Box::new(move |order| order.geometry.value(measure)),
        ));
    }
    let estimates = measures.into_iter().filter_map(|(name, value)| {
        let values: Vec<f64> = orders.iter().filter_map(value).collect();
        let count = values.len();
        if count == 0 {
            return None;
        }
        // One value has no interval, and few that are far from normal may have none.
        let interval = mean_interval(&values, &BootstrapParams::default()).ok();
        let estimate = Estimate {
            count,
            mean: interval.map_or_else(
                || values.iter().sum::<f64>() / count as f64,
                |interval| interval.estimate,
            ),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
        };
        Some((name, estimate))
    });
    estimates.collect()
}

fn words(report: &Report) -> String {
    let count = report.orders.len();
    let steps = report.group_sizes.len();
    let mut lines = vec![format!(
        "{}: {} order{}, {}, {steps} step{}{}",
        report.path,
        HumanCount(count as u64),
        if count == 1 { "" } else { "s" },
        report.grid,
        if steps == 1 { "" } else { "s" },
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
    for (name, estimate) in &report.summary {
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
        let mean = |value: &dyn Fn(&StepReport) -> Option<f64>| {
            let steps = report.orders.iter().map(|order| &order.steps[step]);
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
