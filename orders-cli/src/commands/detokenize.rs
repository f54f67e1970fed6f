//! `detokenize`

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use indicatif::HumanCount;
use ndarray::Array2;
use orders_core::Grid;
use orders_figures::Image;
use orders_model::{Device, Tensor};

use crate::args::DetokenizeArgs;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::settings::RunsOn;
use crate::single_file::SingleFile;
use crate::token_identity::{self, Tokens};
use crate::{folder, interrupt, settings, token_file};

/// Where images go.
enum Target {
    Folder,
    Array(SingleFile),
}

pub(crate) fn run(args: &DetokenizeArgs, printer: &Printer) -> Result<()> {
    let (tokens, grid, of_tokens) = tokens(args)?;
    let count = tokens.nrows();
    let target = target(args, count as u64)?;
    let mut notes = Vec::new();
    let runs_on = RunsOn::new(&args.runs, &mut notes)?;
    let decoder = settings::image_decoder((&args.tokenizer).into(), &runs_on, &mut notes)?;
    decoder.check_memory(grid)?;
    let codes = decoder.codes();
    if let Some(((index, _), token)) = tokens
        .indexed_iter()
        .find(|&(_, &token)| token as usize >= codes)
    {
        return Err(Failure::input(format!(
            "image {index} of {} has the token {token}, but --tokenizer has {codes} codes, counted from 0",
            args.tokens.display()
        )));
    }
    let id = decoder.id();
    let given = Tokens {
        place: args.tokens.display(),
        tokenizer: of_tokens.as_deref(),
    };
    let taker = Tokens {
        place: "--tokenizer",
        tokenizer: Some(id.as_str()),
    };
    token_identity::check(&given, &taker, &mut notes)?;
    printer.notes(&notes);
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let progress = printer.progress(count as u64, "images");
    let mut all = Vec::new();
    let mut size = (0, 0);
    if let Target::Folder = &target {
        folder::make(&args.out)?;
    }
    let mut index = 0;
    let mut take = |image: orders_datasets::Image| {
        match &target {
            Target::Folder => check_interrupt(index, &args.out)?,
            Target::Array(_) => interrupt::check()?,
        }
        size = (image.height() as usize, image.width() as usize);
        match &target {
            Target::Folder => {
                let path = image_path(&args.out, index as u64, count as u64);
                SingleFile::new(&path, args.written.force)?.write(&png(&image)?)?;
            }
            Target::Array(_) => all.extend_from_slice(image.pixels()),
        }
        progress.inc(1);
        index += 1;
        Ok(())
    };
    interrupt::check()?;
    pool.install(|| decoder.decode_all(grid, tokens.view(), &mut take))?;
    progress.finish_and_clear();
    if let Target::Array(file) = &target {
        let shape = (count, size.0, size.1, 3);
        let images = Tensor::from_vec(all, shape, &Device::Cpu).map_err(Failure::work)?;
        let metadata = BTreeMap::from([
            ("program".to_owned(), PROGRAM.to_owned()),
            ("tokens".to_owned(), output::file_name(&args.tokens)),
        ]);
        file.write_tensors(&BTreeMap::from([("images".to_owned(), images)]), &metadata)?;
    }
    let path = args.out.display().to_string();
    printer.report(
        args.written.json,
        &serde_json::json!({
            "path": path,
            "images": count,
            "height": size.0,
            "width": size.1,
            "device": runs_on.words,
        }),
        || {
            format!(
                "{} of {}x{} pixels: {path}",
                counted(count as u64, "image"),
                size.0,
                size.1
            )
        },
    )
}

/// The tokens of a file and their grid: by flag, as the file says, or a square. And what
/// tells their tokenizer from others, if the file says it.
fn tokens(args: &DetokenizeArgs) -> Result<(Array2<u32>, Grid, Option<String>)> {
    let path = args.tokens.display();
    let file = token_file::read(&args.tokens)?;
    let tokens = file.tokens;
    if tokens.is_empty() {
        return Err(Failure::input(format!("{path} has no tokens")));
    }
    let cells = tokens.ncols();
    let side = (cells as f64).sqrt().round() as u32;
    let grid = match settings::grid(&args.grid)?.or(file.stated.grid) {
        Some(grid) => grid,
        None if side as usize * side as usize == cells => {
            Grid::new(side, side).map_err(Failure::bad_input)?
        }
        None => {
            return Err(Failure::input(format!(
                "{path} has {cells} tokens an image, which is no square; --grid HxW says what it is"
            )));
        }
    };
    if grid.cells() != cells || grid.frames() != 1 {
        return Err(Failure::input(format!(
            "{path} has {cells} tokens an image, which is not one image of {grid}"
        )));
    }
    Ok((tokens, grid, file.stated.tokenizer))
}

fn target(args: &DetokenizeArgs, count: u64) -> Result<Target> {
    if output::ends_with(&args.out, "safetensors") {
        return SingleFile::new(&args.out, args.written.force).map(Target::Array);
    }
    if args.out.exists() && !args.out.is_dir() {
        return Err(Failure::input(format!(
            "--out {} is neither a folder nor a .safetensors file",
            args.out.display()
        )));
    }
    if let Some(index) = images_in(&args.out, 0..count, count)? {
        output::check_vacant(&image_path(&args.out, index, count), args.written.force)?;
    }
    Ok(Target::Folder)
}

/// Images are numbered from 0, with as many digits as the last one has.
pub(crate) fn image_path(folder: &Path, index: u64, count: u64) -> PathBuf {
    let digits = image_digits(count);
    folder.join(format!("{index:0digits$}.png"))
}

/// Digits of the numbers of so many images.
fn image_digits(count: u64) -> usize {
    count.saturating_sub(1).to_string().len().max(4)
}

/// The first of some images, of as many as will be in a folder, for which there is something
/// already. O(what is there).
pub(crate) fn images_in(folder: &Path, of: Range<u64>, count: u64) -> Result<Option<u64>> {
    if !folder.exists() {
        return Ok(None);
    }
    let unreadable = |error: std::io::Error| Failure::unreadable(folder.display(), &error);
    let mut first: Option<u64> = None;
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let digits = name.to_str().and_then(|name| name.strip_suffix(".png"));
        let number = digits.filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
        let number = number.filter(|digits| digits.len() == image_digits(count));
        let number = number.and_then(|digits| digits.parse().ok());
        let number = number.filter(|number| of.contains(number));
        first = [first, number].into_iter().flatten().min();
    }
    Ok(first)
}

/// An error if the user has interrupted; so many images are in their folder.
fn check_interrupt(written: usize, folder: &Path) -> Result<()> {
    interrupt::check().map_err(|_| {
        let written = HumanCount(written as u64);
        Failure::Paused(format!("{written} images are in {}", folder.display()))
    })
}

/// An image in red, green and blue as a PNG file.
pub(crate) fn png(image: &orders_datasets::Image) -> Result<Vec<u8>> {
    Image::from_rgb(image.width(), image.height(), image.pixels().to_vec())
        .map(|image| image.to_png())
        .map_err(Failure::work)
}

#[cfg(test)]
mod tests {
    use super::image_digits;

    #[test]
    fn numbers_have_as_many_digits_as_the_last() {
        for (count, digits) in [(1, 4), (10_000, 4), (10_001, 5), (u64::MAX, 20)] {
            assert_eq!(image_digits(count), digits);
        }
    }
}
