//! `convert`

use std::io::Write;
use std::path::Path;

use orders_core::files::{Encoder, Format, Limits, Manifest, Summary, read_order_file};
use orders_core::{GroupSizes, KnownCells};
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
use crate::stream::Stream;

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
    // What it says is said again, of another file.
    let origin = order_file::own_manifest(&args.input)?;
    let given = KnownFile::read(&args.known)?;
    let known = settings::known_of_file(&args.grid, given.as_ref(), origin.as_ref(), &args.input)?;
    let sizes = match (&args.group_sizes, &known) {
        (None, _) => None,
        (Some(_), None) => {
            return Err(Failure::input(
                "--group-sizes are those of a grid: --grid HEIGHTxWIDTH",
            ));
        }
        (Some(text), Some(known)) => Some(settings::listed_sizes(text, known)?),
    };
    match (Stream::of(&args.output), sizes) {
        (Some(_), Some(_)) => Err(Failure::input(
            "--group-sizes are for the manifest, which a file has and a stream has not",
        )),
        (Some(stream), None) => to_stream(args, known.as_ref(), &stream),
        (None, sizes) => to_file(args, (known.as_ref(), sizes), origin, printer),
    }
}

fn to_file(
    args: &ConvertArgs,
    (known, sizes): (Option<&KnownCells>, Option<GroupSizes>),
    mut origin: Option<Manifest>,
    printer: &Printer,
) -> Result<()> {
    let target = Target::file(&args.output, args.written.force)?;
    output::check_format(args.output.display(), target.format, args.format)?;
    let of_origin = origin.as_mut().and_then(|m| m.group_sizes.take());
    let sizes = sizes.map(|sizes| sizes.as_slice().to_vec()).or(of_origin);
    if let Some(known) = known {
        let sizes = sizes.as_deref().unwrap_or_default();
        Manifest::check_room(known, sizes).map_err(Failure::bad_input)?;
    }
    interrupt::catch()?;
    let conversion = Conversion::new(args, known, target.format)?;
    if let Some(origin) = &origin {
        origin
            .check_summary(origin.format, conversion.summary)
            .map_err(|error| Failure::input_at(args.input.display(), &error))?;
    }
    let mut file = target.create()?;
    conversion.write(|bytes| output::write(&mut file, bytes))?;
    let orders = output::finish(file)?;

    let mut manifest = output::manifest(&conversion.encoder, &orders)?;
    let name = output::file_name(&args.input);
    manifest.note = Some(format!("converted from {name}"));
    manifest.group_sizes = sizes;
    if let Some(origin) = origin {
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
    if let Some(known) = known {
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
            let Summary { count, cells } = conversion.summary;
            let orders = counted(count, "order");
            format!("{orders} of {cells} cells, {}: {path}", target.format)
        },
    )
}

/// The orders alone, to whoever reads them.
fn to_stream(args: &ConvertArgs, known: Option<&KnownCells>, stream: &Stream) -> Result<()> {
    let format = stream.format(args.format, args.written.json)?;
    let conversion = Conversion::new(args, known, format)?;
    let mut sink = stream.open()?;
    interrupt::catch()?;
    let taken = conversion.write(|bytes| {
        sink.write_all(bytes)
            .map_err(|error| stream.failure(&error))
    });
    taken.map_err(|failure| match failure {
        Failure::Interrupted => {
            Failure::Paused(format!("{} has a part of the orders", stream.name()))
        }
        other => other,
    })?;
    sink.flush().map_err(|error| stream.failure(&error))
}

/// Orders that can be written in another format.
struct Conversion<'a> {
    input: &'a Path,
    known: Option<&'a KnownCells>,
    encoder: Encoder,
    summary: Summary,
}

impl<'a> Conversion<'a> {
    /// The first reading counts the orders, which the header needs, and finds whatever is
    /// wrong with them before anything is written.
    fn new(args: &'a ConvertArgs, known: Option<&'a KnownCells>, format: Format) -> Result<Self> {
        let input = args.input.as_path();
        let summary = read_checked(input, known, |_, _| interrupt::check())?;
        let (count, metadata) = (summary.count, Default::default());
        let encoder = match known {
            Some(known) => Encoder::with_known(format, count, known, &metadata),
            None => Encoder::new(format, count, summary.cells.max(1), &metadata),
        };
        Ok(Self {
            input,
            known,
            encoder: encoder.map_err(Failure::bad_input)?,
            summary,
        })
    }

    /// Hands all bytes of the file to `write`, which they are written by.
    fn write(&self, mut write: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        write(self.encoder.header())?;
        let changed = || {
            Failure::Work(format!(
                "{} was changed while it was read",
                self.input.display()
            ))
        };
        let mut bytes = Vec::new();
        let summary = read_checked(self.input, self.known, |index, row| {
            interrupt::check()?;
            if index >= self.summary.count || row.len() != self.summary.cells {
                return Err(changed());
            }
            bytes.clear();
            self.encoder.row(index, row, &mut bytes);
            write(&bytes)
        })?;
        if summary != self.summary {
            return Err(changed());
        }
        write(self.encoder.footer())
    }
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
