//! `optimize order`

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use orders_analysis::information::{Covariance, InformationError, greedy_order_watched};
use orders_analysis::optimize::{
    self, Goal, LocalSearch, LocalSearchError, LocalSearchParams, OrderRequest, SearchProgress,
    SearchStart,
};
use orders_core::files::{Encoder, Format, open_regular};
use orders_core::{Catalogue, Order, ParameterValue, Parameters, Problem};
use serde_json::json;

use super::aim::Aim;
use crate::args::OptimizeOrderArgs;
use crate::failure::{Failure, INTERRUPTED, Result};
use crate::interrupt;
use crate::order_file;
use crate::output::{self, Target};
use crate::printer::Printer;
use crate::settings::{self, OrderList, Place, Task};

/// What manifests call orders of this command.
const METHOD: &str = "search";

/// Parameters of the manifest beside those of the aim: the number of rounds, and where the
/// first of them began.
const ROUNDS: &str = "rounds";
const START: &str = "start";

/// The most rounds that a search goes on from: more than numbers of manifests count.
const MOST_ROUNDS: f64 = (1_u64 << 53) as f64;

/// Where a search starts that is not told where.
const GREEDY: &str = "greedy";

/// Where a search starts.
struct Start {
    from: SearchStart,
    /// What reports call it.
    name: String,
    /// Where it started before it was gone on with for the first time.
    first: String,
    /// What is ordered there, if sizes that a search found are gone on with.
    problem: Option<Problem>,
}

/// What a search came to.
struct Found {
    order: Order,
    cost: f64,
    start_cost: f64,
    rounds: u64,
}

pub(crate) fn run(
    args: &OptimizeOrderArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<()> {
    let mut notes = Vec::new();
    let aim = Aim::new(args, &mut notes)?;
    if args.search_sizes && aim.is_loss_of_field() {
        return Err(Failure::input(
            "--search-sizes is not for the loss on a field: 'optimize sizes' finds the best sizes of an order exactly",
        ));
    }
    let place = Place::Grid(aim.grid(args)?);
    let lpd = settings::method_entry(catalogue, "lpd")?;
    let method = (lpd, &Parameters::new());
    let task = Task::new(catalogue, &place, &args.known, &args.sizes, method)?;
    let problem = &task.problem;
    let start = start(args, catalogue, problem, &aim)?;
    let target = Target::file(&args.out, args.written.force || args.resume)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    interrupt::catch()?;
    notes.extend(task.notes);
    printer.notes(&notes);

    let progress = printer.progress(args.rounds, "searching");
    let watch = Watcher {
        began: Instant::now(),
        limit: args.seconds.map(Duration::from_secs),
        rounds: args.rounds,
        progress: &progress,
    };
    let found = pool.install(|| match &aim {
        Aim::Field { covariance, .. } if aim.is_loss_of_field() => {
            let request = OrderRequest {
                problem,
                covariance,
                start: start.from.clone(),
                seed: args.seed,
                rounds: args.rounds,
            };
            let found = optimize::order(&request, &mut |at| watch.flow(at));
            let found = found.map_err(|error| failure(&start.name, error))?;
            let order = Order::new(problem.clone(), found.cells).map_err(Failure::work)?;
            Ok(Found {
                order,
                cost: found.nats,
                start_cost: found.start_nats,
                rounds: found.rounds,
            })
        }
        aim => local_search(args, problem, &start, aim, &watch),
    });
    progress.finish_and_clear();
    let found = found?;
    write(args, &aim, start.first, &found, &target)?;

    let interrupted = interrupt::is_requested();
    let path = target.file.display().to_string();
    let (name, unit) = aim.cost_names();
    let mut report = json!({
        "path": path,
        "start": start.name,
        "rounds": found.rounds,
        "interrupted": interrupted,
    });
    report[name] = json!(found.cost);
    report[format!("start_{name}")] = json!(found.start_cost);
    for (name, text) in aim.settings() {
        report[name] = json!(text);
    }
    printer.report(args.written.json, &report, || {
        format!(
            "{:.4} {unit} after {} rounds, {:.4} at the start ({}): {path}",
            found.cost, found.rounds, found.start_cost, start.name
        )
    })?;
    if interrupted {
        printer.note("interrupted; the best order so far is written, and --resume goes on from it");
        return Err(Failure::Told(INTERRUPTED));
    }
    Ok(())
}

/// Shows how far a search is, and says whether it goes on.
struct Watcher<'a> {
    began: Instant,
    limit: Option<Duration>,
    rounds: u64,
    progress: &'a ProgressBar,
}

impl Watcher<'_> {
    fn flow(&self, at: SearchProgress) -> ControlFlow<()> {
        let (message, done, of) = match at {
            SearchProgress::Start { cells, of } => ("cells of the start", cells, of),
            SearchProgress::Rounds(round) => ("rounds of the search", round, self.rounds),
        };
        self.progress.set_message(message);
        self.progress.set_length(of);
        self.progress.set_position(done);
        // Without a start there is no order to write.
        let is_over = matches!(at, SearchProgress::Rounds(_))
            && self
                .limit
                .is_some_and(|limit| self.began.elapsed() >= limit);
        match is_over {
            true => ControlFlow::Break(()),
            false => interrupt::flow(),
        }
    }
}

fn failure(start: &str, error: InformationError) -> Failure {
    match error {
        InformationError::Stopped => Failure::Interrupted,
        error => Failure::input_at(format!("start {start}"), &error),
    }
}

