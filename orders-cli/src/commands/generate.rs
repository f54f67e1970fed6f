//! `gen`

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::HumanCount;
use orders_core::files::{Encoder, FinishedFile, Manifest, OutputFile};
use orders_core::{Batch, BatchError, Cell, Order, OrderingMethod, Problem, registry};
use orders_figures::{order_map, order_map_subtitle};
use serde::Serialize;

use crate::args::GenArgs;
use crate::description::{self, is_said};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::{self, Target};
use crate::printer::Printer;
use crate::settings::{self, Task};

/// What was made, for `--json`.
#[derive(Serialize)]
struct Report<'a> {
    path: String,
    seconds: f64,
    orders_per_second: f64,
    #[serde(flatten)]
    manifest: &'a Manifest,
}

pub(crate) fn run(args: &GenArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    let task = Task::new(
        &args.grid,
        &args.known,
        &args.sizes,
        &args.method.method,
        &args.method.set,
        &args.method.thresholds,
    )?;
    let Task {
        problem, method, ..
    } = &task;
    let method = method.as_ref();
    // Whether all can be done, before anything is written.
    Manifest::check_room(problem.known(), problem.group_sizes().as_slice())
        .map_err(|error| Failure::bad_input(&error))?;
    let batch =
        Batch::new(method, problem, args.seed).map_err(|error| Failure::bad_input(&error))?;
    let name = file_name(args, &task);
    let format = args.format.map(Into::into);
    let target = Target::new(&args.out, &name, format, args.force)?;
    let metadata = metadata(problem, method, args.seed);
    let encoder = Encoder::with_known(target.format, args.num, problem.known(), &metadata)
        .map_err(|error| Failure::bad_input(&error))?;
    let pool = settings::thread_pool(&args.threads)?;
    interrupt::catch()?;

    let start = Instant::now();
    let written = target
        .create()
        .and_then(|file| {
            // Notes come after all that can be wrong with the input, so that
            // an error stands alone.
            for note in &task.notes {
                printer.note(note);
            }
            if !method.is_random() && args.num > 1 {
                printer.note(&format!(
                    "{} is not random: all {} orders are the same",
                    method.name(),
                    HumanCount(args.num)
                ));
            }
            let what = method.name();
            pool.install(|| write_orders(batch, what, &encoder, file, printer))
        })
        .and_then(|(orders, first)| {
            let elapsed = start.elapsed();
            let manifest = write_all(args, &task, first, &encoder, &target, orders)?;
            Ok((manifest, elapsed))
        });
    let (manifest, elapsed) = match written {
        Ok(written) => written,
        Err(failure) => {
            target.give_up();
            return Err(failure);
        }
    };
    report(args, problem, &target, &manifest, elapsed, printer)?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the orders into a file that has no name yet, and gives the first one
/// as well.
fn write_orders(
    batch: Batch<'_>,
    what: &str,
    encoder: &Encoder,
    mut file: OutputFile,
    printer: &Printer,
) -> Result<(FinishedFile, Vec<Cell>), Failure> {
    let progress = printer.progress(encoder.count(), what);
    output::write(&mut file, encoder.header())?;
    let first = OnceLock::new();
    batch
        .stream(
            encoder.count(),
            |index, cells, bytes| {
                if index == 0 {
                    first.get_or_init(|| cells.to_vec());
                }
                encoder.row(index, cells, bytes);
            },
            |done, bytes: &[u8]| {
                interrupt::check()?;
                progress.set_position(done);
                output::write(&mut file, bytes)
            },
        )
        .map_err(|error| match error {
            BatchError::Method(error) => Failure::bad_input(&error),
            BatchError::Write(failure) => failure,
        })?;
    output::write(&mut file, encoder.footer())?;
    progress.finish_and_clear();
    let orders = output::finish(file)?;
    Ok((orders, first.into_inner().unwrap_or_default()))
}

/// Makes manifest and picture, and gives all files their names.
fn write_all(
    args: &GenArgs,
    Task {
        problem, method, ..
    }: &Task,
    first: Vec<Cell>,
    encoder: &Encoder,
    target: &Target,
    orders: FinishedFile,
) -> Result<Manifest, Failure> {
    let mut manifest = output::manifest(encoder, &orders)?;
    manifest.set_problem(problem);
    manifest.method = Some(method.name().into());
    manifest.parameters = method.parameters();
    manifest.seed = Some(args.seed);

    let picture = match &target.picture {
        None => None,
        Some(_) => {
            let order =
                Order::new(problem.clone(), first).map_err(|error| Failure::work(&error))?;
            let which = format!("order 0 of {}", HumanCount(args.num));
            let subtitle = order_map_subtitle(&order, &which);
            let picture = order_map(&order, &title(problem, &manifest), &subtitle)
                .map_err(|error| Failure::work(&error))?;
            let origin = format!("{}, seed {}", output::PROGRAM, args.seed);
            Some(picture.made_by(origin).to_png())
        }
    };
    interrupt::check()?;
    target.persist(orders, &manifest, picture)?;
    Ok(manifest)
}

/// The name of a file in a folder: `res512_steps48_repulsion4` as the released
/// program names it, with whatever else differs from what it always does.
fn file_name(args: &GenArgs, task: &Task) -> String {
    let Task {
        problem, method, ..
    } = task;
    let mut name = match args.grid.res {
        Some(pixels) => format!("res{pixels}"),
        None => format!("grid{}", problem.grid()),
    };
    let known = problem.known().count();
    if known > 0 {
        name.push_str(&format!("_known{known}"));
    }
    name.push_str(&format!("_steps{}", problem.group_sizes().steps()));
    if let Some(label) = &task.sizes_label {
        name.push_str(&format!("_{label}"));
    }
    if method.name() != "lpd" {
        name.push_str(&format!("_{}", method.name()));
    }
    let usual_proximity = registry::DEFAULT_PROXIMITY.into();
    for (parameter, value) in method.parameters() {
        let is_usual = parameter == "proximity" && value == usual_proximity;
        if !is_usual && is_said(&value) {
            name.push_str(&format!("_{parameter}{value}"));
        }
    }
    name
}

/// What files say of themselves inside, where their format has room for it.
fn metadata(problem: &Problem, method: &dyn OrderingMethod, seed: u64) -> BTreeMap<String, String> {
    let sizes: Vec<String> = problem
        .group_sizes()
        .as_slice()
        .iter()
        .map(u32::to_string)
        .collect();
    let mut metadata = BTreeMap::from([
        ("program".to_owned(), output::PROGRAM.to_owned()),
        ("grid".to_owned(), problem.grid().to_string()),
        ("group_sizes".to_owned(), sizes.join(",")),
        ("method".to_owned(), method.name().to_owned()),
        ("seed".to_owned(), seed.to_string()),
    ]);
    let known = problem.known().count();
    if known > 0 {
        metadata.insert("known_count".to_owned(), known.to_string());
    }
    for (name, value) in method.parameters() {
        metadata.insert(name, value.to_string());
    }
    metadata
}

/// Method, problem and parameters in a line.
fn title(problem: &Problem, manifest: &Manifest) -> String {
    let method = manifest.method.as_deref().unwrap_or_default();
    let steps = problem.group_sizes().steps();
    description::task(method, problem.known(), steps, &manifest.parameters)
}

fn report(
    args: &GenArgs,
    problem: &Problem,
    target: &Target,
    manifest: &Manifest,
    elapsed: Duration,
    printer: &Printer,
) -> Result<(), Failure> {
    let seconds = elapsed.as_secs_f64();
    let rate = args.num as f64 / seconds;
    if args.json {
        return printer.result_json(&Report {
            path: target.file.display().to_string(),
            seconds,
            orders_per_second: rate,
            manifest,
        });
    }
    printer.result(&format!(
        "{} order{} ({}, seed {}) in {seconds:.1} s, {} a second: {}",
        HumanCount(args.num),
        if args.num == 1 { "" } else { "s" },
        title(problem, manifest),
        args.seed,
        HumanCount(rate as u64),
        target.file.display()
    ))
}
