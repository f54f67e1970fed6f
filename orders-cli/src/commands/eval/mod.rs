//! `eval`

mod table;

use std::ffi::OsString;
use std::sync::Arc;

use orders_analysis::experiment::{
    Judge, Plan, PooledResults, ResultsFolder, Sampler, Shard, Tools, TrialSettings,
};
use orders_core::UnknownName;
use orders_model::ModelSource;
use orders_model::lpd::{GuidanceSchedule, LpdConfig, RequestError};
use orders_model::published::{PUBLISHED_RESULTS, PublishedResult, published_result};
use serde_json::{Value, json};

use crate::args::EvalArgs;
use crate::experiment::{
    Catalogues, LpdClock, LpdJudge, LpdSampler, OrderFile, SamplesAsked, SharedModel, Variants,
    Wanted, run_trials,
};
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::settings::TokenizerFiles;
use crate::single_file::SingleFile;
use crate::slurm::{Joined, Slurm};
use crate::token_images::HeldOutArgs;
use crate::{folder_lock, interrupt, settings};

/// Images of a published row.
const PUBLISHED_SAMPLES: u64 = 50_000;
/// What is always compared with, unless switched off.
const BASELINES: [&str; 2] = ["raster", "random"];
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

/// What a folder of results of evaluations says that it is about.
const TITLE: &str = "evaluation";

pub(crate) fn run(
    args: &EvalArgs,
    command_line: &[OsString],
    catalogues: &Catalogues,
    printer: &Printer,
) -> Result<()> {
    let preset = preset(args)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let mut notes = Vec::new();
    let threads = pool.current_num_threads();
    let (judge, variants) = asked_for(args, preset, catalogues, threads, &mut notes)?;
    let Variants { trials, listed } = variants;
    if let Some(key) = &args.sort {
        table::check_key(key, &trials)?;
    }
    let tools = Tools {
        catalogue: &catalogues.methods,
        measures: &catalogues.measures,
        judges: &[&judge],
        listed: &listed,
    };
    let plan = Plan::of_trials(TITLE, trials, tools.measures).map_err(Failure::work)?;
    if args.slurm.slurm.is_some() && args.out.is_none() {
        return Err(Failure::input(
            "--slurm needs --out DIR, where its jobs find each other's results",
        ));
    }
    let temporary = tempfile::tempdir().map_err(Failure::work)?;
    let out = args.out.as_deref().unwrap_or(temporary.path());
    let shard = args.shard.unwrap_or(Shard::WHOLE);
    if !ResultsFolder::has_all(out, &plan)? {
        let model = judge.shared_model();
        model.load(|error| settings::lpd_failure(model.source(), error))?;
        for trial in plan.trials() {
            let checked = judge.check(&trial.settings, tools.catalogue);
            checked.map_err(|error| match error.downcast::<RequestError>() {
                Ok(error) => Failure::from(*error),
                Err(error) => Failure::input(error.to_string()),
            })?;
        }
    }
    if let Some(slurm) = Slurm::of(&args.slurm, out)? {
        return slurm.submit(command_line, &Joined::Results { again: true }, printer);
    }
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

    let results = PooledResults::open(&folder, tools.measures)?;
    let sampler = judge.lpd_sampler();
    let network = sampler.map(LpdSampler::network);
    let mut rows = table::rows(&results)?;
    if let Some(key) = &args.sort {
        table::sort(&mut rows, key);
    }
    let floor = match sampler {
        Some(sampler) => sampler.floor_in(out)?,
        None => None,
    };
    if args.out.is_some() {
        let table = table::table(&rows, network).map_err(Failure::work)?;
        let write = |name: &str, bytes: &[u8]| SingleFile::new(&out.join(name), true)?.write(bytes);
        write("table.csv", &table.to_csv().map_err(Failure::work)?)?;
        write("table.parquet", &table.to_parquet().map_err(Failure::work)?)?;
    }
    if args.json {
        let count = sampler.map_or(0, |sampler| sampler.settings().count);
        let rows: Vec<Value> = rows.iter().map(|row| row.json(count, args.batch)).collect();
        return printer.result_json(&json!({
            "rows": rows,
            "floor": floor,
            "published": preset,
        }));
    }
    printer.result(&table::words(&rows, network, preset))?;
    printer.note(table::LEGEND);
    match (floor, network) {
        (Some(floor), Some(network)) => printer.result(&format!("\n{}", floor.words(network))),
        _ => Ok(()),
    }
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
    let held_out = HeldOutArgs {
        tokens: args.tokens.as_deref(),
        limit: args.limit,
        background: args.background,
    };
    let held_out = held_out.read(&config, is_bundled)?;
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
    let is_asked = args.network.is_some() || args.real.is_some() || args.samples.is_some();
    let samples = is_asked.then_some(SamplesAsked {
        at: "--",
        network: args.network.as_deref(),
        weights: args.weights.as_deref(),
        real: args.real.as_deref(),
        tokenizer: TokenizerFiles {
            file: args.tokenizer.as_deref(),
            config: args.tokenizer_config.as_deref(),
            key: None,
        },
        count: (count, "--samples"),
        guidance,
        batch: args.batch,
    });
    let samples = samples.map(|asked| asked.read((&model, &looked_at), &device, notes));
    let samples = samples.transpose()?;
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
        let is_parallel = args.decoding.iter().all(|text| text == "parallel");
        let is_counted = !is_parallel || !args.scheduler.is_empty();
        measures.extend(is_counted.then_some("passes_per_image"));
    }
    if judge.lpd_sampler().is_some() {
        measures.extend(MEASURES_OF_SAMPLES);
    }
    if judge.clock().is_some() {
        measures.extend(["latency_seconds", "images_per_second", "passes"]);
    }
    let wanted = Wanted {
        methods: &methods,
        schedulers: &args.scheduler,
        decodings: &args.decoding,
        baselines: if args.no_baselines { &[] } else { &BASELINES },
        files: &files,
        steps: &steps,
        shape: args.shape.as_deref(),
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
    let variants = wanted.variants(&catalogues.methods, config.grid(), notes)?;
    Ok((judge, variants))
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
