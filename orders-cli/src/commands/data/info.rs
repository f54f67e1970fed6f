//! `data info`

use std::path::Path;

use indicatif::HumanCount;
use orders_datasets::{
    ImageSource, LeftOut, PatchCodebook, TokenFileOptions, TokenSet, cache_files, is_token_file,
    open,
};
use rayon::prelude::*;
use serde::Serialize;

use crate::args::DataInfoArgs;
use crate::description::aligned;
use crate::failure::{Failure, Result, with_sources};
use crate::printer::Printer;
use crate::settings;

/// Classes that are listed in words; JSON has all.
const LISTED: usize = 12;

/// What is there, for `--json`.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Report {
    Images {
        splits: Vec<SplitReport>,
    },
    TokenCache {
        files: usize,
        classes: Vec<Class>,
        left_out: Vec<String>,
    },
    Tokens(TokenReport),
    Codebook(CodebookReport),
}

#[derive(Serialize)]
struct SplitReport {
    split: String,
    from: &'static str,
    images: usize,
    /// Sizes in pixels, smallest and largest.
    height: [u32; 2],
    width: [u32; 2],
    /// What is wrong with the files that can't be read.
    unreadable: Vec<String>,
    /// What is there but is not counted, and why.
    left_out: Vec<String>,
    classes: Vec<Class>,
}

#[derive(Serialize)]
struct Class {
    name: String,
    images: usize,
}

#[derive(Serialize)]
struct TokenReport {
    images: usize,
    grid: String,
    codes: u32,
    used_codes: usize,
    /// Share of the token that occurs most.
    most_frequent_share: f64,
    flipped: bool,
    classes: u32,
    tokenizer: Option<String>,
    provenance: orders_datasets::Provenance,
}

#[derive(Serialize)]
struct CodebookReport {
    codes: usize,
    side: u32,
    channels: u8,
    id: String,
    provenance: orders_datasets::Provenance,
}

pub(crate) fn run(args: &DataInfoArgs, printer: &Printer) -> Result<()> {
    let report = report(args, printer)?;
    printer.report(args.json, &report, || words(&report, &args.source))
}

fn report(args: &DataInfoArgs, printer: &Printer) -> Result<Report> {
    let source = &args.source;
    fs_err::metadata(source).map_err(Failure::bad_input)?;
    let is_safetensors = source.extension().is_some_and(|end| end == "safetensors");
    if is_safetensors && is_token_file(source) {
        let tokens = TokenSet::read(source, &TokenFileOptions::default());
        return Ok(Report::Tokens(token_report(
            &tokens.map_err(Failure::bad_input)?,
        )));
    }
    if is_safetensors && PatchCodebook::is_file(source) {
        let codebook = super::codebook::read(source)?;
        return Ok(Report::Codebook(CodebookReport {
            codes: codebook.len(),
            side: codebook.shape().side(),
            channels: codebook.shape().channels(),
            id: codebook.id().to_string(),
            provenance: codebook.provenance().clone(),
        }));
    }
    if source.is_dir() {
        let cache = cache_files(source).map_err(Failure::bad_input)?;
        if !cache.files.is_empty() {
            return Ok(Report::TokenCache {
                files: cache.files.len(),
                classes: classes(&cache.class_names, &cache.labels),
                left_out: left_out(&cache.left_out),
            });
        }
    }
    let options = settings::data::open_options(&args.labels, rayon::current_num_threads());
    let parts = open(source, &options).map_err(Failure::bad_input)?;
    let splits = parts.iter().map(|part| {
        let images = part.images.as_ref();
        let (sizes, unreadable) = sizes(images, printer);
        if let (true, Some(first)) = (sizes.is_empty(), unreadable.first()) {
            return Err(Failure::input(format!(
                "no image of {} can be read; the first: {first}",
                source.display()
            )));
        }
        let range = |side: fn(&(u32, u32)) -> u32| {
            let all = || sizes.iter().map(side);
            [all().min().unwrap_or(0), all().max().unwrap_or(0)]
        };
        Ok(SplitReport {
            split: part.split.clone(),
            from: part.kind,
            images: images.len(),
            height: range(|size| size.0),
            width: range(|size| size.1),
            unreadable,
            left_out: left_out(&part.left_out),
            classes: classes(images.class_names(), images.labels().unwrap_or_default()),
        })
    });
    Ok(Report::Images {
        splits: splits.collect::<Result<_>>()?,
    })
}

/// Heights and widths, and what is wrong with the images that have none.
type Sizes = (Vec<(u32, u32)>, Vec<String>);

