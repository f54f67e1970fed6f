//! `eval`

mod folder;
mod identity;
mod likelihood;
mod order_file;
mod real;
mod result;
mod samples;
mod table;
mod variant;

use std::process::ExitCode;

use orders_model::lpd::{Guidance, Lpd, LpdConfig};
use orders_model::published::{PUBLISHED_RESULTS, PublishedResult, published_result};
use serde_json::json;

use self::folder::Folder;
use self::identity::settings_of_all;
use self::likelihood::HeldOut;
use self::order_file::OrderFile;
use self::real::RealImages;
use self::result::{TimeResult, VariantResult};
use self::samples::SampleJudge;
use self::variant::{Variant, Wanted};
use super::bench;
use orders_core::{Catalogue, UnknownName};

use crate::args::{EvalArgs, ScheduleArg};
use crate::failure::Failure;
use crate::printer::Printer;
use crate::{interrupt, settings};

/// Images of a published row.
const PUBLISHED_SAMPLES: u64 = 50_000;
/// What is asked of a bundled model where nothing is said.
const BUNDLED_METHODS: [&str; 4] = ["lpd", "halton", "farthest", "proximity"];
const BUNDLED_STEPS: [usize; 4] = [8, 20, 64, 256];
/// Images to generate where nothing is said.
const SAMPLES: u64 = 1000;

