//! `optimize order`

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use orders_analysis::information::{Field, InformationError};
use orders_analysis::optimize::{self, OptimizedOrder, OrderRequest, SearchProgress, SearchStart};
use orders_core::files::{Encoder, Format, open_regular};
use orders_core::{Catalogue, ParameterValue, Parameters, Problem};
use serde::Serialize;

use crate::args::OptimizeOrderArgs;
use crate::failure::{Failure, INTERRUPTED, Result};
use crate::interrupt;
use crate::order_file;
use crate::output::{self, Target};
use crate::printer::Printer;
use crate::settings::{self, OrderList, Task};

/// What manifests call orders of this command.
const METHOD: &str = "search";

/// Parameters of the manifest: the field, the digest of its file if it is from one, the
/// number of rounds, and where the first of them began.
const FIELD: &str = "field";
const FIELD_DIGEST: &str = "field_sha256";
const ROUNDS: &str = "rounds";
const START: &str = "start";

/// The most rounds that a search goes on from: more than numbers of manifests count.
const MOST_ROUNDS: f64 = (1_u64 << 53) as f64;

/// Where a search starts that is not told where.
const GREEDY: &str = "greedy";

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
    from: SearchStart,
    /// What reports call it.
    name: String,
    /// Where it started before it was gone on with for the first time.
    first: String,
}

pub(crate) fn run(
    args: &OptimizeOrderArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<()> {
    let task = Task::of_lpd(catalogue, &args.grid, &args.known, &args.sizes)?;
    let problem = &task.problem;
    let (field, covariance) = settings::covariance(&args.field, problem.grid())?;
    let Start { from, name, first } = start(args, catalogue, problem, &field)?;
    let target = Target::file(&args.out, args.written.force || args.resume)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
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
        optimize::order(&request, &mut |at| {
            interrupted = interrupt::check().is_err();
            let is_over = match at {
                SearchProgress::Start { cells, of } => {
                    progress.set_message("cells of the start");
                    progress.set_length(of);
                    progress.set_position(cells);
                    // Without a start there is no order to write.
                    false
                }
                SearchProgress::Rounds(round) => {
                    progress.set_message("rounds of the search");
                    progress.set_length(args.rounds);
                    progress.set_position(round);
                    limit.is_some_and(|limit| began.elapsed() >= limit)
                }
            };
            match interrupted || is_over {
                true => ControlFlow::Break(()),
                false => ControlFlow::Continue(()),
            }
        })
    });
    progress.finish_and_clear();
    let found = found.map_err(|error| match error {
        InformationError::Stopped => Failure::Interrupted,
        error => Failure::input_at(format!("start {name}"), &error),
    })?;
    write(args, problem, &field, first, &found, &target)?;

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

fn start(
    args: &OptimizeOrderArgs,
    catalogue: &Catalogue,
    problem: &Problem,
    field: &Field,
) -> Result<Start> {
    if args.resume {
        return resumed(args, problem, field);
    }
    let name = args.start.as_deref().unwrap_or(GREEDY);
    let from = if name == GREEDY {
        SearchStart::Greedy
    } else if Format::from_path(Path::new(name)).is_ok() {
        let path = Path::new(name);
        let mut list = OrderList::read(path, &args.grid, &args.known, &args.sizes, 1)?;
        SearchStart::Order {
            cells: list.orders.swap_remove(0),
            rounds: 0,
        }
    } else {
        let entry = settings::method_entry(catalogue, name).map_err(|failure| match failure {
            Failure::Input(why) => Failure::Input(format!(
                "--start {name}: {why}; greedy and order files (.json, .npy, .safetensors) are possible as well"
            )),
            other => other,
        })?;
        let (parameters, grid) = (Parameters::new(), problem.grid());
        let method = settings::method_by_name(catalogue, entry.name(), &parameters, grid)?;
        let order = method
            .order(problem, args.seed, 0)
            .map_err(Failure::bad_input)?;
        SearchStart::Order {
            cells: order.into_cells(),
            rounds: 0,
        }
    };
    Ok(Start {
        from,
        name: name.to_owned(),
        first: name.to_owned(),
    })
}

/// The order of `--out`, if it is what the same search wrote there: nothing else is
/// replaced without being asked for.
fn resumed(args: &OptimizeOrderArgs, problem: &Problem, field: &Field) -> Result<Start> {
    let path = &args.out;
    let shown = path.display();
    let refused = |why: String| Failure::Input(format!("--resume: {shown} {why}"));
    let source =
        open_regular(path).map_err(|error| Failure::unreadable(shown.to_string(), &error))?;
    let manifest = order_file::manifest_beside(path)?
        .ok_or_else(|| refused("has no manifest that says how it was found".into()))?;
    if manifest.method.as_deref() != Some(METHOD) {
        return Err(refused("was not found by 'optimize order'".into()));
    }
    manifest
        .verify(source)
        .map_err(|error| refused(format!("is not what its manifest says: {error}")))?;
    let stated = |name: &str| manifest.parameters.get(name).map(ToString::to_string);
    let unstated = || "none".to_owned();
    if manifest.problem().as_ref() != Some(problem) {
        return Err(refused("is for other cells or group sizes".into()));
    }
    let (held, asked) = (stated(FIELD).unwrap_or_else(unstated), field.to_string());
    if held != asked {
        return Err(refused(format!(
            "was found on the field {held}, not on {asked}"
        )));
    }
    if stated(FIELD_DIGEST) != digest_of_field(field) {
        return Err(refused(format!(
            "was found on another content of the field {asked}"
        )));
    }
    if manifest.seed != Some(args.seed) {
        let held = manifest.seed.map_or_else(unstated, |seed| seed.to_string());
        return Err(refused(format!(
            "was found with the seed {held}, not with {}",
            args.seed
        )));
    }
    let first = stated(START).unwrap_or_else(unstated);
    if let Some(asked) = args.start.as_ref().filter(|asked| **asked != first) {
        return Err(refused(format!(
            "was found from {first} on, not from {asked}"
        )));
    }
    let rounds = manifest.parameters.get(ROUNDS);
    let rounds = rounds.and_then(ParameterValue::number);
    let rounds = rounds
        .filter(|rounds| (0.0..=MOST_ROUNDS).contains(rounds) && rounds.fract() == 0.0)
        .ok_or_else(|| refused("does not say after how many rounds it was found".into()))?;
    let mut list = OrderList::read(path, &args.grid, &args.known, &args.sizes, 1)?;
    if list.has_more {
        return Err(refused("has more than one order".into()));
    }
    Ok(Start {
        from: SearchStart::Order {
            cells: list.orders.swap_remove(0),
            rounds: rounds as u64,
        },
        name: shown.to_string(),
        first,
    })
}

/// The digest of the file that a field is from.
fn digest_of_field(field: &Field) -> Option<String> {
    field.file().map(|file| file.digest().to_string())
}

/// Writes the best order and its manifest.
fn write(
    args: &OptimizeOrderArgs,
    problem: &Problem,
    field: &Field,
    start: String,
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
    let word = |name: &str, word: String| (name.to_owned(), ParameterValue::Word(word));
    manifest.parameters = [
        word(FIELD, field.to_string()),
        (ROUNDS.to_owned(), (found.rounds as f64).into()),
        word(START, start),
    ]
    .into();
    let digest = digest_of_field(field);
    manifest
        .parameters
        .extend(digest.map(|digest| word(FIELD_DIGEST, digest)));
    manifest.note = Some(format!(
        "total correlation {:.6} nats on {field}",
        found.nats
    ));
    target.persist(file, &manifest, None)
}
