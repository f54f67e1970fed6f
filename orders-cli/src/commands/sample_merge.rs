//! `sample merge`: the samples of all shards as those of one run. What is held of them does
//! not grow with their number.

use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};

use orders_analysis::experiment::Shard;
use orders_arrays::{Element, SafetensorsFile};
use orders_core::files::{OutputFile, open_regular, read_at_most};
use orders_datasets::decode;

use super::detokenize::image_path;
use super::sample_output::{
    SAMPLES, SHARD, SHEET, Sheet, Steps, header, sheet_path, subtitle, tokens_file,
};
use crate::args::SampleMergeArgs;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::printer::Printer;
use crate::shards::MOST_SHARDS;
use crate::{interrupt, output, shards};

/// Entries that are held at once.
const BLOCK: usize = 1 << 16;
/// The longest picture that is read: more than any tokenizer makes.
const IMAGE_BYTES: u64 = 1 << 28;

/// The tokens of a shard, and what they say of themselves.
struct ShardFile {
    path: PathBuf,
    shard: Shard,
    /// Samples of all shards.
    samples: u64,
    /// What is made here, of all.
    here: Range<u64>,
    sheet: String,
    /// All else, which is the same of all shards.
    about: BTreeMap<String, String>,
    cells: usize,
    has_passes: bool,
    has_steps: bool,
}

pub(super) fn run(args: &SampleMergeArgs, printer: &Printer) -> Result<()> {
    if args.tokens_out.is_none() && args.images.is_none() {
        return Err(Failure::input(
            "nothing would be kept: give --tokens-out FILE.safetensors, or --images DIR",
        ));
    }
    let force = args.written.force;
    let target = args.tokens_out.as_deref();
    let target = target.map(|path| tokens_file(path, force)).transpose()?;
    let shards = all_shards(&args.shards)?;
    let (first, count) = (&shards[0], shards[0].samples);
    if let Some(folder) = &args.images {
        output::check_vacant(&sheet_path(folder), force)?;
        check_images(folder, &shards)?;
    }
    interrupt::catch()?;
    let mut passes = Vec::new();
    if first.has_passes {
        for shard in &shards {
            let mut file = shard.open()?;
            shard.each::<u32>(&mut file, "passes", |block| {
                passes.extend_from_slice(block);
                Ok(())
            })?;
        }
    }
    if let Some(target) = &target {
        let mut file = target.begin()?;
        let size = (count, first.cells);
        let head = header(&first.about, size, (first.has_passes, first.has_steps))?;
        output::write(&mut file, &head)?;
        join::<i64>(&shards, "labels", &mut file)?;
        join::<i64>(&shards, "tokens", &mut file)?;
        if first.has_passes {
            join::<u32>(&shards, "passes", &mut file)?;
        }
        if first.has_steps {
            join::<i32>(&shards, "step", &mut file)?;
        }
        target.end(file)?;
    }
    if let Some(folder) = &args.images {
        let sum: f64 = passes.iter().copied().map(f64::from).sum();
        let steps = match (first.has_passes, first.about.get("group_sizes")) {
            (false, Some(sizes)) => Steps::Fixed(sizes.split(',').count()),
            _ => Steps::Passes((!passes.is_empty()).then(|| sum / passes.len() as f64)),
        };
        let sheet = sheet(folder, &shards)?;
        sheet.write(folder, count, &subtitle(&first.sheet, &steps), force)?;
    }
    let places = [&args.tokens_out, &args.images].into_iter().flatten();
    let places: Vec<String> = places.map(|path| path.display().to_string()).collect();
    let shown = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    printer.report(
        args.written.json,
        &serde_json::json!({
            "samples": count,
            "cells": first.cells,
            "shards": shards.len(),
            "tokens": shown(&args.tokens_out),
            "images": shown(&args.images),
        }),
        || {
            format!(
                "{} of {}: {}",
                counted(count, "sample"),
                counted(shards.len() as u64, "shard"),
                places.join(", ")
            )
        },
    )
}

/// All shards of some samples, in their order.
fn all_shards(paths: &[PathBuf]) -> Result<Vec<ShardFile>> {
    let (there, missing): (Vec<&PathBuf>, Vec<&PathBuf>) =
        paths.iter().partition(|path| path.exists());
    let mut found = Vec::new();
    for path in there {
        found.push(ShardFile::read(path)?);
    }
    found.sort_by_key(|shard| shard.shard.number());
    let Some(first) = found.first() else {
        return Err(Failure::input(format!(
            "{}: there is no such file or folder",
            paths[0].display()
        )));
    };
    if let Some((other, what)) = found.iter().find_map(|shard| {
        let what = first.differs(shard)?;
        Some((shard, what))
    }) {
        return Err(Failure::input(format!(
            "{} and {} are no shards of the same samples: their {what} differs",
            first.path.display(),
            other.path.display()
        )));
    }
    let twice = found
        .windows(2)
        .find(|pair| pair[0].shard.number() == pair[1].shard.number());
    if let Some([one, other]) = twice {
        return Err(Failure::input(format!(
            "{} and {} are the same shard, {}",
            one.path.display(),
            other.path.display(),
            one.shard
        )));
    }
    let count = first.shard.count();
    let mut numbers = found.iter().map(|shard| shard.shard.number()).peekable();
    let left: Vec<usize> = (1..=count)
        .filter(|&number| numbers.next_if_eq(&number).is_none())
        .collect();
    if !left.is_empty() {
        let again = shards::again(&left, count, paths);
        let place = missing.first().map_or_else(
            || "it is not among the files".to_owned(),
            |path| format!("there is no {}", path.display()),
        );
        return Err(Failure::input(format!(
            "{} of {count} shards are missing; of the first, {}, {place}{again}",
            left.len(),
            left[0]
        )));
    }
    Ok(found)
}

