//! `optimize order`

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use orders_analysis::information::{OrderSearch, greedy_order};
use orders_core::files::{Encoder, Format};
use orders_core::{Catalogue, Cell, Problem};
use serde::Serialize;

use crate::args::{OptimizeOrderArgs, OptionalGridArgs, OptionalSizesArgs};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{self, Target};
use crate::printer::Printer;
use crate::settings::{self, OrderList, Task};

/// What manifests call orders of this command.
const METHOD: &str = "search";

/// The parameter of the manifest that counts rounds.
const ROUNDS: &str = "rounds";

/// What was found, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    field: String,
    start: String,
    rounds: u64,
    start_total_correlation_nats: f64,
    total_correlation_nats: f64,
    interrupted: bool,
}

/// Where a search starts.
struct Start {
    cells: Vec<Cell>,
    name: String,
    rounds: u64,
}

pub(crate) fn run(
    args: &OptimizeOrderArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let task = Task::of_lpd(catalogue, &args.grid, &args.known, &args.sizes)?;
    let problem = &task.problem;
    let (field, covariance) = settings::covariance(&args.field, problem.grid())?;
    let start = start(catalogue, args, problem, &covariance)?;
    let target = Target::file(&args.out, args.force || args.resume)?;
    let pool = settings::thread_pool(&args.threads)?;
    interrupt::catch()?;
    for note in &task.notes {
        printer.note(note);
    }

    let began = Instant::now();
    let progress = printer.progress(args.rounds, "searching");
    let mut search = OrderSearch::new(problem, &covariance, &start.cells, args.seed, start.rounds)
        .map_err(|error| Failure::input_at(format!("start {}", start.name), &error))?;
    let at_start = search.best_nats();
    let mut interrupted = false;
    pool.install(|| {
        for round in 0..args.rounds {
            interrupted = interrupt::check().is_err();
            let limit = args.seconds.map(Duration::from_secs);
            if interrupted || limit.is_some_and(|limit| began.elapsed() >= limit) {
                break;
            }
            search.round();
            progress.set_position(round + 1);
        }
    });
    progress.finish_and_clear();
    write(args, problem, &field.to_string(), &start, &search, &target)?;

    let report = Report {
        path: target.file.display().to_string(),
        field: field.to_string(),
        start: start.name,
        rounds: search.rounds(),
        start_total_correlation_nats: at_start,
        total_correlation_nats: search.best_nats(),
        interrupted,
    };
    if args.json {
        printer.result_json(&report)?;
    } else {
        printer.result(&format!(
            "{:.4} nats after {} rounds, {:.4} at the start ({}): {}",
            report.total_correlation_nats,
            report.rounds,
            report.start_total_correlation_nats,
            report.start,
            report.path
        ))?;
    }
    if interrupted {
        printer.note("interrupted; the best order so far is written, and --resume goes on from it");
        return Ok(ExitCode::from(130));
    }
    Ok(ExitCode::SUCCESS)
}

fn start(
    catalogue: &Catalogue,
    args: &OptimizeOrderArgs,
    problem: &Problem,
    covariance: &orders_analysis::information::Covariance,
) -> Result<Start, Failure> {
    if args.resume {
        return of_file(args, problem, &args.out);
    }
    if args.start == "greedy" {
        let cells = greedy_order(problem, covariance, args.seed);
        return Ok(Start {
            cells: cells.map_err(|error| Failure::bad_input(&error))?,
            name: "greedy".into(),
            rounds: 0,
        });
    }
    let path = Path::new(&args.start);
    if Format::from_path(path).is_ok() {
        return of_file(args, problem, path).map(|start| Start { rounds: 0, ..start });
    }
    settings::method_entry(catalogue, &args.start).map_err(|failure| match failure {
        Failure::Input(why) => Failure::Input(format!(
            "--start {}: {why}; greedy and order files (.json, .npy, .safetensors) are possible as well",
            args.start
        )),
        other => other,
    })?;
    let method =
        settings::method_by_name(catalogue, &args.start, &Default::default(), problem.grid())?;
    let order = method
        .order(problem, args.seed, 0)
        .map_err(|error| Failure::bad_input(&error))?;
    Ok(Start {
        cells: order.into_cells(),
        name: args.start.clone(),
        rounds: 0,
    })
}

/// The first order of a file. Its rounds count if this command wrote it.
fn of_file(args: &OptimizeOrderArgs, problem: &Problem, path: &Path) -> Result<Start, Failure> {
    let grid = OptionalGridArgs::from(&args.grid);
    let sizes = OptionalSizesArgs::from(&args.sizes);
    let mut list = OrderList::read(path, &grid, &args.known, &sizes, 1)?;
    if list.problem != *problem {
        return Err(Failure::input(format!(
            "{} is for other cells or group sizes than the flags ask for",
            path.display()
        )));
    }
    let manifest = list.manifest.take();
    let rounds = manifest
        .filter(|manifest| manifest.method.as_deref() == Some(METHOD))
        .and_then(|manifest| manifest.parameters.get(ROUNDS)?.number());
    Ok(Start {
        cells: list.orders.swap_remove(0),
        name: path.display().to_string(),
        rounds: rounds.unwrap_or(0.0) as u64,
    })
}

/// Writes the best order and its manifest.
fn write(
    args: &OptimizeOrderArgs,
    problem: &Problem,
    field: &str,
    start: &Start,
    search: &OrderSearch,
    target: &Target,
) -> Result<(), Failure> {
    let encoder = Encoder::with_known(target.format, 1, problem.known(), &Default::default())
        .map_err(|error| Failure::bad_input(&error))?;
    let mut file = target.create()?;
    let mut bytes = encoder.header().to_vec();
    encoder.row(0, search.best(), &mut bytes);
    bytes.extend_from_slice(encoder.footer());
    output::write(&mut file, &bytes)?;
    let file = output::finish(file)?;
    let mut manifest = output::manifest(&encoder, &file)?;
    manifest.set_problem(problem);
    manifest.method = Some(METHOD.into());
    manifest.seed = Some(args.seed);
    manifest.parameters = [
        ("field".to_owned(), field.into()),
        (ROUNDS.to_owned(), (search.rounds() as f64).into()),
        ("start".to_owned(), start.name.as_str().into()),
    ]
    .into();
    manifest.note = Some(format!(
        "total correlation {:.6} nats on {field}",
        search.best_nats()
    ));
    target.persist(file, &manifest, None)
}
