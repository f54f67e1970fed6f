//! `train`

use std::fmt::Display;
use std::path::Path;

use indicatif::HumanCount;
use orders_core::files::OutputError;
use orders_core::{Catalogue, Cell, Grid, GroupSizes, Problem};
use orders_datasets::{TokenFileOptions, TokenRows};
use orders_model::ModelSource;
use orders_model::bundled::BundledModel;
use orders_model::train::{
    HelpRequest, Helper, RanksError, Recipe, RecipeError, Team, TrainError, TrainRequest,
};
use orders_model::weights::Weights;

use crate::args::TrainArgs;
use crate::bounded_file::read_bounded;
#[cfg(not(feature = "mpi"))]
use crate::builds::lacking_feature;
use crate::failure::{Failure, Result, reason};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::token_identity::{self, Tokens};
use crate::{folder_lock, interrupt, memory, order_file, settings};

/// The longest recipe that is read.
const RECIPE_BYTES: u64 = 1 << 20;
/// The most orders of a file that a recipe lists.
const MOST_ORDERS: usize = 256;
/// Held-out images where nothing is said.
const HELD_OUT_IMAGES: u64 = 512;

pub(crate) fn run(args: &TrainArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let team = match args.mpi {
        true => of_mpi()?,
        false => Team::alone(),
    };
    match team.rank() {
        0 => lead(args, team, catalogue, printer),
        rank => {
            let helped = help(args, team, catalogue, printer);
            helped.map_err(|failure| failure.of(&format!("rank {rank}")))
        }
    }
}

/// The processes that were started together.
#[cfg(feature = "mpi")]
fn of_mpi() -> Result<Team> {
    let ranks = orders_model::train::MpiRanks::begin().map_err(Failure::work)?;
    Ok(Team::of(Box::new(ranks)))
}

#[cfg(not(feature = "mpi"))]
fn of_mpi() -> Result<Team> {
    Err(Failure::Input(lacking_feature("--mpi", "mpi")))
}

/// Computes what rank 0 asks for. What is wrong with the input is said by rank 0, unless it is
/// wrong here alone.
fn help(args: &TrainArgs, team: Team, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let failed = |error: TrainError| failure(args, &error);
    let Some(helper) = Helper::wait(team).map_err(failed)? else {
        return Ok(());
    };
    let request = HelpRequest {
        recipe: recipe(&args.recipe, catalogue)?,
        tokens: tokens(&args.tokens)?,
        held_out: held_out(args)?,
        memory: memory::limit(),
    };
    let pool = settings::thread_pool(&args.threads, printer)?;
    pool.install(|| helper.help(request, catalogue).map_err(failed))
}

fn lead(args: &TrainArgs, team: Team, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let recipe = recipe(&args.recipe, catalogue)?;
    let batch = recipe.batch as u64;
    let tokens = tokens(&args.tokens)?;
    let held_out = held_out(args)?;
    let of_tokens = Tokens {
        place: args.tokens.display(),
        tokenizer: tokens.tokenizer_identity(),
    };
    let start = args
        .from
        .as_deref()
        .map(|named| weights(named, of_tokens, printer));
    let start = start.transpose()?;
    let device = settings::device(&args.device)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let request = TrainRequest {
        recipe,
        tokens,
        start,
        held_out,
        updates: args.updates,
        every: args.every,
        folder: &args.out,
        anew: args.force,
        program: PROGRAM,
        holder: &folder_lock::holder(),
        memory: memory::limit(),
        team,
    };
    let failed = |error: TrainError| failure(args, &error);
    let training = pool.install(|| request.begin(catalogue, &device).map_err(failed))?;
    let first = training.progress().updates;
    if training.is_resumed() {
        printer.note(&format!(
            "going on after update {} in {}",
            HumanCount(first),
            args.out.display()
        ));
    }
    if training.not_logged() > 0 {
        printer.note(&format!(
            "the log lacks {} of these updates, and goes on without them",
            HumanCount(training.not_logged())
        ));
    }
    let run = training.run();
    if let Some(before) = run.moved_from() {
        printer.note(&format!(
            "the run was on {before} so far and goes on on {}: from here on it is another run than on {before}, in its rounding and in what dropout drops",
            run.device()
        ));
    }
    interrupt::catch()?;
    let bar = printer.progress(training.progress().end, "updates");
    let done = pool.install(|| {
        let done = training.finish(|progress| {
            bar.set_position(progress.updates);
            if let Some(loss) = progress.loss {
                bar.set_message(words(loss, progress.held_out));
            }
            interrupt::flow()
        });
        done.map_err(failed)
    })?;
    bar.finish_and_clear();
    if done.updates < done.end {
        return Err(Failure::Paused(format!(
            "{} updates are kept in {}; the same command goes on from there",
            HumanCount(done.updates),
            args.out.display()
        )));
    }
    let samples = (done.updates - first) * batch;
    let rate = samples as f64 / done.seconds;
    printer.report(
        args.json,
        &serde_json::json!({
            "path": done.model.as_ref().map(|path| path.display().to_string()),
            "updates": done.updates,
            "last_update": done.last,
            "loss": done.loss,
            "held_out": done.held_out,
            "images_per_second": (samples > 0).then_some(rate),
        }),
        || {
            let shown = match &done.model {
                Some(path) => path.display().to_string(),
                None => format!(
                    "{} of {} updates in {}",
                    HumanCount(done.updates),
                    HumanCount(done.last),
                    args.out.display()
                ),
            };
            let loss = done.loss.map_or_else(String::new, |loss| {
                format!("{}, ", words(loss, done.held_out))
            });
            let speed = match samples {
                0 => "nothing left to do".to_owned(),
                _ => format!("{rate:.1} images a second"),
            };
            format!("{loss}{speed}: {shown}")
        },
    )
}