/// The field on which a greedy start is made: that of the aim, or with a model that of flags.
fn greedy_field(args: &OptimizeOrderArgs, aim: &Aim, problem: &Problem) -> Result<Covariance> {
    match (aim.covariance(), &args.field) {
        (Some(covariance), _) => Ok(covariance.clone()),
        (None, Some(field)) => Ok(settings::covariance(field, problem.grid())?.1),
        (None, None) => Err(Failure::input(
            "--start is needed: a method or an order file; or a --field, on whose greedy order the search starts",
        )),
    }
}

/// Searches by nothing but what orders cost.
fn local_search(
    args: &OptimizeOrderArgs,
    problem: &Problem,
    start: &Start,
    aim: &Aim,
    watch: &Watcher<'_>,
) -> Result<Found> {
    let problem = start.problem.as_ref().unwrap_or(problem);
    let (cells, rounds) = match &start.from {
        SearchStart::Order { cells, rounds } => (cells.clone(), *rounds),
        SearchStart::Greedy => {
            let covariance = greedy_field(args, aim, problem)?;
            let on_cell = &mut |cells, of| watch.flow(SearchProgress::Start { cells, of });
            let cells = greedy_order_watched(problem, &covariance, args.seed, on_cell);
            (cells.map_err(|error| failure(&start.name, error))?, 0)
        }
    };
    let order = Order::new(problem.clone(), cells);
    let order =
        order.map_err(|error| Failure::input_at(format!("start {}", start.name), &error))?;
    let params = LocalSearchParams {
        within_groups: aim.goal() == Goal::Passes,
        sizes: args.search_sizes,
        ..LocalSearchParams::default()
    };
    // Whoever interrupts ends the question that is asked.
    let failed = |error: LocalSearchError| match interrupt::check() {
        Err(interrupted) => interrupted,
        Ok(()) => Failure::work(error),
    };
    let mut cost = |orders: &[Order]| aim.costs(orders);
    let search = LocalSearch::new(order, params, args.seed, rounds, &mut cost);
    let mut search = search.map_err(failed)?;
    let start_cost = search.best_cost();
    for round in 0..args.rounds {
        if watch.flow(SearchProgress::Rounds(round)).is_break() {
            break;
        }
        match search.round(&mut cost) {
            Ok(_) => {}
            Err(_) if interrupt::is_requested() => break,
            Err(error) => return Err(failed(error)),
        }
    }
    Ok(Found {
        order: search.best().clone(),
        cost: search.best_cost(),
        start_cost,
        rounds: search.rounds(),
    })
}

fn start(
    args: &OptimizeOrderArgs,
    catalogue: &Catalogue,
    problem: &Problem,
    aim: &Aim,
) -> Result<Start> {
    if args.resume {
        return resumed(args, problem, aim);
    }
    let name = args.start.as_deref().unwrap_or(GREEDY);
    let from = if name == GREEDY {
        if args.start.is_none() {
            greedy_field(args, aim, problem)?;
        }
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
        problem: None,
    })
}

/// The order of `--out`, if it is what the same search wrote there: nothing else is
/// replaced without being asked for.
fn resumed(args: &OptimizeOrderArgs, problem: &Problem, aim: &Aim) -> Result<Start> {
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
    let held = manifest.problem();
    let is_same = held.as_ref().is_some_and(|held| {
        let steps = |problem: &Problem| problem.group_sizes().steps();
        let has_sizes = args.search_sizes && steps(held) == steps(problem);
        held == problem || (has_sizes && held.known() == problem.known())
    });
    if !is_same {
        return Err(refused("is for other cells or group sizes".into()));
    }
    let settings = aim.settings();
    let of_aim = |name: &str| {
        let found = settings.iter().find(|(known, _)| *known == name);
        found.map(|(_, text)| text.clone())
    };
    for name in Aim::setting_names() {
        let asked = of_aim(name);
        if stated(name) != asked {
            let [held, asked] = [stated(name), asked].map(|text| text.unwrap_or_else(unstated));
            return Err(refused(match name {
                "field" => format!("was found on the field {held}, not on {asked}"),
                name if name.ends_with("_sha256") => {
                    let name = name.trim_end_matches("_sha256");
                    let shown = of_aim(name).unwrap_or_else(unstated);
                    format!("was found on another content of the {name} {shown}")
                }
                name => format!("was found with {name} {held}, not with {asked}"),
            }));
        }
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
        problem: held,
    })
}

/// Writes the best order and its manifest.
fn write(
    args: &OptimizeOrderArgs,
    aim: &Aim,
    start: String,
    found: &Found,
    target: &Target,
) -> Result<()> {
    let known = found.order.known();
    let encoder = Encoder::with_known(target.format, 1, known, &Default::default())
        .map_err(Failure::bad_input)?;
    let mut file = target.create()?;
    let mut bytes = encoder.header().to_vec();
    encoder.row(0, found.order.cell_from_rank(), &mut bytes);
    bytes.extend_from_slice(encoder.footer());
    output::write(&mut file, &bytes)?;
    let file = output::finish(file)?;
    let mut manifest = output::manifest(&encoder, &file)?;
    manifest.set_problem(found.order.problem());
    manifest.method = Some(METHOD.into());
    manifest.seed = Some(args.seed);
    let word = |name: &str, word: String| (name.to_owned(), ParameterValue::Word(word));
    manifest.parameters = [
        (ROUNDS.to_owned(), (found.rounds as f64).into()),
        word(START, start),
    ]
    .into();
    let settings = aim.settings().into_iter();
    manifest
        .parameters
        .extend(settings.map(|(name, text)| word(name, text)));
    manifest.note = Some(aim.note(found.cost));
    target.persist(file, &manifest, None)
}
