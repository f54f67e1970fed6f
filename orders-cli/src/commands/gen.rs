//! `gen`

use std::time::{Duration, Instant};

use indicatif::HumanCount;
use orders_core::files::Manifest;
use orders_core::{Catalogue, GenerateError, GenerateRequest, LocalityAware, Order, Problem};
use orders_figures::{order_map, order_map_subtitle};
use serde::Serialize;

use crate::args::{GenArgs, MethodArgs};
use crate::description::{self, counted, is_said};
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::output::{self, Target};
use crate::printer::Printer;
use crate::settings::{self, Place, Task};

/// What was made, for `--json`.
#[derive(Serialize)]
struct Report<'a> {
    path: String,
    seconds: f64,
    orders_per_second: f64,
    #[serde(flatten)]
    manifest: &'a Manifest,
}

pub(crate) fn run(args: &GenArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let place = Place::new(&args.place)?;
    let MethodArgs {
        method,
        set,
        thresholds,
    } = &args.method;
    let entry = settings::method_entry(catalogue, method)?;
    let parameters = settings::parameters(entry, &[], &set.set, Some(thresholds))?;
    let method = (entry, &parameters);
    let task = Task::new(catalogue, &place, &args.known, &args.sizes, method)?;
    let name = file_name(args, &task);
    let target = Target::new(&args.out, &name, args.format, args.written.force)?;
    let request = GenerateRequest {
        method: task.method,
        problem: task.problem,
        seed: args.seed,
        count: args.num,
        format: target.format,
        program: output::PROGRAM.into(),
    };
    let prepared = request.prepare().map_err(failure)?;
    let pool = settings::thread_pool(&args.threads)?;
    interrupt::catch()?;

    let start = Instant::now();
    let written = target
        .create()
        .and_then(|file| {
            // Notes come after all that can be wrong with the input, so that
            // an error stands alone.
            printer.notes(&task.notes);
            let name = request.method.name();
            if !request.method.is_random() && args.num > 1 {
                printer.note(&format!(
                    "{name} is not random: all {} orders are the same",
                    HumanCount(args.num)
                ));
            }
            let progress = printer.progress(args.num, name);
            let tell = |done| {
                progress.set_position(done);
                interrupt::flow()
            };
            let made = pool.install(|| prepared.write(file, tell));
            progress.finish_and_clear();
            made.map_err(failure)
        })
        .and_then(|made| {
            let elapsed = start.elapsed();
            let title = title(&request.problem, &made.manifest);
            // Where the nodes of a graph lie, a picture of cells would not say.
            let picture = match (&target.picture, &made.first, &args.place.graph) {
                (Some(_), Some(first), None) => Some(picture(args, first, &title)?),
                _ => None,
            };
            interrupt::check()?;
            target.persist(made.file, &made.manifest, picture)?;
            Ok((made.manifest, title, elapsed))
        });
    match written {
        Ok((manifest, title, elapsed)) => {
            report(args, &title, &target, &manifest, elapsed, printer)?;
            Ok(())
        }
        Err(failure) => {
            target.give_up();
            Err(failure)
        }
    }
}

fn failure(error: GenerateError) -> Failure {
    match error {
        GenerateError::Stopped => Failure::Interrupted,
        error if error.is_input() => Failure::bad_input(error),
        error => Failure::work(error),
    }
}

/// A picture of order 0, as a PNG file has it.
fn picture(args: &GenArgs, order: &Order, title: &str) -> Result<Vec<u8>> {
    let which = format!("order 0 of {}", HumanCount(args.num));
    let subtitle = order_map_subtitle(order, &which);
    let picture = order_map(order, title, &subtitle).map_err(Failure::work)?;
    let origin = format!("{}, seed {}", output::PROGRAM, args.seed);
    Ok(picture.made_by(origin).to_png())
}

/// The name of a file in a folder: `res512_steps48_repulsion4` as the released
/// program names it, with whatever else differs from what it always does.
fn file_name(args: &GenArgs, task: &Task) -> String {
    let Task {
        problem, method, ..
    } = task;
    let mut name = match (args.place.grid.res, &args.place.graph) {
        (Some(pixels), _) => format!("res{pixels}"),
        (None, Some(_)) => format!("graph{}", problem.grid().cells()),
        (None, None) => format!("grid{}", problem.grid()),
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
    let usual_proximity = LocalityAware::DEFAULT_PROXIMITY.into();
    for (parameter, value) in method.parameters() {
        let is_usual = parameter == "proximity" && value == usual_proximity;
        if !is_usual && is_said(&value) {
            name.push_str(&format!("_{parameter}{value}"));
        }
    }
    name
}

/// Method, problem and parameters in a line.
fn title(problem: &Problem, manifest: &Manifest) -> String {
    let method = manifest.method.as_deref().unwrap_or_default();
    let steps = problem.group_sizes().steps();
    description::task(method, problem.known(), steps, &manifest.parameters)
}

fn report(
    args: &GenArgs,
    title: &str,
    target: &Target,
    manifest: &Manifest,
    elapsed: Duration,
    printer: &Printer,
) -> Result<()> {
    let seconds = elapsed.as_secs_f64();
    let rate = args.num as f64 / seconds;
    if args.written.json {
        return printer.result_json(&Report {
            path: target.file.display().to_string(),
            seconds,
            orders_per_second: rate,
            manifest,
        });
    }
    printer.result(&format!(
        "{} ({}, seed {}) in {seconds:.1} s, {} a second: {}",
        counted(args.num, "order"),
        title,
        args.seed,
        HumanCount(rate as u64),
        target.file.display()
    ))
}
