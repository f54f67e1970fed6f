//! `detokenize`

use std::collections::BTreeMap;
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
use crate::single_file::SingleFile;
use crate::{folder, interrupt, settings, token_file};

/// Where images go.
enum Target {
    Folder(Vec<SingleFile>),
    Array(SingleFile),
}

pub(crate) fn run(args: &DetokenizeArgs, printer: &Printer) -> Result<()> {
    let device = settings::device(&args.device)?;
    let (tokens, grid) = tokens(args)?;
    let count = tokens.nrows();
    let target = target(args, count)?;
    let decoder = settings::image_decoder((&args.tokenizer).into(), &device)?;
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
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads)?;
    let progress = printer.progress(count as u64, "images");
    let mut all = Vec::new();
    let mut size = (0, 0);
    if let Target::Folder(_) = &target {
        folder::make(&args.out)?;
    }
    for (index, row) in tokens.rows().into_iter().enumerate() {
        match &target {
            Target::Folder(_) => check_interrupt(index, &args.out)?,
            Target::Array(_) => interrupt::check()?,
        }
        let image = pool.install(|| decoder.decode(grid, &row.to_vec()))?;
        size = (image.height() as usize, image.width() as usize);
        match &target {
            Target::Folder(files) => files[index].write(&png(&image)?)?,
            Target::Array(_) => all.extend_from_slice(image.pixels()),
        }
        progress.inc(1);
    }
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

/// The tokens of a file and their grid: by flag, as the file says, or a square.
fn tokens(args: &DetokenizeArgs) -> Result<(Array2<u32>, Grid)> {
    let path = args.tokens.display();
    let file = token_file::read(&args.tokens)?;
    let tokens = file.tokens;
    if tokens.is_empty() {
        return Err(Failure::input(format!("{path} has no tokens")));
    }
    let cells = tokens.ncols();
    let side = (cells as f64).sqrt().round() as u32;
    let grid = match settings::grid(&args.grid)?.or(file.grid) {
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
    Ok((tokens, grid))
}

fn target(args: &DetokenizeArgs, count: usize) -> Result<Target> {
    if output::ends_with(&args.out, "safetensors") {
        return SingleFile::new(&args.out, args.written.force).map(Target::Array);
    }
    if args.out.exists() && !args.out.is_dir() {
        return Err(Failure::input(format!(
            "--out {} is neither a folder nor a .safetensors file",
            args.out.display()
        )));
    }
    let file = |index| SingleFile::new(&image_path(&args.out, index, count), args.written.force);
    (0..count)
        .map(file)
        .collect::<Result<_, _>>()
        .map(Target::Folder)
}

/// Images are numbered from 0, with as many digits as the last one has.
pub(crate) fn image_path(folder: &Path, index: usize, count: usize) -> PathBuf {
    let digits = count.saturating_sub(1).to_string().len().max(4);
    folder.join(format!("{index:0digits$}.png"))
}

/// An error if the user has interrupted; so many images are in their folder.
pub(crate) fn check_interrupt(written: usize, folder: &Path) -> Result<()> {
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
