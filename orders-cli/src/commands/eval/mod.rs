//! `eval`

mod judge;
mod order_file;
mod variants;
mod words;

use indicatif::ProgressBar;
use orders_core::{Catalogue, UnknownName};
use orders_model::ModelSource;
use orders_model::bundled;
use orders_model::lpd::{GuidanceSchedule, LpdConfig};
use orders_model::published::{PUBLISHED_RESULTS, PublishedResult, published_result};
use serde_json::json;

use self::order_file::OrderFile;
use self::variants::Wanted;
use crate::args::EvalArgs;
use crate::eval::{EvalProgress, EvalRequest, HeldOut, SampleJudge};
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::token_images::TokenImages;
use crate::{interrupt, settings};

/// Images of a published row.
const PUBLISHED_SAMPLES: u64 = 50_000;
/// What is asked of a bundled model where nothing is said.
const BUNDLED_METHODS: [&str; 4] = ["lpd", "halton", "farthest", "proximity"];
const BUNDLED_STEPS: [usize; 4] = [8, 20, 64, 256];
/// Images to generate where nothing is said.
const SAMPLES: u64 = 1000;
/// Bundled images that are looked at where nothing is said.
const BUNDLED_LIMIT: u64 = 500;

pub(crate) fn run(args: &EvalArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let preset = preset(args)?;
    let mut notes = Vec::new();
    let request = request(args, preset, catalogue, &mut notes)?;
    let network = request.judge.as_ref().map(SampleJudge::network);
    let prepared = request.prepare()?;
    printer.notes(&notes);
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads)?;
    let mut bar: Option<(String, u64, ProgressBar)> = None;
    let found = pool.install(|| {
        prepared.run(|progress: EvalProgress<'_>| {
            let EvalProgress { what, done, all } = progress;
            let is_same = |bar: &(String, u64, _)| bar.0 == what && bar.1 == all;
            if !bar.as_ref().is_some_and(is_same) {
                if let Some((_, _, bar)) = bar.take() {
                    bar.finish_and_clear();
                }
                bar = Some((what.to_owned(), all, printer.progress(all, what)));
            }
            if let Some((_, _, bar)) = &bar {
                bar.set_position(done);
            }
            interrupt::flow()
        })
    })?;
    if let Some((_, _, bar)) = bar {
        bar.finish_and_clear();
    }
    if args.json {
        printer.result_json(&json!({
            "rows": found.rows,
            "floor": found.floor,
            "published": preset,
        }))?;
    } else {
        printer.result(&words::words(&found.rows, network, preset))?;
        if let (Some(floor), Some(network)) = (found.floor, network) {
            printer.result(&format!("\n{}", floor.words(network)))?;
        }
    }
    Ok(())
}

/// What flags ask for, and what a user should know of the group sizes.
fn request(
    args: &EvalArgs,
    preset: Option<&PublishedResult>,
    catalogue: &Catalogue,
    notes: &mut Vec<String>,
) -> Result<EvalRequest> {
    let guidance = match preset {
        Some(row) => settings::guidance(row.guidance, GuidanceSchedule::Linear),
        None => settings::guidance(args.cfg.unwrap_or(1.0), args.cfg_schedule),
    }?;
    let model = match preset {
        None => settings::model(&args.model)?,
        Some(row) => {
            let config = LpdConfig::named(row.model, row.image_size)
                .map_err(|error| Failure::input_at("--preset", &error))?;
            match settings::checkpoint(&args.model, config)? {
                ModelSource::Formula(_) => return Err(settings::weights_needed()),
                model => model,
            }
        }
    };
    let (config, is_bundled) = (model.config(), model.bundled().is_some());
    let files = OrderFile::read_all(&args.orders, config.grid())?;
    let (methods, steps) = asked(args, preset, is_bundled, &files)?;
    let held_out = held_out(args, &config, is_bundled)?;
    if held_out.is_none() && args.real.is_none() && args.runs == 0 {
        return Err(Failure::input(
            "nothing is measured: give --tokens FILE, --real FILE, or --runs from 1",
        ));
    }
    let samples = args.samples.unwrap_or(match preset {
        Some(_) => PUBLISHED_SAMPLES,
        None => SAMPLES,
    });
    let device = settings::device(&args.model.device)?;
    let judge = judge::sample_judge(args, samples, (&config, is_bundled), &device)?;
    let given = held_out.as_ref().map_or(1, HeldOut::len) as u64;
    let generated = judge.as_ref().map_or(1, |judge| judge.count);
    let wanted = Wanted {
        methods: &methods,
        files: &files,
        steps: &steps,
        images: given.max(generated),
    };
    Ok(EvalRequest {
        variants: wanted.variants(args, catalogue, config.grid(), notes)?,
        model,
        dtype: args.model.dtype,
        device: (device, args.model.device.device.clone()),
        held_out,
        judge,
        guidance,
        batch: args.batch,
        runs: args.runs,
        seed: args.seed,
        folder: args.out.clone(),
    })
}

/// The images that flags ask a model about, if they do: of a file, or those that are
/// bundled.
fn held_out(args: &EvalArgs, config: &LpdConfig, is_bundled: bool) -> Result<Option<HeldOut>> {
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
        None => return Ok(None),
    };
    images.check(config)?;
    Ok(Some(HeldOut {
        images,
        background,
        path: args.tokens.clone(),
    }))
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
