//! `bench`

use std::process::ExitCode;
use std::time::Instant;

use orders_core::methods::Raster;
use orders_core::{Catalogue, FirstGroup, KnownCells, Shape};
use orders_model::lpd::{Batch, Choice, Guidance, Lpd, Sampler, Sampling};
use serde::Serialize;

use crate::args::BenchArgs;
use crate::failure::Failure;
use crate::interrupt;
use crate::printer::Printer;
use crate::settings::{self, SampleOrders};

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
pub(super) struct Case {
    method: String,
    steps: usize,
    batch: usize,
    /// Of a whole batch.
    pub(super) seconds_best: f64,
    seconds_median: f64,
    pub(super) images_per_second: f64,
    step_tokens: Vec<u32>,
    /// The best time of each step.
    step_seconds: Vec<f64>,
}

pub(crate) fn run(
    args: &BenchArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let guidance = settings::guidance(args.cfg, args.cfg_schedule)?;
    let config = settings::lpd_config(&args.model)?;
    let grid = config.grid();
    let known = KnownCells::none(grid);
    let entry = settings::method_entry(catalogue, &args.method.method)?;
    let parameters = settings::parameters(entry, &[], &args.method.set, &args.method.thresholds)?;
    let method = settings::method_by_name(catalogue, &args.method.method, &parameters, grid)?;
    let sizes = settings::sizes(&args.sizes, &known, Some((catalogue, method.as_ref())))?
        .ok_or_else(|| Failure::input("group sizes are needed: --steps, or --group-sizes LIST"))?;
    let problem = settings::problem(known.clone(), &sizes.sizes, "--group-sizes")?;
    let device = settings::device(&args.model.device)?;
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads)?;
    let bundled = settings::bundled(&args.model);
    let has_weights = args.model.checkpoint.is_some() || bundled.is_some();
    let (lpd, weights) = pool.install(|| match has_weights {
        true => {
            let loaded = settings::lpd(&args.model, config, &device)?;
            Ok((loaded.lpd, loaded.checkpoint))
        }
        false => {
            let dtype = settings::dtype(args.model.precision);
            let lpd = config
                .formula_weights(dtype, &device)
                .and_then(|weights| Lpd::new(config, weights))
                .map_err(|error| Failure::work(&error))?;
            Ok((lpd, "weights by formula".to_owned()))
        }
    })?;
    let one_by_one = Shape::OneByOne
        .group_sizes(grid.cells(), grid.cells(), FirstGroup::One)
        .map_err(|error| Failure::work(&error))?;
    let baseline = settings::problem(known, &one_by_one, "--group-sizes")?;
    let orders = SampleOrders::of_method(method, problem, 0);
    let baseline = SampleOrders::of_method(Box::new(Raster), baseline, 0);

    let mut cases = Vec::new();
    let mut batches = vec![1];
    if args.batch > 1 {
        batches.push(args.batch);
    }
    for &batch in &batches {
        let runs = (args.warm_up, args.runs);
        let measure =
            |orders: &SampleOrders| pool.install(|| measure(&lpd, orders, guidance, batch, runs));
        cases.push(measure(&orders)?);
        if !args.no_baseline {
            cases.push(measure(&baseline)?);
        }
    }
    let report = Report {
        model: format!(
            "{} ({weights})",
            args.model.model.clone().unwrap_or_else(|| "model".into())
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
    if args.json {
        printer.result_json(&report)?;
    } else {
        printer.result(&table(&report))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Times the generation of a batch: so many runs that are not counted, and then
/// those that are.
pub(super) fn measure(
    lpd: &Lpd,
    orders: &SampleOrders,
    guidance: Guidance,
    batch: usize,
    (warm_up, runs): (usize, usize),
) -> Result<Case, Failure> {
    let classes = lpd.config().classes();
    let labels: Vec<Option<u32>> = (0..batch)
        .map(|index| Some((index * 7 % classes) as u32))
        .collect();
    let request = orders.batch(0..batch as u64, &labels)?;
    let step_tokens = orders.problem.group_sizes().as_slice().to_vec();
    let mut step_seconds = vec![f64::INFINITY; step_tokens.len()];
    let mut totals = Vec::new();
    for run in 0..warm_up + runs {
        interrupt::check()?;
        let (total, steps) =
            once(lpd, &request, guidance).map_err(|error| Failure::work(&error))?;
        if run < warm_up {
            continue;
        }
        totals.push(total);
        for (best, seconds) in step_seconds.iter_mut().zip(steps) {
            *best = best.min(seconds);
        }
    }
    totals.sort_by(f64::total_cmp);
    let best = totals[0];
    Ok(Case {
        method: orders.name().to_owned(),
        steps: step_tokens.len(),
        batch,
        seconds_best: best,
        seconds_median: totals[totals.len() / 2],
        images_per_second: batch as f64 / best,
        step_tokens,
        step_seconds,
    })
}

/// One generation: seconds in total and of each step. The end of a step is
/// waited for on the device.
fn once(
    lpd: &Lpd,
    batch: &Batch,
    guidance: Guidance,
) -> Result<(f64, Vec<f64>), orders_model::lpd::LpdError> {
    let start = Instant::now();
    let mut sampler = Sampler::new(Choice::Sample(Sampling::default()), 0, 0, batch.len());
    let mut generation = lpd.generation(batch, None, guidance)?;
    let mut steps = Vec::new();
    let mut before = start;
    while let Some(step) = generation.next_step()? {
        generation.commit(sampler.choose(&step.logits)?)?;
        lpd.device().synchronize()?;
        let now = Instant::now();
        steps.push((now - before).as_secs_f64());
        before = now;
    }
    generation.finish()?;
    Ok((start.elapsed().as_secs_f64(), steps))
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
        if report.threads == 1 { "" } else { "s" },
        report.cfg,
        report.warm_up,
        if report.warm_up == 1 { "" } else { "s" },
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