impl ShardFile {
    fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let no_shard = || Failure::input(format!("{shown} has no tokens of 'sample --shard'"));
        let mut file = open(path)?;
        let mut about = file.metadata();
        let mut said = |key| about.remove(key).ok_or_else(no_shard);
        let shard: Shard = said(SHARD)?.parse().map_err(|_| no_shard())?;
        if shard.count() > MOST_SHARDS {
            return Err(no_shard());
        }
        let samples: u64 = said(SAMPLES)?.parse().map_err(|_| no_shard())?;
        let sheet = said(SHEET)?;
        let here = shard.range(samples);
        let mut shape = |name: &str| file.array(name).map(|array| array.shape().to_vec());
        let all = shape("tokens").ok_or_else(no_shard)?;
        let length = usize::try_from(here.end - here.start).unwrap_or(usize::MAX);
        let &[rows, cells] = &all[..] else {
            return Err(no_shard());
        };
        let [passes, steps] = ["passes", "step"].map(&mut shape);
        let each = Some(vec![length]);
        let is_whole = rows == length
            && shape("labels") == each
            && (passes.is_none() || passes == each)
            && (steps.is_none() || steps.as_ref() == Some(&all));
        if !is_whole {
            return Err(Failure::input(format!(
                "{shown} has not the {length} samples of shard {shard} of {samples}"
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            shard,
            samples,
            here,
            sheet,
            about,
            cells,
            has_passes: passes.is_some(),
            has_steps: steps.is_some(),
        })
    }

    fn open(&self) -> Result<SafetensorsFile<File>> {
        open(&self.path)
    }

    /// What of another one is not as here, if it is of other samples.
    fn differs(&self, other: &Self) -> Option<String> {
        let keys = self.about.keys().chain(other.about.keys());
        let mut keys = keys.filter(|key| self.about.get(*key) != other.about.get(*key));
        if let Some(key) = keys.next() {
            return Some(key.clone());
        }
        let numbers = |shard: &Self| {
            let layout = (shard.cells, shard.has_passes, shard.has_steps);
            (shard.samples, shard.shard.count(), layout)
        };
        (numbers(self) != numbers(other)).then(|| "number of samples or shards".into())
    }

    /// Hands on the entries of a tensor, some at a time.
    fn each<T: Element>(
        &self,
        file: &mut SafetensorsFile<File>,
        name: &str,
        mut take: impl FnMut(&[T]) -> Result<()>,
    ) -> Result<()> {
        let bad = |error| Failure::input_at(self.path.display(), &error);
        let Some(array) = file.array(name) else {
            return Ok(());
        };
        let mut entries = array.entries::<T>().map_err(bad)?;
        let mut block = Vec::new();
        let mut left = entries.count();
        while left > 0 {
            interrupt::check()?;
            block.clear();
            entries.read(BLOCK, &mut block).map_err(bad)?;
            left -= block.len();
            take(&block)?;
        }
        Ok(())
    }
}

fn open(path: &Path) -> Result<SafetensorsFile<File>> {
    let file = open_regular(path).map_err(|error| Failure::unreadable(path.display(), &error))?;
    SafetensorsFile::open(file).map_err(|error| Failure::input_at(path.display(), &error))
}

/// Writes a tensor of all shards, one behind the other.
fn join<T: Element>(shards: &[ShardFile], name: &str, out: &mut OutputFile) -> Result<()> {
    let mut bytes = Vec::new();
    for shard in shards {
        let mut file = shard.open()?;
        shard.each::<T>(&mut file, name, |block| {
            bytes.clear();
            block.iter().for_each(|value| value.append_le(&mut bytes));
            output::write(out, &bytes)
        })?;
    }
    Ok(())
}

/// Whether a folder has the images of all shards.
fn check_images(folder: &Path, shards: &[ShardFile]) -> Result<()> {
    for shard in shards {
        let mut images = shard.here.clone();
        let path = |index| image_path(folder, index, shard.samples);
        if let Some(index) = images.find(|&index| !path(index).is_file()) {
            return Err(Failure::input(format!(
                "there is no {}, an image of shard {}",
                path(index).display(),
                shard.shard
            )));
        }
    }
    Ok(())
}

/// The picture of the first images, which are read again.
fn sheet(folder: &Path, shards: &[ShardFile]) -> Result<Sheet> {
    let mut sheet = Sheet::default();
    for shard in shards {
        let mut labels = Vec::new();
        if sheet.has_room() {
            let mut file = shard.open()?;
            shard.each::<i64>(&mut file, "labels", |block| {
                labels.extend_from_slice(block);
                Ok(())
            })?;
        }
        for (index, label) in shard.here.clone().zip(labels) {
            if !sheet.has_room() {
                break;
            }
            interrupt::check()?;
            let path = image_path(folder, index, shard.samples);
            let unreadable = |error| Failure::unreadable(path.display(), &error);
            let bytes = read_at_most(&path, IMAGE_BYTES).map_err(unreadable)?;
            let image = decode(&bytes.unwrap_or_default());
            let image = image.map_err(|error| Failure::input_at(path.display(), &error))?;
            sheet.take(&image.to_rgb(), u32::try_from(label).ok());
        }
    }
    Ok(sheet)
}
