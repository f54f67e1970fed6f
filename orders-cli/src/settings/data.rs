//! Which images, and what becomes of them.

use std::path::Path;

use orders_core::UnknownName;
use orders_datasets::{
    CodebookParams, ImageSource, NamedSource, OpenOptions, Preparation, hold_out, open, subset,
};

use crate::args::{CodebookArgs, ImagesArgs, LabelArgs};
use crate::failure::{Failure, Result};

/// What the flags say of the files of images.
pub(crate) fn open_options(args: &LabelArgs) -> OpenOptions {
    OpenOptions {
        labels: args.labels.clone(),
        classes: args.classes,
    }
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
    (args.patch.unwrap_or(2), images, params)
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
pub(crate) fn splits(args: &ImagesArgs) -> Result<(Vec<NamedSource>, Vec<Split>)> {
    let sources = open(&args.source, &open_options(&args.labels)).map_err(Failure::bad_input)?;
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
