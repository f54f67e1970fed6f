//! `tokenize`

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::HumanCount;
use orders_datasets::{Image, OpenOptions, decode_within, open};
use orders_model::vq::{VqTokenizer, images_from_pixels};
use orders_model::{Device, Precision, Tensor, room_on};

use crate::args::TokenizeArgs;
use crate::bounded_file::read_bounded;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;
use crate::single_file::SingleFile;
use crate::{interrupt, memory, settings};

/// The longest image file that is read: 256 MiB.
const FILE_BYTES: u64 = 1 << 28;

pub(crate) fn run(args: &TokenizeArgs, printer: &Printer) -> Result<()> {
    let file = SingleFile::out(&args.out, "safetensors", args.written.force)?;
    let device = settings::device(&args.device)?;
    let words = settings::device_words(&device)?;
    let mut notes = Vec::new();
    let tokenizer = settings::tokenizer(
        (&args.tokenizer).into(),
        (&device, Precision::F32),
        &mut notes,
    )?;
    printer.notes(&notes);
    interrupt::catch()?;
    let pool = settings::thread_pool(&args.threads, printer)?;
    let encoded = pool.install(|| encode(args, &tokenizer, &device, printer))?;
    let Encoded {
        tokens,
        count,
        height,
        width,
    } = encoded;
    let size = tokenizer.config().codebook_size;
    let tokens =
        Tensor::from_vec(tokens, (count, height * width), &Device::Cpu).map_err(Failure::work)?;
    let tensors = BTreeMap::from([("tokens".to_owned(), tokens)]);
    let name = args.tokenizer.tokenizer.as_deref().map(output::file_name);
    let metadata = BTreeMap::from([
        ("codebook_size".to_owned(), size.to_string()),
        ("format".to_owned(), "tokens".to_owned()),
        ("grid".to_owned(), format!("{height}x{width}")),
        ("program".to_owned(), PROGRAM.to_owned()),
        ("tokenizer".to_owned(), tokenizer.tokenizer_id()),
        ("tokenizer_file".to_owned(), name.unwrap_or_default()),
    ]);
    file.write_tensors(&tensors, &metadata)?;
    let path = args.out.display().to_string();
    printer.report(
        args.written.json,
        &serde_json::json!({
            "path": path,
            "images": count,
            "grid": format!("{height}x{width}"),
            "codebook_size": size,
            "device": words,
        }),
        || {
            format!(
                "{} of {height}x{width} tokens below {}: {path}",
                counted(count as u64, "image"),
                HumanCount(size as u64)
            )
        },
    )
}

/// Tokens of all images.
#[derive(Default)]
struct Encoded {
    tokens: Vec<i64>,
    count: usize,
    height: usize,
    width: usize,
}

fn encode(
    args: &TokenizeArgs,
    tokenizer: &VqTokenizer,
    device: &Device,
    printer: &Printer,
) -> Result<Encoded> {
    let progress = printer.progress(args.images.len() as u64, "files");
    let stride = tokenizer.config().stride();
    let mut all = Encoded::default();
    for path in &args.images {
        for_each_image(path, |name, image| {
            interrupt::check()?;
            let (height, width) = (image.height() as usize, image.width() as usize);
            if !height.is_multiple_of(stride) || !width.is_multiple_of(stride) {
                return Err(Failure::input(format!(
                    "{name} has {height}x{width} pixels; both sides have to be multiples of {stride}"
                )));
            }
            let cells = (height / stride, width / stride);
            if all.count > 0 && cells != (all.height, all.width) {
                return Err(Failure::input(format!(
                    "{name} has {height}x{width} pixels, those before it {}x{}; images of one file of tokens have one size",
                    all.height * stride,
                    all.width * stride
                )));
            }
            let config = tokenizer.config();
            let needed = match device.is_cpu() {
                true => config.encoder_bytes(height, width),
                false => config.encoder_bytes_on_device(height, width, tokenizer.dtype()),
            };
            let checked = room_on(device, memory::limit()).check(needed);
            checked.map_err(|error| {
                Failure::input(format!("{name}: {height}x{width} pixels as tokens {error}"))
            })?;
            let pixels = image.to_rgb().pixels().to_vec();
            let encoded = images_from_pixels(pixels, (1, height, width), device)
                .map_err(Failure::work)
                .and_then(|image| tokenizer.encode(&image).map_err(Failure::work))?;
            let tokens: Vec<i64> = encoded
                .tokens
                .flatten_all()
                .and_then(|tokens| tokens.to_vec1())
                .map_err(Failure::work)?;
            all.tokens.extend(tokens);
            all.count += 1;
            (all.height, all.width) = cells;
            Ok(())
        })?;
        progress.inc(1);
    }
    progress.finish_and_clear();
    Ok(all)
}

/// The images of a file, each with a name for messages.
fn for_each_image(path: &Path, mut take: impl FnMut(&str, &Image) -> Result<()>) -> Result<()> {
    if ["npy", "npz", "safetensors"]
        .iter()
        .any(|ending| output::ends_with(path, ending))
    {
        let options = OpenOptions {
            array_memory: memory::limit(),
            ..OpenOptions::default()
        };
        let sources = open(path, &options).map_err(Failure::bad_input)?;
        for source in &sources {
            for index in 0..source.images.len() {
                let image = source.images.image(index).map_err(Failure::bad_input)?;
                take(&format!("image {index} of {}", path.display()), &image)?;
            }
        }
        return Ok(());
    }
    let bytes = read_bounded(path, "an image", FILE_BYTES, path.display())?;
    let image = decode_within(&bytes, memory::limit());
    let image = image.map_err(|error| Failure::input_at(path.display(), &error))?;
    take(&path.display().to_string(), &image)
}
