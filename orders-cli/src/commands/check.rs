//! `check`

use std::path::Path;

use indicatif::ProgressBar;
use orders_core::conformance::Replay;
use orders_core::files::{Limits, Manifest, RowChecker, read_order_file};
use orders_core::{Catalogue, GroupSizes, KnownCells, Parameters};
use rayon::prelude::*;
use serde::Serialize;

use crate::args::CheckArgs;
use crate::description::counted;
use crate::failure::{Failure, Result, SAID_NO, with_sources};
use crate::order_file;
use crate::printer::Printer;
use crate::settings::{self, KnownFile};

/// Cells that are checked at once.
const CELLS_PER_ROUND: usize = 1 << 20;

/// The verdict on a file, for `--json`.
#[derive(Serialize)]
struct Verdict {
    path: String,
    ok: bool,
    count: u64,
    cells: usize,
    /// The grid, where there is word of it.
    grid: Option<String>,
    /// Cells of the grid that are known from the start.
    known_count: usize,
    /// What was checked.
    checked: Vec<String>,
    /// What is wrong.
    fault: Option<String>,
}

pub(crate) fn run(args: &CheckArgs, catalogue: &Catalogue, printer: &Printer) -> Result<()> {
    // What is wrong with it for every file is said once.
    settings::grid(&args.grid)?;
    if let Some(name) = &args.method {
        check_method(catalogue, name)?;
    }
    let known_file = KnownFile::read(&args.known)?;
    let pool = settings::thread_pool(&args.threads)?;
    let mut all_well = true;
    let mut first_failure = None;
    for file in &args.files {
        match pool.install(|| check_file(args, catalogue, known_file.as_ref(), file, printer)) {
            Ok(verdict) => {
                all_well &= verdict.ok;
                printer.report(args.json, &verdict, || words(&verdict))?;
            }
            // The other files still get their verdicts.
            Err(failure) => {
                let exit = printer.failure(failure);
                first_failure.get_or_insert(exit);
            }
        }
    }
    match first_failure {
        Some(status) => Err(Failure::Told(status)),
        None if all_well => Ok(()),
        None => Err(Failure::Told(SAID_NO)),
    }
}

fn words(verdict: &Verdict) -> String {
    let known = match verdict.known_count {
        0 => String::new(),
        count => format!(" ({count} of {} known)", count + verdict.cells),
    };
    match &verdict.fault {
        Some(fault) => format!("{}: no: {fault}", verdict.path),
        None => format!(
            "{}: ok: {} of {} cells{known}, {}",
            verdict.path,
            counted(verdict.count, "order"),
            verdict.cells,
            verdict.checked.join(", ")
        ),
    }
}

fn check_file(
    args: &CheckArgs,
    catalogue: &Catalogue,
    known_file: Option<&KnownFile<'_>>,
    path: &Path,
    printer: &Printer,
) -> Result<Verdict> {
    let manifest = order_file::manifest_beside(path)?;
    let known = settings::known_of_file(&args.grid, known_file, manifest.as_ref(), path)?;
    let rules = rules(
        args,
        catalogue,
        manifest.as_ref(),
        known.as_ref(),
        path,
        printer,
    )?;

    let known_count = known.as_ref().map_or(0, KnownCells::count);
    let of_what = if known_count > 0 {
        " of the free cells"
    } else {
        ""
    };
    let mut checked = vec![format!("all permutations{of_what}")];
    if let Some(rules) = &rules {
        checked.push(format!("all possible outcomes of {}", rules.rules()));
    }
    let mut fault = None;
    if let Some(manifest) = &manifest {
        checked.push("as its manifest says".to_owned());
        let source = fs_err::File::open(path).map_err(Failure::bad_input)?;
        if let Err(error) = manifest.verify(source.into_file()) {
            fault = Some(with_sources(&error));
        }
    }

    let grid = known.as_ref().map(|known| known.grid().to_string());
    let expected = manifest.as_ref().map_or(0, |manifest| manifest.count);
    let progress = printer.progress(expected, "checking");
    let mut rows = Rows::new(rules, known, progress);
    let read = read_order_file(path, &Limits::default(), |index, row| rows.take(index, row));
    let summary = read.map_err(order_file::read_failure)?;
    rows.finish();
    // LPD's released script writes such a file without a word.
    let empty = (summary.count == 0).then(|| "the file holds no orders".to_owned());
    let fault = fault.or(rows.fault).or(empty);
    Ok(Verdict {
        path: path.display().to_string(),
        ok: fault.is_none(),
        count: summary.count,
        cells: summary.cells,
        grid,
        known_count,
        checked,
        fault,
    })
}

/// Refuses methods whose orders can't be replayed, and names of none.
fn check_method(catalogue: &Catalogue, name: &str) -> Result<()> {
    if settings::method_entry(catalogue, name)?
        .capabilities()
        .replay
    {
        return Ok(());
    }
    let having = match &catalogue.names_of(|can| can.replay)[..] {
        [] => "no method has".to_owned(),
        [one] => format!("{one} has"),
        [first @ .., last] => format!("{} and {last} have", first.join(", ")),
    };
    Err(Failure::input(format!(
        "--method {name} has no rules to replay orders against; {having}"
    )))
}