fn recipe(path: &Path, catalogue: &Catalogue) -> Result<Recipe> {
    let text = read_bounded(path, "a recipe", RECIPE_BYTES, path.display())?;
    let text = String::from_utf8(text)
        .map_err(|_| Failure::input(format!("{} is not UTF-8 text", path.display())))?;
    let listed = |file: &Path, grid| -> Result<Vec<Vec<Cell>>, Unread> {
        let rows = rows(file, grid);
        rows.map_err(|failure| Unread::File(failure.of(&path.display().to_string())))
    };
    let recipe = Recipe::from_toml_with(&text, catalogue, listed);
    recipe.map_err(|error| match error {
        Unread::File(failure) => failure,
        Unread::Recipe(error) => Failure::input_at(path.display(), &error),
    })
}

/// Why a recipe is none.
enum Unread {
    Recipe(RecipeError),
    File(Failure),
}

impl From<RecipeError> for Unread {
    fn from(error: RecipeError) -> Self {
        Self::Recipe(error)
    }
}

/// The orders of a file that a recipe names.
fn rows(path: &Path, grid: Grid) -> Result<Vec<Vec<Cell>>> {
    let sizes = GroupSizes::new(vec![1; grid.cells()]).map_err(Failure::bad_input)?;
    let problem = Problem::new(grid, sizes).map_err(Failure::bad_input)?;
    let orders = order_file::first_orders(path, &problem, MOST_ORDERS + 1)?;
    if orders.len() > MOST_ORDERS {
        return Err(Failure::input(format!(
            "{} has more than {MOST_ORDERS} orders; a recipe lists no more",
            path.display()
        )));
    }
    let rows = orders.iter().map(|order| order.cell_from_rank().to_vec());
    Ok(rows.collect())
}

/// The weights to begin with: those of a model of the same tokens.
fn weights(named: &Path, tokens: Tokens<'_, impl Display>, printer: &Printer) -> Result<Weights> {
    let bundled = named.to_str().and_then(BundledModel::named);
    let source = match bundled.filter(|_| !named.exists()) {
        Some(model) => ModelSource::Bundled(model),
        None => settings::checkpoint_with("--config", named, None)
            .map_err(|failure| failure.of("--from"))?,
    };
    let mut notes = Vec::new();
    let looked_at = settings::looked_at(&source, &mut notes)?;
    token_identity::check(&tokens, &looked_at.tokens(), &mut notes)?;
    printer.notes(&notes);
    let weights = source.weights(memory::limit());
    weights.map_err(|error| Failure::input_at(format!("--from {}", named.display()), &error))
}

/// The tokens of a file.
fn tokens(path: &Path) -> Result<TokenRows> {
    TokenRows::open(path, &TokenFileOptions::default()).map_err(Failure::bad_input)
}

/// Those that are held out, and how many of them are looked at.
fn held_out(args: &TrainArgs) -> Result<Option<(TokenRows, usize)>> {
    let images = args.held_out_images.unwrap_or(HELD_OUT_IMAGES) as usize;
    let held_out = args.held_out.as_deref().map(tokens).transpose()?;
    Ok(held_out.map(|tokens| (tokens, images)))
}

/// What an error means to the user.
fn failure(args: &TrainArgs, error: &TrainError) -> Failure {
    match error {
        TrainError::Data(_) => Failure::input_at(args.tokens.display(), error),
        TrainError::HeldOut(error) => {
            let path = args.held_out.as_deref().unwrap_or(&args.tokens);
            Failure::input_at(path.display(), error)
        }
        TrainError::Start(_) | TrainError::StartNotFinite => {
            let from = args.from.as_deref().unwrap_or(&args.recipe);
            Failure::input_at(format!("--from {}", from.display()), error)
        }
        TrainError::Load(_)
        | TrainError::State { .. }
        | TrainError::OtherRun { .. }
        | TrainError::Unstated { .. }
        | TrainError::Tokens(_)
        | TrainError::Recipe(_) => Failure::bad_input(error),
        TrainError::Ranks(
            error @ (RanksError::Many { .. } | RanksError::Device | RanksError::Other { .. }),
        ) => Failure::input(error),
        TrainError::Kept { .. } => {
            Failure::input(format!("{error}; move it away, or begin anew with --force"))
        }
        TrainError::ModelMemory(_) | TrainError::BatchMemory { .. } => {
            Failure::input_at(args.recipe.display(), error)
        }
        TrainError::Lock(error) => folder_lock::failure(error),
        TrainError::OtherFolder { .. } => Failure::input(format!("--out {error}")),
        TrainError::File { what, source, path } => {
            let why = reason(source);
            let path = path.display();
            match *what {
                "written" => Failure::Work(format!("{path} can't be written: {why}")),
                "made" => Failure::input(format!("the folder {path} can't be made: {why}")),
                _ => Failure::input(format!("{path} can't be {what}: {why}")),
            }
        }
        TrainError::Output(OutputError::Create { path, source }) => Failure::input(format!(
            "{} can't be created: {}",
            path.display(),
            reason(source)
        )),
        _ => Failure::work(error),
    }
}

fn words(loss: f64, held_out: Option<f64>) -> String {
    match held_out {
        Some(held_out) => format!("loss {loss:.4}, held out {held_out:.4} nats a cell"),
        None => format!("loss {loss:.4} nats a cell"),
    }
}
