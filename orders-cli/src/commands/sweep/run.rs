//! `sweep FILE`

use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

#[cfg(not(feature = "model"))]
use orders_analysis::experiment::JudgeError;
use orders_analysis::experiment::{
    self, Judge, Plan, Price, ResultsFolder, Shard, Spec, Tools, Trial,
};
use serde::Serialize;

#[cfg(feature = "model")]
use super::judge::{judges, no_room};
use crate::args::SweepArgs;
use crate::bounded_file::read_bounded;
#[cfg(not(feature = "model"))]
use crate::builds;
use crate::description::{duration, plural};
use crate::experiment::{Catalogues, check_room, listed_orders, run_trials};
use crate::failure::{Failure, Result};
use crate::folder_lock;
use crate::interrupt;
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::settings;
use crate::slurm::{Joined, Slurm};

/// The longest sweep file that is read.
const MAX_BYTES: u64 = 4 << 20;

/// What was done, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    trials: usize,
    /// Trials that had a result before.
    found: usize,
    shard: String,
    seconds: f64,
}

pub(crate) fn run(
    args: &SweepArgs,
    command_line: &[OsString],
    (file, out): (&Path, &Path),
    catalogues: &Catalogues,
    printer: &Printer,
) -> Result<()> {
    let text = read(file)?;
    let at_file = |error: &dyn std::error::Error| Failure::input_at(file.display(), error);
    let spec = Spec::read(&text, &catalogues.methods, &catalogues.measures)
        .map_err(|error| at_file(&error))?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let threads = pool.current_num_threads();
    let mut notes = Vec::new();
    let judges = pool.install(|| judges(args, file, &spec, threads, &mut notes))?;
    let listed = listed_orders(&spec)?;
    let judges: Vec<&dyn Judge> = judges.iter().map(|judge| judge.as_ref() as _).collect();
    let bar = printer.progress(0, "points checked");
    let tell = |done: usize, points: usize| {
        bar.set_length(points as u64);
        bar.set_position(done as u64);
    };
    let tools = Tools {
        catalogue: &catalogues.methods,
        measures: &catalogues.measures,
        judges: &judges,
        listed: &listed,
    };
    let plan = pool.install(|| Plan::new(&spec, &tools, &tell));
    bar.finish_and_clear();
    let plan = plan.map_err(|error| at_file(&error))?;
    notes.extend(plan.notes().iter().cloned());
    let failed = |number, trial: &Trial, error| no_room((file, &spec), (number, trial), error);
    pool.install(|| check_room(&plan, &tools, out, failed))?;
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    if args.dry_run {
        list(&plan, shard, args.json, printer)?;
        interrupt::catch()?;
        let stop = &interrupt::is_requested;
        let price = experiment::price(&plan, &tools, shard, threads, stop);
        interrupt::check()?;
        printer.note(&price_words(price?, threads));
        return Ok(());
    }
    if let Some(slurm) = Slurm::of(&args.slurm, out)? {
        return slurm.submit(command_line, &Joined::Results { again: false }, printer);
    }
    let folder = ResultsFolder::create(out, &plan, shard, PROGRAM)?;
    let _lock = folder_lock::take(out)?;
    // All that can be wrong with the input is behind, so that an error stands alone.
    printer.notes(&notes);
    interrupt::catch()?;

    let start = Instant::now();
    let progress = run_trials(&folder, &tools, threads, printer)?;
    experiment::write_tables(&folder, &catalogues.measures)?;
    let report = Report {
        path: out.display().to_string(),
        trials: progress.trials,
        found: progress.found,
        shard: shard.to_string(),
        seconds: start.elapsed().as_secs_f64(),
    };
    printer.report(args.json, &report, || words(&report, shard))
}

/// Without models in the program, there are judges for files that name none.
#[cfg(not(feature = "model"))]
fn judges(
    _args: &SweepArgs,
    file: &Path,
    spec: &Spec,
    _threads: usize,
    _notes: &mut Vec<String>,
) -> Result<Vec<Box<dyn Judge + Send>>> {
    match &spec.models[..] {
        [] => Ok(Vec::new()),
        _ => Err(Failure::input(format!(
            "{}: models: {}",
            file.display(),
            builds::lacking_feature("what runs models", "model")
        ))),
    }
}

/// There is none to ask.
#[cfg(not(feature = "model"))]
fn no_room((file, _): (&Path, &Spec), _: (usize, &Trial), error: JudgeError) -> Failure {
    Failure::input(format!("{}: {error}", file.display()))
}

fn words(report: &Report, shard: Shard) -> String {
    let Report { trials, found, .. } = report;
    let plural = plural(*trials as u64);
    let found = match found {
        0 => String::new(),
        found => format!(" ({found} of them before)"),
    };
    let shard = match shard {
        Shard::WHOLE => String::new(),
        shard => format!("shard {shard}: "),
    };
    let (seconds, path) = (report.seconds, &report.path);
    format!("{shard}{trials} trial{plural}{found} in {seconds:.1} s: {path}")
}

/// What a sweep takes, in words.
fn price_words(price: Price, threads: usize) -> String {
    let time = match price.time.as_secs() {
        0 => "less than a second".to_owned(),
        seconds => format!("about {}", duration(seconds)),
    };
    let (threads, probes) = (
        plural_of(threads, "thread"),
        plural_of(price.probes, "probe"),
    );
    format!("{time} on {threads}, by {probes}")
}

fn plural_of(count: usize, what: &str) -> String {
    format!("{count} {what}{}", plural(count as u64))
}

/// The trials, one a line.
fn list(plan: &Plan, shard: Shard, json: bool, printer: &Printer) -> Result<()> {
    let trials = plan.trials().iter().enumerate();
    for (index, trial) in trials.filter(|&(index, _)| shard.has(index)) {
        if json {
            printer.result_json(trial)?;
        } else {
            printer.result(&format!("{}: {trial}", index + 1))?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    let shown = path.display();
    let bytes = read_bounded(path, "a sweep file", MAX_BYTES, &shown)?;
    String::from_utf8(bytes).map_err(|_| Failure::input(format!("{shown} is no text in UTF-8")))
}
