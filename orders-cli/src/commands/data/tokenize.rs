//! Images of a split to tokens, part by part.

use orders_core::{Grid, MemoryLimit};
use orders_datasets::{
    CodebookError, Image, ImageSource, PatchCodebook, Preparation, Provenance, Psnr, TokenParts,
    TokenSet,
};
use rayon::prelude::*;

use super::codebook::{base_name, words};
use super::encode_failure;
use super::progress_folder::ProgressFolder;
use crate::args::DataPrepareArgs;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::output::PROGRAM;
use crate::printer::Printer;
use crate::settings::data::Split;

/// Images of a part: what an interruption costs at most.
pub(super) const PART: usize = 2048;

/// What a part keeps beside its tokens.
const SQUARED_ERROR: &str = "part_squared_error";
const VALUES: &str = "part_values";
const SKIPPED: &str = "part_skipped";

/// A split that is done.
pub(super) struct Tokenized {
    pub(super) tokens: TokenSet,
    pub(super) psnr: Psnr,
    pub(super) skipped: u64,
}

/// One image that is done.
struct Encoded {
    grid: Grid,
    tokens: Vec<u32>,
    flipped: Option<Vec<u32>>,
    psnr: Psnr,
}

/// Everything that a part needs.
pub(super) struct Task<'a> {
    pub(super) args: &'a DataPrepareArgs,
    pub(super) source: &'a dyn ImageSource,
    pub(super) split: &'a Split,
    pub(super) preparation: &'a Preparation,
    pub(super) codebook: &'a PatchCodebook,
    pub(super) memory: MemoryLimit,
}

