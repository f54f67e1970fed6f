//! `data prepare`

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::HumanCount;
use orders_datasets::{
    ImageSource, NamedSource, PatchCodebook, Preparation, TokenSet, check_cache_names,
    write_token_cache,
};
use serde::Serialize;

use super::progress_folder::ProgressFolder;
use super::tokenize::{Task, Tokenized};
use super::{codebook, colour, decibels, tell_left_out};
use crate::args::DataPrepareArgs;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::settings::data::Split;
use crate::{interrupt, memory, settings};

/// What was made of a split, for `--json`.
#[derive(Serialize)]
struct Report<'a> {
    path: String,
    split: &'a str,
    images: usize,
    skipped: u64,
    grid: String,
    codes: u32,
    classes: u32,
    tokenizer: String,
    /// Null if nothing is lost.
    psnr_db: Option<f64>,
    /// Share of cells that are black in the original's tokens.
    black_share: f64,
}

pub(crate) fn run(args: &DataPrepareArgs, printer: &Printer) -> Result<()> {
    if args.grid.is_some() {
        return Err(Failure::input(
            "--grid is for .npz token caches; of images it follows from their size and --patch",
        ));
    }
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
    let targets = Targets::new(args, &splits)?;
    if args.npz {
        check_names(&sources, &splits)?;
    }
    let words = settings_text(args, &preparation, &splits, given.as_ref());
    let states = sources.iter().map(|source| {
        let state = source.images.state().map_err(Failure::bad_input)?;
        Ok(format!("source {state}\n"))
    });
    let states = states.collect::<Result<String>>()?;
    interrupt::catch()?;
    let start = Instant::now();
    let folder = ProgressFolder::open(&args.out, &words, &states, args.written.force)?;
    if folder.is_resumed {
        printer.note(&format!(
            "going on with the run that was interrupted in {}",
            args.out.display()
        ));
    }
    let work = || -> Result<(PatchCodebook, Vec<Tokenized>)> {
        let codebook = match (given, folder.codebook()?) {
            (Some(codebook), _) | (None, Some(codebook)) => codebook,
            (None, None) => {
                let first = &splits[0];
                let codebook = codebook::train(
                    &args.codebook,
                    &args.images,
                    sources[first.source].images.as_ref(),
                    first,
                    &preparation,
                    args.skip_corrupt,
                    printer,
                )?;
                folder.keep_codebook(&codebook)?;
                codebook
            }
        };
        let tokenized = splits.iter().map(|split| {
            let source = sources[split.source].images.as_ref();
            let task = Task {
                args,
                source,
                split,
                preparation: &preparation,
                codebook: &codebook,
                memory: memory::limit(),
            };
            task.run(&folder, printer)
        });
        let tokenized = tokenized.collect::<Result<Vec<_>, _>>()?;
        Ok((codebook, tokenized))
    };
    let (codebook, tokenized) = match pool.install(work) {
        Ok(done) => done,
        Err(Failure::Interrupted) => return Err(paused(args)),
        // Of wrong input nothing is left, unless much was right: a run stopped by
        // a corrupt file goes on with --skip-corrupt.
        Err(Failure::Input(message)) if !folder.has_tokens() => {
            folder.remove()?;
            // A folder that is not empty stays, which is right.
            let _ = fs_err::remove_dir(&args.out);
            return Err(Failure::Input(message));
        }
        Err(failure) => return Err(failure),
    };
    pool.install(|| targets.write(args, &sources, &splits, &codebook, &tokenized))?;
    folder.remove()?;
    for ((split, tokenized), path) in splits.iter().zip(&tokenized).zip(&targets.tokens) {
        report(args, split, tokenized, path, &codebook, printer)?;
    }
    if !args.written.json {
        printer.result(&summary(&codebook, &targets.codebook, start.elapsed()))?;
    }
    Ok(())
}

/// The end of a run that can go on.
pub(super) fn paused(args: &DataPrepareArgs) -> Failure {
    Failure::Paused(format!(
        "what was done is kept in {}; the same command goes on from there",
        ProgressFolder::path_in(&args.out).display()
    ))
}

/// The files that will be.
pub(super) struct Targets {
    codebook: PathBuf,
    tokens: Vec<PathBuf>,
    caches: Vec<PathBuf>,
}

impl Targets {
    fn new(args: &DataPrepareArgs, splits: &[Split]) -> Result<Self> {
        let out = &args.out;
        if out.exists() && !out.is_dir() {
            return Err(Failure::input(format!(
                "--out {} is a file, not a folder",
                out.display()
            )));
        }
        let names = splits.iter().map(|split| &split.name);
        let caches = names.clone().map(|name| out.join(format!("{name}-npz")));
        let targets = Self {
            codebook: out.join("codebook.safetensors"),
            tokens: names.map(|name| token_path(out, name)).collect(),
            caches: if args.npz {
                caches.collect()
            } else {
                Vec::new()
            },
        };
        let is_own_codebook =
            args.codebook.codebook.as_ref().is_some_and(|given| {
                given.canonicalize().ok() == targets.codebook.canonicalize().ok()
            });
        for path in std::iter::once(&targets.codebook).chain(&targets.tokens) {
            let is_own = is_own_codebook && path == &targets.codebook;
            if !is_own {
                output::check_vacant(path, args.written.force)?;
            }
        }
        for path in &targets.caches {
            if path.exists() {
                return Err(Failure::input(format!(
                    "{} exists already; folders of .npz files are not replaced",
                    path.display()
                )));
            }
        }
        Ok(targets)
    }

