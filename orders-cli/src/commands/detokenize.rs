//! `detokenize`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::HumanCount;
use orders_core::Grid;
use orders_figures::Image;
use orders_model::checkpoint::{Checkpoint, CheckpointFormat, read_checkpoint, write_safetensors};
use orders_model::vq::pixels_from_images;
use orders_model::{DType, Device, Tensor};

use crate::args::DetokenizeArgs;
use crate::failure::{Failure, reason};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::single_file::SingleFile;
use crate::{interrupt, settings};

/// Where images go.
enum Target {
    Folder(Vec<SingleFile>),
    Array(SingleFile),
}

pub(crate) fn run(args: &DetokenizeArgs, printer: &Printer) -> Result<ExitCode, Failure> {
    let device = settings::device(&args.device)?;
    let (tokens, grid) = tokens(args)?;
    let count = tokens.dims().first().copied().unwrap_or(0);
    let target = target(args, count)?;
    let tokenizer = settings::tokenizer(&args.tokenizer, &device)?;
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads)?;
    let (height, width) = (grid.height() as usize, grid.width() as usize);
    let stride = tokenizer.config().stride();
    let size = (height * stride, width * stride);
    let progress = printer.progress(count as u64, "images");
    let mut all = Vec::new();
    if let Target::Folder(_) = &target {
        fs_err::create_dir_all(&args.out).map_err(|error| {
            Failure::input(format!(
                "the folder {} can't be made: {}",
                args.out.display(),
                reason(&error)
            ))
        })?;
    }
    for index in 0..count {
        interrupt::check()?;
        let pixels = pool.install(|| {
            let row = tokens
                .narrow(0, index, 1)
                .map_err(|error| Failure::work(&error))?;
            let image = tokenizer.decode(&row, height, width).map_err(|error| {
                Failure::input_at(
                    format!("image {index} of {}", args.tokens.display()),
                    &error,
                )
            })?;
            pixels_from_images(&image).map_err(|error| Failure::work(&error))
        })?;
        match &target {
            Target::Folder(files) => files[index].write(&png(size, pixels)?)?,
            Target::Array(_) => all.extend(pixels),
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    if let Target::Array(file) = &target {
        file.write(&array(all, (count, size.0, size.1), args)?)?;
    }
    let path = args.out.display().to_string();
    if args.json {
        printer.result_json(&serde_json::json!({
            "path": path,
            "images": count,
            "height": size.0,
            "width": size.1,
        }))?;
    } else {
        let plural = if count == 1 { "" } else { "s" };
        printer.result(&format!(
            "{} image{plural} of {}x{} pixels: {path}",
            HumanCount(count as u64),
            size.0,
            size.1
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The tokens of a file and their grid: by flag, as the file says, or a square.
fn tokens(args: &DetokenizeArgs) -> Result<(Tensor, Grid), Failure> {
    let path = args.tokens.display();
    let Checkpoint {
        format,
        mut tensors,
        metadata,
        ..
    } = read_checkpoint(&args.tokens, None, &Device::Cpu)
        .map_err(|error| Failure::bad_input(&error))?;
    let tokens = tensors.remove("tokens").filter(|tokens| {
        format == CheckpointFormat::Safetensors && tokens.rank() == 2 && is_integer(tokens.dtype())
    });
    let Some(tokens) = tokens else {
        return Err(Failure::input(format!(
            "{path} has no 'tokens' of whole numbers and shape (images, cells) as safetensors"
        )));
    };
    let tokens = tokens
        .to_dtype(DType::I64)
        .map_err(|error| Failure::work(&error))?;
    let cells = tokens.dims().last().copied().unwrap_or(0);
    if tokens.elem_count() == 0 {
        return Err(Failure::input(format!("{path} has no tokens")));
    }
    let stated = metadata.get("grid").and_then(|grid| grid.parse().ok());
    let side = (cells as f64).sqrt().round() as u32;
    let grid = match settings::grid(&args.grid)?.or(stated) {
        Some(grid) => grid,
        None if side as usize * side as usize == cells => {
            Grid::new(side, side).map_err(|error| Failure::bad_input(&error))?
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

fn is_integer(dtype: DType) -> bool {
    matches!(
        dtype,
        DType::U8 | DType::U32 | DType::I16 | DType::I32 | DType::I64
    )
}

fn target(args: &DetokenizeArgs, count: usize) -> Result<Target, Failure> {
    if output::ends_with(&args.out, "safetensors") {
        return SingleFile::new(&args.out, args.force).map(Target::Array);
    }
    if args.out.exists() && !args.out.is_dir() {
        return Err(Failure::input(format!(
            "--out {} is neither a folder nor a .safetensors file",
            args.out.display()
        )));
    }
    let file = |index| SingleFile::new(&image_path(&args.out, index, count), args.force);
    (0..count)
        .map(file)
        .collect::<Result<_, _>>()
        .map(Target::Folder)
}

/// Images are numbered from 0, with as many digits as the last one has.
fn image_path(folder: &Path, index: usize, count: usize) -> PathBuf {
    let digits = count.saturating_sub(1).to_string().len().max(4);
    folder.join(format!("{index:0digits$}.png"))
}

fn png((height, width): (usize, usize), pixels: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let image = Image::from_rgb(width as u32, height as u32, pixels)
        .map_err(|error| Failure::work(&error))?;
    Ok(image.to_png())
}

fn array(
    pixels: Vec<u8>,
    (count, height, width): (usize, usize, usize),
    args: &DetokenizeArgs,
) -> Result<Vec<u8>, Failure> {
    let images = Tensor::from_vec(pixels, (count, height, width, 3), &Device::Cpu)
        .map_err(|error| Failure::work(&error))?;
    let name = args
        .tokens
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    let metadata = BTreeMap::from([
        ("program".to_owned(), PROGRAM.to_owned()),
        ("tokens".to_owned(), name.into_owned()),
    ]);
    let mut bytes = Vec::new();
    let tensors = BTreeMap::from([("images".to_owned(), images)]);
    write_safetensors(&mut bytes, &tensors, &metadata).map_err(|error| Failure::work(&error))?;
    Ok(bytes)
}
