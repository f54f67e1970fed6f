//! `inspect`

use orders_core::KnownCells;
use orders_core::files::{Format, Limits, Manifest, read_order_file};
use serde::Serialize;

use crate::args::InspectArgs;
use crate::description::{aligned, commas};
use crate::failure::{Failure, Result};
use crate::order_file::{self, RowsOf};
use crate::printer::Printer;
use crate::settings::{self, KnownFile};

/// How many cells of the first order are shown.
const SHOWN: usize = 16;

/// What is in a file, for `--json`.
#[derive(Serialize)]
struct Report {
    path: String,
    format: Format,
    count: u64,
    cells: usize,
    bytes: u64,
    /// The grid, where there is word of it.
    grid: Option<String>,
    /// Cells of the grid that are known from the start.
    known_count: usize,
    /// Its other cells.
    #[serde(skip)]
    free_count: usize,
    /// Whether all orders are permutations.
    permutations: bool,
    /// Whether all orders are the same.
    all_the_same: bool,
    /// The first cells of the first order.
    begins: Vec<u32>,
    manifest: Option<Manifest>,
}

pub(crate) fn run(args: &InspectArgs, printer: &Printer) -> Result<()> {
    let format = Format::from_path(&args.file).map_err(Failure::bad_input)?;
    let manifest = order_file::own_manifest(&args.file)?;
    let given = KnownFile::read(&args.known)?;
    let known = settings::known_of_file(&args.grid, given.as_ref(), manifest.as_ref(), &args.file)?;
    let mut first: Vec<u32> = Vec::new();
    let mut all_the_same = true;
    let mut permutations = true;
    let mut rows = RowsOf::new(known.as_ref());
    let summary = read_order_file(&args.file, &Limits::default(), |index, row| {
        if index == 0 {
            first = row.to_vec();
        }
        all_the_same &= *row == first;
        permutations &= rows.check(index, row).is_ok();
        Ok::<(), Failure>(())
    })
    .map_err(order_file::read_failure)?;
    let bytes = fs_err::metadata(&args.file)
        .map_err(Failure::bad_input)?
        .len();
    let report = Report {
        path: args.file.display().to_string(),
        format,
        count: summary.count,
        cells: summary.cells,
        bytes,
        grid: known.as_ref().map(|known| known.grid().to_string()),
        known_count: known.as_ref().map_or(0, KnownCells::count),
        free_count: known.as_ref().map_or(0, KnownCells::free_count),
        permutations,
        all_the_same: all_the_same && summary.count > 1,
        begins: first.into_iter().take(SHOWN).collect(),
        manifest,
    };
    printer.report(args.json, &report, || words(&report))
}

fn words(report: &Report) -> String {
    let mut lines = vec![
        ("file", report.path.clone()),
        ("format", report.format.to_string()),
        ("orders", report.count.to_string()),
        ("cells", report.cells.to_string()),
        ("bytes", report.bytes.to_string()),
    ];
    let rows = match (report.permutations, report.all_the_same) {
        _ if report.count == 0 => "none",
        (true, false) => "all are permutations",
        (true, true) => "all are permutations, and all are the same",
        (false, _) => "not all are permutations ('check' says where)",
    };
    lines.push(("rows", rows.into()));
    if !report.begins.is_empty() {
        let more = if report.cells > report.begins.len() {
            ", ..."
        } else {
            ""
        };
        lines.push(("first", format!("{}{more}", commas(&report.begins))));
    }
    match &report.manifest {
        None => {
            lines.push(("manifest", "none".into()));
            lines.extend(grid_lines(report));
        }
        Some(manifest) => {
            lines.push(("made by", manifest.program.clone()));
            if let Some(method) = &manifest.method {
                let parameters = manifest.parameters.iter();
                let parameters = parameters.map(|(name, value)| format!(", {name} {value}"));
                lines.push(("method", method.clone() + &parameters.collect::<String>()));
            }
            if let Some(seed) = manifest.seed {
                lines.push(("seed", seed.to_string()));
            }
            lines.extend(grid_lines(report));
            if let Some(sizes) = &manifest.group_sizes {
                lines.push(("steps", sizes.len().to_string()));
                lines.push(("sizes", commas(sizes)));
            }
            if let Some(note) = &manifest.note {
                lines.push(("note", note.clone()));
            }
            lines.push(("sha256", manifest.sha256.to_string()));
        }
    }
    aligned(&lines, 9)
}

/// The grid and its known cells, where there is word of them.
fn grid_lines(report: &Report) -> Vec<(&'static str, String)> {
    let Some(grid) = &report.grid else {
        return Vec::new();
    };
    let mut lines = vec![("grid", grid.clone())];
    if report.known_count > 0 {
        let (count, cells) = (report.known_count, report.known_count + report.free_count);
        lines.push(("known", format!("{count} of {cells}")));
    }
    lines
}
