//! `eval`

mod judge;
mod order_file;
mod rows;
mod variants;
mod words;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressBar;
use orders_analysis::experiment::{
    self, ExperimentError, Judge, Plan, PooledResults, Progress, ResultsFolder, Sampler, Shard,
    Tools, TrialSettings,
};
use orders_core::UnknownName;
use orders_model::ModelSource;
use orders_model::bundled;
use orders_model::lpd::{GuidanceSchedule, LpdConfig};
use orders_model::published::{PUBLISHED_RESULTS, PublishedResult, published_result};
use serde_json::json;

use self::order_file::OrderFile;
use self::variants::{Variants, Wanted};
use crate::args::EvalArgs;
use crate::bounded_file::read_bounded;
use crate::experiment::{Catalogues, Floor, LpdClock, LpdJudge, LpdSampler, SharedModel};
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::single_file::SingleFile;
use crate::token_images::TokenImages;
use crate::{folder_lock, interrupt, settings};

/// Images of a published row.
const PUBLISHED_SAMPLES: u64 = 50_000;
/// What is asked of a bundled model where nothing is said.
const BUNDLED_METHODS: [&str; 4] = ["lpd", "halton", "farthest", "proximity"];
const BUNDLED_STEPS: [usize; 4] = [8, 20, 64, 256];
/// Images to generate where nothing is said.
const SAMPLES: u64 = 1000;
/// What is measured of generated images.
const MEASURES_OF_SAMPLES: [&str; 5] = [
    "frechet_distance",
    "mmd",
    "inception_score",
    "inception_score_deviation",
    "class_accuracy",
];
/// Bundled images that are looked at where nothing is said.
const BUNDLED_LIMIT: u64 = 500;

/// What a folder of results of evaluations says that it is about.
const TITLE: &str = "evaluation";

pub(crate) fn run(args: &EvalArgs, catalogues: &Catalogues, printer: &Printer) -> Result<()> {
    let preset = preset(args)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let mut notes = Vec::new();
    let threads = pool.current_num_threads();
    let (judge, variants) = asked_for(args, preset, catalogues, threads, &mut notes)?;
    let Variants { trials, listed } = variants;
    if let Some(key) = &args.sort {
        words::check_key(key, &trials)?;
    }
    let tools = Tools {
        catalogue: &catalogues.methods,
        measures: &catalogues.measures,
        judges: &[&judge],
        listed: &listed,
    };
    let plan = Plan::of_trials(TITLE, trials, tools.measures).map_err(Failure::work)?;
    let temporary = tempfile::tempdir().map_err(Failure::work)?;
    let out = args.out.as_deref().unwrap_or(temporary.path());
    if !is_done(out, &plan)? {
        let model = judge.shared_model();
        model.load(|error| settings::lpd_failure(model.source(), error))?;
        judge.check_memory(plan.trials())?;
    }
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    let folder = ResultsFolder::create_again(out, &plan, shard, PROGRAM)?;
    let _lock = args.out.as_deref().map(folder_lock::take).transpose()?;
    printer.notes(&notes);
    interrupt::catch()?;
    run_trials(&folder, &tools, threads, printer)?;
    if let Some(shard) = args.shard {
        let report = json!({ "path": out.display().to_string(), "shard": shard.to_string() });
        let words = || {
            format!(
                "shard {shard}: {}; 'sweep merge' joins it with the others",
                out.display()
            )
        };
        return printer.report(args.json, &report, words);
    }

    let results = folder.results()?;
    let results = results.into_iter().map(|(trial, r)| (trial.clone(), r));
    let results = PooledResults::new(results, tools.measures);
    let sampler = judge.lpd_sampler();
    let count = sampler.map_or(0, |sampler| sampler.settings().count);
    let mut rows = rows::rows(&results, catalogues, (count, args.batch))?;
    let network = sampler.map(LpdSampler::network);
    if let Some(key) = &args.sort {
        words::sort(&mut rows, key, network);
    }
    let floor = floor(out, sampler)?;
    if args.out.is_some() {
        let table = rows::table(&rows, network)?;
        let write = |name: &str, bytes: &[u8]| SingleFile::new(&out.join(name), true)?.write(bytes);
        write("table.csv", &table.to_csv().map_err(Failure::work)?)?;
        write("table.parquet", &table.to_parquet().map_err(Failure::work)?)?;
    }
    if args.json {
        return printer.result_json(&json!({
            "rows": rows,
            "floor": floor,
            "published": preset,
        }));
    }
    printer.result(&words::words(&rows, network, preset))?;
    printer.note(words::LEGEND);
    match (floor, network) {
        (Some(floor), Some(network)) => printer.result(&format!("\n{}", floor.words(network))),
        _ => Ok(()),
    }
}

