//! Where samples go as they are generated: a file of tokens, and images. What is held of
//! them does not grow with their number.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use orders_analysis::experiment::Shard;
use orders_arrays::{ElementType, safetensors_header};
use orders_core::files::OutputFile;
use orders_core::{Grid, Order};
use orders_datasets::Image;
use orders_figures::{Tile, TileImage, image_sheet};
use orders_model::lpd::{Chooser, Sampled};

use super::detokenize::{image_path, images_in, png};
use super::figure_failure;
use crate::args::SampleArgs;
use crate::failure::{Failure, Result};
use crate::output;
use crate::settings::ImageDecoder;
use crate::single_file::SingleFile;
use crate::{folder, interrupt};

/// Samples that the sheet shows at most.
const SHEET_TILES: usize = 100;
/// Pixels that they have together at most: half of what a picture may have.
const SHEET_PIXELS: u64 = 1 << 23;
/// Labels that are written at once.
const LABELS: u64 = 1 << 16;

/// What the metadata of a shard's tokens say besides: which shard of how many samples it is,
/// and what the sheet of the images says.
pub(super) const SHARD: &str = "shard";
pub(super) const SAMPLES: &str = "samples";
pub(super) const SHEET: &str = "sheet";

/// The samples that are asked for: so many of each label, one label after the other.
pub(super) struct Samples {
    labels: Vec<Option<u32>>,
    each: u64,
    /// Of all shards.
    pub(super) count: u64,
    /// Those that are made here.
    pub(super) here: Range<u64>,
    pub(super) shard: Option<Shard>,
}

impl Samples {
    pub(super) fn new(args: &SampleArgs) -> Result<Self> {
        let labels: Vec<Option<u32>> = args.labels.iter().map(|label| label.0).collect();
        let each = args.per_label;
        let count = each.checked_mul(labels.len() as u64);
        // Their numbers are those of random streams, of which there are so many.
        let count = count.filter(|&count| count < 1 << 63).ok_or_else(|| {
            Failure::input(format!(
                "--per-label {each} of {} labels are more samples than can be numbered",
                labels.len()
            ))
        })?;
        if let Some(shard) = args.shard
            && shard.count() as u64 > count
        {
            return Err(Failure::input(format!(
                "--shard {shard}: there are as many shards as samples at most, which are {count} here"
            )));
        }
        Ok(Self {
            labels,
            each,
            count,
            here: args.shard.unwrap_or(Shard::WHOLE).range(count),
            shard: args.shard,
        })
    }

    pub(super) fn labels(&self) -> &[Option<u32>] {
        &self.labels
    }

    pub(super) fn label(&self, sample: u64) -> Option<u32> {
        self.labels[(sample / self.each) as usize]
    }
}

/// Files that will be, none of which is there unless it is to be replaced.
pub(super) struct Targets<'a> {
    tokens: Option<SingleFile>,
    images: Option<&'a Path>,
    force: bool,
}

impl<'a> Targets<'a> {
    pub(super) fn new(args: &'a SampleArgs, samples: &Samples) -> Result<Self> {
        if args.tokens_out.is_none() && args.images.is_none() {
            return Err(Failure::input(
                "nothing would be kept: give --tokens-out FILE.safetensors, or --images DIR",
            ));
        }
        let force = args.written.force;
        let tokens = args.tokens_out.as_deref();
        let tokens = tokens.map(|path| tokens_file(path, force)).transpose()?;
        if let Some(folder) = &args.images {
            if folder.exists() && !folder.is_dir() {
                return Err(Failure::input(format!(
                    "--images {} is no folder",
                    folder.display()
                )));
            }
            if let Some(index) = images_in(folder, samples.here.clone(), samples.count)? {
                output::check_vacant(&image_path(folder, index, samples.count), force)?;
            }
            if samples.shard.is_none() {
                output::check_vacant(&sheet_path(folder), force)?;
            }
        }
        Ok(Self {
            tokens,
            images: args.images.as_deref(),
            force,
        })
    }
}

/// The file of tokens.
pub(super) fn tokens_file(path: &Path, force: bool) -> Result<SingleFile> {
    match output::ends_with(path, "safetensors") {
        true => SingleFile::new(path, force),
        false => Err(Failure::input(format!(
            "--tokens-out {} does not end in .safetensors",
            path.display()
        ))),
    }
}

