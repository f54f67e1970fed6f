//! `convert`

use std::path::Path;

use orders_core::KnownCells;
use orders_core::files::{Encoder, FinishedFile, Limits, Manifest, Summary, read_order_file};
use serde::Serialize;

#[cfg(feature = "model")]
use super::convert_checkpoint;
use crate::args::ConvertArgs;
#[cfg(not(feature = "model"))]
use crate::builds;
use crate::description::counted;
use crate::failure::{Failure, Result};
use crate::interrupt;
use crate::order_file::{self, RowsOf};
use crate::output::{self, Target};
use crate::printer::Printer;
use crate::settings::{self, KnownFile};

/// What was written, for `--json`.
#[derive(Serialize)]
struct Report<'a> {
    path: &'a str,
    #[serde(flatten)]
    manifest: &'a Manifest,
}

pub(crate) fn run(args: &ConvertArgs, printer: &Printer) -> Result<()> {
    #[cfg(feature = "model")]
    if convert_checkpoint::is_checkpoint(&args.input)? {
        return convert_checkpoint::run(args, printer);
    }
    #[cfg(not(feature = "model"))]
    if ["pth", "pt"]
        .iter()
        .any(|ending| output::ends_with(&args.input, ending))
    {
        let what = format!(
            "reading {}, a checkpoint by its ending,",
            args.input.display()
        );
        return Err(Failure::Input(builds::lacking_feature(&what, "model")));
    }
    if args.key.is_some() {
        return Err(Failure::input(format!(
            "--key is for files of PyTorch, which {} is not",
            args.input.display()
        )));
    }
    let origin = order_file::manifest_beside(&args.input)?;
    let given = KnownFile::read(&args.known)?;
    let known = settings::known_of_file(&args.grid, given.as_ref(), origin.as_ref(), &args.input)?;
    let target = Target::file(&args.output, args.written.force)?;
    if let Some(known) = &known {
        let sizes = origin.as_ref().and_then(|m| m.group_sizes.as_deref());
        Manifest::check_room(known, sizes.unwrap_or_default()).map_err(Failure::bad_input)?;
    }
    interrupt::catch()?;
    // The first reading counts the orders, which the header needs, and finds
    // whatever is wrong with them before anything is written.
    let summary = read_checked(&args.input, known.as_ref(), |_, _| interrupt::check())?;
    let (format, count, metadata) = (target.format, summary.count, Default::default());
    let encoder = match &known {
        Some(known) => Encoder::with_known(format, count, known, &metadata),
        None => Encoder::new(format, count, summary.cells.max(1), &metadata),
    }
    .map_err(Failure::bad_input)?;
    let orders = write_orders(args, known.as_ref(), &encoder, &target, summary)?;

    let mut manifest = output::manifest(&encoder, &orders)?;
    let name = output::file_name(&args.input);
    manifest.note = Some(format!("converted from {name}"));
    if let Some(origin) = origin {
        manifest.group_sizes = origin.group_sizes;
        manifest.method = origin.method;
        manifest.parameters = origin.parameters;
        manifest.seed = origin.seed;
        manifest.note = Some(format!(
            "converted from {name}, which was made by {}{}",
            origin.program,
            origin
                .note
                .map_or_else(String::new, |note| format!(" ({note})"))
        ));
    }
    if let Some(known) = &known {
        manifest.set_known_cells(known);
    }
    target.persist(orders, &manifest, None)?;
    let path = target.file.display().to_string();
    printer.report(
        args.written.json,
        &Report {
            path: &path,
            manifest: &manifest,
        },
        || {
            format!(
                "{} of {} cells, {}: {path}",
                counted(summary.count, "order"),
                summary.cells,
                target.format
            )
        },
    )
}

fn write_orders(
    args: &ConvertArgs,
    known: Option<&KnownCells>,
    encoder: &Encoder,
    target: &Target,
    expected: Summary,
) -> Result<FinishedFile> {
    let mut file = target.create()?;
    output::write(&mut file, encoder.header())?;
    let changed = || {
        Failure::Work(format!(
            "{} was changed while it was read",
            args.input.display()
        ))
    };
    let mut bytes = Vec::new();
    let summary = read_checked(&args.input, known, |index, row| {
        interrupt::check()?;
        if index >= expected.count || row.len() != expected.cells {
            return Err(changed());
        }
        bytes.clear();
        encoder.row(index, row, &mut bytes);
        output::write(&mut file, &bytes)
    })?;
    if summary != expected {
        return Err(changed());
    }
    output::write(&mut file, encoder.footer())?;
    output::finish(file)
}

/// Reads a file whose rows must be permutations.
fn read_checked(
    path: &Path,
    known: Option<&KnownCells>,
    mut take: impl FnMut(u64, &[u32]) -> Result<()>,
) -> Result<Summary> {
    let mut rows = RowsOf::new(known);
    read_order_file(path, &Limits::default(), |index, row| {
        rows.check(index, row)
            .map_err(|error| Failure::input_at(path.display(), &error))?;
        take(index, row)
    })
    .map_err(order_file::read_failure)
}
