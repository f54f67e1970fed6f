//! Which images, and what becomes of them.

use std::path::Path;

use orders_core::{Grid, UnknownName};
use orders_datasets::{
    CodebookParams, ImageSource, NamedSource, OpenOptions, Preparation, hold_out, open, subset,
};

use crate::args::{CodebookArgs, ImagesArgs, LabelArgs};
use crate::failure::{Failure, Result};
use crate::memory;

/// Side of a patch where nothing is said.
pub(crate) const PATCH: u32 = 2;

/// Copies of an image that there are while it is prepared and becomes tokens: as it is
/// read, scaled along rows and columns, padded, mirrored, and made of tokens again.
const COPIES: u64 = 6;

/// What the flags say of the files of images, of which as many are read at a time as there
/// are threads.
pub(crate) fn open_options(args: &LabelArgs, threads: usize) -> OpenOptions {
    OpenOptions {
        labels: args.labels.clone(),
        classes: args.classes,
        memory: memory::limit().shared(COPIES as usize * threads),
        array_memory: memory::limit(),
    }
}

/// Whether images have room as the flags want them, as many at a time as there are
/// threads, and whether cutting them into patches of a side gives a grid.
pub(crate) fn check_size(args: &ImagesArgs, patch: u32, threads: usize) -> Result<()> {
    let (flag, side) = match (args.pad, args.crop) {
        (Some(side), _) => ("--pad", side),
        (None, Some(side)) => ("--crop", side),
        (None, None) => return Ok(()),
    };
    if side.is_multiple_of(patch) {
        let cells = side / patch;
        let grid = Grid::new(cells, cells);
        grid.map_err(|error| Failure::input_at(format!("{flag} {side}"), &error))?;
    }
    let pixels = u64::from(side) * u64::from(side);
    let bytes = pixels * u64::from(args.channels.unwrap_or(3));
    let needed = COPIES * bytes * threads as u64;
    let checked = memory::limit().check(needed);
    checked.map_err(|error| Failure::input(format!("{flag} {side} {error}")))
}

/// What is done to every image.
pub(crate) fn preparation(args: &ImagesArgs) -> Preparation {
    Preparation {
        channels: args.channels,
        crop: args.crop,
        pad: args.pad,
    }
}

/// How a codebook is trained: side of a patch, images, parameters.
pub(crate) fn training(args: &CodebookArgs, seed: u64) -> (u32, usize, CodebookParams) {
    let params = CodebookParams {
        codes: args.codes.unwrap_or(256) as usize,
        seed,
        ..CodebookParams::default()
    };
    let images = args.train_images.unwrap_or(4000) as usize;
    (args.patch.unwrap_or(PATCH), images, params)
}

/// Images that become one file of tokens.
pub(crate) struct Split {
    pub(crate) name: String,
    /// Which of the sources they are from.
    pub(crate) source: usize,
    /// Their numbers in it, in rising order.
    pub(crate) indices: Vec<u32>,
    /// How they were chosen, in words.
    pub(crate) rule: String,
}

/// Sources and the splits that the flags ask for, at least one.
pub(crate) fn splits(args: &ImagesArgs, threads: usize) -> Result<(Vec<NamedSource>, Vec<Split>)> {
    let options = open_options(&args.labels, threads);
    let sources = open(&args.source, &options).map_err(Failure::bad_input)?;
    let mut splits = Vec::new();
    for (source, part) in sources.iter().enumerate() {
        let count = count_of(part.images.as_ref(), &args.source)?;
        match args.held_out {
            None => splits.push(Split {
                name: part.split.clone(),
                source,
                indices: (0..count).collect(),
                rule: format!("all {count} of the source"),
            }),
            Some(_) if part.split != "all" => {
                return Err(Failure::input(format!(
                    "--held-out: {} has splits of its own: {}",
                    args.source.display(),
                    split_names(sources.iter().map(|part| &part.split))
                )));
            }
            Some(held_out) if held_out >= count => {
                return Err(Failure::input(format!(
                    "--held-out {held_out} leaves nothing of {count} images; fewer than that are allowed"
                )));
            }
            Some(held_out) => {
                let rule = format!("{held_out} of {count} held out by seed {}", args.seed);
                let (train, test) = hold_out(count, held_out, args.seed);
                for (name, indices) in [("train", train), ("test", test)] {
                    splits.push(Split {
                        name: name.into(),
                        source,
                        indices,
                        rule: rule.clone(),
                    });
                }
            }
        }
    }
    if let Some(name) = &args.split {
        if !splits.iter().any(|split| split.name == *name) {
            let known: Vec<&str> = splits.iter().map(|split| &split.name[..]).collect();
            return Err(Failure::input(format!(
                "--split: {}",
                UnknownName::new("split", name, known)
            )));
        }
        splits.retain(|split| split.name == *name);
    }
    if let Some(limit) = args.limit {
        for split in &mut splits {
            if split.indices.len() > limit as usize {
                split.indices = subset(&split.indices, limit as usize, args.seed);
                split.rule = format!("{}; {limit} of these by seed {}", split.rule, args.seed);
            }
        }
    }
    Ok((sources, splits))
}

fn count_of(images: &dyn ImageSource, path: &Path) -> Result<u32> {
    match u32::try_from(images.len()) {
        Ok(0) => Err(Failure::input(format!(
            "{} holds no images",
            path.display()
        ))),
        Ok(count) => Ok(count),
        Err(_) => Err(Failure::input(format!(
            "{} holds {} images; up to {} are taken",
            path.display(),
            images.len(),
            u32::MAX
        ))),
    }
}

fn split_names<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(String::as_str).collect::<Vec<_>>().join(", ")
}
