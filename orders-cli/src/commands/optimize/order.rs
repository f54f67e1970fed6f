//! `optimize order`

use std::path::Path;
use std::time::{Duration, Instant};

use orders_analysis::optimize::{self, OptimizedOrder, OrderRequest, SearchStart};
use orders_core::files::{Encoder, Format};
use orders_core::{Catalogue, Problem};
use serde::Serialize;

use crate::args::OptimizeOrderArgs;
use crate::failure::{Failure, INTERRUPTED, Result};
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

/// Where a search starts, and what reports call that.
struct Start {
    from: SearchStart,
    name: String,
}

pub(crate) fn run(
    args: &OptimizeOrderArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<()> {
    let task = Task::of_lpd(catalogue, &args.grid, &args.known, &args.sizes)?;
    let problem = &task.problem;
    let (field, covariance) = settings::covariance(&args.field, problem.grid())?;
    let Start { from, name } = start(args, catalogue, problem)?;
    let target = Target::file(&args.out, args.written.force || args.resume)?;
    let pool = settings::thread_pool(&args.threads)?;
    interrupt::catch()?;
    printer.notes(&task.notes);

    let request = OrderRequest {
        problem,
        covariance: &covariance,
        start: from,
        seed: args.seed,
        rounds: args.rounds,
    };
    let began = Instant::now();
    let limit = args.seconds.map(Duration::from_secs);
    let progress = printer.progress(args.rounds, "searching");
    let mut interrupted = false;
    let found = pool.install(|| {
        optimize::order(&request, &mut |round| {
            progress.set_position(round);
            interrupted = interrupt::check().is_err();
            !interrupted && limit.is_none_or(|limit| began.elapsed() < limit)
        })
    });
    progress.finish_and_clear();
    let found = found.map_err(|error| Failure::input_at(format!("start {name}"), &error))?;
    write(args, problem, &field.to_string(), &name, &found, &target)?;

    let report = Report {
        path: target.file.display().to_string(),
        field: field.to_string(),
        start: name,
        rounds: found.rounds,
        start_total_correlation_nats: found.start_nats,
        total_correlation_nats: found.nats,
        interrupted,
    };
    printer.report(args.written.json, &report, || {
        format!(
            "{:.4} nats after {} rounds, {:.4} at the start ({}): {}",
            report.total_correlation_nats,
            report.rounds,
            report.start_total_correlation_nats,
            report.start,
            report.path
        )
    })?;
    if interrupted {
        printer.note("interrupted; the best order so far is written, and --resume goes on from it");
        return Err(Failure::Told(INTERRUPTED));
    }
    Ok(())
}

fn start(args: &OptimizeOrderArgs, catalogue: &Catalogue, problem: &Problem) -> Result<Start> {
    if args.resume {
        return of_file(args, problem, &args.out, true);
    }
    if args.start == "greedy" {
        return Ok(Start {
            from: SearchStart::Greedy,
            name: "greedy".into(),
        });
    }
    let path = Path::new(&args.start);
    if Format::from_path(path).is_ok() {
        return of_file(args, problem, path, false);
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
        .map_err(Failure::bad_input)?;
    Ok(Start {
        from: SearchStart::Order {
            cells: order.into_cells(),
            rounds: 0,
        },
        name: args.start.clone(),
    })
}

/// The first order of a file. If the search goes on, the rounds count that this
/// command wrote beside it.
fn of_file(
    args: &OptimizeOrderArgs,
    problem: &Problem,
    path: &Path,
    goes_on: bool,
) -> Result<Start> {
    let mut list = OrderList::read(path, &args.grid, &args.known, &args.sizes, 1)?;
    if list.problem != *problem {
        return Err(Failure::input(format!(
            "{} is for other cells or group sizes than the flags ask for",
            path.display()
        )));
    }
    let manifest = list.manifest.take();
    let rounds = manifest
        .filter(|manifest| goes_on && manifest.method.as_deref() == Some(METHOD))
        .and_then(|manifest| manifest.parameters.get(ROUNDS)?.number());
    Ok(Start {
        from: SearchStart::Order {
            cells: list.orders.swap_remove(0),
            rounds: rounds.unwrap_or(0.0) as u64,
        },
        name: path.display().to_string(),
    })
}

/// Writes the best order and its manifest.
fn write(
    args: &OptimizeOrderArgs,
    problem: &Problem,
    field: &str,
    start: &str,
    found: &OptimizedOrder,
    target: &Target,
) -> Result<()> {
    let encoder = Encoder::with_known(target.format, 1, problem.known(), &Default::default())
        .map_err(Failure::bad_input)?;
    let mut file = target.create()?;
    let mut bytes = encoder.header().to_vec();
    encoder.row(0, &found.cells, &mut bytes);
    bytes.extend_from_slice(encoder.footer());
    output::write(&mut file, &bytes)?;
    let file = output::finish(file)?;
    let mut manifest = output::manifest(&encoder, &file)?;
    manifest.set_problem(problem);
    manifest.method = Some(METHOD.into());
    manifest.seed = Some(args.seed);
    manifest.parameters = [
        ("field".to_owned(), field.into()),
        (ROUNDS.to_owned(), (found.rounds as f64).into()),
        ("start".to_owned(), start.into()),
    ]
    .into();
    manifest.note = Some(format!(
        "total correlation {:.6} nats on {field}",
        found.nats
    ));
    target.persist(file, &manifest, None)
}