pub(crate) fn run(
    args: &EvalArgs,
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<ExitCode, Failure> {
    let preset = preset(args)?;
    let guidance = match preset {
        Some(row) => settings::guidance(row.guidance, ScheduleArg::Linear),
        None => settings::guidance(args.cfg.unwrap_or(1.0), args.cfg_schedule),
    }?;
    let config = match preset {
        Some(row) => LpdConfig::named(row.model, row.image_size)
            .map_err(|error| Failure::input_at("--preset", &error)),
        None => settings::lpd_config(&args.model),
    }?;
    let bundled = match preset {
        Some(_) if args.model.checkpoint.is_none() => return Err(settings::weights_needed()),
        Some(_) => None,
        None => settings::bundled(&args.model),
    };
    let files = OrderFile::read_all(&args.orders, config.grid())?;
    let (methods, steps) = asked(args, preset, bundled.is_some(), &files)?;
    let held_out = HeldOut::asked(args, &config, bundled.is_some())?;
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
    let judge = SampleJudge::new(args, samples, (&config, bundled.is_some()), &device)?;
    let given = held_out.as_ref().map_or(1, HeldOut::len) as u64;
    let generated = judge.as_ref().map_or(1, SampleJudge::count);
    let wanted = Wanted {
        methods: &methods,
        files: &files,
        steps: &steps,
        images: given.max(generated),
    };
    let mut notes = Vec::new();
    let variants = wanted.variants(args, catalogue, config.grid(), &mut notes)?;
    let settings_of_all = settings_of_all(
        args,
        (&config, bundled),
        guidance,
        held_out.as_ref(),
        judge.as_ref(),
    )?;
    let folder = Folder::open(&args.out, &settings_of_all)?;
    let kept = variants
        .iter()
        .map(|variant| folder.result(&variant.name))
        .collect::<Result<Vec<_>, _>>()?;
    for note in &notes {
        printer.note(note);
    }
    let results = if kept.iter().all(Option::is_some) {
        kept.into_iter().flatten().collect()
    } else {
        let lpd = settings::lpd(&args.model, config, &device)?.lpd;
        folder.begin(&settings_of_all)?;
        interrupt::catch()?;
        let pool = settings::thread_pool(&args.threads)?;
        let judge = judge.as_ref().map(|judge| -> Result<_, Failure> {
            let real = pool.install(|| judge.real_images(printer));
            let real = real.map_err(|failure| folder.paused(failure))?;
            if let Some(floor) = real.floor()? {
                folder.keep_floor(&floor)?;
            }
            Ok((judge, real))
        });
        let measure = Measure {
            args,
            guidance,
            held_out: held_out.as_ref(),
            judge: judge.transpose()?,
        };
        let mut results = Vec::with_capacity(variants.len());
        for (index, (variant, kept)) in variants.iter().zip(kept).enumerate() {
            let result = match kept {
                Some(result) => result,
                None => {
                    let which = format!("{} of {}", index + 1, variants.len());
                    let result = pool
                        .install(|| measure.variant(&lpd, variant, &which, printer))
                        .map_err(|failure| folder.paused(failure))?;
                    folder.keep(&result)?;
                    result
                }
            };
            results.push(result);
        }
        results
    };

    let network = judge.as_ref().map(SampleJudge::network);
    let rows = table::rows(results)?;
    let floor = folder.floor()?;
    let table = table::table(&rows, network)?;
    let bytes = table.to_csv().map_err(|error| Failure::work(&error))?;
    folder.write("table.csv", &bytes)?;
    let bytes = table.to_parquet().map_err(|error| Failure::work(&error))?;
    folder.write("table.parquet", &bytes)?;
    if args.json {
        printer.result_json(&json!({"rows": rows, "floor": floor, "published": preset}))?;
    } else {
        printer.result(&table::words(&rows, network, preset))?;
        if let (Some(floor), Some(network)) = (floor, network) {
            printer.result(&format!("\n{}", floor.words(network)))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The methods and the numbers of steps that flags ask for.
fn asked(
    args: &EvalArgs,
    preset: Option<&PublishedResult>,
    is_bundled: bool,
    files: &[OrderFile],
) -> Result<(Vec<String>, Vec<usize>), Failure> {
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
fn preset(args: &EvalArgs) -> Result<Option<&'static PublishedResult>, Failure> {
    let Some(name) = &args.preset else {
        return Ok(None);
    };
    let row = published_result(name).ok_or_else(|| {
        let known = PUBLISHED_RESULTS.map(|row| row.name);
        Failure::input(UnknownName::new("preset", name, known).to_string())
    })?;
    Ok(Some(row))
}

/// What is measured of every variant.
struct Measure<'a> {
    args: &'a EvalArgs,
    guidance: Guidance,
    held_out: Option<&'a HeldOut>,
    judge: Option<(&'a SampleJudge, RealImages)>,
}

impl Measure<'_> {
    fn variant(
        &self,
        lpd: &Lpd,
        variant: &Variant,
        which: &str,
        printer: &Printer,
    ) -> Result<VariantResult, Failure> {
        let (label, steps) = (variant.name.label(), variant.name.steps());
        let name = format!("{which}: {label}, {steps} steps");
        let likelihood = match self.held_out {
            None => None,
            Some(held_out) => {
                let progress = printer.progress(held_out.len() as u64, &name);
                Some(held_out.measure(self.args, lpd, variant, &progress)?)
            }
        };
        let samples = match &self.judge {
            None => None,
            Some((judge, real)) => {
                let progress = printer.progress(judge.count(), &name);
                Some(judge.judge(self.args, lpd, variant, self.guidance, real, &progress)?)
            }
        };
        let time = match self.args.runs {
            0 => None,
            _ => Some(self.time(lpd, variant)?),
        };
        Ok(VariantResult {
            name: variant.name.clone(),
            likelihood,
            samples,
            time,
        })
    }

    fn time(&self, lpd: &Lpd, variant: &Variant) -> Result<TimeResult, Failure> {
        let runs = (1, self.args.runs);
        let measure = |batch| bench::measure(lpd, &variant.orders, self.guidance, batch, runs);
        let one = measure(1)?;
        let many = match self.args.batch {
            1 => one.images_per_second,
            batch => measure(batch)?.images_per_second,
        };
        Ok(TimeResult {
            latency_seconds: one.seconds_best,
            batch: self.args.batch,
            images_per_second: many,
        })
    }
}
