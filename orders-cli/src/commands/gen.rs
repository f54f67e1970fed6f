//! `gen`

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use indicatif::HumanCount;
use orders_core::files::{Format, Manifest};
use orders_core::{Catalogue, GenerateError, GenerateRequest, LocalityAware, Order, PreparedBatch};
use orders_figures::{order_map, order_map_subtitle};
use serde::Serialize;

use crate::args::{GenArgs, MethodArgs, OutputArgs};
use crate::description::{self, counted, is_said};
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::output::{self, Target};
use crate::printer::Printer;
use crate::settings::{self, Place, Task};
use crate::stream::Stream;

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
    let (entry, parameters) =
        settings::method_and_parameters(catalogue, method, &set.set, Some(thresholds))?;
    let method = (entry, &parameters);
    let task = Task::new(catalogue, &place, &args.known, &args.sizes, method)?;
    let name = file_name(args, &task);
    let destination = Destination::new(args, &name)?;
    let request = GenerateRequest {
        method: task.method,
        problem: task.problem,
        seed: args.seed,
        count: args.num,
        format: destination.format(),
        program: output::PROGRAM.into(),
    };
    let prepared = request.prepare().map_err(failure)?;
    let making = Making {
        args,
        request: &request,
        notes: &task.notes,
        pool: settings::thread_pool(&args.threads, printer)?,
        printer,
    };
    match &destination {
        Destination::Stream(stream, _) => making.to_stream(prepared, stream),
        Destination::Files(target) => {
            interrupt::catch()?;
            let made = making.to_files(prepared, target);
            made.inspect_err(|_| target.give_up())
        }
    }
}

/// Where orders go.
enum Destination {
    Files(Target),
    Stream(Stream, Format),
}

impl Destination {
    /// What `--out` means; files in a folder have this name.
    fn new(args: &GenArgs, name: &str) -> Result<Self> {
        let OutputArgs { force, json } = args.written;
        match Stream::of(&args.out) {
            Some(stream) => {
                let format = stream.format(args.format, json)?;
                Ok(Self::Stream(stream, format))
            }
            None => Target::new(&args.out, name, args.format, force).map(Self::Files),
        }
    }

    fn format(&self) -> Format {
        match self {
            Self::Files(target) => target.format,
            Self::Stream(_, format) => *format,
        }
    }
}

/// A batch, and who is told of it.
struct Making<'a> {
    args: &'a GenArgs,
    request: &'a GenerateRequest,
    notes: &'a [String],
    pool: rayon::ThreadPool,
    printer: &'a Printer,
}

impl Making<'_> {
    /// Files that appear when all of them are complete.
    fn to_files(&self, prepared: PreparedBatch<'_>, target: &Target) -> Result<()> {
        let start = Instant::now();
        let file = target.create()?;
        let made = self.make(|tell| prepared.write(file, tell).map_err(failure))?;
        let elapsed = start.elapsed();
        let title = self.title();
        // Where the nodes of a graph lie, a picture of cells would not say.
        let picture = match (&target.picture, &made.first, &self.args.place.graph) {
            (Some(_), Some(first), None) => Some(picture(self.args, first, &title)?),
            _ => None,
        };
        interrupt::check()?;
        target.persist(made.file, &made.manifest, picture)?;
        let report = Report {
            path: target.file.display().to_string(),
            seconds: elapsed.as_secs_f64(),
            orders_per_second: self.args.num as f64 / elapsed.as_secs_f64(),
            manifest: &made.manifest,
        };
        self.printer.report(self.args.written.json, &report, || {
            self.words(elapsed, &report.path)
        })
    }

    /// The bytes of a file, to whoever reads them. What else there is to say is no result
    /// then.
    fn to_stream(&self, prepared: PreparedBatch<'_>, stream: &Stream) -> Result<()> {
        let mut sink = stream.open()?;
        interrupt::catch()?;
        let start = Instant::now();
        self.make(|tell| {
            let written = prepared.write_to(&mut sink, tell);
            written.map_err(|error| match error {
                GenerateError::Sink(error) => stream.failure(&error),
                GenerateError::Stopped => {
                    Failure::Paused(format!("{} has a part of the orders", stream.name()))
                }
                error => failure(error),
            })
        })?;
        self.printer
            .note(&self.words(start.elapsed(), &stream.name()));
        Ok(())
    }

    /// Makes the orders by `write`, which tells how many are done.
    fn make<T: Send>(&self, write: impl FnOnce(&Tell<'_>) -> Result<T> + Send) -> Result<T> {
        // Notes come after all that can be wrong with the input, so that an error stands
        // alone.
        self.printer.notes(self.notes);
        let (method, count) = (&self.request.method, self.request.count);
        let name = method.name();
        if !method.is_random() && count > 1 {
            self.printer.note(&format!(
                "{name} is not random: all {} orders are the same",
                HumanCount(count)
            ));
        }
        let progress = self.printer.progress(count, name);
        let tell = |done| {
            progress.set_position(done);
            interrupt::flow()
        };
        let made = self.pool.install(|| write(&tell));
        progress.finish_and_clear();
        made
    }

    /// Method, problem and parameters in a line.
    fn title(&self) -> String {
        let GenerateRequest {
            method, problem, ..
        } = self.request;
        let steps = problem.group_sizes().steps();
        description::task(method.name(), problem.known(), steps, &method.parameters())
    }

    /// What was made in how much time.
    fn words(&self, elapsed: Duration, path: &str) -> String {
        let (count, seconds) = (self.args.num, elapsed.as_secs_f64());
        format!(
            "{} ({}, seed {}) in {seconds:.1} s, {} a second: {path}",
            counted(count, "order"),
            self.title(),
            self.args.seed,
            HumanCount((count as f64 / seconds) as u64),
        )
    }
}

/// What is told how many orders are done, and may end it all.
type Tell<'a> = dyn Fn(u64) -> ControlFlow<()> + Sync + 'a;

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
