//! `sample`

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::{Duration, Instant};

use ndarray::{Array2, s};
use orders_core::{Catalogue, KnownCells};
use orders_model::ModelSource;
use orders_model::lpd::{
    Choice, Guidance, GuidanceSchedule, Lpd, LpdConfig, SampleRequest, Sampling,
};

use super::sample_merge;
use super::sample_output::{SAMPLES, SHARD, SHEET, Samples, Sink, Steps, Targets, subtitle};
use crate::args::{SampleArgs, SampleCommand};
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::settings::{self, CellChoice, LookedAt, RunsOn, TokenizerFiles};
#[cfg(feature = "tables")]
use crate::slurm::{Joined, Slurm};
use crate::token_file::{self, TokenFile};
use crate::token_identity::{self, Tokens};
use crate::{interrupt, memory};

pub(crate) fn run(
    args: &SampleArgs,
    command_line: &[OsString],
    catalogue: &Catalogue,
    printer: &Printer,
) -> Result<()> {
    if let Some(SampleCommand::Merge(args)) = &args.command {
        return sample_merge::run(args, printer);
    }
    let guidance = settings::guidance(args.cfg, args.cfg_schedule)?;
    let choice = choice(args)?;
    let model = settings::model(&args.model)?;
    let config = model.config();
    let samples = Samples::new(args)?;
    let grid = config.grid();
    config
        .check_labels(samples.labels())
        .map_err(|error| Failure::input_at("--labels", &error))?;
    let count = usize::try_from(samples.count).unwrap_or(usize::MAX);
    let cells = settings::cell_choice(catalogue, &args.orders, grid, count, args.seed)?;
    let mut notes = Vec::new();
    let looked_at = settings::looked_at(&model, &mut notes)?;
    let of_model = (&config, &looked_at);
    let chooser = cells.chooser();
    let known = known_tokens(args, chooser.known(), count, of_model, &mut notes)?;
    let targets = Targets::new(args, &samples)?;
    if handed_in(args, command_line, printer)? {
        return Ok(());
    }
    let here = samples.here.clone();
    // A row for each sample, or one for all.
    let known = known.map(|known| match known.nrows() {
        1 => known,
        _ => known
            .slice(s![here.start as usize..here.end as usize, ..])
            .to_owned(),
    });
    let runs_on = RunsOn::new(&args.model.runs, &mut notes)?;
    let decoder = match &args.images {
        Some(_) => {
            let named = TokenizerFiles {
                file: args.tokenizer.as_deref(),
                config: args.tokenizer_config.as_deref(),
                key: None,
            };
            let of_model = (&model, &looked_at);
            let decoder = settings::model_decoder(named, of_model, &runs_on, &mut notes)?;
            decoder.check_memory(grid)?;
            Some(decoder)
        }
        None => None,
    };
    printer.notes(&notes);
    let lpd = settings::lpd(&model, &runs_on)?;
    interrupt::catch()?;

    let pool = settings::thread_pool(&args.threads, printer)?;
    let start = Instant::now();
    let bar = printer.progress(here.end - here.start, "samples");
    let label = |sample: u64| samples.label(sample);
    let request = SampleRequest {
        chooser,
        samples: here.clone(),
        label: &label,
        known: known.as_ref().map(|known| known.view()),
        guidance,
        choice,
        seed: args.seed,
        batch: args.batch,
        memory: memory::limit(),
    };
    let mut about = about(args, &model, &lpd, &cells, guidance);
    if !runs_on.device.is_cpu() {
        about.insert("device".to_owned(), runs_on.words.clone());
    }
    if let Some(tokenizer) = looked_at.tokenizer {
        about.insert("tokenizer".to_owned(), tokenizer);
    }
    let sheet = format!("{}, {}", model.label(), chooser.label());
    if let Some(shard) = samples.shard {
        let more = [
            (SHARD, shard.to_string()),
            (SAMPLES, samples.count.to_string()),
            (SHEET, sheet.clone()),
        ];
        about.extend(more.map(|(key, value)| (key.to_owned(), value)));
    }
    let mut sink: Option<Sink<'_>> = None;
    let mut writing = Duration::ZERO;
    let generated = pool.install(|| {
        lpd.sample(&request, interrupt::watch(&bar), |samples_here, sampled| {
            let begin = Instant::now();
            // Nothing is begun before the first batch has room.
            if sink.is_none() {
                let decoder = (grid, decoder.as_ref());
                sink = Some(Sink::begin(&targets, &samples, decoder, chooser, &about)?);
            }
            if let Some(sink) = &mut sink {
                sink.take(samples_here.start, sampled)?;
            }
            writing += begin.elapsed();
            Ok::<(), Failure>(())
        })
    });
    bar.finish_and_clear();
    let seconds = start.elapsed().saturating_sub(writing).as_secs_f64();
    let Some(sink) = sink else {
        return generated;
    };
    generated.map_err(|failure| sink.ended(failure))?;
    let passes = sink.passes();
    let steps = match &cells {
        CellChoice::Orders(orders) => Steps::Fixed(orders.problem().group_sizes().steps()),
        _ => Steps::Passes(passes.map(|(mean, _)| mean)),
    };
    sink.finish(&subtitle(&sheet, &steps))?;
    report(
        args,
        (here.end - here.start, grid.cells()),
        (seconds, passes),
        (&runs_on, printer),
    )
}