/// The rules to replay a file against: those of the flags, else those of the
/// manifest.
fn rules(
    args: &CheckArgs,
    catalogue: &Catalogue,
    manifest: Option<&Manifest>,
    known: Option<&KnownCells>,
    path: &Path,
    printer: &Printer,
) -> Result<Option<Box<dyn Replay>>> {
    if args.rows_only {
        return Ok(None);
    }
    let stated = manifest.and_then(|manifest| manifest.method.as_deref());
    let thresholds = &args.thresholds;
    let sets_some = !args.set.set.is_empty()
        || thresholds.proximity.is_some()
        || thresholds.repulsion.is_some();
    let has_rules = |name| {
        let entry = catalogue.entry(name);
        entry.is_ok_and(|entry| entry.capabilities().replay)
    };
    let name = match (&args.method, stated) {
        (Some(name), _) => name.as_str(),
        (None, Some(name)) if has_rules(name) => name,
        (None, _) if !sets_some => return Ok(None),
        (None, _) => {
            return Err(Failure::input(
                "--set, --proximity and --repulsion need --method lpd as well, if no manifest names it",
            ));
        }
    };
    let needed = |what: &str| {
        Failure::input(format!(
            "{}: to replay orders, {what} is needed, since no manifest names it",
            path.display()
        ))
    };
    let known = known.ok_or_else(|| needed("--res or --grid"))?;
    let mut parameters = Parameters::new();
    if let Some(manifest) = manifest.filter(|_| stated == Some(name)) {
        parameters.clone_from(&manifest.parameters);
    }
    let entry = settings::method_entry(catalogue, name)?;
    parameters.extend(settings::parameters(
        entry,
        &[],
        &args.set.set,
        Some(thresholds),
    )?);
    let method = settings::method_by_name(catalogue, name, &parameters, known.grid())?;
    let listed = manifest.and_then(|manifest| manifest.group_sizes.clone());
    let sizes = match settings::sizes(&args.sizes, known, Some((catalogue, method.as_ref())))? {
        Some(sizes) => {
            if let Some(note) = &sizes.note {
                printer.note(note);
            }
            sizes.sizes
        }
        None => {
            let listed = listed.ok_or_else(|| needed("--steps or --group-sizes"))?;
            GroupSizes::new(listed).map_err(Failure::bad_input)?
        }
    };
    let problem = settings::problem(known.clone(), &sizes, path.display())?;
    entry
        .replay(&parameters, &problem)
        .map_err(Failure::bad_input)
}

/// Checks rows as they are read, many at a time in parallel.
struct Rows {
    rules: Option<Box<dyn Replay>>,
    known: Option<KnownCells>,
    /// Cells that every row must have, as soon as there is word of it.
    cells: Option<usize>,
    waiting: Vec<u32>,
    first_waiting: u64,
    fault: Option<String>,
    progress: ProgressBar,
}

impl Rows {
    fn new(
        rules: Option<Box<dyn Replay>>,
        known: Option<KnownCells>,
        progress: ProgressBar,
    ) -> Self {
        Self {
            rules,
            cells: known.as_ref().map(KnownCells::free_count),
            known,
            waiting: Vec::new(),
            first_waiting: 0,
            fault: None,
            progress,
        }
    }

    fn has_known(&self) -> bool {
        self.known.as_ref().is_some_and(|known| known.count() > 0)
    }

    fn take(&mut self, index: u64, row: &[u32]) -> Result<()> {
        if self.fault.is_some() {
            return Ok(());
        }
        let cells = *self.cells.get_or_insert(row.len());
        if row.len() != cells {
            self.fault = Some(format!(
                "order {index} has {} entries, but there are {cells} {}cells",
                row.len(),
                if self.has_known() { "free " } else { "" }
            ));
            return Ok(());
        }
        if self.waiting.is_empty() {
            self.first_waiting = index;
        }
        self.waiting.extend_from_slice(row);
        if self.waiting.len() >= CELLS_PER_ROUND {
            self.check_waiting();
        }
        Ok(())
    }

    fn finish(&mut self) {
        self.check_waiting();
        self.progress.finish_and_clear();
    }

    /// Checks the rows that wait, and keeps the fault of the first that has one.
    fn check_waiting(&mut self) {
        let Some(cells) = self.cells.filter(|_| self.fault.is_none()) else {
            return;
        };
        let rules = &self.rules;
        let checker = match &self.known {
            Some(known) => RowChecker::with_known(known),
            None => RowChecker::new(cells),
        };
        let first = self.first_waiting;
        let rows = self.waiting.par_chunks_exact(cells).enumerate();
        self.fault = rows
            .map_init(
                || {
                    let rules = rules.as_ref().map(|rules| rules.boxed());
                    (checker.clone(), rules)
                },
                |(checker, rules), (offset, row)| {
                    let index = first + offset as u64;
                    if let Err(error) = checker.check(index, row) {
                        return Some(error.to_string());
                    }
                    let fault = rules.as_mut()?.fault(row)?;
                    Some(format!("order {index}: {fault}"))
                },
            )
            .find_first(Option::is_some)
            .flatten();
        self.progress.inc((self.waiting.len() / cells) as u64);
        self.waiting.clear();
    }
}