    fn write(
        &self,
        args: &DataPrepareArgs,
        sources: &[NamedSource],
        splits: &[Split],
        codebook: &PatchCodebook,
        tokenized: &[Tokenized],
    ) -> Result<()> {
        for ((cache, split), tokenized) in self.caches.iter().zip(splits).zip(tokenized) {
            let source = sources[split.source].images.as_ref();
            let set = &tokenized.tokens;
            let place = |image: usize| {
                let index = set.source_index().map_or(image, |all| all[image] as usize);
                cache_names(source, index)
            };
            write_token_cache(cache, set, place).map_err(Failure::work)?;
        }
        for (path, tokenized) in self.tokens.iter().zip(tokenized) {
            write_tokens(&tokenized.tokens, path, args.written.force)?;
        }
        if !self.codebook.exists() || args.written.force {
            let written = codebook.write(&self.codebook, args.written.force);
            written.map_err(Failure::work)?;
        }
        Ok(())
    }
}

/// The names of an image in a token cache: that of its class, and its own.
fn cache_names(source: &dyn ImageSource, index: usize) -> (String, String) {
    let label = source.labels().and_then(|labels| labels.get(index));
    let class = label.and_then(|&class| source.class_names().get(class as usize));
    let class = class.map_or("all", String::as_str);
    (class.to_owned(), source.name(index))
}

/// Whether all images can be in token caches, which are written when all work is done.
fn check_names(sources: &[NamedSource], splits: &[Split]) -> Result<()> {
    for split in splits {
        let source = sources[split.source].images.as_ref();
        for &index in &split.indices {
            let (class, name) = cache_names(source, index as usize);
            check_cache_names(&class, &name).map_err(|error| Failure::input_at("--npz", &error))?;
        }
    }
    Ok(())
}

pub(super) fn token_path(out: &Path, split: &str) -> PathBuf {
    out.join(format!("{split}.safetensors"))
}

pub(super) fn write_tokens(tokens: &TokenSet, path: &Path, force: bool) -> Result<()> {
    let written = tokens.write(path, force);
    written.map_err(Failure::work)
}

/// Everything that the parts of a run depend on.
fn settings_text(
    args: &DataPrepareArgs,
    preparation: &Preparation,
    splits: &[Split],
    given: Option<&PatchCodebook>,
) -> String {
    let codebook = match given {
        Some(codebook) => codebook.tokenizer_id(),
        None => format!(
            "{:?}",
            settings::data::training(&args.codebook, args.images.seed)
        ),
    };
    let splits: Vec<String> = splits
        .iter()
        .map(|split| format!("{}: {}", split.name, split.rule))
        .collect();
    format!(
        "{PROGRAM}\n{preparation:?}\n{codebook}\n{}\nflip {} seed {}\n",
        splits.join("\n"),
        args.flip,
        args.images.seed
    )
}

fn report(
    args: &DataPrepareArgs,
    split: &Split,
    tokenized: &Tokenized,
    path: &Path,
    codebook: &PatchCodebook,
    printer: &Printer,
) -> Result<()> {
    let set = &tokenized.tokens;
    let black = codebook.black_token() as usize;
    let black = set.counts().get(black).copied().unwrap_or(0);
    let black_share = black as f64 / set.tokens().len().max(1) as f64;
    if args.written.json {
        return printer.result_json(&Report {
            path: path.display().to_string(),
            split: &split.name,
            images: set.len(),
            skipped: tokenized.skipped,
            grid: set.grid().to_string(),
            codes: set.codebook_size(),
            classes: set.classes(),
            tokenizer: codebook.tokenizer_id(),
            psnr_db: tokenized.psnr.decibels(),
            black_share,
        });
    }
    let skipped = match tokenized.skipped {
        0 => String::new(),
        count => format!(", {} left out", HumanCount(count)),
    };
    printer.result(&format!(
        "{}: {} images{skipped}, grid {}, {} codes, {} classes, PSNR {}, {:.1} % of cells black: {}",
        split.name,
        HumanCount(set.len() as u64),
        set.grid(),
        set.codebook_size(),
        set.classes(),
        decibels(tokenized.psnr),
        100.0 * black_share,
        path.display()
    ))
}

fn summary(codebook: &PatchCodebook, path: &Path, elapsed: Duration) -> String {
    let shape = codebook.shape();
    format!(
        "codebook: {} codes of {side}x{side} pixels, {}: {}; all in {:.1} s",
        codebook.len(),
        colour(shape.channels()),
        path.display(),
        elapsed.as_secs_f64(),
        side = shape.side(),
    )
}
