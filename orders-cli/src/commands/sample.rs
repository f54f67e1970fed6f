//! `sample`

use std::collections::BTreeMap;
use std::time::Instant;

use ndarray::Array2;
use orders_figures::{Tile, TileImage, image_sheet};
use orders_model::lpd::{
    Choice, Guidance, GuidanceSchedule, Lpd, LpdConfig, SampleOrders, SampleRequest, Sampling,
};
use orders_model::{Device, ModelSource, Tensor};

use super::detokenize::{check_interrupt, image_path, png};
use super::figure_failure;
use orders_core::Catalogue;

use crate::args::SampleArgs;
use crate::description::{commas, counted};
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::settings::{self, ImageDecoder, TokenizerFiles};
use crate::single_file::SingleFile;
use crate::{folder, interrupt, token_file};

/// Samples that the sheet shows.
const SHEET_TILES: usize = 100;

pub(crate) fn run(args: &SampleArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    let guidance = settings::guidance(args.cfg, args.cfg_schedule)?;
    let choice = choice(args)?;
    let model = settings::model(&args.model)?;
    let config = model.config();
    let labels: Vec<Option<u32>> = args
        .labels
        .iter()
        .flat_map(|label| (0..args.per_label).map(|_| label.0))
        .collect();
    let grid = config.grid();
    config
        .check_labels(&labels)
        .map_err(|error| Failure::input_at("--labels", &error))?;
    let orders = settings::sample_orders(catalogue, &args.orders, grid, labels.len(), args.seed)?;
    let known = known_tokens(args, &orders, labels.len(), &config)?;
    let targets = Targets::new(args, labels.len())?;
    let device = settings::device(&args.model.device)?;
    let decoder = match &args.images {
        Some(_) => {
            let named = TokenizerFiles {
                file: args.tokenizer.as_deref(),
                config: args.tokenizer_config.as_deref(),
                key: None,
            };
            let of_model = (&config, model.bundled().is_some());
            Some(settings::model_decoder(named, of_model, &device)?)
        }
        None => None,
    };
    let lpd = settings::lpd(&model, args.model.dtype, &device)?;
    interrupt::catch()?;

    let pool = settings::thread_pool(&args.threads)?;
    let start = Instant::now();
    let bar = printer.progress(labels.len() as u64, "samples");
    let request = SampleRequest {
        orders: &orders,
        labels: &labels,
        known: known.as_ref().map(|known| known.view()),
        guidance,
        choice,
        seed: args.seed,
        batch: args.batch,
    };
    let tokens = pool.install(|| lpd.sample(&request, interrupt::watch(&bar)))?;
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    if let Some(file) = &targets.tokens {
        let about = about(args, &model, &lpd, &orders, guidance);
        file.write_tensors(&tensors(&tokens, &labels)?, &about)?;
    }
    if let Some(decoder) = &decoder {
        let subtitle = format!(
            "{}, {}, {} steps; below each its label",
            model.label(),
            orders.label(),
            orders.problem().group_sizes().steps()
        );
        pool.install(|| {
            targets.write_images(args, decoder, (&tokens, grid), (&labels, &subtitle))
        })?;
    }
    report(args, &tokens, seconds, printer)?;
    Ok(())
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

/// Tokens at known cells, a row for each sample.
fn known_tokens(
    args: &SampleArgs,
    orders: &SampleOrders,
    samples: usize,
    config: &LpdConfig,
) -> Result<Option<Array2<u32>>> {
    let count = orders.problem().known().count();
    let Some(path) = &args.known_tokens else {
        if count > 0 {
            return Err(Failure::input(format!(
                "{count} cells are known: --known-tokens FILE is needed as well"
            )));
        }
        return Ok(None);
    };
    let cells = config.grid().cells();
    let tokens = token_file::read(path)?.tokens;
    let (rows, found) = tokens.dim();
    if found != cells || (rows != 1 && rows != samples) {
        return Err(Failure::input(format!(
            "--known-tokens {} has {rows} x {found} tokens; needed are 1 x {cells} or {samples} x {cells}",
            path.display()
        )));
    }
    config
        .check_tokens(tokens.view(), Some(orders.problem().known()))
        .map_err(|error| Failure::input_at(path.display(), &error))?;
    Ok(tokens
        .broadcast((samples, cells))
        .map(|rows| rows.to_owned()))
}

/// Where results go.
struct Targets {
    tokens: Option<SingleFile>,
    images: Vec<SingleFile>,
    sheet: Option<SingleFile>,
}

impl Targets {
    fn new(args: &SampleArgs, samples: usize) -> Result<Self> {
        if args.tokens_out.is_none() && args.images.is_none() {
            return Err(Failure::input(
                "nothing would be kept: give --tokens-out FILE.safetensors, or --images DIR",
            ));
        }
        let tokens = match &args.tokens_out {
            Some(path) if !output::ends_with(path, "safetensors") => {
                return Err(Failure::input(format!(
                    "--tokens-out {} does not end in .safetensors",
                    path.display()
                )));
            }
            Some(path) => Some(SingleFile::new(path, args.written.force)?),
            None => None,
        };
        let images = match &args.images {
            Some(folder) if folder.exists() && !folder.is_dir() => {
                return Err(Failure::input(format!(
                    "--images {} is no folder",
                    folder.display()
                )));
            }
            Some(folder) => (0..samples)
                .map(|index| {
                    SingleFile::new(&image_path(folder, index, samples), args.written.force)
                })
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        let sheet = match &args.images {
            Some(folder) => Some(SingleFile::new(
                &folder.join("sheet.png"),
                args.written.force,
            )?),
            None => None,
        };
        Ok(Self {
            tokens,
            images,
            sheet,
        })
    }

    fn write_images(
        &self,
        args: &SampleArgs,
        decoder: &ImageDecoder,
        (tokens, grid): (&Array2<u32>, orders_core::Grid),
        (labels, subtitle): (&[Option<u32>], &str),
    ) -> Result<()> {
        let Some(folder) = &args.images else {
            return Ok(());
        };
        folder::make(folder)?;
        let mut tiles = Vec::new();
        let images = self.images.iter().zip(tokens.rows()).zip(labels);
        for (index, ((file, row), label)) in images.enumerate() {
            check_interrupt(index, folder)?;
            let image = decoder.decode(grid, &row.to_vec())?;
            if tiles.len() < SHEET_TILES {
                let image = TileImage {
                    width: image.width(),
                    height: image.height(),
                    rgb: image.pixels().to_vec(),
                };
                tiles.push(Tile {
                    images: vec![image],
                    caption: label.map_or_else(|| "no class".into(), |label| label.to_string()),
                });
            }
            file.write(&png(&image)?)?;
        }
        if let Some(sheet) = &self.sheet {
            let title = match tiles.len() == labels.len() {
                true => format!("{} samples", tiles.len()),
                false => format!("The first {} of {} samples", tiles.len(), labels.len()),
            };
            let figure = image_sheet(&tiles, &title, subtitle).map_err(figure_failure)?;
            sheet.write(&figure.to_png())?;
        }
        Ok(())
    }
}

/// What the file of tokens says of itself.
fn about(
    args: &SampleArgs,
    model: &ModelSource,
    lpd: &Lpd,
    orders: &SampleOrders,
    guidance: Guidance,
) -> BTreeMap<String, String> {
    let sizes = orders.problem().group_sizes().as_slice();
    let schedule = match guidance.schedule() {
        GuidanceSchedule::Linear => "linear",
        GuidanceSchedule::Constant => "constant",
    };
    let mut about = BTreeMap::from([
        ("format".to_owned(), "tokens".to_owned()),
        ("program".to_owned(), PROGRAM.to_owned()),
        ("checkpoint".to_owned(), model.label()),
        ("grid".to_owned(), orders.problem().grid().to_string()),
        ("orders".to_owned(), orders.label()),
        ("group_sizes".to_owned(), commas(sizes)),
        ("cfg".to_owned(), guidance.scale().to_string()),
        ("cfg_schedule".to_owned(), schedule.to_owned()),
        ("precision".to_owned(), format!("{:?}", lpd.dtype())),
    ]);
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
    let known = orders.problem().known().count();
    if known > 0 {
        about.insert("known_count".to_owned(), known.to_string());
    }
    about
}

fn tensors(tokens: &Array2<u32>, labels: &[Option<u32>]) -> Result<BTreeMap<String, Tensor>> {
    let numbers: Vec<i64> = tokens.iter().map(|&token| token.into()).collect();
    let numbers = Tensor::from_vec(numbers, tokens.dim(), &Device::Cpu).map_err(Failure::work)?;
    Ok(BTreeMap::from([
        ("tokens".to_owned(), numbers),
        ("labels".to_owned(), token_file::labels(labels)?),
    ]))
}

fn report(args: &SampleArgs, tokens: &Array2<u32>, seconds: f64, printer: &Printer) -> Result<()> {
    let (samples, cells) = tokens.dim();
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
            "tokens": tokens_out,
            "images": images,
        }));
    }
    let places: Vec<String> = tokens_out.into_iter().chain(images).collect();
    printer.result(&format!(
        "{} of {cells} tokens in {seconds:.1} s: {}",
        counted(samples as u64, "sample"),
        places.join(", ")
    ))
}