/// Hands the work to Slurm, if that is asked for.
#[cfg(feature = "tables")]
fn handed_in(args: &SampleArgs, command_line: &[OsString], printer: &Printer) -> Result<bool> {
    let (tokens, images) = (args.tokens_out.as_deref(), args.images.as_deref());
    let Some(out) = tokens.or(images) else {
        return Ok(false);
    };
    let Some(slurm) = Slurm::of(&args.slurm, out)? else {
        return Ok(false);
    };
    let force = args.written.force;
    let joined = Joined::Samples {
        tokens,
        images,
        force,
    };
    slurm.submit(command_line, &joined, printer).map(|()| true)
}

#[cfg(not(feature = "tables"))]
fn handed_in(_: &SampleArgs, _: &[OsString], _: &Printer) -> Result<bool> {
    Ok(false)
}

/// How tokens are chosen, as flags say.
fn choice(args: &SampleArgs) -> Result<Choice> {
    if args.greedy {
        return Ok(Choice::Greedy);
    }
    Sampling::new(args.temperature.unwrap_or(1.0), args.top_k, args.top_p)
        .map(Choice::Sample)
        .map_err(Failure::bad_input)
}

/// Tokens at known cells, a row for each sample or one for all.
fn known_tokens(
    args: &SampleArgs,
    cells_known: &KnownCells,
    samples: usize,
    (config, looked_at): (&LpdConfig, &LookedAt),
    notes: &mut Vec<String>,
) -> Result<Option<Array2<u32>>> {
    let count = cells_known.count();
    let Some(path) = &args.known_tokens else {
        if count > 0 {
            return Err(Failure::input(format!(
                "{count} cells are known: --known-tokens FILE is needed as well"
            )));
        }
        return Ok(None);
    };
    let cells = config.grid().cells();
    let TokenFile { tokens, stated, .. } = token_file::read(path)?;
    let place = format!("--known-tokens {}", path.display());
    stated.check(&place, config)?;
    let (rows, found) = tokens.dim();
    if found != cells || (rows != 1 && rows != samples) {
        return Err(Failure::input(format!(
            "{place} has {rows} x {found} tokens; needed are 1 x {cells} or {samples} x {cells}"
        )));
    }
    config
        .check_tokens(tokens.view(), Some(cells_known))
        .map_err(|error| Failure::input_at(path.display(), &error))?;
    let given = Tokens {
        place,
        tokenizer: stated.tokenizer.as_deref(),
    };
    token_identity::check(&given, &looked_at.tokens(), notes)?;
    Ok(Some(tokens))
}

/// What the file of tokens says of itself.
fn about(
    args: &SampleArgs,
    model: &ModelSource,
    lpd: &Lpd,
    cells: &CellChoice,
    guidance: Guidance,
) -> BTreeMap<String, String> {
    let schedule = match guidance.schedule() {
        GuidanceSchedule::Linear => "linear",
        GuidanceSchedule::Constant => "constant",
    };
    let mut about = BTreeMap::from([
        ("format".to_owned(), "tokens".to_owned()),
        ("program".to_owned(), PROGRAM.to_owned()),
        ("checkpoint".to_owned(), model.label()),
        ("grid".to_owned(), model.config().grid().to_string()),
        ("cfg".to_owned(), guidance.scale().to_string()),
        ("cfg_schedule".to_owned(), schedule.to_owned()),
        ("precision".to_owned(), format!("{:?}", lpd.precision())),
    ]);
    about.extend(cells.about().into_iter().map(|(k, v)| (k.to_owned(), v)));
    if args.greedy {
        about.insert("choice".to_owned(), "greedy".to_owned());
    } else {
        about.insert("seed".to_owned(), args.seed.to_string());
        let mut choice = format!("temperature {}", args.temperature.unwrap_or(1.0));
        if let Some(k) = args.top_k {
            choice.push_str(&format!(", top-k {k}"));
        }
        if let Some(p) = args.top_p {
            choice.push_str(&format!(", top-p {p}"));
        }
        about.insert("choice".to_owned(), choice);
    }
    let known = cells.chooser().known().count();
    if known > 0 {
        about.insert("known_count".to_owned(), known.to_string());
    }
    about
}

fn report(
    args: &SampleArgs,
    (samples, cells): (u64, usize),
    (seconds, passes): (f64, Option<(f64, u32)>),
    (runs_on, printer): (&RunsOn, &Printer),
) -> Result<()> {
    let tokens_out = args
        .tokens_out
        .as_ref()
        .map(|path| path.display().to_string());
    let images = args.images.as_ref().map(|path| path.display().to_string());
    if args.written.json {
        return printer.result_json(&serde_json::json!({
            "samples": samples,
            "cells": cells,
            "seconds": seconds,
            "mean_passes": passes.map(|(mean, _)| mean),
            "most_passes": passes.map(|(_, most)| most),
            "device": runs_on.words,
            "precision": format!("{:?}", runs_on.precision),
            "tokens": tokens_out,
            "images": images,
        }));
    }
    let places: Vec<String> = tokens_out.into_iter().chain(images).collect();
    let passes =
        passes.map(|(mean, most)| format!(", {mean:.2} passes on average, {most} at most"));
    printer.result(&format!(
        "{} of {cells} tokens in {seconds:.1} s{}: {}",
        counted(samples, "sample"),
        passes.unwrap_or_default(),
        places.join(", ")
    ))
}
