//! `data preview`

use std::sync::atomic::{AtomicU64, Ordering};

use orders_datasets::{Image, ImageSource, PatchCodebook, Preparation, Psnr, subset};
use orders_figures::{Tile, TileImage};
use rayon::prelude::*;
use serde::Serialize;

use super::{codebook, decibels, encode_failure, tell_left_out};
use crate::args::DataPreviewArgs;
use crate::commands::figure_failure;
use crate::failure::{Failure, Result};
use crate::picture_file::PictureFile;
use crate::printer::Printer;
use crate::{interrupt, settings};

/// The most pixels of a picture.
const MOST_PIXELS: u64 = 1 << 24;

/// What was drawn, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    split: String,
    codes: usize,
    tokenizer: String,
    images: Vec<ImageReport>,
    /// PSNR of the mean squared error of all of them; null if nothing is lost.
    psnr_db: Option<f64>,
    /// Mean of the PSNR of those that lose something.
    mean_psnr_db: Option<f64>,
}

#[derive(Serialize)]
struct ImageReport {
    index: u32,
    name: String,
    label: Option<u32>,
    /// Null if nothing is lost.
    psnr_db: Option<f64>,
}

/// An original with its reconstruction, both without padding.
struct Pair {
    original: Image,
    decoded: Image,
    psnr: Psnr,
}

pub(crate) fn run(args: &DataPreviewArgs, printer: &Printer) -> Result<()> {
    let out = args.out.display();
    let file = PictureFile::new("--out", &args.out, args.written.force)?;
    let look = settings::look(&args.look, false)?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let threads = pool.current_num_threads();
    let (sources, splits) = settings::data::splits(&args.images, threads)?;
    tell_left_out(&sources, printer);
    let preparation = settings::data::preparation(&args.images);
    let given = args
        .codebook
        .codebook
        .as_deref()
        .map(codebook::read)
        .transpose()?;
    let patch = given.as_ref().map(|codebook| codebook.shape().side());
    let patch = patch
        .or(args.codebook.patch)
        .unwrap_or(settings::data::PATCH);
    settings::data::check_size(&args.images, patch, threads)?;
    interrupt::catch()?;
    let split = &splits[0];
    let source = sources[split.source].images.as_ref();
    let codebook = match given {
        Some(codebook) => codebook,
        None => pool.install(|| {
            codebook::train(
                &args.codebook,
                &args.images,
                source,
                split,
                &preparation,
                false,
                printer,
            )
        })?,
    };
    let drawn = subset(&split.indices, args.num as usize, args.images.seed);
    let shown = AtomicU64::new(0);
    let pairs: Vec<Result<Pair>> = pool.install(|| {
        let pairs = drawn.par_iter();
        pairs
            .map(|&index| pair(source, index, &preparation, &codebook, &shown))
            .collect()
    });
    let pairs = pairs.into_iter().collect::<Result<Vec<_>, _>>()?;

    let report = report(args, split, source, &drawn, &pairs, &codebook);
    let tiles: Vec<Tile> = pairs.iter().map(tile).collect();
    let title = format!(
        "{}, {}: {} codes of {side}x{side} pixels",
        codebook::base_name(&args.images.source),
        split.name,
        codebook.len(),
        side = codebook.shape().side(),
    );
    let subtitle = format!(
        "original and reconstruction; together {}",
        overall(&report, &pairs)
    );
    let figure = look.image_sheet(&tiles, &title, &subtitle);
    let figure = figure.map_err(figure_failure)?;
    file.write(&figure)?;
    printer.report(args.written.json, &report, || {
        format!(
            "{} images of {}, {} codes, {}: {out}",
            pairs.len(),
            split.name,
            codebook.len(),
            overall(&report, &pairs)
        )
    })
}

fn pair(
    source: &dyn ImageSource,
    index: u32,
    preparation: &Preparation,
    codebook: &PatchCodebook,
    shown: &AtomicU64,
) -> Result<Pair> {
    interrupt::check()?;
    let place = || source.place(index as usize);
    let at = |error: &dyn std::error::Error| Failure::input_at(place(), error);
    let image = source.image(index as usize);
    let image = image.map_err(Failure::bad_input)?;
    let original = preparation
        .before_padding(image)
        .map_err(|error| at(&error))?;
    // What no picture can show is not held either.
    let pixels = 2 * u64::from(original.width()) * u64::from(original.height());
    if shown.fetch_add(pixels, Ordering::Relaxed) + pixels > MOST_PIXELS {
        return Err(Failure::input(format!(
            "originals and reconstructions have more than the {MOST_PIXELS} pixels that one picture shows; --num takes fewer, and --crop smaller ones"
        )));
    }
    let margins = preparation.margins(&original).map_err(|error| at(&error))?;
    let (grid, tokens) = codebook
        .encode(&original.padded(margins))
        .map_err(|error| encode_failure(&place(), &error))?;
    let decoded = codebook.decode(grid, &tokens);
    let decoded = decoded.map_err(Failure::work)?.without(margins);
    let psnr = Psnr::of(&original, &decoded).unwrap_or_default();
    Ok(Pair {
        original,
        decoded,
        psnr,
    })
}

fn tile(pair: &Pair) -> Tile {
    let image = |image: &Image| TileImage {
        width: image.width(),
        height: image.height(),
        rgb: image.to_rgb().pixels().to_vec(),
    };
    Tile {
        images: vec![image(&pair.original), image(&pair.decoded)],
        caption: decibels(pair.psnr),
    }
}

fn report(
    args: &DataPreviewArgs,
    split: &settings::data::Split,
    source: &dyn ImageSource,
    drawn: &[u32],
    pairs: &[Pair],
    codebook: &PatchCodebook,
) -> Report {
    let ratios: Vec<f64> = pairs
        .iter()
        .filter_map(|pair| pair.psnr.decibels())
        .collect();
    let mean = ratios.iter().sum::<f64>() / ratios.len() as f64;
    Report {
        path: args.out.display().to_string(),
        split: split.name.clone(),
        codes: codebook.len(),
        tokenizer: codebook.tokenizer_id(),
        images: drawn
            .iter()
            .zip(pairs)
            .map(|(&index, pair)| ImageReport {
                index,
                name: source.name(index as usize),
                label: source.labels().map(|labels| labels[index as usize]),
                psnr_db: pair.psnr.decibels(),
            })
            .collect(),
        psnr_db: Psnr::pooled(pairs.iter().map(|pair| pair.psnr)).decibels(),
        mean_psnr_db: (!ratios.is_empty()).then_some(mean),
    }
}

/// PSNR of all images together, and the mean of theirs.
fn overall(report: &Report, pairs: &[Pair]) -> String {
    let pooled = decibels(Psnr::pooled(pairs.iter().map(|pair| pair.psnr)));
    match report.mean_psnr_db {
        None => format!("PSNR: {pooled}"),
        Some(mean) => {
            let exact = pairs
                .iter()
                .filter(|pair| pair.psnr.decibels().is_none())
                .count();
            let exact = match exact {
                0 => String::new(),
                count => format!(" ({count} without loss left out)"),
            };
            format!("PSNR {pooled}, mean over images {mean:.2} dB{exact}")
        }
    }
}