impl Task<'_> {
    /// Turns the split into tokens. Parts that lie in the folder are taken as
    /// they are, new ones are put there.
    pub(super) fn run(&self, folder: &ProgressFolder, printer: &Printer) -> Result<Tokenized> {
        let split = self.split;
        let progress = printer.progress(split.indices.len() as u64, &split.name);
        let mut parts = Vec::new();
        for (number, indices) in split.indices.chunks(PART).enumerate() {
            interrupt::check()?;
            let name = format!("{}-{number:05}.safetensors", split.name);
            let part = match folder.tokens(&name)? {
                Some(part) => part,
                None => {
                    let part = self.part(indices, printer, || progress.inc(1))?;
                    folder.keep(&name, &part)?;
                    part
                }
            };
            progress.set_position(((number + 1) * PART).min(split.indices.len()) as u64);
            parts.push(part);
        }
        progress.finish_and_clear();
        self.joined(parts)
    }

    /// The tokens of some images. What is wrong with a file is told apart from
    /// what is wrong with the settings, which no file is left out for.
    fn part(&self, indices: &[u32], printer: &Printer, done: impl Fn() + Sync) -> Result<TokenSet> {
        let images: Vec<Result<Result<Encoded>, Failure>> = indices
            .par_iter()
            .map(|&index| {
                interrupt::check()?;
                let original = self.source.image(index as usize);
                let encoded = match original {
                    Ok(original) => self.encode(index, original).map(Ok),
                    Err(error) => Ok(Err(Failure::bad_input(error))),
                };
                done();
                encoded
            })
            .collect();
        let mut grid = None;
        let (mut tokens, mut flipped) = (Vec::new(), Vec::new());
        let (mut taken, mut ratios, mut skipped) = (Vec::new(), Vec::new(), 0);
        for (&index, image) in indices.iter().zip(images) {
            let image = match image? {
                Err(Failure::Input(message)) if self.args.skip_corrupt => {
                    printer.note(&format!("left out: {message}"));
                    skipped += 1;
                    continue;
                }
                image => image?,
            };
            let first = *grid.get_or_insert(image.grid);
            if image.grid != first {
                return Err(self.uneven(index, image.grid, first));
            }
            tokens.extend(image.tokens);
            flipped.extend(image.flipped.into_iter().flatten());
            ratios.push(image.psnr);
            taken.push(index);
        }
        let psnr = Psnr::pooled(ratios);
        let labels = self.source.labels();
        let of_class = |labels: &[u32]| taken.iter().map(|&index| labels[index as usize]).collect();
        let (squared_error, values) = psnr.sums();
        TokenSet::new(TokenParts {
            // A part whose images were all left out has no grid of its own.
            grid: match grid {
                Some(grid) => grid,
                None => Grid::new(1, 1).map_err(Failure::work)?,
            },
            codebook_size: self.codebook.len() as u32,
            tokens,
            flipped: self.args.flip.then_some(flipped),
            labels: labels.map(of_class),
            classes: self.source.class_names().len() as u32,
            source_index: Some(taken),
            tokenizer: Some(self.codebook.tokenizer_id()),
            provenance: Provenance::from([
                (SQUARED_ERROR.into(), squared_error.to_string()),
                (VALUES.into(), values.to_string()),
                (SKIPPED.into(), skipped.to_string()),
            ]),
        })
        .map_err(Failure::work)
    }

    fn encode(&self, index: u32, original: Image) -> Result<Encoded> {
        let place = || self.source.place(index as usize);
        let at = |error: &dyn std::error::Error| Failure::input_at(place(), error);
        let unlike = |error: &CodebookError| encode_failure(&place(), error);
        let image = self
            .preparation
            .before_padding(original)
            .map_err(|error| at(&error))?;
        let margins = self
            .preparation
            .margins(&image)
            .map_err(|error| at(&error))?;
        let padded = image.padded(margins);
        let encoded = self.codebook.encode(&padded);
        let (grid, tokens) = encoded.map_err(|error| unlike(&error))?;
        self.check_memory(grid)?;
        let flipped = match self.args.flip {
            false => None,
            true => {
                let encoded = self.codebook.encode(&padded.flipped());
                Some(encoded.map_err(|error| unlike(&error))?.1)
            }
        };
        let decoded = self.codebook.decode(grid, &tokens).map_err(Failure::work)?;
        // The margins are the same in both and say nothing.
        let psnr = Psnr::of(&image, &decoded.without(margins)).unwrap_or_default();
        Ok(Encoded {
            grid,
            tokens,
            flipped,
            psnr,
        })
    }

    /// Whether there is room for the tokens of all images, which are held until the last
    /// one has them, and once more when parts are joined.
    fn check_memory(&self, grid: Grid) -> Result<()> {
        let of_image = 4 * 2 * grid.cells() as u64 * (1 + u64::from(self.args.flip));
        let count = self.split.indices.len();
        let checked = self.memory.check_count(0, of_image, count as u64);
        checked.map_err(|error| {
            Failure::input(format!(
                "tokens of {count} images of the split {}, {grid} each, {error}; --limit takes fewer",
                self.split.name
            ))
        })
    }

    fn uneven(&self, index: u32, grid: Grid, first: Grid) -> Failure {
        Failure::input(format!(
            "{} has a grid of {grid}, but those before it have {first}; --crop makes all images alike",
            self.source.place(index as usize)
        ))
    }

    fn joined(&self, parts: Vec<TokenSet>) -> Result<Tokenized> {
        let (mut ratios, mut skipped) = (Vec::new(), 0);
        let mut all: Option<TokenParts> = None;
        for part in parts {
            let number = |key: &str| -> u64 {
                let word = part.provenance().get(key);
                word.and_then(|word| word.parse().ok()).unwrap_or(0)
            };
            ratios.push(Psnr::from_sums(number(SQUARED_ERROR), number(VALUES)));
            skipped += number(SKIPPED);
            if part.is_empty() {
                continue;
            }
            let part = part.into_parts();
            match &mut all {
                None => all = Some(part),
                Some(all) if all.grid != part.grid => {
                    let index = part.source_index.iter().flatten().next();
                    return Err(self.uneven(index.copied().unwrap_or(0), part.grid, all.grid));
                }
                Some(all) => {
                    all.tokens.extend(part.tokens);
                    for (all, part) in [
                        (&mut all.flipped, part.flipped),
                        (&mut all.labels, part.labels),
                        (&mut all.source_index, part.source_index),
                    ] {
                        all.get_or_insert_default()
                            .extend(part.into_iter().flatten());
                    }
                    if !self.args.flip {
                        all.flipped = None;
                    }
                    if self.source.labels().is_none() {
                        all.labels = None;
                    }
                }
            }
        }
        let Some(mut all) = all else {
            return Err(Failure::input(format!(
                "no image of the split {} can be read",
                self.split.name
            )));
        };
        let psnr = Psnr::pooled(ratios);
        all.provenance = self.provenance(psnr, skipped)?;
        let tokens = TokenSet::new(all).map_err(Failure::work)?;
        Ok(Tokenized {
            tokens,
            psnr,
            skipped,
        })
    }

    /// How the tokens were made.
    fn provenance(&self, psnr: Psnr, skipped: u64) -> Result<Provenance> {
        let identity = self.source.identity();
        let identity = identity.map_err(Failure::bad_input)?;
        let classes = self.source.class_names();
        let mut provenance = Provenance::from([
            ("program".into(), PROGRAM.into()),
            ("source".into(), base_name(&self.args.images.source)),
            ("source_sha256".into(), identity.to_string()),
            ("split".into(), self.split.name.clone()),
            ("split_rule".into(), self.split.rule.clone()),
            ("preparation".into(), words(self.preparation)),
            ("seed".into(), self.args.images.seed.to_string()),
            ("skipped".into(), skipped.to_string()),
        ]);
        if let Some(decibels) = psnr.decibels() {
            provenance.insert("psnr_db".into(), format!("{decibels:.3}"));
        }
        // Headers are bounded; a thousand names fit.
        let names = serde_json::to_string(classes).map_err(Failure::work)?;
        if !classes.is_empty() && names.len() < 1 << 18 {
            provenance.insert("class_names".into(), names);
        }
        Ok(provenance)
    }
}
