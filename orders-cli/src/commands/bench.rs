//! `bench`

use std::ops::ControlFlow;

use orders_core::methods::Raster;
use orders_core::{Catalogue, FirstGroup, KnownCells, Shape};
use orders_model::lpd::{LpdError, SampleOrders, TimeRequest, Timing};
use orders_model::{ModelSource, ModelSourceError};
use serde::Serialize;

use crate::args::BenchArgs;
use crate::description::plural;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::{memory, settings};

/// What was measured.
#[derive(Serialize)]
struct Report {
    model: String,
    device: String,
    precision: String,
    threads: usize,
    cfg: f64,
    warm_up: usize,
    runs: usize,
    cases: Vec<Case>,
    /// Latency of the baseline over that of the steps, at batch 1.
    speed_up: Option<f64>,
    /// The most memory that the process ever had, where the system says.
    peak_megabytes: Option<f64>,
}

/// One order at one batch size.
#[derive(Serialize)]
struct Case {
    method: String,
    steps: usize,
    batch: usize,
    /// Of a whole batch.
    seconds_best: f64,
    seconds_median: f64,
    images_per_second: f64,
    step_tokens: Vec<u32>,
    /// The best time of each step.
    step_seconds: Vec<f64>,
}

pub(crate) fn run(args: &BenchArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let guidance = settings::guidance(args.cfg, args.cfg_schedule)?;
    let model = settings::model(&args.model)?;
    let mut notes = Vec::new();
    settings::looked_at(&model, &mut notes)?;
    printer.notes(&notes);
    let grid = model.config().grid();
    let known = KnownCells::none(grid);
    let (entry, parameters) = settings::method_and_parameters(
        catalogue,
        &args.method.method,
        &args.method.set.set,
        Some(&args.method.thresholds),
    )?;
    let method = settings::method_by_name(catalogue, entry.name(), &parameters, grid)?;
    let sizes = settings::sizes(&args.sizes, &known, Some((catalogue, method.as_ref())))?
        .ok_or_else(|| Failure::input("group sizes are needed: --steps, or --group-sizes LIST"))?;
    let problem = settings::problem(known.clone(), &sizes.sizes, "--group-sizes")?;
    let device = settings::device(&args.model.device)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let lpd = pool.install(|| match &model {
        ModelSource::Formula(_) => {
            let loaded = model.load(args.model.dtype, &device, memory::limit());
            loaded.map_err(|error| match error {
                ModelSourceError::Lpd(error @ LpdError::Memory(_)) => {
                    Failure::input_at("--model", &error)
                }
                error => Failure::work(error),
            })
        }
        _ => settings::lpd(&model, args.model.dtype, &device),
    })?;
    let one_by_one = Shape::OneByOne
        .group_sizes(grid.cells(), grid.cells(), FirstGroup::One)
        .map_err(Failure::work)?;
    let baseline = settings::problem(known, &one_by_one, "--group-sizes")?;
    let orders = SampleOrders::of_method(method, problem, 0);
    let baseline = SampleOrders::of_method(Box::new(Raster), baseline, 0);

    let mut cases = Vec::new();
    let mut batches = vec![1];
    if args.batch > 1 {
        batches.push(args.batch);
    }
    for &batch in &batches {
        let measure = |orders: &SampleOrders| -> Result<Case> {
            let request = TimeRequest {
                orders,
                guidance,
                batch,
                warm_up: args.warm_up,
                runs: args.runs,
                memory: memory::limit(),
            };
            // Nothing is kept of it, so that ^C may end it as it is.
            let timing = pool.install(|| lpd.time(&request, |_| ControlFlow::Continue(())));
            let timing = timing
                .map_err(|error| settings::request_failure(error, |error| Failure::work(error)))?;
            Ok(Case::new(&request, timing))
        };
        cases.push(measure(&orders)?);
        if !args.no_baseline {
            cases.push(measure(&baseline)?);
        }
    }
    let report = Report {
        model: format!(
            "{} ({})",
            args.model.model.as_deref().unwrap_or("model"),
            model.label()
        ),
        device: args.model.device.device.clone(),
        precision: format!("{:?}", lpd.dtype()),
        threads: pool.current_num_threads(),
        cfg: guidance.scale(),
        warm_up: args.warm_up,
        runs: args.runs,
        speed_up: (!args.no_baseline).then(|| cases[1].seconds_best / cases[0].seconds_best),
        cases,
        peak_megabytes: peak_megabytes(),
    };
    printer.report(args.json, &report, || table(&report))
}

impl Case {
    fn new(request: &TimeRequest<'_>, timing: Timing) -> Self {
        let step_tokens = request.orders.problem().group_sizes().as_slice().to_vec();
        Self {
            method: request.orders.name().to_owned(),
            steps: step_tokens.len(),
            batch: request.batch,
            seconds_best: timing.best(),
            seconds_median: timing.median(),
            images_per_second: request.batch as f64 / timing.best(),
            step_tokens,
            step_seconds: timing.step_seconds,
        }
    }
}

/// The largest resident size of this process so far.
fn peak_megabytes() -> Option<f64> {
    let status = fs_err::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn table(report: &Report) -> String {
    let mut lines = vec![format!(
        "{}, {}, {}, {} thread{}, cfg {}; {} warm-up run{}, {} counted",
        report.model,
        report.device,
        report.precision,
        report.threads,
        plural(report.threads as u64),
        report.cfg,
        report.warm_up,
        plural(report.warm_up as u64),
        report.runs,
    )];
    lines.push(format!(
        "{:<12} {:>5} {:>5} {:>10} {:>10} {:>9}",
        "method", "steps", "batch", "best s", "median s", "images/s"
    ));
    for case in &report.cases {
        lines.push(format!(
            "{:<12} {:>5} {:>5} {:>10.3} {:>10.3} {:>9.3}",
            case.method,
            case.steps,
            case.batch,
            case.seconds_best,
            case.seconds_median,
            case.images_per_second
        ));
    }
    if let Some(speed_up) = report.speed_up {
        lines.push(format!(
            "{:.1} times as fast as one cell at a time, at batch 1",
            speed_up
        ));
    }
    if let Some(case) = report.cases.first() {
        lines.push("steps at batch 1, tokens and ms:".to_owned());
        let steps: Vec<String> = case
            .step_tokens
            .iter()
            .zip(&case.step_seconds)
            .map(|(tokens, seconds)| format!("{tokens}:{:.1}", seconds * 1000.0))
            .collect();
        lines.push(format!("  {}", steps.join(" ")));
    }
    if let Some(peak) = report.peak_megabytes {
        lines.push(format!("peak memory {peak:.0} MiB"));
    }
    lines.join("\n")
}
