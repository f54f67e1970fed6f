//! `eval`: a space of trials, put together from flags, and its table.

mod table;

use std::ffi::OsString;

use orders_analysis::experiment::{
    MeasureEntry, Plan, PlanError, PooledResults, ResultsFolder, Shard, Tools,
};
use orders_model::ModelSourceError;
use orders_model::lpd::RequestError;
use serde_json::json;

use self::table::EvalTable;
use crate::args::EvalArgs;
use crate::experiment::{Catalogues, LpdSampler, check_room, run_trials};
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::settings::Evaluation;
use crate::single_file::SingleFile;
use crate::slurm::{Joined, Slurm};
use crate::{folder_lock, interrupt, settings};

pub(crate) fn run(
    args: &EvalArgs,
    command_line: &[OsString],
    catalogues: &Catalogues,
    printer: &Printer,
) -> Result<()> {
    let pool = settings::thread_pool(&args.threads, printer)?;
    let threads = pool.current_num_threads();
    let mut notes = Vec::new();
    let Evaluation {
        spec,
        judge,
        listed,
        preset,
    } = settings::evaluation(args, catalogues, threads, &mut notes)?;
    let tools = Tools {
        catalogue: &catalogues.methods,
        measures: &catalogues.measures,
        judges: &[&judge],
        listed: &listed,
    };
    let plan = Plan::new(&spec, &tools, &|_, _| {}).map_err(|error| match error {
        PlanError::Point { reason, .. } => Failure::input(reason),
        error => Failure::bad_input(error),
    })?;
    if let Some(key) = &args.sort {
        table::check_key(key, &spec.measures)?;
    }
    if args.slurm.slurm.is_some() && args.out.is_none() {
        return Err(Failure::input(
            "--slurm needs --out DIR, where its jobs find each other's results",
        ));
    }
    let temporary = tempfile::tempdir().map_err(Failure::work)?;
    let out = args.out.as_deref().unwrap_or(temporary.path());
    check_room(&plan, &tools, out, |_, _, error| {
        let error = match error.downcast::<ModelSourceError>() {
            Ok(error) => return settings::lpd_failure(judge.source(), *error),
            Err(error) => error,
        };
        match error.downcast::<RequestError>() {
            Ok(error) => Failure::from(*error),
            Err(error) => Failure::input(error),
        }
    })?;
    if let Some(slurm) = Slurm::of(&args.slurm, out)? {
        return slurm.submit(command_line, &Joined::Results { again: true }, printer);
    }
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    let folder = ResultsFolder::create_again(out, &plan, shard, PROGRAM)?;
    let _lock = args.out.as_deref().map(folder_lock::take).transpose()?;
    notes.extend(plan.notes().iter().cloned());
    printer.notes(&notes);
    interrupt::catch()?;
    run_trials(&folder, &tools, threads, printer).map_err(|failure| match failure {
        // What was kept goes away with its folder.
        Failure::Paused(_) if args.out.is_none() => Failure::Interrupted,
        failure => failure,
    })?;
    if let Some(shard) = args.shard {
        let report = json!({ "path": out.display().to_string(), "shard": shard.to_string() });
        let words = || {
            let out = out.display();
            format!("shard {shard}: {out}; 'sweep merge' joins it with the others")
        };
        return printer.report(args.json, &report, words);
    }

    let results = PooledResults::open(&folder, tools.measures)?;
    let sampler = judge.lpd_sampler();
    let table = EvalTable::of(&results, &spec, sampler.map(LpdSampler::network), args)?;
    let floor = match sampler {
        Some(sampler) => sampler.floor_in(out)?,
        None => None,
    };
    if args.out.is_some() {
        let table = table.for_programs().map_err(Failure::work)?;
        let write = |name: &str, bytes: &[u8]| SingleFile::new(&out.join(name), true)?.write(bytes);
        write("table.csv", &table.to_csv().map_err(Failure::work)?)?;
        write("table.parquet", &table.to_parquet().map_err(Failure::work)?)?;
    }
    if args.json {
        let count = spec.samples.as_ref().map(|samples| samples.count);
        return printer.result_json(&json!({
            "rows": table.json(count, args.batch),
            "floor": floor,
            "published": preset,
        }));
    }
    printer.result(&table.for_people(preset))?;
    printer.note(table::LEGEND);
    if args.explain {
        printer.explanations(spec.measures.iter().map(MeasureEntry::explanation))?;
    }
    match (floor, sampler) {
        (Some(floor), Some(sampler)) => {
            printer.result(&format!("\n{}", floor.words(sampler.network())))
        }
        _ => Ok(()),
    }
}