/// Whether a folder has all results of a plan already. Nothing is written.
fn is_done(out: &Path, plan: &Plan) -> Result<bool> {
    match ResultsFolder::open(out) {
        Ok(folder) => {
            let mut is_done = true;
            for trial in plan.trials() {
                is_done &= folder.result(trial)?.is_some();
            }
            Ok(is_done)
        }
        Err(ExperimentError::NoFolder { .. }) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Runs what is not there yet.
fn run_trials(
    folder: &ResultsFolder,
    tools: &Tools<'_>,
    threads: usize,
    printer: &Printer,
) -> Result<()> {
    let bar: Mutex<Option<(String, ProgressBar)>> = Mutex::default();
    let tell = |progress: Progress<'_>| {
        let mut bar = bar.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(now) = progress.now else {
            return;
        };
        let (number, count) = (progress.finished + 1, progress.trials);
        let (label, steps) = (&now.trial.label, now.trial.settings.steps);
        let what = format!("{number} of {count}: {label}, {steps} steps, {}", now.what);
        if bar.as_ref().is_none_or(|(known, _)| *known != what) {
            if let Some((_, bar)) = bar.take() {
                bar.finish_and_clear();
            }
            let new = printer.progress(now.all, &what);
            *bar = Some((what, new));
        }
        if let Some((_, bar)) = &*bar {
            bar.set_position(now.done);
        }
    };
    let stop = &interrupt::is_requested;
    let progress = experiment::run(folder, tools, PROGRAM, threads, stop, &tell);
    if let Some((_, bar)) = bar.into_inner().unwrap_or_else(PoisonError::into_inner) {
        bar.finish_and_clear();
    }
    match progress?.is_complete() {
        true => Ok(()),
        false => Err(Failure::Paused(format!(
            "the results so far are kept in {}; the same command goes on from there",
            folder.path().display()
        ))),
    }
}

/// How far real images are from each other: what was found out now, or before.
fn floor(out: &Path, sampler: Option<&LpdSampler>) -> Result<Option<Floor>> {
    let Some(sampler) = sampler.filter(|sampler| sampler.has_floor()) else {
        return Ok(None);
    };
    let path = out.join("floor.json");
    if !path.is_file() {
        if sampler.floor().is_none() {
            // All results were there, as after a merge.
            let real = sampler.real(&mut |_, _| interrupt::flow());
            interrupt::check()?;
            real.map_err(|error| Failure::Work(error.to_string()))?;
        }
        let Some(floor) = sampler.floor() else {
            return Ok(None);
        };
        let json = serde_json::to_vec_pretty(floor).map_err(Failure::work)?;
        SingleFile::new(&path, false)?.write(&json)?;
    }
    let bytes = read_bounded(&path, "a result", 1 << 20, path.display())?;
    let floor = serde_json::from_slice(&bytes);
    floor.map_err(|error| Failure::input(format!("{} is damaged: {error}", path.display())))
}

/// What flags ask for: the model that judges, and the trials. `notes` is told what a user
/// should know of the group sizes.
fn asked_for(
    args: &EvalArgs,
    preset: Option<&PublishedResult>,
    catalogues: &Catalogues,
    threads: usize,
    notes: &mut Vec<String>,
) -> Result<(LpdJudge, Variants)> {
    let guidance = match preset {
        Some(row) => settings::guidance(row.guidance, GuidanceSchedule::Linear),
        None => settings::guidance(args.cfg.unwrap_or(1.0), args.cfg_schedule),
    }?;
    let model = match preset {
        None => settings::model(&args.model)?,
        Some(row) => {
            let config = LpdConfig::named(row.model, row.image_size)
                .map_err(|error| Failure::input_at("--preset", &error))?;
            settings::checkpoint(&args.model, config)?
        }
    };
    if let ModelSource::Formula(_) = &model {
        return Err(settings::weights_needed());
    }
    let (config, is_bundled) = (model.config(), model.bundled().is_some());
    let files = OrderFile::read_all(&args.orders, config.grid())?;
    let (methods, steps) = asked(args, preset, is_bundled, &files)?;
    let looked_at = settings::looked_at(&model, notes)?;
    let held_out = held_out(args, &config, is_bundled)?;
    if let Some(held_out) = &held_out {
        held_out.0.check_tokenizer(&looked_at, notes)?;
    }
    if held_out.is_none() && args.real.is_none() && args.runs == 0 {
        return Err(Failure::input(
            "nothing is measured: give --tokens FILE, --real FILE, or --runs from 1",
        ));
    }
    let count = args.samples.unwrap_or(match preset {
        Some(_) => PUBLISHED_SAMPLES,
        None => SAMPLES,
    });
    let device = settings::device(&args.model.device)?;
    let samples = judge::sample_settings(
        args,
        (count, guidance),
        (&model, &looked_at),
        &device,
        notes,
    )?;
    let name = match &model {
        ModelSource::Bundled(bundled) => bundled.name().to_owned(),
        model => model.label(),
    };
    let device = (device, args.model.device.device.clone());
    let model = Arc::new(SharedModel::new(model, args.model.dtype, device));
    let sampler = samples.map(|samples| LpdSampler::new(Arc::clone(&model), samples));
    let clock = (args.runs > 0).then(|| {
        LpdClock::new(
            Arc::clone(&model),
            guidance,
            (args.batch, args.runs),
            threads,
        )
    });
    let (images, background) = held_out.unzip();
    let judge = LpdJudge::new(name, model, images, background.flatten(), args.batch)?
        .with_sampler(sampler.transpose()?)
        .with_clock(clock);

    let mut measures = Vec::new();
    if judge.images() > 0 {
        measures.push("nats_per_cell");
        measures.extend(judge.model().background.map(|_| "nats_per_foreground_cell"));
    }
    if judge.lpd_sampler().is_some() {
        measures.extend(MEASURES_OF_SAMPLES);
    }
    if judge.clock().is_some() {
        measures.extend(["latency_seconds", "images_per_second", "passes"]);
    }
    let wanted = Wanted {
        methods: &methods,
        files: &files,
        steps: &steps,
        images: judge.images().max(judge.lpd_sampler().map_or(1, |_| count)),
        shared: TrialSettings {
            grid: config.grid().to_string(),
            model: Some(judge.model().clone()),
            samples: judge.sampler().map(|sampler| sampler.settings().clone()),
            machine: judge.clock().map(|clock| clock.settings().clone()),
            seed: args.seed,
            orders: judge.images(),
            measures: measures.into_iter().map(str::to_owned).collect(),
            ..TrialSettings::default()
        },
    };
    let variants = wanted.variants(args, &catalogues.methods, config.grid(), notes)?;
    Ok((judge, variants))
}

/// The images that flags ask a model about, if they do: of a file, or those that are
/// bundled; and the token that is background.
fn held_out(
    args: &EvalArgs,
    config: &LpdConfig,
    is_bundled: bool,
) -> Result<Option<(TokenImages, Option<u32>)>> {
    let (images, background) = match &args.tokens {
        Some(path) => {
            let limit = args.limit.unwrap_or(u64::MAX);
            let images = TokenImages::read(path)?.first(limit);
            if images.len() == 0 {
                return Err(Failure::input(format!("{} has no images", path.display())));
            }
            (images, args.background)
        }
        None if is_bundled => {
            let black = bundled::codebook().black_token();
            let images = TokenImages::bundled()?.first(args.limit.unwrap_or(BUNDLED_LIMIT));
            (images, args.background.or(Some(black)))
        }
        None if args.background.is_some() => {
            return Err(Failure::input(
                "--background is for images whose likelihood is measured: --tokens FILE",
            ));
        }
        None => return Ok(None),
    };
    images.check(config)?;
    if let Some(token) = background
        && token as usize >= config.vocab()
    {
        return Err(Failure::input(format!(
            "--background {token} is no token of the model, which has {}, counted from 0",
            config.vocab()
        )));
    }
    Ok(Some((images, background)))
}

/// The methods and the numbers of steps that flags ask for.
fn asked(
    args: &EvalArgs,
    preset: Option<&PublishedResult>,
    is_bundled: bool,
    files: &[OrderFile],
) -> Result<(Vec<String>, Vec<usize>)> {
    if let Some(row) = preset {
        let method = format!("lpd,repulsion={}", row.repulsion);
        return Ok((vec![method], vec![row.steps]));
    }
    let methods = match (&args.method[..], is_bundled) {
        ([], true) => BUNDLED_METHODS.map(str::to_owned).to_vec(),
        ([], false) => vec!["lpd".to_owned()],
        (methods, _) => methods.to_vec(),
    };
    let steps = match (&args.steps[..], is_bundled) {
        ([], _) if !files.is_empty() => OrderFile::steps_of(files)?,
        ([], true) => BUNDLED_STEPS.to_vec(),
        ([], false) => {
            return Err(Failure::input(
                "the numbers of steps are needed: --steps, as in --steps 8,16,32",
            ));
        }
        (steps, _) => steps.to_vec(),
    };
    Ok((methods, steps))
}

/// The published row that is asked for.
fn preset(args: &EvalArgs) -> Result<Option<&'static PublishedResult>> {
    let Some(name) = &args.preset else {
        return Ok(None);
    };
    let row = published_result(name).ok_or_else(|| {
        let known = PUBLISHED_RESULTS.map(|row| row.name);
        Failure::input(UnknownName::new("preset", name, known).to_string())
    })?;
    Ok(Some(row))
}
