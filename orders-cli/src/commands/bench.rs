//! `bench`

use std::ops::ControlFlow;

use orders_core::methods::Raster;
use orders_core::{Catalogue, FirstGroup, KnownCells, Shape};
use orders_model::lpd::{Chooser, LpdError, SampleOrders, TimeRequest, Timing};
use orders_model::{ModelSource, ModelSourceError};
use serde::Serialize;

use crate::args::BenchArgs;
use crate::description::plural;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::settings::RunsOn;
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
    /// Passes of the batch; with orders that are made beforehand, their steps.
    passes: usize,
    /// Positions that went through the transformer for each image.
    positions: f64,
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
    let grid = model.config().grid();
    let known = KnownCells::none(grid);
    let cells = settings::cell_choice(catalogue, &args.orders, grid, args.batch, 0)?;
    if cells.chooser().known().count() > 0 {
        return Err(Failure::input(
            "bench times whole images: no cell may be known",
        ));
    }
    let runs_on = RunsOn::new(&args.model.runs, &mut notes)?;
    printer.notes(&notes);
    let pool = settings::thread_pool(&args.threads, printer)?;
    let lpd = pool.install(|| match &model {
        ModelSource::Formula(_) => {
            let loaded = model.load(runs_on.precision, &runs_on.device, memory::limit());
            loaded.map_err(|error| match error {
                ModelSourceError::Lpd(error @ LpdError::Memory(_)) => {
                    Failure::input_at("--model", &error)
                }
                error => Failure::work(error),
            })
        }
        _ => settings::lpd(&model, &runs_on),
    })?;
    let one_by_one = Shape::OneByOne
        .group_sizes(grid.cells(), grid.cells(), FirstGroup::One)
        .map_err(Failure::work)?;
    let baseline = settings::problem(known, &one_by_one, "--group-sizes")?;
    let baseline = SampleOrders::of_method(Box::new(Raster), baseline, 0);

    let mut cases = Vec::new();
    let mut batches = vec![1];
    if args.batch > 1 {
        batches.push(args.batch);
    }
    for &batch in &batches {
        let measure = |chooser: Chooser<'_>| -> Result<Case> {
            let request = TimeRequest {
                chooser,
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
        cases.push(measure(cells.chooser())?);
        if !args.no_baselines {
            cases.push(measure(Chooser::Orders(&baseline))?);
        }
    }
    let report = Report {
        model: format!(
            "{} ({})",
            args.model.model.as_deref().unwrap_or("model"),
            model.label()
        ),
        device: runs_on.words,
        precision: format!("{:?}", lpd.precision()),
        threads: pool.current_num_threads(),
        cfg: guidance.scale(),
        warm_up: args.warm_up,
        runs: args.runs,
        speed_up: (!args.no_baselines).then(|| cases[1].seconds_best / cases[0].seconds_best),
        cases,
        peak_megabytes: peak_megabytes(),
    };
    printer.report(args.json, &report, || table(&report))
}

impl Case {
    fn new(request: &TimeRequest<'_>, timing: Timing) -> Self {
        let step_tokens = match request.chooser {
            Chooser::Orders(orders) => orders.problem().group_sizes().as_slice().to_vec(),
            _ => Vec::new(),
        };
        let exactly = match request.chooser {
            Chooser::Exact(..) => ", exactly",
            _ => "",
        };
        Self {
            method: format!("{}{exactly}", request.chooser.name()),
            passes: timing.passes,
            positions: timing.positions,
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
        "{:<20} {:>6} {:>5} {:>10} {:>10} {:>9} {:>15}",
        "method", "passes", "batch", "best s", "median s", "images/s", "positions/image"
    ));
    for case in &report.cases {
        lines.push(format!(
            "{:<20} {:>6} {:>5} {:>10.3} {:>10.3} {:>9.3} {:>15.0}",
            case.method,
            case.passes,
            case.batch,
            case.seconds_best,
            case.seconds_median,
            case.images_per_second,
            case.positions
        ));
    }
    if let Some(speed_up) = report.speed_up {
        lines.push(format!(
            "{:.1} times as fast as one cell at a time, at batch 1",
            speed_up
        ));
    }
    if let Some(case) = report.cases.first()
        && !case.step_tokens.is_empty()
    {
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
