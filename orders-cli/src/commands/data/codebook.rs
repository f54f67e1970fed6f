//! The codebook of a run: read, or trained on some of its images.

use std::path::Path;

use orders_datasets::{
    CountedPatches, Image, ImageSource, PatchCodebook, PatchShape, Preparation, Provenance,
    SourceError, subset,
};
use rayon::prelude::*;

use crate::args::{CodebookArgs, ImagesArgs};
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::{interrupt, settings};

/// Reads a codebook.
pub(super) fn read(path: &Path) -> Result<PatchCodebook> {
    PatchCodebook::read(path).map_err(Failure::bad_input)
}

/// Trains a codebook on some of the images of a split. Files that can't be read
/// are left out if `skip_corrupt` says so.
pub(super) fn train(
    args: &CodebookArgs,
    images_args: &ImagesArgs,
    source: &dyn ImageSource,
    split: &settings::data::Split,
    preparation: &Preparation,
    skip_corrupt: bool,
    printer: &Printer,
) -> Result<PatchCodebook> {
    let seed = images_args.seed;
    let (side, most, params) = settings::data::training(args, seed);
    let drawn = subset(&split.indices, most, seed);
    let progress = printer.progress(drawn.len() as u64, "reading images for the codebook");
    let read: Vec<Result<Result<Image, SourceError>>> = drawn
        .par_iter()
        .map(|&index| {
            interrupt::check()?;
            progress.inc(1);
            let image = match source.image(index as usize) {
                Ok(image) => image,
                Err(error) => return Ok(Err(error)),
            };
            let prepared = preparation.apply(image).map(Ok);
            prepared.map_err(|error| {
                Failure::input_at(format!("image {}", source.name(index as usize)), &error)
            })
        })
        .collect();
    progress.finish_and_clear();
    let mut taken = Vec::new();
    for image in read {
        match image? {
            Ok(image) => taken.push(image),
            Err(_) if skip_corrupt => {}
            Err(error) => return Err(Failure::bad_input(error)),
        }
    }
    let Some(first) = taken.first() else {
        return Err(Failure::input(format!(
            "none of the {} images for the codebook can be read",
            drawn.len()
        )));
    };
    let bad = |error: &orders_datasets::CodebookError| Failure::bad_input(error);
    let shape = PatchShape::new(side, first.channels()).map_err(|error| bad(&error))?;
    let patches = CountedPatches::from_images(shape, &taken).map_err(|error| bad(&error))?;
    let rounds = printer.progress(params.iterations.into(), "finding codes");
    let (codebook, info) = PatchCodebook::train(&patches, &params, |done| {
        rounds.set_position(done.into());
    })
    .map_err(|error| Failure::input_at("--codes", &error))?;
    rounds.finish_and_clear();
    interrupt::check()?;
    let identity = source.identity().map_err(Failure::bad_input)?;
    Ok(codebook.with_provenance(Provenance::from([
        ("program".into(), PROGRAM.into()),
        ("source".into(), base_name(&images_args.source)),
        ("source_sha256".into(), identity.to_string()),
        ("split".into(), split.name.clone()),
        ("preparation".into(), words(preparation)),
        ("seed".into(), seed.to_string()),
        ("images".into(), taken.len().to_string()),
        ("patches".into(), info.patches.to_string()),
        ("different_patches".into(), info.distinct.to_string()),
        ("rounds".into(), info.iterations.to_string()),
        ("converged".into(), info.converged.to_string()),
        (
            "mean_squared_error".into(),
            format!("{:.4}", info.mean_squared_error),
        ),
    ])))
}

/// What was done to images before they became tokens, in words.
pub(super) fn words(preparation: &Preparation) -> String {
    let Preparation {
        channels,
        crop,
        pad,
    } = preparation;
    let parts = [
        channels.map(|channels| (if channels == 1 { "grey" } else { "rgb" }).to_owned()),
        crop.map(|side| format!("crop {side}")),
        pad.map(|side| format!("pad {side}")),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return "none".into();
    }
    parts.join(", ")
}

/// The last part of a path: files do not say where their origin lay.
pub(super) fn base_name(path: &Path) -> String {
    output::file_name(path.canonicalize().as_deref().unwrap_or(path))
}
