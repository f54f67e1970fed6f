//! The codebook of a run: read, or trained on some of its images.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use orders_core::MemoryLimit;
use orders_datasets::{
    CodebookError, CountedPatches, Image, ImageSource, PatchCodebook, PatchShape, Preparation,
    Provenance, SourceError, subset,
};
use rayon::prelude::*;

use super::{colour, flag};
use crate::args::{CodebookArgs, ImagesArgs};
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::{interrupt, memory, settings};

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
    let room = Room::new(images_args, (side, params.codes), drawn.len())?;
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
            let prepared = preparation
                .apply(image)
                .map_err(|error| Failure::input_at(source.place(index as usize), &error))?;
            room.take(&prepared)?;
            Ok(Ok(prepared))
        })
        .collect();
    progress.finish_and_clear();
    let mut taken: Vec<Image> = Vec::new();
    let mut first_index = 0;
    for (&index, image) in drawn.iter().zip(read) {
        match image? {
            Ok(image) => {
                if taken.is_empty() {
                    first_index = index;
                }
                if let Some(first) = taken.first()
                    && first.channels() != image.channels()
                {
                    return Err(Failure::input(format!(
                        "{} is {} and {} is {}; --colour rgb or --colour grey makes all images alike",
                        source.place(first_index as usize),
                        colour(first.channels()),
                        source.place(index as usize),
                        colour(image.channels()),
                    )));
                }
                taken.push(image);
            }
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
    let bad = |error: &CodebookError| Failure::bad_input(error);
    let shape = PatchShape::new(side, first.channels()).map_err(|error| bad(&error))?;
    let patches = CountedPatches::from_images(shape, &taken).map_err(|error| bad(&error))?;
    let rounds = printer.progress(params.iterations.into(), "finding codes");
    let trained = PatchCodebook::train(&patches, &params, |done| {
        rounds.set_position(done.into());
        interrupt::flow()
    });
    let (codebook, info) = trained.map_err(|error| match error {
        CodebookError::Stopped => Failure::Interrupted,
        error => Failure::input_at("--codes", &error),
    })?;
    rounds.finish_and_clear();
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

/// Room for the images that a codebook is trained on, which are all held.
struct Room {
    memory: MemoryLimit,
    /// Side of a patch.
    side: u32,
    codes: usize,
    images: usize,
    /// Images that are held, and the bytes of their pixels.
    held: (AtomicU64, AtomicU64),
}

impl Room {
    /// Whether there is room for so many images, as far as flags say how large they are.
    fn new(args: &ImagesArgs, (side, codes): (u32, usize), images: usize) -> Result<Self> {
        let room = Self {
            memory: memory::limit(),
            side,
            codes,
            images,
            held: Default::default(),
        };
        if let Some(side) = args.pad.or(args.crop) {
            // Of grey images, if nobody says: those take least.
            let channels = args.channels.unwrap_or(1);
            let pixels = u64::from(side) * u64::from(side);
            room.check(pixels * u64::from(channels), channels)?;
        }
        Ok(room)
    }

    /// Takes an image, and holds what there is so far against the room for all.
    fn take(&self, image: &Image) -> Result<()> {
        let bytes = image.pixels().len() as u64;
        let count = 1 + self.held.0.fetch_add(1, Ordering::Relaxed);
        let held = bytes + self.held.1.fetch_add(bytes, Ordering::Relaxed);
        let (shape, threads) = (self.shape(image.channels())?, rayon::current_num_threads());
        let needed = shape.training_bytes(held, self.codes, threads);
        match self.memory.check(needed) {
            Ok(()) => Ok(()),
            // By their mean, which is what can be said of those to come.
            Err(_) => self.check(held / count, image.channels()),
        }
    }

    /// Whether there is room for images of so many bytes each.
    fn check(&self, bytes: u64, channels: u8) -> Result<()> {
        let (shape, threads) = (self.shape(channels)?, rayon::current_num_threads());
        let fixed = shape.training_bytes(0, self.codes, threads);
        let each = shape.training_bytes(bytes, 0, threads);
        let images = self.images as u64;
        let checked = self.memory.check_count(fixed, each, images);
        checked.map_err(|error| {
            Failure::input(format!(
                "--train-images: finding {} codes in {images} images {error}",
                self.codes
            ))
        })
    }

    fn shape(&self, channels: u8) -> Result<PatchShape> {
        PatchShape::new(self.side, channels).map_err(Failure::bad_input)
    }
}

/// What was done to images before they became tokens, in words.
pub(super) fn words(preparation: &Preparation) -> String {
    let Preparation {
        channels,
        crop,
        pad,
    } = preparation;
    let parts = [
        channels.map(|channels| flag(channels).to_owned()),
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