pub(super) fn sheet_path(folder: &Path) -> std::path::PathBuf {
    folder.join("sheet.png")
}

/// The steps of samples, as the sheet says them.
pub(super) enum Steps {
    /// All have as many.
    Fixed(usize),
    /// They differ: the mean number of passes, if there is a sample.
    Passes(Option<f64>),
}

/// What the sheet says of samples beside their number.
pub(super) fn subtitle(made_by: &str, steps: &Steps) -> String {
    let steps = match steps {
        Steps::Fixed(steps) => format!("{steps} steps"),
        Steps::Passes(Some(mean)) => format!("{mean:.1} passes on average"),
        Steps::Passes(None) => String::new(),
    };
    format!("{made_by}, {steps}; below each its label")
}

/// The picture of the first samples.
#[derive(Default)]
pub(super) struct Sheet {
    tiles: Vec<Tile>,
    is_full: bool,
}

impl Sheet {
    /// Whether there is room for more, as far as is known.
    pub(super) fn has_room(&self) -> bool {
        !self.is_full
    }

    /// Takes the next image, if there is room for it.
    pub(super) fn take(&mut self, image: &Image, label: Option<u32>) {
        let shown = 1 + self.tiles.len() as u64;
        let pixels = u64::from(image.width()) * u64::from(image.height());
        let fits = shown <= SHEET_TILES as u64 && (shown == 1 || shown * pixels <= SHEET_PIXELS);
        self.is_full |= !fits;
        if fits {
            self.tiles.push(Tile {
                images: vec![TileImage {
                    width: image.width(),
                    height: image.height(),
                    rgb: image.pixels().to_vec(),
                }],
                caption: label.map_or_else(|| "no class".into(), |label| label.to_string()),
            });
        }
    }

    /// Writes it, of so many samples in all; none, if there is no image.
    pub(super) fn write(&self, folder: &Path, all: u64, subtitle: &str, force: bool) -> Result<()> {
        let shown = self.tiles.len();
        if shown == 0 {
            return Ok(());
        }
        let title = match shown as u64 == all {
            true => format!("{shown} samples"),
            false => format!("The first {shown} of {all} samples"),
        };
        let figure = image_sheet(&self.tiles, &title, subtitle).map_err(figure_failure)?;
        SingleFile::new(&sheet_path(folder), force)?.write(&figure.to_png())
    }
}

/// What a file of tokens begins with, of so many samples and cells.
pub(super) fn header(
    about: &BTreeMap<String, String>,
    (count, cells): (u64, usize),
    (has_passes, has_steps): (bool, bool),
) -> Result<Vec<u8>> {
    let length = usize::try_from(count).unwrap_or(usize::MAX);
    let shape = [length, cells];
    let mut tensors = vec![
        ("labels", ElementType::I64, &shape[..1]),
        ("tokens", ElementType::I64, &shape[..]),
    ];
    if has_passes {
        tensors.push(("passes", ElementType::U32, &shape[..1]));
    }
    if has_steps {
        tensors.push(("step", ElementType::I32, &shape[..]));
    }
    let header = safetensors_header(about, &tensors);
    header.map_err(|error| Failure::input_at("--tokens-out", &error))
}

/// Files that are being written.
pub(super) struct Sink<'a> {
    targets: &'a Targets<'a>,
    samples: &'a Samples,
    grid: Grid,
    decoder: Option<&'a ImageDecoder>,
    tokens: Option<OutputFile>,
    sheet: Sheet,
    /// Images that are in their folder.
    written: u64,
    /// What the file of tokens ends with, if tokens don't come about by orders in parallel.
    ways: Option<Ways>,
}

/// How samples came about: what the file of tokens ends with. This alone grows with the
/// number of samples.
#[derive(Default)]
struct Ways {
    passes: Vec<u32>,
    /// The step of each cell, -1 at known ones; none unless a rule chose the cells.
    steps: Vec<i32>,
}

