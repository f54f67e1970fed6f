//! `convert` of checkpoints

use std::collections::BTreeMap;
use std::path::Path;

use indicatif::HumanCount;
use orders_model::Device;
use orders_model::checkpoint::{CheckpointFormat, read_checkpoint, save_safetensors};

use crate::args::ConvertArgs;
use crate::description::counted;
use crate::failure::{Failure, Result, with_sources};
use crate::output::{self, PROGRAM};
use crate::printer::Printer;

/// Whether a file is one of `torch.save`. What is no regular file is left to the reader
/// of orders, which says so.
pub(super) fn is_checkpoint(path: &Path) -> Result<bool> {
    if !path.is_file() {
        return Ok(false);
    }
    let format = CheckpointFormat::of_file(path);
    let format = format.map_err(|error| Failure::unreadable(path.display(), &error))?;
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
        ("--format", args.format.is_some()),
    ];
    if let Some((flag, _)) = for_orders.iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::input(format!(
            "{flag} is for order files, but {input} is a checkpoint"
        )));
    }
    output::check_vacant(&args.output, args.written.force)?;
    let checkpoint = read_checkpoint(&args.input, args.key.as_deref(), &Device::Cpu);
    let checkpoint = checkpoint.map_err(|error| match error.is_of_key() {
        true => Failure::input(format!(
            "{}; --key KEY says where the tensors are",
            with_sources(&error)
        )),
        false => Failure::bad_input(error),
    })?;
    for note in &checkpoint.notes {
        printer.note(&format!("{input}: {note}"));
    }
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
