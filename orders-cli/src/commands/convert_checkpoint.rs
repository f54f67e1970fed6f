//! `convert` of checkpoints

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use indicatif::HumanCount;
use orders_model::Device;
use orders_model::checkpoint::{CheckpointFormat, read_checkpoint, save_safetensors};

use crate::args::ConvertArgs;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;

/// Whether a file is one of `torch.save`. One that can't be opened is left to
/// the reader of orders, which says so.
pub(super) fn is_checkpoint(path: &Path) -> Result<bool> {
    let format = match CheckpointFormat::of_file(path) {
        Ok(format) => format,
        Err(error) if error.kind() == io::ErrorKind::NotFound || path.is_dir() => None,
        Err(error) => {
            return Err(Failure::unreadable(path.display(), &error));
        }
    };
    Ok(matches!(
        format,
        Some(CheckpointFormat::TorchZip | CheckpointFormat::TorchPickle)
    ))
}

pub(super) fn run(args: &ConvertArgs, printer: &Printer) -> Result<()> {
    let (input, out) = (args.input.display(), args.output.display());
    if !output::ends_with(&args.output, "safetensors") {
        return Err(Failure::input(format!(
            "{out} does not end in .safetensors, which is what the checkpoint {input} can become"
        )));
    }
    let for_orders = [
        ("--res", args.grid.res.is_some()),
        ("--grid", args.grid.grid.is_some()),
        ("--known", args.known.known.is_some()),
    ];
    if let Some((flag, _)) = for_orders.iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::input(format!(
            "{flag} is for order files, but {input} is a checkpoint"
        )));
    }
    output::check_vacant(&args.output, args.written.force)?;
    let checkpoint = read_checkpoint(&args.input, args.key.as_deref(), &Device::Cpu)
        .map_err(Failure::bad_input)?;
    let mut metadata = BTreeMap::from([
        ("converted_from".to_owned(), output::file_name(&args.input)),
        // What other programs look for.
        ("format".to_owned(), "pt".to_owned()),
        ("program".to_owned(), PROGRAM.to_owned()),
    ]);
    if let Some(key) = &args.key {
        metadata.insert("key".to_owned(), key.clone());
    }
    let tensors = &checkpoint.tensors;
    // Made before anything else can fail, so that a wrong place is wrong input.
    output::create(&args.output)?;
    save_safetensors(&args.output, tensors, &metadata, args.written.force)
        .map_err(Failure::work)?;
    let elements: usize = tensors.values().map(|tensor| tensor.elem_count()).sum();
    printer.report(
        args.written.json,
        &serde_json::json!({
            "path": out.to_string(),
            "tensors": tensors.len(),
            "elements": elements,
            "metadata": metadata,
        }),
        || {
            format!(
                "{} of {} numbers: {out}",
                counted(tensors.len() as u64, "tensor"),
                HumanCount(elements as u64)
            )
        },
    )
}