/// The size that all images have, or those of files, which are read whole; and what is
/// wrong with the files that can't be read.
fn sizes(images: &dyn ImageSource, printer: &Printer) -> Sizes {
    if images.is_empty() {
        return (Vec::new(), Vec::new());
    }
    if let Some(size) = images.size() {
        return (vec![size], Vec::new());
    }
    let progress = printer.progress(images.len() as u64, "images");
    let all: Vec<_> = (0..images.len())
        .into_par_iter()
        .map(|index| {
            let image = images.image(index);
            progress.inc(1);
            image.map(|image| (image.height(), image.width()))
        })
        .collect();
    progress.finish_and_clear();
    let (mut sizes, mut unreadable) = (Vec::new(), Vec::new());
    for size in all {
        match size {
            Ok(size) => sizes.push(size),
            Err(error) => unreadable.push(with_sources(&error)),
        }
    }
    (sizes, unreadable)
}

fn left_out(all: &[LeftOut]) -> Vec<String> {
    all.iter().map(LeftOut::to_string).collect()
}

fn classes(names: &[String], labels: &[u32]) -> Vec<Class> {
    let mut counts = vec![0; names.len()];
    for &label in labels {
        if let Some(count) = counts.get_mut(label as usize) {
            *count += 1;
        }
    }
    let classes = names.iter().zip(counts);
    classes
        .map(|(name, images)| Class {
            name: name.clone(),
            images,
        })
        .collect()
}

fn token_report(set: &TokenSet) -> TokenReport {
    let counts = set.counts();
    let most = counts.iter().copied().max().unwrap_or(0);
    TokenReport {
        images: set.len(),
        grid: set.grid().to_string(),
        codes: set.codebook_size(),
        used_codes: counts.iter().filter(|&&count| count > 0).count(),
        most_frequent_share: most as f64 / set.tokens().len().max(1) as f64,
        flipped: set.flipped().is_some(),
        classes: set.classes(),
        tokenizer: set.tokenizer().map(str::to_owned),
        provenance: set.provenance().clone(),
    }
}

fn words(report: &Report, source: &Path) -> String {
    let mut lines = vec![("source", source.display().to_string())];
    match report {
        Report::Images { splits } => {
            for split in splits {
                lines.push(("split", format!("{} ({})", split.split, split.from)));
                lines.push(("images", HumanCount(split.images as u64).to_string()));
                let [heights, widths] = [split.height, split.width].map(range);
                lines.push(("pixels", format!("{heights} x {widths}")));
                if !split.classes.is_empty() {
                    lines.push(("classes", class_words(&split.classes)));
                }
                for fault in split.unreadable.iter().take(LISTED) {
                    lines.push(("corrupt", fault.clone()));
                }
                if split.unreadable.len() > LISTED {
                    let more = split.unreadable.len() - LISTED;
                    lines.push(("corrupt", format!("and {more} more")));
                }
                lines.extend(
                    split
                        .left_out
                        .iter()
                        .map(|words| ("left out", words.clone())),
                );
            }
        }
        Report::TokenCache {
            files,
            classes,
            left_out,
        } => {
            lines.push(("kind", ".npz token cache".into()));
            lines.push(("images", HumanCount(*files as u64).to_string()));
            lines.push(("classes", class_words(classes)));
            lines.extend(left_out.iter().map(|words| ("left out", words.clone())));
        }
        Report::Tokens(tokens) => {
            lines.push(("kind", "tokens".into()));
            lines.push(("images", HumanCount(tokens.images as u64).to_string()));
            lines.push(("grid", tokens.grid.clone()));
            let share = 100.0 * tokens.most_frequent_share;
            lines.push((
                "codes",
                format!(
                    "{}, {} of them used; the most frequent has {share:.1} % of all cells",
                    tokens.codes, tokens.used_codes
                ),
            ));
            lines.push(("classes", tokens.classes.to_string()));
            let flipped = if tokens.flipped {
                "there, too"
            } else {
                "not there"
            };
            lines.push(("mirrored", flipped.into()));
            if let Some(tokenizer) = &tokens.tokenizer {
                lines.push(("tokenizer", tokenizer.clone()));
            }
            lines.extend(provenance(&tokens.provenance));
        }
        Report::Codebook(codebook) => {
            let CodebookReport { side, channels, .. } = codebook;
            lines.push(("kind", "patch codebook".into()));
            lines.push(("codes", codebook.codes.to_string()));
            lines.push((
                "patches",
                format!("{side}x{side} pixels, {channels} channels"),
            ));
            lines.push(("id", codebook.id.clone()));
            lines.extend(provenance(&codebook.provenance));
        }
    }
    aligned(&lines, 9)
}

fn provenance(all: &orders_datasets::Provenance) -> Vec<(&'static str, String)> {
    all.iter()
        .map(|(key, value)| ("made", format!("{key}: {value}")))
        .collect()
}

fn range([least, most]: [u32; 2]) -> String {
    if least == most {
        return least.to_string();
    }
    format!("{least} to {most}")
}

fn class_words(classes: &[Class]) -> String {
    let listed: Vec<String> = classes
        .iter()
        .take(LISTED)
        .map(|class| format!("{} ({})", class.name, HumanCount(class.images as u64)))
        .collect();
    let more = match classes.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}: {}{more}", classes.len(), listed.join(", "))
}