impl<'a> Sink<'a> {
    /// Begins the file of tokens, which says of itself what it is, and the folder.
    pub(super) fn begin(
        targets: &'a Targets<'a>,
        samples: &'a Samples,
        (grid, decoder): (Grid, Option<&'a ImageDecoder>),
        chooser: Chooser<'_>,
        about: &BTreeMap<String, String>,
    ) -> Result<Self> {
        let tokens = targets.tokens.as_ref().map(SingleFile::begin).transpose()?;
        let mut sink = Self {
            targets,
            samples,
            grid,
            decoder,
            tokens,
            sheet: Sheet::default(),
            written: 0,
            ways: match chooser {
                Chooser::Orders(_) => None,
                _ => Some(Ways::default()),
            },
        };
        sink.write_header(about, matches!(chooser, Chooser::Rule(_)))?;
        if let Some(folder) = targets.images {
            folder::make(folder)?;
        }
        Ok(sink)
    }

    /// What a file of tokens begins with: what it is, and the labels.
    fn write_header(&mut self, about: &BTreeMap<String, String>, by_rule: bool) -> Result<()> {
        let Some(file) = &mut self.tokens else {
            return Ok(());
        };
        let Range { start, end } = self.samples.here;
        let size = (end - start, self.grid.cells());
        output::write(file, &header(about, size, (self.ways.is_some(), by_rule))?)?;
        for first in (start..end).step_by(LABELS as usize) {
            interrupt::check()?;
            let labels = (first..end.min(first + LABELS))
                .flat_map(|sample| {
                    let label = self.samples.label(sample);
                    label.map_or(-1, i64::from).to_le_bytes()
                })
                .collect::<Vec<u8>>();
            output::write(file, &labels)?;
        }
        Ok(())
    }

    /// Takes the next samples.
    pub(super) fn take(&mut self, first: u64, sampled: &Sampled) -> Result<()> {
        let tokens = &sampled.tokens;
        if let Some(ways) = &mut self.ways {
            let passes = sampled.passes.iter().map(|&passes| passes as u32);
            ways.passes.extend(passes);
            let steps = sampled.orders.iter().flat_map(Order::step_from_cell);
            let steps = steps.map(|step| step.map_or(-1, |step| step as i32));
            ways.steps.extend(steps);
        }
        if let Some(file) = &mut self.tokens {
            let numbers = tokens.iter().map(|&token| i64::from(token));
            let bytes: Vec<u8> = numbers.flat_map(i64::to_le_bytes).collect();
            output::write(file, &bytes)?;
        }
        let (Some(folder), Some(decoder)) = (self.targets.images, self.decoder) else {
            return Ok(());
        };
        let grid = self.grid;
        let mut index = first;
        decoder.decode_all(grid, tokens.view(), |image| {
            interrupt::check()?;
            if self.sheet.has_room() {
                self.sheet.take(&image, self.samples.label(index));
            }
            let path = image_path(folder, index, self.samples.count);
            SingleFile::new(&path, self.targets.force)?.write(&png(&image)?)?;
            self.written += 1;
            index += 1;
            Ok(())
        })
    }

    /// Mean and largest number of passes, where they differ from one sample to the next.
    pub(super) fn passes(&self) -> Option<(f64, u32)> {
        let passes = &self.ways.as_ref()?.passes;
        let sum: f64 = passes.iter().copied().map(f64::from).sum();
        let most = passes.iter().copied().max()?;
        Some((sum / passes.len() as f64, most))
    }

    /// Completes the files; `subtitle` is that of the sheet.
    pub(super) fn finish(self, subtitle: &str) -> Result<()> {
        if let (Some(mut file), Some(target)) = (self.tokens, &self.targets.tokens) {
            let ways = self.ways.unwrap_or_default();
            let passes = ways.passes.into_iter().flat_map(u32::to_le_bytes);
            let steps = ways.steps.into_iter().flat_map(i32::to_le_bytes);
            output::write(&mut file, &passes.chain(steps).collect::<Vec<u8>>())?;
            target.end(file)?;
        }
        match self.targets.images {
            Some(folder) if self.samples.shard.is_none() => {
                let (all, force) = (self.samples.count, self.targets.force);
                self.sheet.write(folder, all, subtitle, force)
            }
            _ => Ok(()),
        }
    }

    /// What an interruption means: how much of it is kept.
    pub(super) fn ended(&self, failure: Failure) -> Failure {
        match (failure, self.targets.images) {
            (Failure::Interrupted, Some(folder)) if self.written > 0 => Failure::Paused(format!(
                "{} images are in {}",
                indicatif::HumanCount(self.written),
                folder.display()
            )),
            (failure, _) => failure,
        }
    }
}
